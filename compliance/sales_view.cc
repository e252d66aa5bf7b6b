#include "compliance/sales_view.h"

#include <algorithm>
#include <cstring>

#include "protocol/terminal_check.h"
#include "protocol/withdrawal.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

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
  if (entry.time < last_) return Fail(ErrorCode::kEntryTime, "audit leaf " + std::to_string(index));
  last_ = entry.time;
  if (entry.kind == "enrol") {
    TerminalKey key;
    LOTTERY_TRY(const auto terminal,
                base::GetIntIn(entry.body, "terminal", 1, protocol::kMostTerminal));
    LOTTERY_TRY(key.jurisdiction, base::GetString(entry.body, "jurisdiction"));
    LOTTERY_TRY(const auto hex, base::GetString(entry.body, "public_key"));
    LOTTERY_TRY(key.public_key, base::FromHex(hex));
    key.terminal = static_cast<std::uint32_t>(terminal);
    if (!crypto::IsValidPublicKey(key.public_key))
      return Fail(ErrorCode::kEntryInvalid, "audit leaf " + std::to_string(index));
    keys[crypto::KeyId(key.public_key)] = key;
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
  if (leaf->time < last_) return named({ErrorCode::kEntryTime, "earlier than the leaf before"});
  last_ = leaf->time;
  if (index == 0) first_leaf = leaf->time;
  const bool is_order = leaf->kind == protocol::LeafKind::kOrder;
  if (is_order != message.has_order() || is_order == message.has_void_())
    return named({ErrorCode::kEntryInvalid, "kind and message differ"});
  Outlet& outlet = outlets[message.terminal()];
  outlet.jurisdiction = key->second.jurisdiction;
  const auto added =
      is_order ? AddOrder(message, crypto::Sha256(leaf->message), leaf->time, outlet, audit)
               : AddVoid(message, leaf->time, outlet);
  if (!added) return named(added.error());
  tree.Append(crypto::LeafHash(raw));
  return {};
}

Status SalesView::AddOrder(const wire::TerminalMessage& m, const Digest& hash, UtcTime time,
                           Outlet& outlet, const AuditView& audit) {
  // A signed order belongs to its first draw and the planned ones after it, once in each.
  LOTTERY_TRY(const auto draw, base::ParseDecimal(origin.substr(origin.rfind('/') + 1)));
  if (!audit.Covers(m.order().game(), m.order().first_draw(), m.order().draw_count(), draw)) {
    return Fail(ErrorCode::kEntryInvalid, "an order that does not cover this draw");
  }
  if (!by_hash_.emplace(hash, static_cast<std::uint32_t>(sales.size())).second) {
    return Fail(ErrorCode::kEntryInvalid, "one order twice");
  }
  LOTTERY_TRY(const std::int64_t per_draw, OwnOrderPrice(m.order()));
  sales.push_back({tree.size(), m.terminal(), m.order().SerializeAsString(), per_draw, hash, time});
  ++outlet.totals.sales;
  outlet.totals.sales_amount = base::Money::FromFen(outlet.totals.sales_amount.fen() + per_draw);
  return {};
}

// A void names its order by the first draw's place; in a later draw's log the order is found by its
// hash.
Status SalesView::AddVoid(const wire::TerminalMessage& m, UtcTime time, Outlet& outlet) {
  LOTTERY_TRY(const Digest order_hash, base::DigestFrom(m.void_().order_hash()));
  const auto found = by_hash_.find(order_hash);
  if (found == by_hash_.end()) return Fail(ErrorCode::kEntryInvalid, "a void without its order");
  Sale* order = &sales[found->second];
  if (order->terminal != m.terminal())
    return Fail(ErrorCode::kEntryInvalid, "a void by another terminal");
  if (order->voided) return Fail(ErrorCode::kEntryInvalid, "a second void of one order");
  if (m.void_().origin() == origin && m.void_().index() != order->index)
    return Fail(ErrorCode::kEntryInvalid, "a void names another index");
  order->voided = true;
  order->void_index = tree.size();
  order->voided_at = time;
  ++outlet.totals.voids;
  outlet.totals.voids_amount =
      base::Money::FromFen(outlet.totals.voids_amount.fen() + order->per_draw_fen);
  return {};
}

protocol::SaleTotals SalesView::Totals() const {
  protocol::SaleTotals sum;
  for (const auto& [terminal, outlet] : outlets) {
    const auto& t = outlet.totals;
    sum.sales += t.sales;
    sum.voids += t.voids;
    sum.sales_amount = base::Money::FromFen(sum.sales_amount.fen() + t.sales_amount.fen());
    sum.voids_amount = base::Money::FromFen(sum.voids_amount.fen() + t.voids_amount.fen());
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
