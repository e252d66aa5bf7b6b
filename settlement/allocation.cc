#include "settlement/allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/members.h"
#include "base/pg/inbox.h"
#include "protocol/draw_life.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace json = base::json;
namespace {

constexpr std::int64_t kMostWeight = 1'000'000, kMostPermille = 10'000;
constexpr std::size_t kMostItems = 5'000;
constexpr int kAuditTimeoutMs = 60'000;

// Calls `each` on every object of the list; each has a unique text under `name`.
template <typename Each>
Status ForNamed(const json::object& o, const char* key, const char* name,
                std::vector<std::string> others, Each each) {
  others.emplace_back(name);
  LOTTERY_TRY(const auto list, base::GetArray(o, key));
  if (list.size() > kMostItems) return Fail(ErrorCode::kBadJson, std::string(key) + ": too many");
  std::set<std::string> seen;
  for (const auto& item : list) {
    if (!item.is_object()) return Fail(ErrorCode::kBadJson, std::string(key) + " holds objects");
    LOTTERY_TRY(const auto code, base::GetString(item.get_object(), name));
    const bool sound = !code.empty() && code.find_first_of("\"\\{},:") == std::string::npos;
    if (!sound || !seen.insert(code).second)
      return Fail(ErrorCode::kBadJson, std::string(key) + ": " + code);
    LOTTERY_TRY_VOID(base::OnlyMembers(item.get_object(), others, std::string(key) + " " + code));
    LOTTERY_TRY_VOID(each(item.get_object(), code));
  }
  return {};
}

Result<std::int64_t> Positive(const json::object& o, const char* key, std::int64_t most) {
  LOTTERY_TRY(const auto value, base::GetInt(o, key));
  if (value <= 0 || value > most) return Fail(ErrorCode::kBadJson, key);
  return value;
}

Status ReadCounty(const json::object& o, const std::map<std::string, std::int64_t>& tilts,
                  AllocationRules::County& county) {
  LOTTERY_TRY(county.name_zh, base::GetString(o, "name_zh"));
  LOTTERY_TRY(county.need, Positive(o, "need", kMostWeight));
  LOTTERY_TRY(const auto groups, base::GetArray(o, "groups"));
  for (const auto& group : groups) {
    const auto tilt = tilts.find(group.is_string() ? std::string(group.get_string()) : "");
    if (tilt == tilts.end()) return Fail(ErrorCode::kBadJson, "group of " + county.code);
    if (tilt->second <= county.tilt_permille) continue;
    county.tilt_permille = tilt->second;
    county.group = tilt->first;
  }
  return {};
}

Result<std::int64_t> CarriedIn(Session& session) {
  LOTTERY_TRY(const Money balance, BalanceOf(session, "fund-civil-affairs-carried"));
  return -balance.fen();
}

// Months are allocated in order, and each takes every draw that was held by its end, is settled and
// was in none before. The day of a draw is the first of its claim period.
Status CheckWhole(Session& session, const protocol::Allocation& a) {
  LOTTERY_TRY(
      const auto later,
      session.Exec("SELECT COALESCE(max(period), '') FROM settlement.allocation WHERE period > $1",
                   {a.period}));
  if (!later.Text(0, 0).empty())
    return Fail(ErrorCode::kPeriodClosed,
                "months come in order; " + std::string(later.Text(0, 0)) + " is allocated");
  LOTTERY_TRY(const auto held,
              session.Exec("SELECT game, draw, claim_until_ms FROM settlement.statement WHERE kind "
                           "= 'prizes' ORDER BY game, draw"));
  for (int i = 0; i < held.size(); ++i) {
    const DrawId draw{std::string(held.Text(i, 0)), static_cast<std::int32_t>(held.Int(i, 1))};
    const std::int64_t day = base::BeijingDay({held.Int(i, 2)}) - (protocol::kClaimDays - 1);
    const std::string date = base::ToBeijingDay(day);  // "2026-11-30 ..."
    if (date.substr(0, 4) + date.substr(5, 2) > a.period) continue;
    if (std::find(a.draws.begin(), a.draws.end(), draw.ToText()) != a.draws.end()) continue;
    LOTTERY_TRY(const Money balance,
                BalanceOf(session, "fund:" + draw.game + ":" + std::to_string(draw.number)));
    if (balance.fen() != 0)
      return Fail(ErrorCode::kAllocationWrong, draw.ToText() + " was held by then and is left out");
  }
  return {};
}

// From the ledger as it stands.
Result<protocol::Allocation> Compute(Session& session, const std::string& period,
                                     const std::vector<DrawId>& draws,
                                     const std::string& rules_text) {
  LOTTERY_TRY(const auto rules, ParseAllocationRules(rules_text));
  const auto month = period.size() == 6 ? base::ParseDecimal(period) : Fail(ErrorCode::kUsage);
  if (!month || *month % 100 < 1 || *month % 100 > 12)
    return Fail(ErrorCode::kUsage, "a period is YYYYMM");
  if (draws.empty() || std::set<DrawId>(draws.begin(), draws.end()).size() != draws.size())
    return Fail(ErrorCode::kUsage, "no draw, or one named twice");
  protocol::Allocation a;
  a.period = period;
  a.rules = crypto::Sha256(rules_text);
  for (const auto& draw : draws) {
    LOTTERY_TRY(const auto ended,
                session.Exec("SELECT kind FROM settlement.statement WHERE game = $1 AND draw = $2",
                             {draw.game, draw.number}));
    if (ended.size() == 0) return Fail(ErrorCode::kNotDrawnYet, draw.ToText());
    if (ended.Text(0, 0) != "prizes") return Fail(ErrorCode::kDrawCancelled, draw.ToText());
    const std::string account = "fund:" + draw.game + ":" + std::to_string(draw.number);
    LOTTERY_TRY(const Money balance, BalanceOf(session, account));
    if (balance.fen() > 0) return Fail(ErrorCode::kUnbalanced, account);
    LOTTERY_TRY(a.fund, a.fund.Sub(balance));
    a.draws.push_back(draw.ToText());
  }
  LOTTERY_TRY_VOID(CheckWhole(session, a));
  const FundSplit split = SplitFund(a.fund);
  a.central = split.central;
  a.local = split.local;
  a.social_security = split.social_security;
  a.special = split.special;
  a.civil_affairs = split.civil_affairs;
  a.sport = split.sport;
  LOTTERY_TRY(const auto carried, CarriedIn(session));
  a.carried = Money::FromFen(carried);
  LOTTERY_TRY(const Money pot, split.civil_affairs.Add(a.carried));
  LOTTERY_TRY(a.lines, Allocate(pot, rules, a.remainder));
  return a;
}

Status PostAllocation(Session& session, const protocol::Allocation& a, std::int64_t at_ms) {
  Postings postings;
  for (const auto& text : a.draws) {
    LOTTERY_TRY(const auto draw, protocol::ParseDrawId(text));
    const std::string account = "fund:" + draw.game + ":" + std::to_string(draw.number);
    LOTTERY_TRY(const Money balance, BalanceOf(session, account));
    postings.Debit(account, Money::FromFen(-balance.fen()));
  }
  postings.Debit("fund-civil-affairs-carried", a.carried);
  postings.Credit("fund-local", a.local);
  postings.Credit("fund-social-security", a.social_security);
  postings.Credit("fund-special", a.special);
  postings.Credit("fund-sport", a.sport);
  for (const auto& line : a.lines)
    postings.Credit("fund-programme:" + line.programme + ":" + line.county, line.amount);
  postings.Credit("fund-civil-affairs-carried", a.remainder);
  return postings.Post(session, "allocation", "allocation:" + a.period, at_ms);
}

Result<std::optional<std::string>> Allocated(Session& session, const std::string& period) {
  LOTTERY_TRY(
      const auto known,
      session.Exec("SELECT envelope FROM settlement.allocation WHERE period = $1", {period}));
  if (known.size() == 0) return std::optional<std::string>();
  return std::optional<std::string>(known.Text(0, 0));
}

}  // namespace

Result<AllocationRules> ParseAllocationRules(const std::string& text) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(text));
  LOTTERY_TRY_VOID(base::OnlyMembers(o, {"format", "note", "programmes", "tilts", "counties"}));
  AllocationRules rules;
  std::map<std::string, std::int64_t> tilts;
  const auto programme = [&](const json::object& item, const std::string& code) -> Status {
    AllocationRules::Programme p{code, {}, {}, 0};
    LOTTERY_TRY(p.name_zh, base::GetString(item, "name_zh"));
    LOTTERY_TRY(p.name_en, base::GetString(item, "name_en"));
    LOTTERY_TRY(p.weight, Positive(item, "weight", kMostWeight));
    rules.programmes.push_back(std::move(p));
    return {};
  };
  const auto tilt = [&](const json::object& item, const std::string& code) -> Status {
    LOTTERY_TRY(tilts[code], Positive(item, "permille", kMostPermille));
    return {};
  };
  const auto county = [&](const json::object& item, const std::string& code) -> Status {
    AllocationRules::County c;
    c.code = code;
    LOTTERY_TRY_VOID(ReadCounty(item, tilts, c));
    rules.counties.push_back(std::move(c));
    return {};
  };
  LOTTERY_TRY_VOID(
      ForNamed(o, "programmes", "programme", {"name_zh", "name_en", "weight"}, programme));
  LOTTERY_TRY_VOID(ForNamed(o, "tilts", "group", {"name_zh", "permille"}, tilt));
  LOTTERY_TRY_VOID(ForNamed(o, "counties", "county", {"name_zh", "need", "groups"}, county));
  if (rules.programmes.empty() || rules.counties.empty())
    return Fail(ErrorCode::kBadJson, "no programme or no county");
  return rules;
}

Result<std::vector<protocol::Allocation::Line>> Allocate(Money amount, const AllocationRules& rules,
                                                         Money& remainder) {
  std::int64_t weights = 0, tilted = 0;  // at most 5 000 * 10^10
  for (const auto& p : rules.programmes) weights += p.weight;
  for (const auto& c : rules.counties) tilted += c.Tilted();
  std::vector<protocol::Allocation::Line> lines;
  remainder = amount;
  for (const auto& p : rules.programmes) {
    LOTTERY_TRY(const Money by_weight, amount.Mul(p.weight));
    const Money share = by_weight.DivMod(weights).quotient;
    for (const auto& c : rules.counties) {
      LOTTERY_TRY(const Money by_need, share.Mul(c.Tilted()));
      lines.push_back({p.code, c.code, by_need.DivMod(tilted).quotient});
      LOTTERY_TRY(remainder, remainder.Sub(lines.back().amount));
    }
  }
  return lines;
}

Result<std::string> Propose(Session& session, const std::string& period,
                            const std::vector<DrawId>& draws, const std::string& rules_text,
                            const crypto::SigningKey& approver) {
  LOTTERY_TRY(auto transaction,
              base::pg::Transaction::Begin(session, "ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  LOTTERY_TRY(const auto known, Allocated(session, period));
  if (known) return Fail(ErrorCode::kAlreadyExists, "period " + period);
  LOTTERY_TRY(const auto a, Compute(session, period, draws, rules_text));
  LOTTERY_TRY_VOID(transaction.Finish());
  crypto::Envelope envelope{std::string(protocol::kTypeAllocation), a.ToBody(), {}};
  envelope.Sign(approver);
  return envelope.ToText();
}

Result<std::string> Approve(Session& session, const protocol::Trust& trust,
                            const std::string& proposal, const std::string& rules_text,
                            const crypto::SigningKey& approver, std::int64_t at_ms) {
  LOTTERY_TRY(auto envelope, protocol::OpenSigned(proposal, protocol::kTypeAllocation,
                                                  trust.KeysFor("approver"), 1));
  LOTTERY_TRY(const auto proposed, protocol::ParseAllocation(envelope.body));
  if (envelope.SignedBy(approver.public_key()) && envelope.signatures.size() == 1)
    return Fail(ErrorCode::kBadSignature, "who proposed cannot approve");
  LOTTERY_TRY(auto transaction,
              base::pg::Transaction::Begin(session, "ISOLATION LEVEL SERIALIZABLE"));
  LOTTERY_TRY(const auto known, Allocated(session, proposed.period));
  if (known) return *known;
  std::vector<DrawId> draws;
  for (const auto& text : proposed.draws) {
    LOTTERY_TRY(auto draw, protocol::ParseDrawId(text));
    draws.push_back(std::move(draw));
  }
  LOTTERY_TRY(const auto again, Compute(session, proposed.period, draws, rules_text));
  if (again.ToBody() != envelope.body)
    return Fail(ErrorCode::kAllocationWrong, "computed again it is another");
  if (!envelope.SignedBy(approver.public_key())) envelope.Sign(approver);
  LOTTERY_TRY_VOID(protocol::OpenSigned(envelope.ToText(), protocol::kTypeAllocation,
                                        trust.KeysFor("approver"), 2)
                       .map([](const auto&) {}));
  LOTTERY_TRY_VOID(PostAllocation(session, again, at_ms));
  LOTTERY_TRY_VOID(session
                       .Exec("INSERT INTO settlement.allocation VALUES ($1, $2)",
                             {again.period, envelope.ToText()})
                       .map([](const auto&) {}));
  // Its audit leaf is handed in by the same transaction, so it is there once.
  LOTTERY_TRY(const auto handed,
              base::pg::HandInRow(session, "allocation",
                                  {{"period", again.period},
                                   {"sha256", base::ToHex(protocol::BodyHash(envelope).view())}}));
  LOTTERY_TRY_VOID(transaction.Finish());
  LOTTERY_TRY_VOID(
      base::pg::WaitForAnswer(session, handed, kAuditTimeoutMs).map([](const auto&) {}));
  return envelope.ToText();
}

Result<std::string> Explain(const protocol::Allocation& a, const AllocationRules& rules) {
  std::int64_t weights = 0, tilted = 0;
  for (const auto& p : rules.programmes) weights += p.weight;
  for (const auto& c : rules.counties) tilted += c.Tilted();
  const std::string pot = Money::FromFen(a.civil_affairs.fen() + a.carried.fen()).ToYuanText();
  std::string text = fmt::format(
      "# {} 公益金分配说明 explanation of the allocation\n"
      "民政部分 {} 元（含上期结转 {} 元），各份取整到分，余 {} 元结转下期。\n"
      "Civil-affairs share {} yuan, {} of it carried in; shares are whole fen, {} carried on.\n\n",
      a.period, pot, a.carried.ToYuanText(), a.remainder.ToYuanText(), pot, a.carried.ToYuanText(),
      a.remainder.ToYuanText());
  std::map<std::string, const AllocationRules::Programme*> programmes;
  std::map<std::string, const AllocationRules::County*> counties;
  for (const auto& p : rules.programmes) programmes[p.code] = &p;
  for (const auto& c : rules.counties) counties[c.code] = &c;
  for (const auto& line : a.lines) {
    const auto* p = programmes[line.programme];
    const auto* c = counties[line.county];
    if (p == nullptr || c == nullptr)
      return Fail(ErrorCode::kAllocationWrong, line.programme + " " + line.county);
    const std::string tilt =
        c->group.empty() ? "1" : fmt::format("{}‰ ({})", c->tilt_permille, c->group);
    text += fmt::format(
        "{} {} {}：权重 {}/{}，{} 需求 {} × 倾斜 {} = {}/{}，得 {} 元 | {}: weight {}/{}, need {} "
        "tilted {}, {} yuan\n",
        p->code, p->name_zh, c->name_zh, p->weight, weights, c->code, c->need, tilt, c->Tilted(),
        tilted, line.amount.ToYuanText(), p->name_en, p->weight, weights, c->need, tilt,
        line.amount.ToYuanText());
  }
  return text;
}

}  // namespace lottery::settlement
