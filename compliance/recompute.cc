#include "compliance/recompute.h"

#include "base/clock.h"
#include "compliance/own_balls.h"
#include "compliance/own_outcome.h"
#include "crypto/ecvrf.h"
#include "crypto/pulse.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;

Result<protocol::Deviation> ReadDeviation(const AuditView::Entry& entry,
                                          const protocol::Trust& trust,
                                          const protocol::Plan& plan) {
  LOTTERY_TRY(const auto text, base::GetString(entry.body, "envelope"));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeDeviation, trust.KeysFor("official"), 2));
  LOTTERY_TRY(auto deviation, protocol::ParseDeviation(envelope.body));
  if (NameOf(deviation.kind) != entry.kind) return Fail(ErrorCode::kBadDeviation, entry.kind);
  LOTTERY_TRY_VOID(protocol::CheckInTime(deviation, plan, entry.time));
  return deviation;
}

namespace {

Status CheckBeacon(const protocol::Plan& plan, const protocol::Way& way, const Digest& plan_hash,
                   const Digest& seal_hash, const std::string& pulse_file,
                   const std::string& beacon_certificate_pem,
                   const protocol::DrawCertificate& certificate) {
  LOTTERY_TRY(const auto file, base::ParseJsonObject(pulse_file));
  LOTTERY_TRY(const auto object, base::GetObject(file, "pulse"));
  LOTTERY_TRY(const auto pulse, crypto::ParsePulse(object));
  LOTTERY_TRY_VOID(crypto::VerifyPulse(pulse, beacon_certificate_pem));
  if (pulse.time_stamp != base::ToIso(way.round) || certificate.round != pulse.time_stamp ||
      certificate.beacon != crypto::Sha256(pulse_file)) {
    return Fail(ErrorCode::kBeaconReplaced, "the round in force is " + base::ToIso(way.round));
  }
  const Bytes alpha =
      protocol::DrawAlpha(plan_hash, seal_hash, pulse.time_stamp, pulse.output_value);
  if (certificate.alpha != alpha) return Fail(ErrorCode::kBadDrawCertificate, "alpha");
  if (certificate.contributions.size() != plan.officials.size())
    return Fail(ErrorCode::kBadContribution, "one of each official");
  std::vector<Bytes> betas;
  for (std::size_t i = 0; i < plan.officials.size(); ++i) {
    const auto& c = certificate.contributions[i];
    const auto beta = crypto::VrfVerify(plan.officials[i].vrf_key, alpha, c.proof);
    if (c.official != plan.officials[i].name || !beta)
      return Fail(ErrorCode::kBadContribution, c.official);
    betas.push_back(*beta);
  }
  const Bytes seed = OwnSeed(betas);
  LOTTERY_TRY(const auto outcome,
              plan.draw.game == protocol::kD3 ? OwnDigitsFromSeed(seed) : OwnOutcomeFromSeed(seed));
  if (certificate.seed != seed || certificate.numbers != outcome.reds ||
      certificate.blue != outcome.blue)
    return Fail(ErrorCode::kOutcomeWrong);
  return {};
}

}  // namespace

Result<base::UtcTime> CheckOutcome(const protocol::Plan& plan, const Digest& plan_hash,
                                   const Digest& seal_hash, const Deviations& deviations,
                                   const std::string& pulse_file,
                                   const std::string& beacon_certificate_pem,
                                   const protocol::DrawCertificate& certificate) {
  if (certificate.plan != plan_hash)
    return Fail(ErrorCode::kPlanSwapped, "the certificate names another plan");
  if (certificate.seal != seal_hash)
    return Fail(ErrorCode::kSealSwapped, "the certificate names another seal");
  LOTTERY_TRY(const auto way, deviations.WayOf(plan, plan_hash));
  const bool balls_decided = certificate.method == "ball_machine";
  if (balls_decided != way.balls) return Fail(ErrorCode::kWrongMethod, certificate.method);
  if (!balls_decided) {
    LOTTERY_TRY_VOID(protocol::CheckHeld(way, false, {}));
    LOTTERY_TRY_VOID(CheckBeacon(plan, way, plan_hash, seal_hash, pulse_file,
                                 beacon_certificate_pem, certificate));
    return way.round;
  }
  LOTTERY_TRY(const auto balls, ReadBalls(certificate.entries, plan, plan_hash, seal_hash));
  LOTTERY_TRY_VOID(protocol::CheckHeld(way, true, balls.started));
  if (certificate.numbers != balls.outcome.reds || certificate.blue != balls.outcome.blue)
    return Fail(ErrorCode::kOutcomeWrong);
  return balls.started;
}

namespace {

struct Counted {
  OwnWins lines{};
  std::int64_t tickets = 0;
};

// The seventh tier of ssq pays under the special rule only.
bool Pays(std::string_view game, std::size_t tier, bool special) {
  return game == protocol::kD3 || tier != 6 || special;
}

Result<Counted> CountWinners(const SalesView& sales, const OwnOutcome& outcome, bool special,
                             bool with_voided) {
  Counted counted;
  for (const auto& sale : sales.sales) {
    if (sale.voided && !with_voided) continue;
    LOTTERY_TRY(const auto wins, OwnOrderWins(sale.order, outcome));
    bool any = false;
    for (std::size_t tier = 0; tier < wins.size(); ++tier) {
      if (!Pays(sale.order.game(), tier, special)) continue;
      counted.lines[tier] += wins[tier];
      any = any || wins[tier] > 0;
    }
    counted.tickets += any ? 1 : 0;
  }
  return counted;
}

std::int64_t TierFen(const protocol::Statement& s, std::size_t tier) {
  for (const auto& t : s.tiers) {
    if (t.tier == static_cast<int>(tier) + 1) return t.each.fen();
  }
  return 0;
}

}  // namespace

// By the calendar: the day of the draw in Beijing, then the last millisecond of the 60th day.
base::UtcTime OwnClaimUntil(base::UtcTime drawn) {
  const std::string day = base::ToBeijingText(drawn).substr(0, 10);
  const auto midnight = base::FromIso(day + "T00:00:00.000Z");
  LOTTERY_CHECK(midnight.has_value());
  const std::int64_t hours = 60 * 24 - 8;  // the day of the draw counts; eight hours ahead of UTC
  return {midnight->ms + hours * 3'600'000 - 1};
}

PrizeBasis BasisAfter(const protocol::Statement& s) {
  PrizeBasis basis{s.pool_after.fen(), s.special_rule_next, {}};
  for (const auto& p : s.pools)
    basis.pools[p.jurisdiction] = {p.pool_after.fen(), p.adjustment_after.fen()};
  return basis;
}

PrizeBasis BasisOf(const protocol::Opening& opening) {
  PrizeBasis basis{opening.pool.fen(), opening.special_rule, {}};
  for (const auto& p : opening.pools)
    basis.pools[p.jurisdiction] = {p.pool.fen(), p.adjustment.fen()};
  return basis;
}

namespace {

Status RecomputeSsq(const Counted& counted, const protocol::DrawCertificate& certificate,
                    const PrizeBasis& basis, const protocol::Statement& like,
                    protocol::Statement& s) {
  const std::int64_t net = s.net_sales.fen();
  s.prize_money = Money::FromFen(net / 100 * 49);
  s.adjustment_accrued = Money::FromFen(net / 100 * 2);
  s.fund = Money::FromFen(net / 100 * 36);
  s.fee = Money::FromFen(net / 100 * 13);
  s.pool_before = Money::FromFen(basis.pool_before_fen);
  s.special_rule = basis.special_rule;
  s.rule = OwnRuleName(certificate.draw.number);
  OwnPrizeInput input{certificate.draw.number, net,
                      basis.pool_before_fen,   like.injection.fen(),
                      basis.special_rule,      counted.lines};
  LOTTERY_TRY(const auto prizes, OwnSsqPrizes(input));
  s.tiers.clear();
  for (int tier = 1; tier <= 7; ++tier) {
    if (tier == 7 && !basis.special_rule) continue;
    const std::int64_t lines = counted.lines[static_cast<std::size_t>(tier - 1)];
    const std::int64_t each = lines == 0  ? 0
                              : tier == 1 ? prizes.first_fen
                              : tier == 2 ? prizes.second_fen
                                          : kOwnFixedFen[tier - 1];
    s.tiers.push_back({tier, lines, Money::FromFen(each), Money::FromFen(each * lines)});
  }
  s.prizes = Money::FromFen(prizes.paid_fen);
  s.pool_after = Money::FromFen(prizes.pool_after_fen);
  s.adjustment_gained = Money::FromFen(prizes.adjustment_gained_fen);
  s.adjustment_paid = Money::FromFen(prizes.adjustment_paid_fen);
  s.special_rule_next =
      OwnSpecialNext(certificate.draw.number + 1, basis.special_rule, prizes.pool_after_fen);
  return {};
}

// Jurisdiction after jurisdiction, from the sales themselves.
Result<std::map<std::string, OwnD3Pool>> D3Pools(const SalesView& sales, const OwnOutcome& outcome,
                                                 const PrizeBasis& basis) {
  std::map<std::string, OwnD3Pool> pools;
  for (const auto& [jurisdiction, held] : basis.pools) {
    pools[jurisdiction].pool_before = held.first;
    pools[jurisdiction].adjustment_before = held.second;
  }
  for (const auto& sale : sales.sales) {
    auto& pool = pools[sales.jurisdictions.at(sale.terminal)];
    if (sale.voided) continue;
    LOTTERY_TRY(const auto wins, OwnOrderWins(sale.order, outcome));
    pool.net_sales += sale.per_draw_fen;
    for (std::size_t tier = 0; tier < wins.size(); ++tier) pool.wins[tier] += wins[tier];
  }
  for (auto& [jurisdiction, pool] : pools) {
    LOTTERY_TRY_VOID(OwnD3Prizes(pool));
    LOTTERY_TRY_VOID(OwnSettleD3(pool));
  }
  return pools;
}

}  // namespace

void FillD3(const std::map<std::string, OwnD3Pool>& pools, const OwnWins& lines,
            protocol::Statement& s) {
  const auto fen = [](std::int64_t amount) { return Money::FromFen(amount); };
  const std::int64_t net = s.net_sales.fen();
  s.prize_money = fen(net / 100 * 52);
  s.adjustment_accrued = fen(net / 100);
  s.fund = fen(net / 100 * 34);
  s.fee = fen(net / 100 * 13);
  s.rule = OwnD3RuleName(s.draw.number);
  s.special_rule = s.special_rule_next = false;
  s.injection = s.adjustment_gained = Money();
  std::int64_t prizes = 0, before = 0, after = 0, paid = 0;
  s.pools.clear();
  for (const auto& [jurisdiction, p] : pools) {
    s.pools.push_back({jurisdiction, fen(p.net_sales), fen(p.prizes), fen(p.pool_before),
                       fen(p.pool_after), fen(p.adjustment_before), fen(p.adjustment_paid),
                       fen(p.adjustment_after), fen(p.fee_advanced)});
    prizes += p.prizes;
    before += p.pool_before;
    after += p.pool_after;
    paid += p.adjustment_paid;
  }
  s.prizes = fen(prizes);
  s.pool_before = fen(before);
  s.pool_after = fen(after);
  s.adjustment_paid = fen(paid);
  s.tiers.clear();
  for (std::size_t tier = 0; tier < kOwnD3Fen.size(); ++tier) {
    const std::int64_t each = lines[tier] == 0 ? 0 : kOwnD3Fen[tier];
    s.tiers.push_back(
        {static_cast<int>(tier) + 1, lines[tier], fen(each), fen(each * lines[tier])});
  }
}

Result<protocol::Statement> Recompute(const SalesView& sales,
                                      const protocol::DrawCertificate& certificate,
                                      const PrizeBasis& basis, const protocol::Statement& like) {
  const OwnOutcome outcome{certificate.numbers, certificate.blue};
  LOTTERY_TRY(const Counted counted, CountWinners(sales, outcome, basis.special_rule, false));
  protocol::Statement s = like;
  s.totals = sales.Totals();
  s.net_sales = Money::FromFen(s.totals.sales_amount.fen() - s.totals.voids_amount.fen());
  if (certificate.draw.game == protocol::kD3) {
    LOTTERY_TRY(const auto pools, D3Pools(sales, outcome, basis));
    FillD3(pools, counted.lines, s);
  } else {
    LOTTERY_TRY_VOID(RecomputeSsq(counted, certificate, basis, like, s));
  }
  s.claim_until = OwnClaimUntil(certificate.at);
  s.winning_tickets = counted.tickets;
  LOTTERY_TRY(const auto winners, Winners(sales, certificate, s));
  s.winners_root = protocol::WinnersRoot(winners);
  return s;
}

Result<std::vector<protocol::Winner>> Winners(const SalesView& sales,
                                              const protocol::DrawCertificate& certificate,
                                              const protocol::Statement& prizes) {
  const OwnOutcome outcome{certificate.numbers, certificate.blue};
  std::vector<protocol::Winner> winners;
  for (const auto& sale : sales.sales) {
    if (sale.voided) continue;
    LOTTERY_TRY(const auto wins, OwnOrderWins(sale.order, outcome));
    protocol::Winner winner{sale.index, {}, {}};
    std::int64_t total = 0;
    for (std::size_t tier = 0; tier < wins.size(); ++tier) {
      const bool counts = Pays(certificate.draw.game, tier, prizes.special_rule);
      winner.lines.push_back(counts ? wins[tier] : 0);
      if (counts) total += wins[tier] * TierFen(prizes, tier);
    }
    winner.prize = Money::FromFen(total);
    if (total > 0) winners.push_back(std::move(winner));
  }
  return winners;
}

Status CompareStatement(const SalesView& sales, const protocol::DrawCertificate& certificate,
                        const PrizeBasis& basis, const protocol::Statement& theirs) {
  const bool digits = certificate.draw.game == protocol::kD3;
  const std::int32_t number = certificate.draw.number;
  if (theirs.rule != (digits ? OwnD3RuleName(number) : OwnRuleName(number)))
    return Fail(ErrorCode::kOldRule, theirs.rule);
  LOTTERY_TRY(const auto ours, Recompute(sales, certificate, basis, theirs));
  if (ours.ToBody() == theirs.ToBody()) return {};
  if (theirs.tiers != ours.tiers || theirs.winning_tickets != ours.winning_tickets ||
      theirs.winners_root != ours.winners_root) {
    LOTTERY_TRY(const auto with_voided, CountWinners(sales, {certificate.numbers, certificate.blue},
                                                     basis.special_rule, true));
    if (theirs.winning_tickets > ours.winning_tickets &&
        theirs.winning_tickets <= with_voided.tickets) {
      return Fail(ErrorCode::kVoidedPaid, certificate.draw.ToText());
    }
  }
  const std::pair<const char*, std::pair<Money, Money>> amounts[] = {
      {"net_sales_fen", {ours.net_sales, theirs.net_sales}},
      {"fund_fen", {ours.fund, theirs.fund}},
      {"fee_fen", {ours.fee, theirs.fee}},
      {"prizes_fen", {ours.prizes, theirs.prizes}},
      {"pool_before_fen", {ours.pool_before, theirs.pool_before}},
      {"pool_after_fen", {ours.pool_after, theirs.pool_after}},
      {"adjustment_paid_fen", {ours.adjustment_paid, theirs.adjustment_paid}},
      {"adjustment_gained_fen", {ours.adjustment_gained, theirs.adjustment_gained}},
      {"adjustment_accrued_fen", {ours.adjustment_accrued, theirs.adjustment_accrued}},
      {"prize_money_fen", {ours.prize_money, theirs.prize_money}}};
  for (const auto& [name, pair] : amounts) {
    if (pair.first != pair.second) {
      return Fail(ErrorCode::kFenMoved, std::string(name) + " is " +
                                            std::to_string(pair.second.fen()) + ", recomputed " +
                                            std::to_string(pair.first.fen()));
    }
  }
  return Fail(ErrorCode::kStatementForged, certificate.draw.ToText());
}

}  // namespace lottery::compliance
