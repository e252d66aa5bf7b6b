// The steps of a draw's life after its close, each with the document that makes it so.
#include <algorithm>

#include "central/sequencer.h"
#include "crypto/tile.h"
#include "games/recompute.h"
#include "protocol/consent.h"

namespace lottery::central {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

namespace {

// A deviation needs its witnesses before the margin begins: so long before, central takes none.
constexpr std::int64_t kWitnessingMs = 15'000;

Result<protocol::Plan> PlanOf(const Draw& draw) {
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(draw.plan_text, protocol::kTypePlan));
  return protocol::ParsePlan(envelope.body);
}

// How the draw is held after what was logged of it.
protocol::Way WayInForce(const Draw& draw, const protocol::Plan& plan) {
  protocol::Way way = protocol::PlannedWay(plan);
  if (draw.round.ms != 0) way.round = draw.round;
  if (draw.state == DrawState::kFallback) protocol::TurnToBalls(way, plan, draw.fallback_at);
  return way;
}

}  // namespace

// Seals: the control has every entry and agrees, the final checkpoint has its quorum, the data is
// locked away.
Result<json::object> Sequencer::SealDraw(Batch& batch, const json::object& body) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, DrawState::kSealed));
  LOTTERY_TRY(const auto text, base::GetString(body, "agreement"));
  LOTTERY_TRY(const auto consent, protocol::OpenConsent(text, trust_));
  const Log& log = state_.logs[static_cast<std::size_t>(draw->log)];
  const auto terminals = TotalsByTerminal(log);
  const bool same = consent.draw == draw->id && consent.stage == "sales" &&
                    consent.size == log.tree.size() && consent.root == log.tree.Root();
  const auto& agreement = consent.agreement;
  const bool agreed =
      !agreement || (agreement->origin == log.origin && agreement->totals == SumOf(log) &&
                     agreement->terminals_root == protocol::TerminalsRoot(terminals));
  if (!same || !agreed) return Fail(ErrorCode::kControlDisagrees, draw->id.ToText());
  if (log.witnessed != log.tree.size() || log.witnessed_note.empty())
    return Fail(ErrorCode::kQuorumMissing, log.origin);
  LOTTERY_CHECK(secrets_.seal.has_value());
  LOTTERY_TRY(const auto plan, PlanOf(*draw));
  if (plan.rule_book != secrets_.rule_books.at(draw->id.game))
    return Fail(ErrorCode::kOldRule, "planned under another rule book: seal with its program");

  protocol::Seal seal;
  seal.draw = draw->id;
  seal.checkpoints = {{operator_name_, log.origin, log.witnessed_note}};
  seal.totals = SumOf(log);
  seal.terminals = static_cast<std::int64_t>(terminals.size());
  seal.terminals_root = protocol::TerminalsRoot(terminals);
  seal.plan = draw->plan;
  seal.agreement = consent.body;
  seal.rule_book = plan.rule_book;
  seal.program_version = secrets_.program_version;
  seal.sealed_at = batch.now;
  crypto::Envelope envelope{std::string(protocol::kTypeSeal), seal.ToBody(), {}};
  envelope.Sign(*secrets_.seal);
  draw->seal = protocol::BodyHash(envelope);
  AppendAudit(
      batch, "seal", batch.by,
      {{"game", draw->id.game}, {"draw", draw->id.number}, {"envelope", envelope.ToText()}});
  batch.effects.seals.push_back(
      {draw->id, log.id, envelope.ToText(), protocol::EncodeTerminals(terminals)});
  const std::uint64_t tail = log.tree.size() % crypto::kTileWidth;
  if (tail != 0) {
    const crypto::TileId tile{0, log.tree.size() / crypto::kTileWidth, tail};
    batch.effects.tiles.push_back({log.id, tile.index, crypto::TileHashes(log.tree, tile), {}});
  }
  Step(batch, *draw, DrawState::kSealed, "sealed");
  return json::object{
      {"draw", draw->id.ToText()}, {"state", "sealed"}, {"seal", base::ToHex(draw->seal.view())}};
}

// A later round, or the ball machine of the plan: while nobody can know the outcome, or when the
// contributions are overdue. The witnesses' word for it is checked by whoever draws and verifies.
Result<json::object> Sequencer::Deviate(Batch& batch, const json::object& body,
                                        const std::string& kind) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  const DrawState to = kind == "fallback"                  ? DrawState::kFallback
                       : kind == "cancellation"            ? DrawState::kCancelled
                       : draw->state == DrawState::kClosed ? DrawState::kPostponed
                                                           : DrawState::kDeferred;
  if (kind == "deferral" && draw->round.ms != 0)
    return Fail(ErrorCode::kIllegalTransition, "deferred before: there is one later round");
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, to));
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto plan, PlanOf(*draw));
  LOTTERY_TRY(const auto opened, protocol::OpenDeviation(text, plan, trust_));
  const auto& deviation = opened.deviation;
  if (NameOf(deviation.kind) != kind) return Fail(ErrorCode::kBadDeviation, "it is no " + kind);
  LOTTERY_TRY(const auto way,
              protocol::Leave(WayInForce(*draw, plan), plan, draw->plan, deviation));
  LOTTERY_TRY_VOID(protocol::CheckInTime(deviation, plan, batch.now));
  const UtcTime seen{batch.now.ms + kWitnessingMs};
  if (batch.now < deviation.round && !protocol::IsEarly(deviation, plan, seen))
    return Fail(ErrorCode::kTooLateToDeviate,
                "its witnesses need " + std::to_string(kWitnessingMs / 1000) + " s");
  if (kind == "deferral") draw->round = way.round;
  if (kind == "fallback") draw->fallback_at = batch.now;
  const auto index =
      AppendAudit(batch, kind, batch.by,
                  {{"game", draw->id.game}, {"draw", draw->id.number}, {"envelope", text}});
  // The reason of a deferral's row is the new round, which a restart reads there; of a
  // cancellation's its hash, which settlement reads.
  const bool cancelled = to == DrawState::kCancelled;
  Step(batch, *draw, to,
       kind == "deferral" ? base::ToIso(deviation.new_round)
       : cancelled        ? base::ToHex(opened.hash.view())
                          : deviation.reason);
  if (cancelled) batch.effects.reopened.push_back(draw->id);
  return json::object{{"draw", draw->id.ToText()},
                      {"state", protocol::NameOf(draw->state)},
                      {"audit_index", static_cast<std::int64_t>(index)}};
}

// Signed by enough officials of the plan, made the way the draw is held, and what anybody who
// recomputes it from plan, seal and pulse gets: whatever was signed, other numbers have no effect.
Result<Sequencer::Certified> Sequencer::CheckCertificate(const Draw& draw, const json::object& body,
                                                         UtcTime now) const {
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  games::OutcomeBasis basis;
  LOTTERY_TRY(basis.plan, PlanOf(draw));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeDrawCertificate, basis.plan.SigningKeys(),
                                   basis.plan.certificate_quorum));
  Certified out;
  LOTTERY_TRY(out.certificate, protocol::ParseDrawCertificate(envelope.body));
  const auto& drawn = out.certificate;
  if (drawn.draw != draw.id || drawn.plan != draw.plan || drawn.seal != draw.seal)
    return Fail(ErrorCode::kBadDrawCertificate, "it certifies another draw, plan or seal");
  basis.trust = trust_;
  basis.plan_hash = draw.plan;
  basis.seal_hash = draw.seal;
  basis.way = WayInForce(draw, basis.plan);
  basis.witnessed = draw.close;  // nothing was sealed before
  if (drawn.method != (basis.way.balls ? "ball_machine" : "vrf"))
    return Fail(ErrorCode::kWrongMethod, drawn.method);
  if (body.contains("pulse") == basis.way.balls)
    return Fail(ErrorCode::kUsage, basis.way.balls ? "balls have no pulse"
                                                   : "the beacon's file belongs to it: --beacon");
  if (!basis.way.balls) {
    LOTTERY_TRY(out.pulse, base::GetString(body, "pulse"));
    LOTTERY_TRY_VOID(games::TakePulse(basis, out.pulse));
    if (drawn.round != basis.pulse.time_stamp || drawn.beacon != basis.beacon_hash)
      return Fail(ErrorCode::kBeaconReplaced,
                  "the round in force is " + base::ToIso(basis.way.round));
  }
  LOTTERY_TRY_VOID(games::Recomputes(basis, drawn, envelope.body));
  LOTTERY_TRY(const auto first_known, games::FirstKnown(basis, drawn));
  LOTTERY_TRY_VOID(protocol::CheckCertifiedAt(drawn, first_known, now));
  LOTTERY_TRY_VOID(protocol::CheckOpenings(drawn, basis.plan, trust_).map([](const auto&) {}));
  return out;
}

// Whose key was opened has none any more: holders have seen it.
void Sequencer::RetireOpened(Batch& batch, const Draw& draw,
                             const protocol::DrawCertificate& certificate) {
  const auto envelope = crypto::ParseEnvelope(draw.plan_text, protocol::kTypePlan);
  const auto plan = protocol::ParsePlan(envelope->body);
  for (const auto& c : certificate.contributions) {
    const auto official = std::find_if(plan->officials.begin(), plan->officials.end(),
                                       [&](const auto& o) { return o.name == c.official; });
    if (c.opening.empty() || official == plan->officials.end() ||
        !state_.retired.insert(official->vrf_key).second)
      continue;
    batch.effects.retired.emplace_back(official->vrf_key, official->name);
    AppendAudit(batch, "retire", batch.by,
                {{"draw", draw.id.ToText()},
                 {"official", official->name},
                 {"vrf_key", base::ToHex(official->vrf_key)}});
  }
}

// The reason of this row is what a restart reads again: the paper's hash, the root of its list, how
// many tickets that has, what they are owed and until when.
void Sequencer::Owe(Batch& batch, Draw& draw, DrawState to) {
  Step(batch, draw, to,
       base::ToHex(draw.statement.view()) + " " + base::ToHex(draw.owed_root.view()) + " " +
           std::to_string(draw.owed_tickets) + " " + std::to_string(draw.owed.fen()) + " " +
           std::to_string(draw.claim_until.ms));
}

// Every payment of the draw, which TakePayment wrote down under its leaf's place.
protocol::Unclaimed Sequencer::UnclaimedOf(const Draw& draw) const {
  protocol::Unclaimed out{draw.statement, draw.owed, {}, 0, draw.claim_until};
  const std::string front = PaidFront(protocol::OriginOf(operator_name_, draw.id));
  for (auto at = state_.credits.lower_bound(front);
       at != state_.credits.end() && at->first.starts_with(front); ++at) {
    out.paid = base::SumOrDie(out.paid, Money::FromFen(at->second));
    ++out.payments;
  }
  return out;
}

// Later steps carry the document that makes them so; its signers are checked, its figures by those
// who made it.
Result<json::object> Sequencer::Advance(Batch& batch, const json::object& body,
                                        const std::string& kind) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  const bool certificate = kind == "certificate";
  DrawState to = certificate           ? DrawState::kDrawn
                 : kind == "statement" ? DrawState::kSettled
                 : kind == "paying"    ? DrawState::kPaying
                 : kind == "refund"    ? DrawState::kRefunding
                                       : DrawState::kExpired;
  if (kind == "paying" && draw->state == DrawState::kRefunding) to = DrawState::kRepaying;
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, to));
  if (certificate) {
    LOTTERY_TRY(const auto certified, CheckCertificate(*draw, body, batch.now));
    if (!certified.pulse.empty())
      AppendAudit(batch, "pulse", batch.by,
                  {{"game", draw->id.game}, {"draw", draw->id.number}, {"pulse", certified.pulse}});
    RetireOpened(batch, *draw, certified.certificate);
    draw->certificate = crypto::Sha256(certified.certificate.ToBody());
    Step(batch, *draw, DrawState::kDrawn, "outcome recomputed");
    // The reason of this row is the certificate's hash: a restart and settlement read it there.
    Step(batch, *draw, DrawState::kCertified, base::ToHex(draw->certificate.view()));
    batch.effects.reopened.push_back(draw->id);
  } else if (kind == "statement") {
    LOTTERY_TRY(const auto envelope, protocol::OpenSigned(text, protocol::kTypeStatement,
                                                          trust_.KeysFor("settlement"), 1));
    LOTTERY_TRY(const auto statement, protocol::ParseStatement(envelope.body));
    if (statement.draw != draw->id || statement.seal != draw->seal ||
        statement.certificate != draw->certificate)
      return Fail(ErrorCode::kStatementForged, "another draw, seal or certificate");
    if (statement.format != 2)
      return Fail(ErrorCode::kOldRule, "statement/1 names no sale's leaf: nobody is paid by it");
    draw->statement = protocol::BodyHash(envelope);
    draw->owed_root = statement.winners_root;
    draw->owed_tickets = static_cast<std::uint64_t>(statement.winning_tickets);
    draw->owed = statement.prizes;
    draw->claim_until = statement.claim_until;
    Owe(batch, *draw, to);
  } else if (kind == "refund") {
    LOTTERY_TRY(const auto envelope,
                protocol::OpenSigned(text, protocol::kTypeRefund, trust_.KeysFor("settlement"), 1));
    LOTTERY_TRY(const auto refund, protocol::ParseRefund(envelope.body));
    if (refund.draw != draw->id || refund.seal != draw->seal)
      return Fail(ErrorCode::kStatementForged, "another draw or seal");
    if (refund.format != 2)
      return Fail(ErrorCode::kOldRule, "refund/1 names no sale's leaf: nobody is paid by it");
    draw->statement = protocol::BodyHash(envelope);
    draw->owed_root = refund.refunds_root;
    draw->owed_tickets = static_cast<std::uint64_t>(refund.tickets);
    Owe(batch, *draw, to);
  } else if (kind == "paying") {
    LOTTERY_TRY(const auto consent, protocol::OpenConsent(text, trust_));
    if (consent.draw != draw->id ||
        consent.stage != (to == DrawState::kRepaying ? "refund" : "prizes") ||
        consent.statement != draw->statement)
      return Fail(ErrorCode::kNotAgreed);
    // The reason of this row is the agreement's hash: settlement lets claims in by that one alone.
    Step(batch, *draw, to, base::ToHex(consent.body.view()));
  } else {
    LOTTERY_TRY(const auto expiry, protocol::OpenExpiry(text, draw->id, UnclaimedOf(*draw),
                                                        batch.now, trust_.KeysFor("settlement")));
    // The reason of this row is what was forfeited: settlement posts what was logged.
    Step(batch, *draw, to, std::to_string(expiry.forfeited.fen()));
  }
  const auto index =
      AppendAudit(batch, kind, batch.by,
                  {{"game", draw->id.game}, {"draw", draw->id.number}, {"envelope", text}});
  return json::object{{"draw", draw->id.ToText()},
                      {"state", protocol::NameOf(draw->state)},
                      {"audit_index", static_cast<std::int64_t>(index)}};
}

}  // namespace lottery::central
