// Statement, winners and allocation: what a draw paid, and where the fund went.
#include "base/members.h"
#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::ToHex;

namespace {

using Figure = std::pair<std::string, Money Statement::*>;
using PoolFigure = std::pair<const char*, Money Statement::Pool::*>;

// Of every game, in their order; statement/1 had them as members of its own.
const std::vector<Figure>& Figures() {
  static const std::vector<Figure> kAll = {
      {"net_sales_fen", &Statement::net_sales},
      {"prize_money_fen", &Statement::prize_money},
      {"adjustment_accrued_fen", &Statement::adjustment_accrued},
      {"fund_fen", &Statement::fund},
      {"fee_fen", &Statement::fee},
      {"pool_before_fen", &Statement::pool_before},
      {"injection_fen", &Statement::injection},
      {"prizes_fen", &Statement::prizes},
      {"adjustment_gained_fen", &Statement::adjustment_gained},
      {"adjustment_paid_fen", &Statement::adjustment_paid},
      {"pool_after_fen", &Statement::pool_after}};
  return kAll;
}
const std::vector<Figure>& AdjustmentFigures() {
  static const std::vector<Figure> kAll = {{"adjustment_before_fen", &Statement::adjustment_before},
                                           {"adjustment_after_fen", &Statement::adjustment_after}};
  return kAll;
}
const std::vector<Figure>& FixedPoolFigures() {
  static const std::vector<Figure> kAll = {{"fixed_pool_before_fen", &Statement::fixed_pool_before},
                                           {"fixed_pool_after_fen", &Statement::fixed_pool_after}};
  return kAll;
}
constexpr PoolFigure kPoolFigures[] = {
    {"net_sales_fen", &Statement::Pool::net_sales},
    {"prizes_fen", &Statement::Pool::prizes},
    {"pool_before_fen", &Statement::Pool::pool_before},
    {"pool_after_fen", &Statement::Pool::pool_after},
    {"adjustment_before_fen", &Statement::Pool::adjustment_before},
    {"adjustment_paid_fen", &Statement::Pool::adjustment_paid},
    {"adjustment_after_fen", &Statement::Pool::adjustment_after},
    {"fee_advanced_fen", &Statement::Pool::fee_advanced}};

std::string NetSalesOfPick(std::size_t place) {
  return "net_sales_pick_" + std::to_string(place + 1) + "_fen";
}

void Put(const std::vector<Figure>& figures, const Statement& s, json::object& out) {
  for (const auto& [name, amount] : figures) out[name] = (s.*amount).fen();
}

base::Status Take(const std::vector<Figure>& figures, const json::object& o, Statement& s) {
  for (const auto& [name, amount] : figures) {
    LOTTERY_TRY(s.*amount, base::GetMoney(o, name));
  }
  return {};
}

json::array TiersOf(const Statement& s) {
  json::array out;
  for (const auto& t : s.tiers) {
    json::object line{{"tier", t.tier},
                      {"lines", t.lines},
                      {"each_fen", t.each.fen()},
                      {"total_fen", t.total.fen()}};
    if (t.bonus != Money()) line["bonus_fen"] = t.bonus.fen();
    out.push_back(std::move(line));
  }
  return out;
}

base::Status ReadTiers(const json::object& o, Statement& s) {
  return ForObjects(o, "tiers", [&](const json::object& item) -> base::Status {
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
  });
}

// The pots of the jurisdictions; in statement/1 their figures stand beside the jurisdiction's name.
json::array PotsOf(const Statement& s) {
  json::array out;
  for (const auto& pool : s.pools) {
    json::object line{{"jurisdiction", pool.jurisdiction}}, figures;
    for (const auto& [name, amount] : kPoolFigures)
      (s.format == 1 ? line : figures)[name] = (pool.*amount).fen();
    if (s.format != 1) line["figures"] = std::move(figures);
    out.push_back(std::move(line));
  }
  return out;
}

base::Status ReadPots(const json::object& o, std::string_view member, Statement& s) {
  return ForObjects(o, member, [&](const json::object& item) -> base::Status {
    Statement::Pool pool;
    LOTTERY_TRY(pool.jurisdiction, base::GetString(item, "jurisdiction"));
    json::object figures = item;
    if (s.format != 1) {
      LOTTERY_TRY(figures, base::GetObject(item, "figures"));
    }
    for (const auto& [name, amount] : kPoolFigures) {
      LOTTERY_TRY(pool.*amount, base::GetMoney(figures, name));
    }
    s.pools.push_back(std::move(pool));
    return {};
  });
}

// statement/1, kl8: one a pick, in order.
base::Status ReadPlays(const json::object& o, Statement& s) {
  std::size_t next = 0;
  return ForObjects(o, "plays", [&](const json::object& item) -> base::Status {
    if (next == s.sales_by_pick.size()) return Fail(ErrorCode::kBadJson, "plays");
    LOTTERY_TRY(s.sales_by_pick[next++], base::GetMoney(item, "net_sales_fen"));
    return {};
  });
}

// statement/1 has the figures as members of its own, in this order.
json::object FirstFormat(const Statement& s, json::object out) {
  const auto& all = Figures();
  Put({all.begin(), all.begin() + 7}, s, out);
  out["special_rule"] = s.special_rule;
  out["tiers"] = TiersOf(s);
  if (s.draw.game == kD3) out["pools"] = PotsOf(s);
  if (s.draw.game == kKl8) {
    json::array plays;
    for (std::size_t i = 0; i < s.sales_by_pick.size(); ++i)
      plays.push_back(json::object{{"pick", i + 1}, {"net_sales_fen", s.sales_by_pick[i].fen()}});
    out["plays"] = std::move(plays);
    Put(FixedPoolFigures(), s, out);
  }
  Put({all.begin() + 7, all.end()}, s, out);
  out["special_rule_next"] = s.special_rule_next;
  return out;
}

json::object FiguresOf(const Statement& s) {
  json::object out;
  Put(Figures(), s, out);
  Put(AdjustmentFigures(), s, out);
  if (s.draw.game != kKl8) return out;
  Put(FixedPoolFigures(), s, out);
  for (std::size_t i = 0; i < s.sales_by_pick.size(); ++i)
    out[NetSalesOfPick(i)] = s.sales_by_pick[i].fen();
  return out;
}

base::Status ReadFigures(const json::object& o, Statement& s) {
  LOTTERY_TRY_VOID(Take(Figures(), o, s));
  if (s.format != 1) LOTTERY_TRY_VOID(Take(AdjustmentFigures(), o, s));
  if (s.draw.game != kKl8) return {};
  LOTTERY_TRY_VOID(Take(FixedPoolFigures(), o, s));
  if (s.format == 1) return ReadPlays(o, s);
  for (std::size_t i = 0; i < s.sales_by_pick.size(); ++i) {
    LOTTERY_TRY(s.sales_by_pick[i], base::GetMoney(o, NetSalesOfPick(i)));
  }
  return {};
}

// "statement/2" -> 2. There are two of each.
Result<int> FormatOf(const json::object& o, const std::string& type) {
  LOTTERY_TRY(const auto format, base::GetString(o, "format"));
  if (format == type + "/1") return 1;
  if (format == type + "/2") return 2;
  return Fail(ErrorCode::kBadJson, "format: " + format);
}

}  // namespace

std::string Statement::ToBody() const {
  json::object out{{"format", "statement/" + std::to_string(format)},
                   {"game", draw.game},
                   {"draw", draw.number},
                   {"rule", rule},
                   {"rule_book", HexOf(rule_book)},
                   {"seal", HexOf(seal)},
                   {"certificate", HexOf(certificate)},
                   {"totals", ToJson(totals)}};
  if (format == 1) {
    out = FirstFormat(*this, std::move(out));
  } else {
    out["figures"] = FiguresOf(*this);
    if (draw.game == kD3) out["pots"] = PotsOf(*this);
    out["tiers"] = TiersOf(*this);
    out["special_rule"] = special_rule;
    out["special_rule_next"] = special_rule_next;
  }
  out["winning_tickets"] = winning_tickets;
  out["winners_root"] = HexOf(winners_root);
  out["at"] = base::ToIso(at);
  out["claim_until"] = base::ToIso(claim_until);
  return base::ToPretty(out);
}

Result<Statement> ParseStatement(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Statement s;
  LOTTERY_TRY(s.format, FormatOf(o, "statement"));
  LOTTERY_TRY(s.draw, GetDraw(o));
  LOTTERY_TRY(s.rule, base::GetString(o, "rule"));
  LOTTERY_TRY(s.rule_book, base::GetDigest(o, "rule_book"));
  LOTTERY_TRY(s.seal, base::GetDigest(o, "seal"));
  LOTTERY_TRY(s.certificate, base::GetDigest(o, "certificate"));
  LOTTERY_TRY(const auto totals, base::GetObject(o, "totals"));
  LOTTERY_TRY(s.totals, ParseTotals(totals));
  json::object figures = o;
  if (s.format != 1) {
    LOTTERY_TRY(figures, base::GetObject(o, "figures"));
  }
  LOTTERY_TRY_VOID(ReadFigures(figures, s));
  LOTTERY_TRY(s.special_rule, base::GetBool(o, "special_rule"));
  LOTTERY_TRY(s.special_rule_next, base::GetBool(o, "special_rule_next"));
  LOTTERY_TRY_VOID(ReadTiers(o, s));
  if (s.draw.game == kD3) LOTTERY_TRY_VOID(ReadPots(o, s.format == 1 ? "pools" : "pots", s));
  LOTTERY_TRY(s.winning_tickets, base::GetInt(o, "winning_tickets"));
  LOTTERY_TRY(s.winners_root, base::GetDigest(o, "winners_root"));
  LOTTERY_TRY(s.at, base::GetTime(o, "at"));
  LOTTERY_TRY(s.claim_until, base::GetTime(o, "claim_until"));
  return Canonical(std::move(s), body);
}

std::string Refund::ToBody() const {
  return base::ToPretty(json::object{{"format", "refund/" + std::to_string(format)},
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
  LOTTERY_TRY(r.format, FormatOf(o, "refund"));
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

Bytes Winner::Leaf(int format) const {
  base::ByteWriter w;
  w.U64(index);
  if (format != 1) w.Raw(sale.view());
  w.U64(static_cast<std::uint64_t>(prize.fen()));
  for (const auto& t : tiers)
    w.U8(static_cast<std::uint8_t>(t.tier)).U32(static_cast<std::uint32_t>(t.lines));
  return w.Take();
}

Result<Winner> DecodeWinner(base::ByteView leaf) {
  base::ByteReader r(leaf);
  Winner out;
  out.index = r.U64();
  const auto sale = base::DigestFrom(r.Raw(sizeof(Digest)));
  const std::uint64_t fen = r.U64();
  while (r.ok() && !r.AtEnd()) {
    const int tier = r.U8();
    out.tiers.push_back({tier, r.U32()});
  }
  if (!r.ok() || !sale || fen > static_cast<std::uint64_t>(kMostBalanceFen))
    return Fail(ErrorCode::kEntryInvalid, "a ticket that is owed money");
  out.sale = *sale;
  out.prize = Money::FromFen(static_cast<std::int64_t>(fen));
  return out;
}

Digest WinnersRoot(const std::vector<Winner>& winners, int format) {
  crypto::MerkleTree tree;
  for (const auto& w : winners) tree.Append(crypto::LeafHash(w.Leaf(format)));
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
