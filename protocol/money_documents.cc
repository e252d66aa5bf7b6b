// Statement, winners and allocation: what a draw paid, and where the fund went.
#include "base/members.h"
#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::ToHex;

namespace {

// Members of a pool's line, in their order.
using PoolMember = std::pair<const char*, Money Statement::Pool::*>;
constexpr PoolMember kPoolMembers[] = {
    {"net_sales_fen", &Statement::Pool::net_sales},
    {"prizes_fen", &Statement::Pool::prizes},
    {"pool_before_fen", &Statement::Pool::pool_before},
    {"pool_after_fen", &Statement::Pool::pool_after},
    {"adjustment_before_fen", &Statement::Pool::adjustment_before},
    {"adjustment_paid_fen", &Statement::Pool::adjustment_paid},
    {"adjustment_after_fen", &Statement::Pool::adjustment_after},
    {"fee_advanced_fen", &Statement::Pool::fee_advanced}};

json::array ToJson(const std::vector<Statement::Pool>& pools) {
  json::array out;
  for (const auto& pool : pools) {
    json::object line{{"jurisdiction", pool.jurisdiction}};
    for (const auto& [key, member] : kPoolMembers) line[key] = (pool.*member).fen();
    out.push_back(std::move(line));
  }
  return out;
}

base::Status ReadPools(const json::object& o, std::vector<Statement::Pool>& pools) {
  return ForObjects(o, "pools", [&](const json::object& item) -> base::Status {
    Statement::Pool pool;
    LOTTERY_TRY(pool.jurisdiction, base::GetString(item, "jurisdiction"));
    for (const auto& [key, member] : kPoolMembers) {
      LOTTERY_TRY(pool.*member, base::GetMoney(item, key));
    }
    pools.push_back(std::move(pool));
    return {};
  });
}

// One a pick, in order.
base::Status ReadPlays(const json::object& o, Statement& s) {
  std::size_t next = 0;
  LOTTERY_TRY_VOID(ForObjects(o, "plays", [&](const json::object& item) -> base::Status {
    if (next == s.sales_by_pick.size()) return Fail(ErrorCode::kBadJson, "plays");
    LOTTERY_TRY(s.sales_by_pick[next++], base::GetMoney(item, "net_sales_fen"));
    return {};
  }));
  LOTTERY_TRY(s.fixed_pool_before, base::GetMoney(o, "fixed_pool_before_fen"));
  LOTTERY_TRY(s.fixed_pool_after, base::GetMoney(o, "fixed_pool_after_fen"));
  return {};
}

}  // namespace

std::string Statement::ToBody() const {
  json::array tier_list;
  for (const auto& t : tiers) {
    json::object line{{"tier", t.tier},
                      {"lines", t.lines},
                      {"each_fen", t.each.fen()},
                      {"total_fen", t.total.fen()}};
    if (t.bonus != Money()) line["bonus_fen"] = t.bonus.fen();
    tier_list.push_back(std::move(line));
  }
  json::object out{{"format", "statement/1"},
                   {"game", draw.game},
                   {"draw", draw.number},
                   {"rule", rule},
                   {"rule_book", HexOf(rule_book)},
                   {"seal", HexOf(seal)},
                   {"certificate", HexOf(certificate)},
                   {"totals", ToJson(totals)},
                   {"net_sales_fen", net_sales.fen()},
                   {"prize_money_fen", prize_money.fen()},
                   {"adjustment_accrued_fen", adjustment_accrued.fen()},
                   {"fund_fen", fund.fen()},
                   {"fee_fen", fee.fen()},
                   {"pool_before_fen", pool_before.fen()},
                   {"injection_fen", injection.fen()},
                   {"special_rule", special_rule},
                   {"tiers", std::move(tier_list)}};
  if (draw.game == kD3) out["pools"] = ToJson(pools);
  if (draw.game == kKl8) {
    json::array plays;
    for (std::size_t i = 0; i < sales_by_pick.size(); ++i)
      plays.push_back(json::object{{"pick", i + 1}, {"net_sales_fen", sales_by_pick[i].fen()}});
    out["plays"] = std::move(plays);
    out["fixed_pool_before_fen"] = fixed_pool_before.fen();
    out["fixed_pool_after_fen"] = fixed_pool_after.fen();
  }
  const json::object rest{{"prizes_fen", prizes.fen()},
                          {"adjustment_gained_fen", adjustment_gained.fen()},
                          {"adjustment_paid_fen", adjustment_paid.fen()},
                          {"pool_after_fen", pool_after.fen()},
                          {"special_rule_next", special_rule_next},
                          {"winning_tickets", winning_tickets},
                          {"winners_root", HexOf(winners_root)},
                          {"at", base::ToIso(at)},
                          {"claim_until", base::ToIso(claim_until)}};
  for (const auto& [key, value] : rest) out[key] = value;
  return base::ToPretty(out);
}

Result<Statement> ParseStatement(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Statement s;
  LOTTERY_TRY(s.draw, GetDraw(o));
  LOTTERY_TRY(s.rule, base::GetString(o, "rule"));
  LOTTERY_TRY(s.rule_book, base::GetDigest(o, "rule_book"));
  LOTTERY_TRY(s.seal, base::GetDigest(o, "seal"));
  LOTTERY_TRY(s.certificate, base::GetDigest(o, "certificate"));
  LOTTERY_TRY(const auto totals, base::GetObject(o, "totals"));
  LOTTERY_TRY(s.totals, ParseTotals(totals));
  const std::pair<const char*, Money*> amounts[] = {
      {"net_sales_fen", &s.net_sales},
      {"prize_money_fen", &s.prize_money},
      {"adjustment_accrued_fen", &s.adjustment_accrued},
      {"fund_fen", &s.fund},
      {"fee_fen", &s.fee},
      {"pool_before_fen", &s.pool_before},
      {"injection_fen", &s.injection},
      {"prizes_fen", &s.prizes},
      {"adjustment_gained_fen", &s.adjustment_gained},
      {"adjustment_paid_fen", &s.adjustment_paid},
      {"pool_after_fen", &s.pool_after}};
  for (const auto& [key, amount] : amounts) {
    LOTTERY_TRY(*amount, base::GetMoney(o, key));
  }
  LOTTERY_TRY(s.special_rule, base::GetBool(o, "special_rule"));
  LOTTERY_TRY(s.special_rule_next, base::GetBool(o, "special_rule_next"));
  LOTTERY_TRY_VOID(ForObjects(o, "tiers", [&](const json::object& item) -> base::Status {
    TierResult t;
    LOTTERY_TRY(t.tier, GetInt32(item, "tier"));
    LOTTERY_TRY(t.lines, base::GetInt(item, "lines"));
    LOTTERY_TRY(t.each, base::GetMoney(item, "each_fen"));
    LOTTERY_TRY(t.total, base::GetMoney(item, "total_fen"));
    if (item.contains("bonus_fen")) {
      LOTTERY_TRY(t.bonus, base::GetMoney(item, "bonus_fen"));
    }
    s.tiers.push_back(t);
    return {};
  }));
  if (s.draw.game == kD3) LOTTERY_TRY_VOID(ReadPools(o, s.pools));
  if (s.draw.game == kKl8) LOTTERY_TRY_VOID(ReadPlays(o, s));
  LOTTERY_TRY(s.winning_tickets, base::GetInt(o, "winning_tickets"));
  LOTTERY_TRY(s.winners_root, base::GetDigest(o, "winners_root"));
  LOTTERY_TRY(s.at, base::GetTime(o, "at"));
  LOTTERY_TRY(s.claim_until, base::GetTime(o, "claim_until"));
  return Canonical(std::move(s), body);
}

std::string Refund::ToBody() const {
  return base::ToPretty(json::object{{"format", "refund/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"seal", HexOf(seal)},
                                     {"cancellation", HexOf(cancellation)},
                                     {"totals", ToJson(totals)},
                                     {"refunds_fen", refunds.fen()},
                                     {"tickets", tickets},
                                     {"refunds_root", HexOf(refunds_root)},
                                     {"at", base::ToIso(at)}});
}

Result<Refund> ParseRefund(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Refund r;
  LOTTERY_TRY(r.draw, GetDraw(o));
  LOTTERY_TRY(r.seal, base::GetDigest(o, "seal"));
  LOTTERY_TRY(r.cancellation, base::GetDigest(o, "cancellation"));
  LOTTERY_TRY(const auto totals, base::GetObject(o, "totals"));
  LOTTERY_TRY(r.totals, ParseTotals(totals));
  LOTTERY_TRY(r.refunds, base::GetMoney(o, "refunds_fen"));
  LOTTERY_TRY(r.tickets, base::GetInt(o, "tickets"));
  LOTTERY_TRY(r.refunds_root, base::GetDigest(o, "refunds_root"));
  LOTTERY_TRY(r.at, base::GetTime(o, "at"));
  return Canonical(std::move(r), body);
}

Result<Opening> ParseOpening(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  LOTTERY_TRY_VOID(base::OnlyMembers(o, {"format", "game", "pool_fen", "adjustment_fen",
                                         "special_rule", "sample", "pools", "fixed_pool_fen"}));
  Opening opening;
  LOTTERY_TRY(opening.game, base::GetString(o, "game"));
  if (opening.game != kSsq && opening.game != kD3 && opening.game != kQlc && opening.game != kKl8)
    return Fail(ErrorCode::kBadJson, "no such game: " + opening.game);
  LOTTERY_TRY(opening.pool, base::GetMoney(o, "pool_fen"));
  const bool whole_yuan = opening.game == kSsq || opening.game == kQlc;  // as their prizes are
  if (whole_yuan && opening.pool.fen() % 100 != 0)
    return Fail(ErrorCode::kBadJson, "the pool of " + opening.game + " is in whole yuan");
  LOTTERY_TRY(opening.adjustment, base::GetMoney(o, "adjustment_fen"));
  LOTTERY_TRY(opening.special_rule, base::GetBool(o, "special_rule"));
  if (opening.pool < Money() || opening.adjustment < Money())
    return Fail(ErrorCode::kBadJson, "an opening balance below zero");
  if (opening.game == kKl8) {
    LOTTERY_TRY(opening.fixed_pool, base::GetMoney(o, "fixed_pool_fen"));
    if (opening.fixed_pool < Money())
      return Fail(ErrorCode::kBadJson, "an opening balance below zero");
  }
  if (opening.game != kD3) return opening;
  Money pools, adjustments;
  const auto read_pool = [&](const json::object& item) -> base::Status {
    LOTTERY_TRY_VOID(
        base::OnlyMembers(item, {"jurisdiction", "pool_fen", "adjustment_fen"}, "pools"));
    Opening::Pool pool;
    LOTTERY_TRY(pool.jurisdiction, base::GetString(item, "jurisdiction"));
    LOTTERY_TRY(pool.pool, base::GetMoney(item, "pool_fen"));
    LOTTERY_TRY(pool.adjustment, base::GetMoney(item, "adjustment_fen"));
    const bool first =
        opening.pools.empty() || opening.pools.back().jurisdiction < pool.jurisdiction;
    if (!first || !IsJurisdiction(pool.jurisdiction) || pool.pool < Money() ||
        pool.adjustment < Money())
      return Fail(ErrorCode::kBadJson, "pool of " + pool.jurisdiction);
    LOTTERY_TRY(pools, pools.Add(pool.pool));
    LOTTERY_TRY(adjustments, adjustments.Add(pool.adjustment));
    opening.pools.push_back(std::move(pool));
    return {};
  };
  LOTTERY_TRY_VOID(ForObjects(o, "pools", read_pool));
  if (pools != opening.pool || adjustments != opening.adjustment)
    return Fail(ErrorCode::kBadJson, "pools do not add up");
  return opening;
}

Bytes Winner::Leaf() const {
  base::ByteWriter w;
  w.U64(index).U64(static_cast<std::uint64_t>(prize.fen()));
  for (const auto& t : tiers)
    w.U8(static_cast<std::uint8_t>(t.tier)).U32(static_cast<std::uint32_t>(t.lines));
  return w.Take();
}

Digest WinnersRoot(const std::vector<Winner>& winners) {
  crypto::MerkleTree tree;
  for (const auto& w : winners) tree.Append(crypto::LeafHash(w.Leaf()));
  return tree.Root();
}

std::string Allocation::ToBody() const {
  json::array list;
  for (const auto& l : lines) {
    list.push_back(json::object{
        {"programme", l.programme}, {"county", l.county}, {"amount_fen", l.amount.fen()}});
  }
  return base::ToPretty(json::object{{"format", "allocation/1"},
                                     {"period", period},
                                     {"draws", Strings(draws)},
                                     {"rules", HexOf(rules)},
                                     {"fund_fen", fund.fen()},
                                     {"central_fen", central.fen()},
                                     {"local_fen", local.fen()},
                                     {"social_security_fen", social_security.fen()},
                                     {"special_fen", special.fen()},
                                     {"civil_affairs_fen", civil_affairs.fen()},
                                     {"sport_fen", sport.fen()},
                                     {"carried_fen", carried.fen()},
                                     {"shares", std::move(list)},
                                     {"remainder_fen", remainder.fen()}});
}

Result<Allocation> ParseAllocation(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Allocation a;
  LOTTERY_TRY(a.period, base::GetString(o, "period"));
  LOTTERY_TRY(a.draws, GetStrings(o, "draws"));
  LOTTERY_TRY(a.rules, base::GetDigest(o, "rules"));
  const std::pair<const char*, Money*> amounts[] = {
      {"fund_fen", &a.fund},          {"central_fen", &a.central},
      {"local_fen", &a.local},        {"social_security_fen", &a.social_security},
      {"special_fen", &a.special},    {"civil_affairs_fen", &a.civil_affairs},
      {"sport_fen", &a.sport},        {"carried_fen", &a.carried},
      {"remainder_fen", &a.remainder}};
  for (const auto& [key, amount] : amounts) {
    LOTTERY_TRY(*amount, base::GetMoney(o, key));
  }
  LOTTERY_TRY_VOID(ForObjects(o, "shares", [&](const json::object& item) -> base::Status {
    Allocation::Line line;
    LOTTERY_TRY(line.programme, base::GetString(item, "programme"));
    LOTTERY_TRY(line.county, base::GetString(item, "county"));
    LOTTERY_TRY(line.amount, base::GetMoney(item, "amount_fen"));
    a.lines.push_back(std::move(line));
    return {};
  }));
  return Canonical(std::move(a), body);
}

}  // namespace lottery::protocol
