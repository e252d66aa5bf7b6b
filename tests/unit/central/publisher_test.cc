// The publisher among witnesses that are dead, slow or wrong: what it serves, how soon a quorum
// stands, and what it makes of a witness that claims to hold more.
#include "central/publisher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/sim/memory_store.h"

namespace lottery::central {
namespace {
using protocol::net::HttpAnswer;
using protocol::net::HttpRequest;
using protocol::net::HttpServer;
using namespace std::chrono_literals;

constexpr const char* kOperator = "o.example";
constexpr const char* kNames[] = {"w0", "w1", "w2", "w3"};
constexpr int kQuorum = 3;
constexpr std::size_t kOdd = 3;  // the witness that errs
constexpr std::int64_t kWaitMs = 10'000;

// Answers as a script says; what a good witness would have said is put to it.
struct FakeWitness {
  using Script = std::function<HttpAnswer(HttpAnswer good, const crypto::Note& note)>;
  explicit FakeWitness(std::string its_name) : name(std::move(its_name)) {}

  HttpAnswer Serve(const HttpRequest& request) {
    if (request.method != "POST") return show ? *show : HttpAnswer{404, "text/plain", ""};
    const int now = ++under_way;
    most_under_way = std::max(most_under_way.load(), now);
    ++asked;
    const auto note =
        crypto::ParseNote(crypto::ParseAddCheckpointBody(request.body).value().checkpoint_note);
    HttpAnswer answer{200, "text/plain",
                      crypto::SignatureLine(crypto::Cosign(key, name, note->text, seconds))};
    if (script) answer = script(answer, *note);
    --under_way;
    return answer;
  }
  void Start() {
    server =
        HttpServer::Start("127.0.0.1", 0, 4, [this](const auto& r) { return Serve(r); }).value();
  }

  const std::string name;
  const crypto::SigningKey key = crypto::SigningKey::Generate();
  std::uint64_t seconds = 1'800'000'000;
  Script script;
  std::optional<HttpAnswer> show;  // to GET
  std::atomic<int> under_way{0}, most_under_way{0}, asked{0};
  std::unique_ptr<HttpServer> server;
};

struct FixedClock : base::Clock {
  base::UtcTime Now() const override { return {1'800'000'000'000}; }
};

struct Till : Engine::Answers {
  std::promise<base::ErrorCode> refusal;
  void OnAnswer(const Sender&, const TerminalInput&, Outcome outcome) override {
    refusal.set_value(outcome.error().code);
  }
  void OnBatchAnswered() override {}
  int Waiting() const override { return 0; }
  bool Flooded() const override { return false; }
  void OnCommitted(std::chrono::duration<double, std::milli>) override {}
  void OnLookUp(Sender, TerminalInput, Need) override {}
};

// Central's engine with one log, a publisher, and four witnesses of which three are the quorum.
struct World {
  World() {
    for (const char* name : kNames) {
      witnesses.push_back(std::make_unique<FakeWitness>(name));
      trust.witnesses.push_back(
          {name, crypto::kTypeCosignature, witnesses.back()->key.public_key()});
    }
    trust.operator_name = kOperator;
    trust.quorum = kQuorum;
    trust.log_key = {kOperator, crypto::kTypeEd25519, log_key.public_key()};
    secrets.mac_key.emplace("mac key");
    store.AddLog(NewLog(0, protocol::AuditOrigin(kOperator), std::nullopt));
    engine = std::make_unique<Engine>(kOperator, trust, secrets, record_key, store, clock);
    engine->SendAnswersTo(&till);
    LOTTERY_CHECK(engine->Start().has_value());
  }
  ~World() {
    engine->Stop();
    publisher.reset();
  }
  FakeWitness& odd() { return *witnesses[kOdd]; }

  // With `dead` the odd witness's port is closed.
  void Start(bool dead = false) {
    std::vector<WitnessAddress> addresses;
    for (auto& witness : witnesses) {
      witness->Start();
      const auto port = witness->server->port();
      if (dead && witness.get() == &odd()) witness->server.reset();
      addresses.push_back({witness->name, "http://127.0.0.1:" + std::to_string(port)});
    }
    publisher = std::make_unique<Publisher>(*engine, log_key, trust, std::move(addresses),
                                            [this](const auto& notes) -> base::Status {
                                              const std::lock_guard lock(mutex);
                                              for (const auto& n : notes)
                                                stored[{n.size, n.witnessed.count}] = n.note;
                                              return {};
                                            });
    publisher->Start();
  }
  // One more entry in the audit log.
  void Grow() {
    std::promise<void> done;
    engine->Submit(CommandInput{++inputs, "note", "{}", "test"}, [&] { done.set_value(); });
    done.get_future().wait();
  }
  std::uint64_t Witnessed() {
    std::uint64_t size = 0;
    engine->Ask([&](const Sequencer& s) { size = s.state().logs[0].witnessed; });
    return size;
  }
  // Waits for what must come, and says how long that took.
  static std::int64_t MsUntil(const std::function<bool()>& there) {
    const std::int64_t began = base::SteadyMs();
    while (!there() && base::SteadyMs() - began < kWaitMs) std::this_thread::sleep_for(2ms);
    return base::SteadyMs() - began;
  }
  crypto::Note Served() {
    const auto answer = publisher->Serve({"GET", "/log/audit/checkpoint", ""});
    return answer.status == 200 ? crypto::ParseNote(answer.body).value() : crypto::Note{};
  }
  // Every line of what is served and stored but the log's: its witness's own, and it verifies.
  void ExpectOnlyGoodLines() {
    std::vector<std::string> notes{Served().ToText()};
    {
      const std::lock_guard lock(mutex);
      for (const auto& [key, note] : stored) notes.push_back(note);
    }
    for (const auto& text : notes) {
      const auto note = crypto::ParseNote(text).value();
      for (std::size_t i = 1; i < note.signatures.size(); ++i) {
        const bool good =
            std::any_of(trust.witnesses.begin(), trust.witnesses.end(), [&](const auto& w) {
              return crypto::VerifyNoteSignature(note, note.signatures[i], w);
            });
        EXPECT_TRUE(good) << text;
      }
    }
  }
  // A stranger's message is refused for what it is, or because nothing is sold. Once.
  base::ErrorCode Refusal() {
    const auto message = std::make_shared<wire::TerminalMessage>();
    message->set_terminal(1);
    message->set_sequence(1);
    message->mutable_skip();
    TerminalInput input;
    input.message.decoded = message;
    std::vector<Submission> one;
    one.push_back({{}, std::move(input)});
    engine->Submit(one);
    return till.refusal.get_future().get();
  }

  const FixedClock clock;
  const crypto::SigningKey log_key = crypto::SigningKey::Generate(),
                           record_key = crypto::SigningKey::Generate();
  protocol::Trust trust;
  Secrets secrets;
  tests::MemoryStore store;
  Till till;
  std::unique_ptr<Engine> engine;
  std::int64_t inputs = 0;
  std::vector<std::unique_ptr<FakeWitness>> witnesses;
  std::mutex mutex;
  std::map<std::pair<std::uint64_t, int>, std::string> stored;  // guarded by mutex
  std::unique_ptr<Publisher> publisher;
};

using Script = FakeWitness::Script;

HttpAnswer With(HttpAnswer answer, int status, std::string body) {
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}
Script Always(int status, const std::string& body) {
  return [=](const auto& good, const auto&) { return With(good, status, body); };
}
Script Slow(std::chrono::milliseconds by) {
  return [=](auto good, const auto&) {
    std::this_thread::sleep_for(by);
    return good;
  };
}
HttpAnswer OneBitSpoiled(const HttpAnswer& good, const crypto::Note&) {
  auto line = crypto::ParseSignatureLine(good.body.substr(0, good.body.size() - 1)).value();
  line.signature[20] = static_cast<char>(line.signature[20] ^ 1);
  return With(good, 200, crypto::SignatureLine(line));
}
HttpAnswer StrangerFirst(const HttpAnswer& good, const crypto::Note& note) {
  const auto line = crypto::Cosign(crypto::SigningKey::Generate(), kNames[kOdd], note.text, 5);
  return With(good, 200, crypto::SignatureLine(line) + "no line at all\n" + good.body);
}

// One of four errs: what is served in the end, and how soon the quorum stands. It is usually there
// after some tens of milliseconds; the bound holds on any machine and is less than what a witness
// that is slow, or is waited for, takes.
TEST(Publisher, OneWitnessThatErrsDelaysNothing) {
  struct Row {
    const char* what;
    Script script;
    std::size_t cosignatures;  // served in the end
    bool dead = false;
  };
  const Row rows[] = {
      {"all well", nullptr, 4},
      {"dead", nullptr, 3, true},
      {"refuses, 500", Always(500, "no\n"), 3},
      {"rubbish", Always(200, "rubbish \x01\n\n"), 3},
      {"nothing", Always(200, ""), 3},
      {"one bit of its line spoiled", OneBitSpoiled, 3},
      {"a stranger's line first, its own third", StrangerFirst, 4},
      {"its line twice",
       [](const auto& good, const auto&) { return With(good, 200, good.body + good.body); }, 4},
      {"a huge body", Always(200, std::string(1 << 20, 'a')), 3},
      {"slow by 3 s", Slow(3s), 4},
      {"409 with rubbish", Always(409, "many\n"), 3},
      {"409 with a size no log has", Always(409, "9000000000000000000\n"), 3},
      {"409 with a larger size", Always(409, "1000\n"), 3},
      {"409 with a smaller size, for ever", Always(409, "0\n"), 3}};
  for (const auto& row : rows) {
    World w;
    w.odd().script = row.script;
    w.Start(row.dead);
    w.Grow();
    const int asked = w.odd().asked;
    w.publisher->Hurry();
    const auto took = World::MsUntil([&] { return w.Witnessed() == 1; });
    std::printf("[ quorum   ] %4d ms: %s\n", static_cast<int>(took), row.what);
    EXPECT_LT(took, 2500) << row.what;
    World::MsUntil([&] { return row.dead || (w.odd().asked > asked && w.odd().under_way == 0); });
    World::MsUntil([&] { return w.Served().signatures.size() == row.cosignatures + 1; });
    EXPECT_EQ(w.Served().signatures.size(), row.cosignatures + 1) << row.what;
    w.ExpectOnlyGoodLines();
    EXPECT_LE(w.odd().most_under_way, 1) << row.what;
    EXPECT_EQ(w.Refusal(), base::ErrorCode::kUnknownTerminal) << row.what;  // it sells
  }
}

// What is sealed is what the engine was told, and that is stored before.
TEST(Publisher, WhatIsStoredAndToldHoldsGoodLinesOnly) {
  World w;
  w.odd().script = StrangerFirst;
  w.Start();
  w.Grow();
  w.publisher->Hurry();
  World::MsUntil([&] { return w.Witnessed() == 1; });
  std::string told;
  w.engine->Ask([&](const Sequencer& s) { told = s.state().logs[0].witnessed_note; });
  const auto note = crypto::ParseNote(told).value();
  EXPECT_TRUE(
      crypto::CheckWitnessed(note, w.trust.log_key, w.trust.witnesses, kQuorum).has_value());
  const std::lock_guard lock(w.mutex);
  const bool stored = std::any_of(w.stored.begin(), w.stored.end(),
                                  [&](const auto& kept) { return kept.second == told; });
  EXPECT_TRUE(stored);
}

// Two that take their time must come to the same checkpoint, though the log grows all the while.
TEST(Publisher, TwoSlowWitnessesStillMakeAQuorum) {
  World w;
  w.witnesses[0]->script = Slow(700ms);
  w.witnesses[1]->script = Slow(1100ms);
  w.Start();
  int grown = 0;
  World::MsUntil([&] {
    w.Grow();
    ++grown;
    return w.Witnessed() > 2;
  });
  EXPECT_GT(w.Witnessed(), 2U) << grown;
}

// Whether selling stops when witnesses say that they hold more than the log has.
TEST(Publisher, ALogBehindItsWitnessesIsSeenAtTheStart) {
  struct Row {
    const char* what;
    int sayers;          // witnesses that answer 409 with a larger size
    const char* shown;   // whose signature stands under the checkpoint they show
    std::uint64_t size;  // of that
    bool stops;
  };
  const Row rows[] = {{"nobody", 0, "", 0, false},
                      {"one, and shows nothing", 1, "", 0, false},
                      {"one, and shows a stranger's checkpoint", 1, "stranger", 7, false},
                      {"one, and shows an old checkpoint of ours", 1, "log", 1, false},
                      {"one, and shows a larger checkpoint of ours", 1, "log", 7, true},
                      {"two, without whom there is no quorum", 2, "", 0, true}};
  for (const auto& row : rows) {
    World w;
    w.Grow();
    const auto stranger = crypto::SigningKey::Generate();
    for (int i = 0; i < row.sayers; ++i) {
      FakeWitness& witness = *w.witnesses[static_cast<std::size_t>(i)];
      witness.script = Always(409, "7\n");
      if (*row.shown == '\0') continue;
      const std::string text =
          crypto::Checkpoint{protocol::AuditOrigin(kOperator), row.size, crypto::EmptyRoot()}
              .ToText();
      const auto& key = std::string(row.shown) == "log" ? w.log_key : stranger;
      witness.show = HttpAnswer{
          200, "text/plain", crypto::Note{text, {crypto::SignNote(key, kOperator, text)}}.ToText()};
    }
    w.Start();
    EXPECT_EQ(w.Refusal(),
              row.stops ? base::ErrorCode::kBehindWitnesses : base::ErrorCode::kUnknownTerminal)
        << row.what;
  }
}

TEST(Publisher, TilesBeyondTheLogAreNotThere) {
  World w;
  for (int i = 0; i < 5; ++i) w.Grow();
  w.Start();
  const auto status = [&](const std::string& path) {
    return w.publisher->Serve({"GET", "/log/" + path, ""}).status;
  };
  EXPECT_EQ(status("audit/tile/0/000.p/5"), 200);
  EXPECT_EQ(status("audit/checkpoint"), 200);
  for (const char* path :
       {"audit/tile/0/000", "audit/tile/0/000.p/6", "audit/tile/0/001.p/1", "audit/tile/1/000.p/1",
        "audit/tile/0/x072/x057/x594/x037/x927/936.p/5", "audit/", "audit", "", "other/checkpoint"})
    EXPECT_EQ(status(path), 404) << path;
}

// A witness's answer by itself.
TEST(WitnessAnswer, OnlyItsOwnLineThatHoldsIsTaken) {
  const auto key = crypto::SigningKey::Generate(), other = crypto::SigningKey::Generate();
  const crypto::VerifierKey own{"w", crypto::kTypeCosignature, key.public_key()};
  const std::string text = crypto::Checkpoint{"o", 0, crypto::EmptyRoot()}.ToText();
  const auto line = [&](const crypto::SigningKey& by, std::uint64_t seconds) {
    return crypto::SignatureLine(crypto::Cosign(by, "w", text, seconds));
  };
  const std::string good = line(key, 1000), wrong = line(other, 1000);
  std::string many;
  for (std::size_t i = 0; i < crypto::kMaxNoteSignatures; ++i) many += wrong;
  struct Row {
    const char* what;
    std::string answer;
    bool taken;
  };
  const Row rows[] = {
      {"its line", good, true},
      {"its line without the newline", good.substr(0, good.size() - 1), true},
      {"after others", wrong + "\n\n x\n" + good, true},
      {"before others", good + wrong, true},
      {"after more than a note may have", many + good, false},
      {"under another key", wrong, false},
      {"of another text", crypto::SignatureLine(crypto::Cosign(key, "w", text + "x\n", 1000)),
       false},
      {"a plain signature", crypto::SignatureLine(crypto::SignNote(key, "w", text)), false},
      {"stamped a minute ahead", line(key, 1060), true},
      {"stamped further ahead", line(key, 1061), false},
      {"nothing", "", false},
      {"a zero octet", std::string(1, '\0'), false}};
  for (const auto& row : rows)
    EXPECT_EQ(JudgeAnswer(row.answer, text, own, {1'000'000}).has_value(), row.taken) << row.what;
  const crypto::VerifierKey log_kind{"w", crypto::kTypeEd25519, key.public_key()};
  EXPECT_FALSE(JudgeAnswer(crypto::SignatureLine(crypto::SignNote(key, "w", text)), text, log_kind,
                           {1'000'000}));
}

TEST(WitnessAnswer, ASizeIsANumberALogCanHave) {
  for (const char* good : {"0\n", "7", "1099511627776\n", "7\nmore\n"})
    EXPECT_TRUE(JudgeConflict(good).has_value()) << good;
  for (const char* bad :
       {"", "\n", "07\n", "-1\n", "7 \n", "x\n", "1099511627777\n", "99999999999999999999999\n"})
    EXPECT_FALSE(JudgeConflict(bad).has_value()) << bad;
}

}  // namespace
}  // namespace lottery::central
