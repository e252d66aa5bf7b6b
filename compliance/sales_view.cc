// Long for one reason: every rule that a leaf of a log must hold, of the audit log and of a draw's.
#include "compliance/sales_view.h"

#include <algorithm>
#include <cstring>

#include "compliance/audit_kinds.h"
#include "protocol/terminal_check.h"
#include "protocol/withdrawal.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

// The control's own figures, by 电脑型彩票 practice as docs/verification.md states them.
constexpr std::int64_t kVoidWindowMs = 300'000, kVoidBeforeCloseMs = 60'000;
constexpr std::int64_t kClockToleranceMs = 600'000;

bool AreApart(std::int64_t one, std::int64_t other, std::int64_t most) {
  std::int64_t apart = 0;
  return __builtin_sub_overflow(one, other, &apart) || apart > most || apart < -most;
}

protocol::SaleTotals Sum(const protocol::SaleTotals& a, const protocol::SaleTotals& b) {
  return {a.sales + b.sales, a.voids + b.voids, base::SumOrDie(a.sales_amount, b.sales_amount),
          base::SumOrDie(a.voids_amount, b.voids_amount)};
}

std::string At(const std::string& origin, std::uint64_t index) {
  return origin + " leaf " + std::to_string(index);
}

bool IsOf(const AuditView::Entry& e, const protocol::DrawId& draw) {
  const auto game = base::GetString(e.body, "game");
  const auto number = base::GetInt(e.body, "draw");
  return game && number && *game == draw.game && *number == draw.number;
}

}  // namespace

Status AuditView::Add(base::ByteView raw) {
  const std::uint64_t index = tree.size();
  LOTTERY_TRY(const auto leaf, protocol::DecodeAuditLeaf(raw));
  LOTTERY_TRY(const auto object, base::ParseJsonObject(leaf.json));
  Entry entry;
  entry.index = index;
  entry.time = leaf.time;
  LOTTERY_TRY(entry.kind, base::GetString(object, "kind"));
  LOTTERY_TRY(entry.by, base::GetString(object, "by"));
  LOTTERY_TRY(entry.body, base::GetObject(object, "body"));
  const auto named = [&](base::Error error) {
    error.detail = "audit leaf " + std::to_string(index) + ": " + error.detail;
    return tl::unexpected<base::Error>(std::move(error));
  };
  if (object.size() != 3 || base::ToLine(object) != leaf.json)
    return named({ErrorCode::kEntryInvalid, "not in written form"});
  if (const auto known = CheckAuditKind(entry.kind, entry.by, entry.body); !known)
    return named(known.error());
  if (entry.time < last_) return Fail(ErrorCode::kEntryTime, "audit leaf " + std::to_string(index));
  last_ = entry.time;
  if (const auto step = lives.Take(entry.kind, entry.time, entry.body); !step)
    return named(step.error());
  if (entry.kind == "credit" && entry.by == "settlement" && lives.names_sales())
    return named({ErrorCode::kNotPermitted, "a prize comes back by the payer's word alone"});
  if (entry.kind == "enrol") {
    LOTTERY_TRY_VOID(Enrol(entry));
  } else if (entry.kind == "suspend" || entry.kind == "resume") {
    LOTTERY_TRY_VOID(ChangeTerminal(entry));
  } else if (entry.kind == "claim" || entry.kind == "skip") {
    if (const auto checked = CheckClaim(entry); !checked) return named(checked.error());
    if (entry.kind == "claim") LOTTERY_TRY_VOID(payments.Claim(entry.by, entry.time, entry.body));
  } else if (entry.kind == "expired") {
    const auto expired = payments.Expire(entry.body, entry.time, settlers, lives);
    if (!expired) return named(expired.error());
  } else if (entry.kind == "payment") {
    const auto paid = payments.Pay(entry.body, {operator_name, payers}, lives);
    if (!paid) return named(paid.error());
  } else if (entry.kind == "plan") {
    LOTTERY_TRY(const auto game, base::GetString(entry.body, "game"));
    LOTTERY_TRY(const auto draw, base::GetInt(entry.body, "draw"));
    draws[game].insert(draw);
  } else if (entry.kind == "withdrawal") {
    LOTTERY_TRY_VOID(Withdraw(entry));
  }
  tree.Append(crypto::LeafHash(raw));
  entries.push_back(std::move(entry));
  return {};
}

// One key a terminal, one terminal a key, and no two keys of one id: a leaf names its key by the
// id.
Status AuditView::Enrol(const Entry& entry) {
  const auto invalid = [&](ErrorCode code, const char* why) {
    return Fail(code, "audit leaf " + std::to_string(entry.index) + ": " + why);
  };
  TerminalKey key;
  LOTTERY_TRY(const auto terminal,
              base::GetIntIn(entry.body, "terminal", 1, protocol::kMostTerminal));
  LOTTERY_TRY(key.jurisdiction, base::GetString(entry.body, "jurisdiction"));
  LOTTERY_TRY(const auto hex, base::GetString(entry.body, "public_key"));
  LOTTERY_TRY(key.public_key, base::FromHex(hex));
  key.terminal = static_cast<std::uint32_t>(terminal);
  key.enrolled = entry.time;
  if (!crypto::IsValidPublicKey(key.public_key))
    return invalid(ErrorCode::kEntryInvalid, "no public key");
  if (!protocol::IsJurisdiction(key.jurisdiction))
    return invalid(ErrorCode::kEntryInvalid, "no jurisdiction");
  const Bytes id = crypto::KeyId(key.public_key);
  if (key_ids_.contains(key.terminal) || keys.contains(id))
    return invalid(ErrorCode::kAlreadyExists, "terminal or key is enrolled before");
  key_ids_.emplace(key.terminal, id);
  keys.emplace(id, std::move(key));
  return {};
}

Status AuditView::ChangeTerminal(const Entry& entry) {
  const auto invalid = [&](const char* why) {
    return Fail(ErrorCode::kEntryInvalid, "audit leaf " + std::to_string(entry.index) + ": " + why);
  };
  LOTTERY_TRY(const auto terminal,
              base::GetIntIn(entry.body, "terminal", 1, protocol::kMostTerminal));
  const auto id = key_ids_.find(static_cast<std::uint32_t>(terminal));
  if (id == key_ids_.end()) return invalid("no such terminal");
  auto& steps = keys.at(id->second).steps;
  const bool suspended = steps.size() % 2 == 1;
  if (suspended == (entry.kind == "suspend")) return invalid("it is in that state already");
  steps.push_back(entry.time);
  return {};
}

// Rules C-01 and C-02: by an enrolled terminal, which claims only while it is not suspended, from
// a draw that pays or refunds, a leaf that was sealed.
Status AuditView::CheckClaim(const Entry& entry) const {
  constexpr std::string_view kFront = "terminal:";
  const auto number = base::ParseDecimal(std::string_view(entry.by).substr(kFront.size()));
  const auto id = key_ids_.find(static_cast<std::uint32_t>(number.value_or(0)));
  if (id == key_ids_.end()) return Fail(ErrorCode::kUnknownTerminal, entry.by);
  if (entry.kind == "skip") return {};
  if (keys.at(id->second).IsSuspendedAt(entry.time))
    return Fail(ErrorCode::kTerminalSuspended, entry.by);
  LOTTERY_TRY(const auto origin, base::GetString(entry.body, "origin"));
  LOTTERY_TRY(const auto index, base::GetIntIn(entry.body, "index", 0, INT64_MAX));
  const auto parts = base::Split(origin, '/');
  const std::size_t count = parts.size();
  if (count < 3) return Fail(ErrorCode::kUnknownTicket, "a claim from " + origin);
  const auto draw =
      protocol::ParseDrawId(std::string(parts[count - 2]) + "-" + std::string(parts[count - 1]));
  const auto* life = draw ? lives.Find(*draw) : nullptr;
  if (life == nullptr) return Fail(ErrorCode::kUnknownTicket, "a claim from " + origin);
  if (!operator_name.empty() && origin != protocol::OriginOf(operator_name, *draw))
    return Fail(ErrorCode::kUnknownTicket, "a claim from " + origin);
  if (life->state != protocol::DrawState::kPaying && life->state != protocol::DrawState::kRepaying)
    return Fail(ErrorCode::kNotAgreed, "a claim from " + origin + ", which does not pay");
  if (static_cast<std::uint64_t>(index) >= life->size)
    return Fail(ErrorCode::kUnknownTicket, origin + " has no leaf " + std::to_string(index));
  return {};
}

// Of two leaves of one millisecond either may have been first.
bool AuditView::TerminalKey::IsSuspendedAt(UtcTime time) const {
  const auto next = std::lower_bound(steps.begin(), steps.end(), time);
  const bool suspended = (next - steps.begin()) % 2 == 1;
  return suspended && (next == steps.end() || *next != time);
}

// The last plan of its game, never opened: the calendar shrinks at its end only.
Status AuditView::Withdraw(const Entry& entry) {
  const auto invalid = [&](const char* why) {
    return Fail(ErrorCode::kEntryInvalid, "audit leaf " + std::to_string(entry.index) + ": " + why);
  };
  LOTTERY_TRY(const auto game, base::GetString(entry.body, "game"));
  LOTTERY_TRY(const auto number, base::GetIntIn(entry.body, "draw", 0, INT32_MAX));
  const protocol::DrawId draw{game, static_cast<std::int32_t>(number)};
  const auto* plan = First("plan", draw);
  auto& calendar = draws[game];
  if (plan == nullptr || calendar.empty() || *calendar.rbegin() != number)
    return invalid("not the last plan of its game is withdrawn");
  if (OpenedAt(draw)) return invalid("a draw that was opened is withdrawn");
  withdrawn.push_back({plan->index, entry.index});
  calendar.erase(number);
  return {};
}

Status CheckWithdrawals(const AuditView& audit, const protocol::Trust& trust) {
  for (const auto& w : audit.withdrawn) {
    LOTTERY_TRY(const auto plan, base::GetString(audit.entries[w.plan].body, "envelope"));
    const auto& body = audit.entries[w.withdrawal].body;
    LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
    LOTTERY_TRY(const auto withdrawal, protocol::OpenWithdrawal(text, plan, trust));
    LOTTERY_TRY(const auto game, base::GetString(body, "game"));
    LOTTERY_TRY(const auto number, base::GetInt(body, "draw"));
    if (withdrawal.draw.game != game || withdrawal.draw.number != number)
      return Fail(ErrorCode::kBadPlan, withdrawal.draw.ToText() + ": withdrawn as another draw");
    const auto next = std::find_if(
        audit.entries.begin() + static_cast<std::ptrdiff_t>(w.withdrawal), audit.entries.end(),
        [&](const AuditView::Entry& e) { return e.kind == "plan" && IsOf(e, withdrawal.draw); });
    if (next == audit.entries.end()) continue;
    LOTTERY_TRY(const auto envelope_text, base::GetString(next->body, "envelope"));
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(envelope_text, protocol::kTypePlan));
    LOTTERY_TRY(const auto planned, base::ParseJsonObject(envelope.body));
    const auto after = base::GetDigest(planned, "after");
    if (!after || *after != crypto::Sha256(withdrawal.ToBody()))
      return Fail(ErrorCode::kBadPlan,
                  withdrawal.draw.ToText() + ": the plan after a withdrawal does not name it");
  }
  return {};
}

bool AuditView::Counts(const Entry& e, std::string_view kind, const protocol::DrawId& draw) const {
  if (e.kind != kind || !IsOf(e, draw)) return false;
  return std::none_of(withdrawn.begin(), withdrawn.end(),
                      [&](const Withdrawn& w) { return w.plan == e.index; });
}

const AuditView::Entry* AuditView::First(std::string_view kind,
                                         const protocol::DrawId& draw) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& e) { return Counts(e, kind, draw); });
  return found == entries.end() ? nullptr : &*found;
}

int AuditView::Count(std::string_view kind, const protocol::DrawId& draw) const {
  return static_cast<int>(std::count_if(entries.begin(), entries.end(),
                                        [&](const Entry& e) { return Counts(e, kind, draw); }));
}

bool AuditView::HasBefore(std::string_view kind, std::uint64_t index) const {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& e) { return e.index < index && e.kind == kind; });
}

std::optional<UtcTime> AuditView::OpenedAt(const protocol::DrawId& draw) const {
  for (const auto& e : entries) {
    if (e.kind != "open") continue;
    const auto name = base::GetString(e.body, "draw");
    if (name && *name == draw.ToText()) return e.time;
  }
  return std::nullopt;
}

std::optional<protocol::DrawId> AuditView::Before(const protocol::DrawId& draw) const {
  const auto calendar = draws.find(draw.game);
  if (calendar == draws.end()) return std::nullopt;
  auto at = calendar->second.lower_bound(draw.number);
  while (at != calendar->second.begin()) {
    const protocol::DrawId before{draw.game, static_cast<std::int32_t>(*--at)};
    if (First("cancellation", before) == nullptr) return before;
  }
  return std::nullopt;
}

bool AuditView::Covers(const std::string& game, std::int64_t first, std::int64_t count,
                       std::int64_t draw) const {
  const auto calendar = draws.find(game);
  if (calendar == draws.end()) return false;
  auto at = calendar->second.find(first);
  for (std::int64_t i = 0; i < count && at != calendar->second.end(); ++i, ++at) {
    if (*at == draw) return true;
  }
  return false;
}

Status AuditView::CheckOnSale(const std::string& game, std::int64_t first, std::int64_t count,
                              UtcTime time) const {
  const auto calendar = draws.find(game);
  if (calendar == draws.end()) return Fail(ErrorCode::kEntryInvalid, "no draw of that game");
  auto at = calendar->second.find(first);
  for (std::int64_t i = 0; i < count; ++i, ++at) {
    if (at == calendar->second.end()) return Fail(ErrorCode::kEntryInvalid, "beyond the calendar");
    const auto* life = lives.Find({game, static_cast<std::int32_t>(*at)});
    if (life == nullptr || !life->opened || time < *life->opened)
      return Fail(ErrorCode::kPlanNotWitnessed, "sold before it was opened");
    if (time >= life->close) return Fail(ErrorCode::kDrawClosed, "sold after the close");
  }
  return {};
}

wire::Order SalesView::Sale::Order() const {
  wire::Order order;
  LOTTERY_CHECK(order.ParseFromString(order_octets));
  return order;
}

std::size_t SalesView::FirstOctets::operator()(const Digest& hash) const {
  std::size_t out = 0;
  std::memcpy(&out, hash.octets.data(), sizeof out);
  return out;
}

void SalesView::Expect(std::uint64_t leaves) {
  const std::size_t room = std::min(leaves, kMostExpected);
  sales.reserve(room);
  by_hash_.reserve(room);
}

Status SalesView::Add(base::ByteView raw, const AuditView& audit) {
  const std::uint64_t index = tree.size();
  const auto named = [&](base::Error error) {
    error.detail = At(origin, index) + ": " + error.detail;
    error.position = static_cast<std::int64_t>(index);
    return tl::unexpected<base::Error>(std::move(error));
  };
  const auto leaf = protocol::ViewSaleLeaf(raw);
  if (!leaf) return named(leaf.error());
  const auto read = reader_.Read(leaf->message);
  if (!read) return named(read.error());
  const wire::TerminalMessage& message = **read;
  const auto key = audit.keys.find(Bytes(leaf->key_id));
  if (key == audit.keys.end())
    return named({ErrorCode::kEntryInvalid, "no such terminal key is enrolled"});
  if (key->second.terminal != message.terminal())
    return named({ErrorCode::kEntryInvalid, "another terminal's key"});
  if (!signatures_checked && !crypto::VerifyTyped(key->second.public_key, protocol::kTypeMessage,
                                                  leaf->message, leaf->signature))
    return named({ErrorCode::kBadSignature, "terminal signature"});
  if (leaf->time < key->second.enrolled)
    return named({ErrorCode::kEntryInvalid, "before its terminal was enrolled"});
  if (key->second.IsSuspendedAt(leaf->time))
    return named({ErrorCode::kTerminalSuspended, "its terminal was suspended"});
  if (leaf->time.ms > message.not_after_ms())
    return named({ErrorCode::kExpired, "after its not_after_ms"});
  if (AreApart(leaf->time.ms, message.time_ms(), kClockToleranceMs))
    return named({ErrorCode::kTerminalClockWrong, "the terminal's time is another"});
  if (leaf->time < last_) return named({ErrorCode::kEntryTime, "earlier than the leaf before"});
  const bool is_order = leaf->kind == protocol::LeafKind::kOrder;
  if (is_order != message.has_order() || is_order == message.has_void_())
    return named({ErrorCode::kEntryInvalid, "kind and message differ"});
  if (is_order == (leaf->s_hash == Digest().view()))
    return named({ErrorCode::kEntryInvalid, "an order has an s_hash, a void has none"});
  const auto known = outlets.find(message.terminal());
  if (known != outlets.end() && message.sequence() <= known->second.sequence)
    return named({ErrorCode::kSequenceUsed, "a number that another message has"});
  protocol::SaleTotals delta;
  const auto added = is_order
                         ? AddOrder(message, crypto::Sha256(leaf->message), *leaf, delta, audit)
                         : AddVoid(message, leaf->time, delta, audit);
  if (!added) return named(added.error());
  Outlet& outlet = known != outlets.end() ? known->second : outlets[message.terminal()];
  outlet.totals = Sum(outlet.totals, delta);
  outlet.sequence = message.sequence();
  outlet.jurisdiction = key->second.jurisdiction;
  last_ = leaf->time;
  tree.Append(crypto::LeafHash(raw));
  return {};
}

// The draw whose log this is, from the origin's end.
Result<protocol::DrawId> SalesView::OwnDraw() const {
  const auto number = origin.rfind('/');
  const auto game = number == std::string::npos ? number : origin.rfind('/', number - 1);
  if (game == std::string::npos) return Fail(ErrorCode::kEntryInvalid, "the log's origin");
  return protocol::ParseDrawId(origin.substr(game + 1, number - game - 1) + "-" +
                               origin.substr(number + 1));
}

Status SalesView::AddOrder(const wire::TerminalMessage& m, const Digest& hash,
                           const protocol::SaleLeafView& leaf, protocol::SaleTotals& delta,
                           const AuditView& audit) {
  // A signed order belongs to its first draw and the planned ones after it, once in each.
  if (!draw_) {
    LOTTERY_TRY(draw_, OwnDraw());
  }
  const auto& order = m.order();
  if (order.game() != draw_->game ||
      !audit.Covers(order.game(), order.first_draw(), order.draw_count(), draw_->number)) {
    return Fail(ErrorCode::kEntryInvalid, "an order that does not cover this draw");
  }
  LOTTERY_TRY_VOID(
      audit.CheckOnSale(order.game(), order.first_draw(), order.draw_count(), leaf.time));
  if (by_hash_.contains(hash)) return Fail(ErrorCode::kEntryInvalid, "one order twice");
  if (order.t_hash() == Digest().view())
    return Fail(ErrorCode::kEntryInvalid, "an order without a secret");
  LOTTERY_TRY(const std::int64_t per_draw, OwnOrderPrice(order));
  while (!voidable_.empty() && voidable_.front().time.ms + kVoidWindowMs < leaf.time.ms)
    voidable_.pop_front();
  voidable_.push_back({sales.size(), leaf.time, *base::DigestFrom(leaf.s_hash)});
  by_hash_.emplace(hash, static_cast<std::uint32_t>(sales.size()));
  sales.push_back({tree.size(), m.terminal(), order.SerializeAsString(), per_draw, hash, leaf.time,
                   static_cast<std::uint8_t>(order.draw_count())});
  delta.sales = 1;
  delta.sales_amount = base::Money::FromFen(per_draw);
  return {};
}

const SalesView::Sale* SalesView::Find(const Digest& message_hash) const {
  const auto found = by_hash_.find(message_hash);
  return found == by_hash_.end() ? nullptr : &sales[found->second];
}

// Within the window, with the ticket's own secret, and before the first draw's sale ends. Rules
// V-02 and V-03 of docs/verification.md.
Status SalesView::CheckVoidable(const wire::TerminalMessage& m, std::uint32_t sale, UtcTime time,
                                const AuditView& audit) const {
  const auto late = [](const char* why) { return Fail(ErrorCode::kVoidTooLate, why); };
  if (voidable_.empty() || sale < voidable_.front().sale) return late("after five minutes");
  const auto& order = voidable_[sale - voidable_.front().sale];
  if (time.ms > order.time.ms + kVoidWindowMs) return late("after five minutes");
  if (crypto::Sha256(m.void_().s()) != order.s_hash)
    return Fail(ErrorCode::kWrongSecret, "a void without the ticket's secret");
  const auto& sold = sales[sale].order_octets;
  wire::Order first;
  LOTTERY_CHECK(first.ParseFromString(sold));
  const auto* life =
      audit.lives.Find({first.game(), static_cast<std::int32_t>(first.first_draw())});
  if (life == nullptr || time.ms >= life->close.ms - kVoidBeforeCloseMs)
    return late("in the last minute before the close");
  return {};
}

// A void names its order by the first draw's place; in a later draw's log the order is found by its
// hash.
Status SalesView::AddVoid(const wire::TerminalMessage& m, UtcTime time, protocol::SaleTotals& delta,
                          const AuditView& audit) {
  LOTTERY_TRY(const Digest order_hash, base::DigestFrom(m.void_().order_hash()));
  const auto found = by_hash_.find(order_hash);
  if (found == by_hash_.end()) return Fail(ErrorCode::kEntryInvalid, "a void without its order");
  Sale* order = &sales[found->second];
  if (order->terminal != m.terminal())
    return Fail(ErrorCode::kEntryInvalid, "a void by another terminal");
  if (order->voided) return Fail(ErrorCode::kAlreadyVoided, "a second void of one order");
  if (m.void_().origin() == origin && m.void_().index() != order->index)
    return Fail(ErrorCode::kEntryInvalid, "a void names another index");
  LOTTERY_TRY_VOID(CheckVoidable(m, found->second, time, audit));
  order->voided = true;
  order->void_index = tree.size();
  order->voided_at = time;
  delta.voids = 1;
  delta.voids_amount = base::Money::FromFen(order->per_draw_fen);
  return {};
}

protocol::SaleTotals SalesView::Totals() const {
  protocol::SaleTotals sum;
  for (const auto& [terminal, outlet] : outlets) {
    sum = Sum(sum, outlet.totals);
  }
  return sum;
}

std::vector<protocol::TerminalTotals> SalesView::List() const {
  std::vector<protocol::TerminalTotals> list;
  for (const auto& [terminal, outlet] : outlets) list.push_back({terminal, outlet.totals});
  std::sort(list.begin(), list.end());
  return list;
}

}  // namespace lottery::compliance
