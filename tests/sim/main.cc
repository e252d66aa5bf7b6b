// One seed, one run: the real sequencer, model terminals, a network that loses, repeats and delays,
// and a store that fails. A judge apart from all of them looks at what terminals were told and what
// is stored. sim --seed N [--count K] [--plant ack-before-commit]
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>

#include "central/sequencer.h"
#include "crypto/envelope.h"
#include "games/d3_prize.h"
#include "games/order.h"
#include "games/ssq_prize.h"
#include "tests/sim/memory_store.h"

namespace lottery::tests {
namespace {
using base::Bytes;
using base::Digest;
using base::ErrorCode;
using base::UtcTime;
using central::Input;
using central::Reply;
using central::TerminalInput;

constexpr const char* kOperator = "sim.example";
constexpr std::int64_t kStart = 1'800'000'000'000;
constexpr std::int64_t kDepositFen = 40'000;
constexpr int kTerminals = 6;
constexpr std::int64_t kClockAheadMs = 11 * 60'000;

struct Seen {
  int failed = 0, in_doubt = 0, lost_replies = 0, restarts = 0, sold = 0, voided = 0, skipped = 0,
      repeats = 0, full = 0;
};

// What a terminal believes, and the one message it has under way.
struct ModelTerminal {
  std::uint32_t id = 0;
  std::optional<crypto::SigningKey> key;
  std::uint64_t sequence = 0;
  Digest head;
  std::optional<protocol::SignedMessage> pending;
  std::int64_t expected_balance = kDepositFen;
  struct Told {
    protocol::SignedMessage message;
    central::Accepted accepted;
    std::int64_t price;
    bool voided = false;
  };
  std::vector<Told> told;  // what a customer was told: sold
};

class Sim {
 public:
  Sim(std::uint64_t seed, bool planted) : rng_(seed), planted_(planted) {}
  bool Run();
  Seen seen;
  std::string failure;

 private:
  struct Flight {
    std::size_t terminal;
    protocol::SignedMessage message;
    std::int64_t at;
  };
  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(rng_() % static_cast<std::uint64_t>(n));
  }
  bool Fail(const std::string& why) {
    if (failure.empty()) failure = why;
    return false;
  }
  std::int64_t Clock() const { return now_ + skew_; }
  void SetUp();
  void Recover();
  void Command(const std::string& kind, const base::json::object& body);
  void ActTerminal(std::size_t i);
  wire::TerminalMessage Blank(const ModelTerminal& t) const;
  void NewMessage(ModelTerminal& t);
  void StepCentral();
  void LookUp(TerminalInput& input);
  void Answer(std::size_t terminal, const protocol::SignedMessage& message, const Reply& reply);
  void Settle();
  void SetClock();
  bool Judge();
  bool JudgeTold(const ModelTerminal& t);
  bool JudgeNumbers();
  bool JudgeStore();

  std::mt19937_64 rng_;
  bool planted_;
  std::int64_t now_ = kStart;
  std::int64_t skew_ = 0;          // the clock that was set is ahead by this
  std::int64_t behind_until_ = 0;  // set back, it has not caught up before
  MemoryStore store_;
  central::Secrets secrets_;
  protocol::Trust trust_;
  std::unique_ptr<central::Sequencer> central_;
  std::vector<ModelTerminal> terminals_;
  std::vector<Flight> network_;
  std::vector<Flight> queue_;
};

crypto::SigningKey KeyFrom(std::mt19937_64& rng) {
  Bytes seed;
  for (int i = 0; i < 32; ++i) seed.push_back(static_cast<char>(rng()));
  auto key = crypto::SigningKey::FromSeed(seed);
  LOTTERY_CHECK(key.has_value());
  return std::move(*key);
}

void Sim::Recover() {
  auto state = store_.Recover();
  LOTTERY_CHECK(state.has_value());
  central_ = std::make_unique<central::Sequencer>(kOperator, trust_, secrets_, std::move(*state));
}

void Sim::Command(const std::string& kind, const base::json::object& body) {
  const auto effects =
      central_->Apply({central::CommandInput{1, kind, base::ToLine(body),
                                             kind == "credit" ? "settler" : "operator"}},
                      {Clock()});
  LOTTERY_CHECK(effects.replies[0].answer.find("\"error\"") == std::string::npos);
  if (!effects.Empty())
    LOTTERY_CHECK(store_.CommitBatch(central_->state(), effects, [] {}) ==
                  central::CommitOutcome::kDone);
}

constexpr std::int64_t kNumberLimit = 5;

// Three draws of each game, planned, witnessed and open; six terminals with deposits.
void Sim::SetUp() {
  const auto a = KeyFrom(rng_), b = KeyFrom(rng_), c = KeyFrom(rng_);
  trust_.operator_name = kOperator;
  trust_.keys = {{"official", "a", a.public_key()},
                 {"official", "b", b.public_key()},
                 {"official", "c", c.public_key()}};
  for (const char* name : {"u", "v", "w"})
    trust_.witnesses.push_back({name, crypto::kTypeEd25519, {}});
  trust_.quorum = 2;
  trust_.beacons = {{"x", ""}};
  const auto vrf_a = KeyFrom(rng_), vrf_b = KeyFrom(rng_), vrf_c = KeyFrom(rng_);
  secrets_.mac_key.emplace("sim mac key");
  secrets_.rule_books["3d"] = crypto::Sha256(*games::RuleBookText("3d"));
  secrets_.rule_books["ssq"] = crypto::Sha256(*games::RuleBookText("ssq"));
  store_.AddLog(central::NewLog(0, protocol::AuditOrigin(kOperator), std::nullopt));
  Recover();
  for (int i = 0; i < kTerminals; ++i) {
    ModelTerminal t;
    t.id = static_cast<std::uint32_t>(100 + i);
    t.key.emplace(KeyFrom(rng_));
    Command("enrol", {{"terminal", t.id},
                      {"name", "t"},
                      {"jurisdiction", "110000"},
                      {"public_key", base::ToHex(t.key->public_key())}});
    Command(
        "credit",
        {{"terminal", t.id}, {"amount_fen", kDepositFen}, {"reference", "r" + std::to_string(i)}});
    terminals_.push_back(std::move(t));
  }
  for (const auto& draw : std::vector<protocol::DrawId>{{"ssq", 2027001},
                                                        {"ssq", 2027002},
                                                        {"ssq", 2027003},
                                                        {"3d", 2027001},
                                                        {"3d", 2027002},
                                                        {"3d", 2027003}}) {
    protocol::Plan plan;
    plan.draw = draw;
    const int number = draw.number;
    plan.officials = {{"a", vrf_a.public_key(), a.public_key()},
                      {"b", vrf_b.public_key(), b.public_key()},
                      {"c", vrf_c.public_key(), c.public_key()}};
    plan.certificate_quorum = 2;
    plan.witnesses = {"u", "v", "w"};
    plan.quorum = 2;
    plan.beacon = "x";
    plan.ball_machine = "M-1";
    plan.beacon_period_ms = 60'000;
    plan.close = {kStart + 3'600'000LL * (number - 2027000)};
    plan.round_delay_ms = 300'000;
    plan.margin_ms = 60'000;
    plan.contribution_deadline_ms = protocol::kLeastContributionMs;
    plan.rule_book = secrets_.rule_books.at(draw.game);
    crypto::Envelope envelope{std::string(protocol::kTypePlan), plan.ToBody(), {}};
    envelope.Sign(a);
    envelope.Sign(b);
    Command("plan", {{"envelope", envelope.ToText()}});
    Command("witnessed",
            {{"log", 0},
             {"size", static_cast<std::int64_t>(central_->state().logs[0].tree.size())},
             {"note", "n"},
             {"latest_ms", now_}});
    Command("open", {{"draw", plan.draw.ToText()}});
    if (draw.game == "3d")
      Command("limit",
              {{"draw", plan.draw.ToText()}, {"jurisdiction", "110000"}, {"lines", kNumberLimit}});
  }
}

wire::TerminalMessage Sim::Blank(const ModelTerminal& t) const {
  wire::TerminalMessage m;
  m.set_terminal(t.id);
  m.set_sequence(t.sequence + 1);
  m.set_previous(std::string(t.head.view()));
  m.set_time_ms(Clock());
  m.set_not_after_ms(Clock() + 2'000);
  return m;
}

void Sim::NewMessage(ModelTerminal& t) {
  auto m = Blank(t);
  // A cheating till asks for its money twice.
  const bool can_void = !t.told.empty() && (!t.told.back().voided || Below(3) == 0);
  if (can_void && Below(6) == 0) {
    auto& last = t.told.back();
    auto* v = m.mutable_void_();
    v->set_origin(
        central_->state().logs[static_cast<std::size_t>(last.accepted.parts[0].log)].origin);
    v->set_index(last.accepted.parts[0].index);
    v->set_order_hash(std::string(last.message.hash.view()));
    v->set_s(std::string(
        protocol::SecretHalf(*secrets_.mac_key, v->origin(), v->index(), last.message.hash)
            .view()));
  } else if (Below(4) == 0) {  // few numbers, so that their limit is reached
    auto* order = m.mutable_order();
    order->set_game("3d");
    order->set_first_draw(2027001);
    order->set_draw_count(static_cast<std::uint32_t>(1 + Below(3)));
    order->set_multiplier(static_cast<std::uint32_t>(1 + Below(2)));
    auto* bet = order->add_bets()->mutable_d3();
    bet->set_play(1);
    bet->set_hundreds(Bytes(1, '\0'));
    bet->set_tens(Bytes("\0\1", 2));
    bet->set_units(Bytes(1, static_cast<char>(Below(2))));
    order->set_price_fen(2 * 200 * order->draw_count() * order->multiplier());
    order->set_t_hash(Bytes(32, 't'));
  } else {
    auto* order = m.mutable_order();
    order->set_game("ssq");
    order->set_first_draw(2027001);
    order->set_draw_count(static_cast<std::uint32_t>(1 + Below(3)));
    order->set_multiplier(1);
    auto* bet = order->add_bets()->mutable_ssq();
    bet->set_reds(Bytes("\x01\x02\x03\x04\x05\x06", 6));
    bet->set_blues(Bytes(1, static_cast<char>(1 + Below(16))));
    order->set_price_fen(200 * order->draw_count());
    order->set_t_hash(Bytes(32, 't'));
  }
  t.pending = protocol::SignMessage(m, *t.key);
}

// A terminal sends what it has under way, again and again, until an answer is certain.
void Sim::ActTerminal(std::size_t i) {
  ModelTerminal& t = terminals_[i];
  if (!t.pending) NewMessage(t);
  if (Below(10) != 0)
    network_.push_back({i, *t.pending, now_ + Below(200)});  // else lost on the way
  if (Below(12) == 0) {
    network_.push_back({i, *t.pending, now_ + Below(900)});
    ++seen.repeats;
  }
}

void Sim::Answer(std::size_t i, const protocol::SignedMessage& message, const Reply& reply) {
  ModelTerminal& t = terminals_[i];
  if (Below(8) == 0) {
    ++seen.lost_replies;
    return;
  }
  if (!t.pending || message.hash != t.pending->hash)
    return;  // an answer to something given up long ago
  if (!reply.accepted) {
    const auto code = reply.accepted.error().code;
    if (base::IsTransient(code)) return;
    // What is refused may be taken later (a number's limit frees up, the clock is set back), so no
    // copy may linger: on a real line there is one message a session, and a new session drops what
    // the old one queued.
    for (auto* flights : {&network_, &queue_})
      std::erase_if(*flights, [&](const Flight& f) { return f.message.hash == message.hash; });
    if (code != ErrorCode::kExpired || message.decoded->has_skip()) return t.pending.reset();
    // Too late for central: a signed skip settles the number, and becomes what is under way.
    auto skip = Blank(t);
    skip.mutable_skip();
    skip.set_not_after_ms(Clock() + 3'600'000);
    t.pending = protocol::SignMessage(skip, *t.key);
    return;
  }
  const bool skip_taken = message.decoded->has_skip();
  t.sequence = message.decoded->sequence();
  t.head = message.hash;
  t.pending.reset();
  if (skip_taken) {
    ++seen.skipped;
  } else if (message.decoded->has_order()) {
    ++seen.sold;
    t.told.push_back({message, *reply.accepted, message.decoded->order().price_fen(), false});
    t.expected_balance -= message.decoded->order().price_fen();
  } else {
    ++seen.voided;
    for (auto& told : t.told) {
      if (told.message.hash.view() == message.decoded->void_().order_hash()) {
        told.voided = true;
        t.expected_balance += told.price;
      }
    }
  }
}

// As the desk does it before a message can be sequenced.
void Sim::LookUp(TerminalInput& input) {
  const auto need = central::NeedOf(central_->state(), input);
  if (need == central::Need::kNothing) return;
  auto found = std::make_shared<central::LookedUp>();
  found->need = need;
  const auto& m = *input.message.decoded;
  if (need == central::Need::kPast) {
    found->past = store_.FindAccepted(m.terminal(), m.sequence());
  } else {
    for (const auto& log : central_->state().logs) {
      if (log.origin == m.void_().origin())
        found->order = store_.FindOrder({log.id, m.void_().index()});
    }
  }
  input.looked_up = std::move(found);
}

// What the engine does with a batch: apply, commit, answer; drop memory and look when the commit is
// not clean.
void Sim::StepCentral() {
  for (auto it = network_.begin(); it != network_.end();) {
    if (it->at <= now_) {
      queue_.push_back(*it);
      it = network_.erase(it);
    } else {
      ++it;
    }
  }
  if (Below(60) == 0) {  // SIGKILL: memory and queue are gone
    queue_.clear();
    Recover();
    ++seen.restarts;
  }
  if (queue_.empty()) return;
  std::vector<Flight> batch;
  batch.swap(queue_);
  for (int attempt = 0; attempt < 5; ++attempt) {
    std::vector<Input> inputs;
    for (const auto& flight : batch) {
      TerminalInput input{flight.message, {Clock()}, {}, {}};
      if (flight.message.decoded->has_order()) {
        const auto facts = games::CheckOrder(flight.message.decoded->order());
        input.per_draw = facts->per_draw;
        input.numbers = facts->numbers;
      }
      LookUp(input);
      inputs.push_back(std::move(input));
    }
    const auto effects = central_->Apply(inputs, {Clock()});
    const auto answer_all = [&] {
      for (std::size_t i = 0; i < batch.size(); ++i)
        Answer(batch[i].terminal, batch[i].message, effects.replies[i]);
    };
    if (planted_) answer_all();
    const auto outcome = effects.Empty() ? central::CommitOutcome::kDone
                                         : store_.CommitBatch(central_->state(), effects, [] {});
    if (outcome == central::CommitOutcome::kDone) {
      if (!planted_) answer_all();
      return;
    }
    (outcome == central::CommitOutcome::kNotDone ? seen.failed : seen.in_doubt) += 1;
    Recover();
    if (planted_) return;
  }
}

// Quiet weather: everything under way is resolved, so the judge compares finished books.
void Sim::Settle() {
  store_.faults.clear();
  skew_ = 0;
  now_ += kClockAheadMs;  // the clock has caught up
  for (int round = 0; round < 2'000; ++round) {
    now_ += 100;
    bool open = false;
    for (std::size_t i = 0; i < terminals_.size(); ++i) {
      if (!terminals_[i].pending) continue;
      open = true;
      ActTerminal(i);
    }
    StepCentral();
    if (!open && network_.empty() && queue_.empty()) return;
  }
}

bool Sim::JudgeTold(const ModelTerminal& t) {
  for (const auto& told : t.told) {
    for (const auto& part : told.accepted.parts) {
      const auto log = store_.leaves().find(part.log);
      if (log == store_.leaves().end() || part.index >= log->second.size())
        return Fail("an acknowledged sale is lost");
      const auto leaf = protocol::DecodeSaleLeaf(log->second[part.index]);
      if (!leaf || leaf->message != told.message.octets)
        return Fail("another leaf stands where an acknowledged sale was");
    }
  }
  const auto state = central_->state().terminals.find(t.id);
  if (state->second.balance.fen() != t.expected_balance)
    return Fail("a balance differs from what the terminal was told");
  if (state->second.sequence != t.sequence || state->second.head != t.head)
    return Fail("heads differ");
  return true;
}

// Of each number exactly as many lines are counted as stand in the leaves, and never more than may.
bool Sim::JudgeNumbers() {
  for (const auto& log : central_->state().logs) {
    if (!log.draw || log.draw->game != "3d") continue;
    std::map<games::D3Number, std::int64_t> lines;
    std::map<Bytes, std::vector<games::NumberLines>> orders;
    for (const auto& raw :
         store_.leaves().contains(log.id) ? store_.leaves().at(log.id) : std::vector<Bytes>()) {
      const auto leaf = protocol::DecodeSaleLeaf(raw);
      const auto message = protocol::DecodeMessage(leaf->message, leaf->signature);
      const bool sold = message->decoded->has_order();
      if (sold)
        orders[Bytes(message->hash.view())] = games::CheckOrder(message->decoded->order())->numbers;
      for (const auto& n : sold ? orders[Bytes(message->hash.view())]
                                : orders.at(message->decoded->void_().order_hash())) {
        auto& count = lines[n.number];
        count += sold ? n.lines : -n.lines;
        if (count > kNumberLimit) return Fail("a number is sold beyond its limit");
        seen.full += count == kNumberLimit ? 1 : 0;
      }
    }
    std::erase_if(lines, [](const auto& item) { return item.second == 0; });
    auto kept = log.books.at("110000").lines;
    std::erase_if(kept, [](const auto& item) { return item.second == 0; });
    if (kept != lines) return Fail("lines of a number differ from the leaves");
  }
  return true;
}

bool Sim::JudgeStore() {
  std::set<std::pair<std::int32_t, std::string>> taken_back;
  std::map<std::int32_t, std::map<Bytes, int>> messages;
  std::map<std::pair<std::int32_t, std::uint32_t>, central::SaleTotals> totals;
  for (const auto& [log, list] : store_.leaves()) {
    crypto::MerkleTree tree;
    for (const auto& raw : list) {
      tree.Append(crypto::LeafHash(raw));
      if (log == central::kAuditLog) continue;
      const auto leaf = protocol::DecodeSaleLeaf(raw);
      if (++messages[log][leaf->message] > 1) return Fail("a sale is doubled");
      const auto message = protocol::DecodeMessage(leaf->message, leaf->signature);
      if (leaf->kind == protocol::LeafKind::kVoid &&
          !taken_back.emplace(log, message->decoded->void_().order_hash()).second)
        return Fail("an order is taken back twice");
      auto& t = totals[{log, message->decoded->terminal()}];
      (leaf->kind == protocol::LeafKind::kOrder ? t.sales : t.voids) += 1;
    }
    if (tree.Root() != central_->state().logs[static_cast<std::size_t>(log)].tree.Root())
      return Fail("a root differs");
  }
  for (const auto& [key, t] : totals) {
    const auto& kept =
        central_->state().logs[static_cast<std::size_t>(key.first)].totals.at(key.second);
    if (kept.sales != t.sales || kept.voids != t.voids)
      return Fail("totals differ from the leaves");
  }
  for (const auto& log : central_->state().logs) {
    if (log.sum != central::SumOf(log)) return Fail("the sum of a log differs from its terminals");
  }
  Digest previous;
  std::uint64_t number = 0;
  for (const auto& [n, raw] : store_.records()) {
    const auto record = protocol::DecodeBatchRecord(raw.record);
    if (!record || record->number != ++number || record->previous != previous)
      return Fail("the record chain is broken");
    previous = crypto::Sha256(raw.record);
  }
  return true;
}

bool Sim::Judge() {
  if (!JudgeStore()) return false;
  for (const auto& t : terminals_) {
    if (t.pending) return Fail("a message was never settled");
    if (!JudgeTold(t)) return false;
  }
  return JudgeNumbers();
}

// A little ahead or very much, and back again.
void Sim::SetClock() {
  if (skew_ == 0) {
    skew_ = Below(4) == 0 ? kClockAheadMs : Below(1000);
    return;
  }
  behind_until_ = now_ + skew_;
  skew_ = 0;
}

bool Sim::Run() {
  SetUp();
  const int steps = 150 + static_cast<int>(Below(100));
  for (int step = 0; step < steps; ++step) {
    now_ += 1 + Below(120);
    if (Below(25) == 0) SetClock();
    if (now_ < behind_until_ && Below(8) == 0) now_ = behind_until_;  // nobody sells meanwhile
    if (Below(9) == 0) store_.faults.push_back(static_cast<Fault>(1 + Below(3)));
    ActTerminal(static_cast<std::size_t>(Below(kTerminals)));
    StepCentral();
  }
  // Every seed sees each fault at least once.
  for (int more = 0; more < 5'000 && (seen.failed == 0 || seen.in_doubt == 0 ||
                                      seen.lost_replies == 0 || seen.restarts == 0);
       ++more) {
    now_ += 10;
    if (store_.faults.empty())
      store_.faults = {Fault::kNotDone, Fault::kInDoubtStored, Fault::kInDoubtLost};
    ActTerminal(static_cast<std::size_t>(Below(kTerminals)));
    StepCentral();
  }
  Settle();
  return Judge();
}

}  // namespace
}  // namespace lottery::tests

int main(int argc, char** argv) {
  std::uint64_t seed = 1, count = 1;
  bool planted = false;
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--seed") == 0 && more) seed = std::strtoull(argv[++i], nullptr, 10);
    if (std::strcmp(argv[i], "--count") == 0 && more) count = std::strtoull(argv[++i], nullptr, 10);
    if (std::strcmp(argv[i], "--plant") == 0 && more)
      planted = std::strcmp(argv[++i], "ack-before-commit") == 0;
  }
  lottery::tests::Seen all;
  std::uint64_t caught = 0;
  for (std::uint64_t s = seed; s < seed + count; ++s) {
    lottery::tests::Sim sim(s, planted);
    if (!sim.Run()) {
      ++caught;
      if (!planted)
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(s), sim.failure.c_str());
    }
    all.sold += sim.seen.sold;
    all.failed += sim.seen.failed;
    all.in_doubt += sim.seen.in_doubt;
    all.lost_replies += sim.seen.lost_replies;
    all.restarts += sim.seen.restarts;
    all.skipped += sim.seen.skipped;
    all.voided += sim.seen.voided;
    all.full += sim.seen.full;
  }
  std::printf(
      "%llu seeds: %llu broken; sold %d, voided %d, skipped %d, failed commits %d, in doubt %d, "
      "lost replies %d, restarts %d, numbers sold out %d\n",
      static_cast<unsigned long long>(count), static_cast<unsigned long long>(caught), all.sold,
      all.voided, all.skipped, all.failed, all.in_doubt, all.lost_replies, all.restarts, all.full);
  if (planted) return caught > 0 ? 0 : 1;  // a planted bug must be caught
  return caught == 0 ? 0 : 1;
}
