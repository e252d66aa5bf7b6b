#include "central/desk.h"

#include "base/log.h"
#include "base/thread.h"
#include "central/accepted_index.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;

namespace {
constexpr auto kInboxPause = std::chrono::milliseconds(25);
constexpr auto kSearchInboxEvery = std::chrono::seconds(1);
constexpr int kInboxAtOnce = 500;
constexpr std::uint32_t kMaxEntries = 1024;
constexpr std::size_t kMaxEntriesOctets = 2 << 20;
constexpr std::uint64_t kMessagesWithinVoidWindow = 600;  // one every half second for five minutes
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
  thread_ = std::thread([this] {
    base::BeNice(base::kNiceOfBookkeepers);
    Loop();
  });
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
    inbox_from_ = 0;  // a server that comes back may give numbers again that it gave before
  }
  return &*session_;
}

Result<base::pg::Rows> Desk::Exec(const std::string& sql, const std::vector<Param>& params) {
  LOTTERY_TRY(base::pg::Session * session, Open());
  return session->Exec(sql, params);
}

// A look at the newest number is cheap; rows without an answer are searched for when it moved, and
// once a second in any case: numbers are given before rows are committed, and a batch may fail.
// What transactions before `inbox_from_` handed in is all answered: an inbox of years costs no
// more.
void Desk::PollInbox() {
  const auto session = Open();
  if (!session) return;  // whoever sells says so
  const auto newest = (*session)->Exec(
      "SELECT max(id), pg_snapshot_xmin(pg_current_snapshot()) FROM issuance.inbox");
  if (!newest || newest->Null(0, 0)) return;
  const auto now = std::chrono::steady_clock::now();
  const bool moved = newest->Int(0, 0) != inbox_seen_;
  if (!moved && !inbox_more_ && now - inbox_searched_ < kSearchInboxEvery) return;
  inbox_seen_ = newest->Int(0, 0);
  inbox_searched_ = now;
  std::set<std::int64_t>
      handed_on;  // before the look: what is answered meanwhile must not go twice
  {
    const std::lock_guard lock(mutex_);
    handed_on = in_flight_;
  }
  const auto rows = (*session)->Exec(
      "SELECT i.id, i.kind, i.body, i.by_role, i.xact FROM issuance.inbox i WHERE i.xact >= "
      "$1::xid8 AND NOT EXISTS (SELECT FROM issuance.inbox_done d WHERE d.id = i.id) "
      "ORDER BY i.id LIMIT " +
          std::to_string(kInboxAtOnce),
      {inbox_from_});
  if (!rows) return base::LogWarn("the inbox cannot be read: " + rows.error().detail);
  inbox_more_ = rows->size() == kInboxAtOnce;
  if (!inbox_more_) {
    inbox_from_ = newest->Int(0, 1);
    for (int i = 0; i < rows->size(); ++i) inbox_from_ = std::min(inbox_from_, rows->Int(i, 4));
  }
  for (int i = 0; i < rows->size(); ++i) {
    const std::int64_t id = rows->Int(i, 0);
    if (handed_on.contains(id)) continue;
    {
      const std::lock_guard lock(mutex_);
      if (!in_flight_.insert(id).second) continue;
    }
    CommandInput command{id, std::string(rows->Text(i, 1)), std::string(rows->Text(i, 2)),
                         std::string(rows->Text(i, 3))};
    if (command.kind == "close" && before_close) {
      before_close([this, command] { HandOn(command); });
      inbox_more_ = true;  // what was handed in after it waits for the next look
      return;
    }
    if (!HandOn(std::move(command))) return;
  }
}

// To the engine; when its queue is full, the next look finds the row again.
bool Desk::HandOn(CommandInput command) {
  const auto forget = [this, id = command.id] {
    const std::lock_guard lock(mutex_);
    in_flight_.erase(id);
  };
  const bool queued = engine_.Submit(std::move(command), forget);
  if (!queued) forget();
  return queued;
}

void Desk::KeepSnapshot(std::uint64_t record, Bytes snapshot) {
  Post([this, record, snapshot = std::move(snapshot)] {
    const auto kept = Exec("INSERT INTO issuance.snapshot VALUES ($1, $2)",
                           {static_cast<std::int64_t>(record), Param::Bytea(snapshot)});
    if (!kept) base::LogWarn("snapshot not stored: " + kept.error().detail);
  });
}

Result<std::shared_ptr<const LookedUp>> Desk::ReadFor(const TerminalInput& input, Need need) {
  const auto& m = *input.message.decoded;
  LOTTERY_TRY(base::pg::Session * session, Open());
  auto found = std::make_shared<LookedUp>();
  found->need = need;
  if (need == Need::kPast) {
    LOTTERY_TRY(found->past, FindAccepted(*session, m.terminal(), m.sequence()));
    return std::shared_ptr<const LookedUp>(std::move(found));
  }
  const auto log = Exec("SELECT id FROM issuance.log WHERE origin = $1", {m.void_().origin()});
  if (!log) return tl::unexpected<base::Error>(log.error());
  if (log->size() == 1) {
    const Place place{static_cast<std::int32_t>(log->Int(0, 0)), m.void_().index()};
    LOTTERY_TRY(found->order, FindOrder(*session, place));
  }
  return std::shared_ptr<const LookedUp>(std::move(found));
}

void Desk::LookUp(TerminalInput input, Need need, std::function<void(Result<TerminalInput>)> done) {
  Post([this, input = std::move(input), need, done = std::move(done)]() mutable {
    auto found = ReadFor(input, need);
    if (!found) return done(tl::unexpected<base::Error>(found.error()));
    input.looked_up = std::move(*found);
    done(std::move(input));
  });
}

void Desk::ReadEntries(const wire::EntriesRequest& request,
                       std::function<void(Result<wire::Entries>)> done) {
  Post([this, request, done = std::move(done)] {
    const std::uint32_t count = std::min(request.count(), kMaxEntries);
    const auto from = static_cast<std::int64_t>(request.from());
    const auto session = Open();
    if (!session) return done(tl::unexpected<base::Error>(session.error()));
    const auto rows = (*session)->ExecBinary(
        "SELECT l.first, l.bundle FROM issuance.leaf l JOIN issuance.log g ON g.id = l.log WHERE "
        "g.origin = $1 AND l.first > $2 - l.count AND l.first < $3 AND l.first >= COALESCE((SELECT "
        "max(x.first) FROM issuance.leaf x WHERE x.log = g.id AND x.first <= $2), 0) ORDER BY "
        "l.first LIMIT " +
            std::to_string(kMaxEntries),
        {request.origin(), from, from + count});
    if (!rows) return done(tl::unexpected<base::Error>(rows.error()));
    wire::Entries entries;
    entries.set_origin(request.origin());
    entries.set_from(request.from());
    std::size_t octets = 0;
    for (int i = 0; i < rows->size() && octets < kMaxEntriesOctets; ++i) {
      auto leaves = crypto::ParseEntries(rows->Text(i, 1));
      if (!leaves) return done(tl::unexpected<base::Error>(leaves.error()));
      const std::int64_t first = rows->Int(i, 0);
      for (std::size_t k = 0; k < leaves->size() && octets < kMaxEntriesOctets; ++k) {
        const std::int64_t index = first + static_cast<std::int64_t>(k);
        if (index < from || index >= from + count) continue;
        octets += (*leaves)[k].size();
        entries.add_leaves(std::move((*leaves)[k]));
      }
    }
    done(std::move(entries));
  });
}

// The void of an order is by the same terminal, soon after it by the time of their log, and its
// leaf is in the same log.
Result<bool> Desk::IsVoided(const StoredOrder& order) {
  const std::uint64_t sequence = order.sequence;
  LOTTERY_TRY(base::pg::Session * session, Open());
  for (std::uint64_t later = sequence + 1; later <= sequence + kMessagesWithinVoidWindow; ++later) {
    LOTTERY_TRY(const auto accepted, FindAccepted(*session, order.terminal, later));
    if (!accepted) return false;
    if (accepted->parts[0].log != order.parts[0].log) continue;
    if (accepted->parts[0].time.ms > order.accepted.ms + 2 * kVoidWindowMs) return false;
    LOTTERY_TRY(const auto raw, FindLeaf(*session, accepted->parts[0]));
    const auto leaf = raw ? protocol::DecodeSaleLeaf(*raw) : Fail(ErrorCode::kEntryInvalid);
    if (!leaf || leaf->kind != protocol::LeafKind::kVoid) continue;
    LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf->message, leaf->signature));
    if (message.decoded->void_().order_hash() == order.hash.view()) return true;
  }
  return false;
}

Result<std::vector<TicketPart>> Desk::ReadTicket(const Part& first, bool voided, UtcTime last) {
  std::vector<TicketPart> parts{{first}};
  LOTTERY_TRY(base::pg::Session * session, Open());
  LOTTERY_TRY(const auto order, FindOrder(*session, first));
  if (order) {
    parts.clear();
    for (const auto& place : order->parts) parts.push_back({place});
    // As long as a void of it could come, the engine remembers one; behind that there are pages.
    const bool remembered = static_cast<const Place&>(order->parts[0]) == first &&
                            last.ms <= order->accepted.ms + 2 * kVoidWindowMs;
    if (!voided && !remembered) {
      LOTTERY_TRY(voided, IsVoided(*order));
    }
    if (voided) {
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

void Desk::FindTicket(const Part& first, bool voided, UtcTime last,
                      std::function<void(std::vector<TicketPart>)> done) {
  Post([this, first, voided, last, done = std::move(done)] {
    auto parts = ReadTicket(first, voided, last);
    if (!parts) base::LogWarn("ticket not read: " + parts.error().detail);
    done(parts ? std::move(*parts) : std::vector<TicketPart>{{first}});
  });
}

}  // namespace lottery::central
