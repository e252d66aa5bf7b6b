#include "central/desk.h"

#include "base/log.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;

namespace {
constexpr auto kInboxPause = std::chrono::milliseconds(25);
constexpr std::uint32_t kMaxEntries = 1024;
constexpr std::size_t kMaxEntriesOctets = 2 << 20;
constexpr std::int64_t kMessagesWithinVoidWindow = 600;  // one every half second for five minutes
}  // namespace

Desk::Desk(std::string conninfo, Engine& engine, const base::Clock& clock)
    : conninfo_(std::move(conninfo)), engine_(engine), clock_(clock) {}

Desk::~Desk() { Stop(); }

void Desk::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  work_.clear();
}

void Desk::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Desk::Post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void Desk::Loop() {
  while (true) {
    std::vector<std::function<void()>> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kInboxPause, [&] { return stopping_ || !work_.empty(); });
      if (stopping_) return;
      work.swap(work_);
    }
    for (const auto& task : work) task();
    PollInbox();
  }
}

Result<base::pg::Session*> Desk::Open() {
  if (session_ && session_->Broken()) session_.reset();
  if (!session_) {
    LOTTERY_TRY(auto session, base::pg::Session::Open(conninfo_));
    LOTTERY_TRY_VOID(session.Script("SET application_name = 'lottery-central-desk'"));
    session_.emplace(std::move(session));
  }
  return &*session_;
}

Result<base::pg::Rows> Desk::Exec(const std::string& sql, const std::vector<Param>& params) {
  LOTTERY_TRY(base::pg::Session * session, Open());
  return session->Exec(sql, params);
}

void Desk::PollInbox() {
  const auto rows = Exec(
      "SELECT i.id, i.kind, i.body, i.by_role FROM issuance.inbox i WHERE NOT EXISTS "
      "(SELECT FROM issuance.inbox_done d WHERE d.id = i.id) ORDER BY i.id LIMIT 100",
      {});
  if (!rows) return;
  for (int i = 0; i < rows->size(); ++i) {
    const std::int64_t id = rows->Int(i, 0);
    {
      const std::lock_guard lock(mutex_);
      if (!in_flight_.insert(id).second) continue;
    }
    CommandInput command{id, std::string(rows->Text(i, 1)), std::string(rows->Text(i, 2)),
                         std::string(rows->Text(i, 3))};
    const bool queued = engine_.Submit({std::move(command),
                                        [this, id](const Outcome&) {
                                          const std::lock_guard lock(mutex_);
                                          in_flight_.erase(id);
                                        },
                                        nullptr});
    if (!queued) {
      const std::lock_guard lock(mutex_);
      in_flight_.erase(id);
      return;
    }
  }
}

void Desk::CheckClaim(const protocol::SignedMessage& message,
                      std::function<void(base::Status)> done) {
  Post([this, message, done = std::move(done)] {
    const auto& claim = message.decoded->claim();
    if (claim.t().size() != 16 || claim.s().size() != 32)
      return done(Fail(ErrorCode::kWrongSecret));
    const auto rows =
        Exec("SELECT settlement.check_claim($1, $2, $3, $4, $5, $6, $7)",
             {claim.origin(), static_cast<std::int64_t>(claim.index()), Param::Bytea(claim.t()),
              Param::Bytea(claim.s()), Param::Bytea(message.hash.view()),
              static_cast<std::int64_t>(message.decoded->terminal()), clock_.Now().ms});
    if (!rows) return done(tl::unexpected<base::Error>(rows.error()));
    const auto code = base::ErrorCodeFrom(static_cast<std::uint32_t>(rows->Int(0, 0)));
    done(rows->Int(0, 0) == 0 ? base::Status()
                              : base::Status(Fail(code.value_or(ErrorCode::kInternal))));
  });
}

void Desk::PayClaim(const protocol::SignedMessage& message, wire::Receipt receipt,
                    Engine::Answer done) {
  Post([this, message, receipt = std::move(receipt), done = std::move(done)]() mutable {
    const auto& claim = message.decoded->claim();
    const auto rows = Exec(
        "SELECT refusal, paid_fen, paid_ms, paid_by, fresh FROM settlement.pay($1, $2, $3, $4, $5, "
        "$6, $7)",
        {claim.origin(), static_cast<std::int64_t>(claim.index()), Param::Bytea(claim.t()),
         Param::Bytea(claim.s()), Param::Bytea(message.hash.view()),
         static_cast<std::int64_t>(message.decoded->terminal()), clock_.Now().ms});
    if (!rows) return done(tl::unexpected<base::Error>(rows.error()));
    auto* result = receipt.mutable_claim();
    const auto refusal = static_cast<std::uint32_t>(rows->Int(0, 0));
    result->set_refusal(refusal);
    result->set_outcome(refusal != 0       ? wire::ClaimResult::REFUSED
                        : rows->Bool(0, 4) ? wire::ClaimResult::PAID
                                           : wire::ClaimResult::PAID_BEFORE);
    result->set_paid_fen(rows->Int(0, 1));
    result->set_paid_at_ms(rows->Int(0, 2));
    result->set_paid_by_terminal(static_cast<std::uint32_t>(rows->Int(0, 3)));
    done(std::move(receipt));
  });
}

void Desk::ReadEntries(const wire::EntriesRequest& request,
                       std::function<void(Result<wire::Entries>)> done) {
  Post([this, request, done = std::move(done)] {
    const std::uint32_t count = std::min(request.count(), kMaxEntries);
    const auto rows = Exec(
        "SELECT l.idx, l.body FROM issuance.leaf l JOIN issuance.log g ON g.id = l.log "
        "WHERE g.origin = $1 AND l.idx >= $2 AND l.idx < $3 ORDER BY l.idx",
        {request.origin(), static_cast<std::int64_t>(request.from()),
         static_cast<std::int64_t>(request.from() + count)});
    if (!rows) return done(tl::unexpected<base::Error>(rows.error()));
    wire::Entries entries;
    entries.set_origin(request.origin());
    entries.set_from(request.from());
    std::size_t octets = 0;
    for (int i = 0; i < rows->size() && octets < kMaxEntriesOctets; ++i) {
      entries.add_leaves(rows->Bytea(i, 1));
      octets += entries.leaves(i).size();
    }
    done(std::move(entries));
  });
}

// The void of an order is by the same terminal, soon after it, and its leaf in the same log.
Result<bool> Desk::IsVoided(const Part& first, const protocol::SignedMessage& order) {
  const auto sequence = static_cast<std::int64_t>(order.decoded->sequence());
  LOTTERY_TRY(const auto later,
              Exec("SELECT parts FROM issuance.accepted WHERE terminal = $1 AND sequence > $2 AND "
                   "sequence <= $3",
                   {static_cast<std::int64_t>(order.decoded->terminal()), sequence,
                    sequence + kMessagesWithinVoidWindow}));
  for (int i = 0; i < later.size(); ++i) {
    LOTTERY_TRY(const auto parts, DecodeParts(later.Bytea(i, 0)));
    if (parts.at(0).log != first.log || parts[0].time.ms > first.time.ms + kVoidWindowMs) continue;
    LOTTERY_TRY(const auto rows, Exec("SELECT body FROM issuance.leaf WHERE log = $1 AND idx = $2",
                                      {parts[0].log, static_cast<std::int64_t>(parts[0].index)}));
    if (rows.size() != 1) continue;
    LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(rows.Bytea(0, 0)));
    LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf.message, leaf.signature));
    if (message.decoded->has_void_() && message.decoded->void_().order_hash() == order.hash.view())
      return true;
  }
  return false;
}

Result<std::vector<TicketPart>> Desk::ReadTicket(const Part& first) {
  std::vector<TicketPart> parts{{first}};
  LOTTERY_TRY(const auto rows, Exec("SELECT body FROM issuance.leaf WHERE log = $1 AND idx = $2",
                                    {first.log, static_cast<std::int64_t>(first.index)}));
  if (rows.size() == 1) {
    LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(rows.Bytea(0, 0)));
    LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf.message, leaf.signature));
    LOTTERY_TRY(const auto accepted,
                Exec("SELECT parts FROM issuance.accepted WHERE terminal = $1 AND sequence = $2",
                     {static_cast<std::int64_t>(message.decoded->terminal()),
                      static_cast<std::int64_t>(message.decoded->sequence())}));
    if (accepted.size() != 1) return Fail(ErrorCode::kFileCorrupt, "an order without its row");
    LOTTERY_TRY(const auto places, DecodeParts(accepted.Bytea(0, 0)));
    parts.clear();
    for (const auto& place : places) parts.push_back({place});
    LOTTERY_TRY(const bool voided, IsVoided(places.at(0), message));
    if (voided || leaf.kind == protocol::LeafKind::kVoid) {
      for (auto& part : parts) part.state = "void";
      return parts;
    }
  }
  for (auto& part : parts) {
    LOTTERY_TRY(const auto state,
                Exec("SELECT state, prize_fen FROM settlement.ticket_state($1, $2)",
                     {part.place.log, static_cast<std::int64_t>(part.place.index)}));
    part.state = state.Text(0, 0);
    part.prize_fen = state.Int(0, 1);
  }
  return parts;
}

void Desk::FindTicket(const Part& first, std::function<void(std::vector<TicketPart>)> done) {
  Post([this, first, done = std::move(done)] {
    auto parts = ReadTicket(first);
    if (!parts) base::LogWarn("ticket not read: " + parts.error().detail);
    done(parts ? std::move(*parts) : std::vector<TicketPart>{{first}});
  });
}

}  // namespace lottery::central
