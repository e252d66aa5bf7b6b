// What operators and settlement hand to the one writer: terminals, deposits, and the steps of a
// draw's life.
#include <algorithm>

#include "central/sequencer.h"
#include "crypto/tile.h"
#include "protocol/consent.h"
#include "protocol/deviation.h"
#include "protocol/escrow.h"

namespace lottery::central {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

namespace {
// An entry bundle's length is u16; a body may grow by a half when its control characters and quotes
// are escaped once more, and a seal is made here from an agreement.
constexpr std::size_t kMaxCommandOctets = 30'000;

// A deviation needs its witnesses before the margin begins: so long before, central takes none.
constexpr std::int64_t kWitnessingMs = 15'000;

// How the draw is held after what was logged of it.
protocol::Way WayInForce(const Draw& draw, const protocol::Plan& plan) {
  protocol::Way way = protocol::PlannedWay(plan);
  if (draw.round.ms != 0) way.round = draw.round;
  way.balls = way.balls || draw.state == DrawState::kFallback;
  return way;
}

// When the outcome could first be known, by what its makers wrote.
Result<UtcTime> FirstKnown(const protocol::DrawCertificate& drawn, const protocol::Way& way) {
  if (!way.balls) return way.round;
  UtcTime last;
  for (const auto& text : drawn.entries) {
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeBallEntry));
    LOTTERY_TRY(const auto entry, protocol::ParseBallEntry(envelope.body));
    last = std::max(last, entry.started);
  }
  return last;
}
}  // namespace

Result<json::object> Sequencer::ApplyCommand(Batch& batch, const CommandInput& input) {
  if (input.body.size() > kMaxCommandOctets)
    return Fail(ErrorCode::kUsage, "longer than an entry of the audit log may be");
  LOTTERY_TRY(const auto body, base::ParseJsonObject(input.body));
  if (input.kind == "witnessed") return Witnessed(body);
  if (input.kind == "enrol") return Enrol(batch, body);
  if (input.kind == "suspend") return Suspend(batch, body, true);
  if (input.kind == "resume") return Suspend(batch, body, false);
  if (input.kind == "credit") return Credit(batch, body);
  if (input.kind == "plan") return AddPlan(batch, body);
  if (input.kind == "open") return Open(batch, body);
  if (input.kind == "limit") return LimitNumbers(batch, body);
  if (input.kind == "close") return Close(batch, body);
  if (input.kind == "seal") return SealDraw(batch, body);
  if (input.kind == "deferral" || input.kind == "fallback") return Deviate(batch, body, input.kind);
  if (input.kind == "certificate" || input.kind == "statement" || input.kind == "paying" ||
      input.kind == "expired") {
    return Advance(batch, body, input.kind);
  }
  if (input.kind == "note" || input.kind == "allocation") {
    const auto index = AppendAudit(batch, input.kind, input.by, body);
    return json::object{{"audit_index", static_cast<std::int64_t>(index)}};
  }
  return Fail(ErrorCode::kUnknownCommand, input.kind);
}

std::uint64_t Sequencer::AppendAudit(Batch& batch, const std::string& kind, const std::string& by,
                                     json::object body) {
  Log& audit = state_.logs[kAuditLog];
  const UtcTime time = std::max(audit.last, batch.now);
  const json::object entry{{"kind", kind}, {"by", by}, {"body", std::move(body)}};
  return Append(batch, audit, protocol::AuditLeaf{time, base::ToLine(entry)}.Encode(), time);
}

Result<json::object> Sequencer::Enrol(Batch& batch, const json::object& body) {
  Terminal t;
  LOTTERY_TRY(const auto id, base::GetInt(body, "terminal"));
  LOTTERY_TRY(t.name, base::GetString(body, "name"));
  LOTTERY_TRY(t.jurisdiction, base::GetString(body, "jurisdiction"));
  LOTTERY_TRY(const auto key, base::GetString(body, "public_key"));
  LOTTERY_TRY(t.public_key, base::FromHex(key));
  if (id <= 0 || id > 0x7fffffff)
    return Fail(ErrorCode::kUsage, "a terminal's id is a positive number");
  t.id = static_cast<std::uint32_t>(id);
  if (!crypto::IsValidPublicKey(t.public_key)) return Fail(ErrorCode::kBadKey, "terminal key");
  t.key_id = crypto::KeyId(t.public_key);
  for (const auto& [other_id, other] : state_.terminals) {
    if (other_id == t.id || other.public_key == t.public_key)
      return Fail(ErrorCode::kAlreadyExists, "terminal or key");
  }
  json::object entry{
      {"terminal", id}, {"name", t.name}, {"jurisdiction", t.jurisdiction}, {"public_key", key}};
  const auto index = AppendAudit(batch, "enrol", batch.by, entry);
  batch.effects.new_terminals.push_back(t);
  state_.terminals.emplace(t.id, std::move(t));
  entry["audit_index"] = static_cast<std::int64_t>(index);
  return entry;
}

Result<json::object> Sequencer::Suspend(Batch& batch, const json::object& body, bool suspended) {
  LOTTERY_TRY(const auto id, base::GetInt(body, "terminal"));
  LOTTERY_TRY(const auto reason, base::GetString(body, "reason"));
  const auto found = state_.terminals.find(static_cast<std::uint32_t>(id));
  if (found == state_.terminals.end()) return Fail(ErrorCode::kUnknownTerminal);
  if (found->second.suspended == suspended)
    return Fail(ErrorCode::kAlreadyExists, "it is in that state already");
  found->second.suspended = suspended;
  AppendAudit(batch, suspended ? "suspend" : "resume", batch.by,
              {{"terminal", id}, {"reason", reason}});
  // One row a terminal and record: of two steps in one batch the last stands.
  auto& steps = batch.effects.terminal_steps;
  const auto before = std::find_if(steps.begin(), steps.end(),
                                   [&](const auto& step) { return step.first == found->first; });
  if (before != steps.end()) steps.erase(before);
  steps.emplace_back(found->first, reason);
  return json::object{{"terminal", id}, {"suspended", suspended}};
}

// A deposit, once per bank reference. Never credit: the money is there before it can be spent.
Result<json::object> Sequencer::Credit(Batch& batch, const json::object& body) {
  LOTTERY_TRY(const auto id, base::GetInt(body, "terminal"));
  LOTTERY_TRY(const Money amount, base::GetMoney(body, "amount_fen"));
  LOTTERY_TRY(const auto reference, base::GetString(body, "reference"));
  const auto found = state_.terminals.find(static_cast<std::uint32_t>(id));
  if (found == state_.terminals.end()) return Fail(ErrorCode::kUnknownTerminal);
  if (amount.fen() <= 0 || reference.empty() || reference.size() > 64)
    return Fail(ErrorCode::kUsage, "amount or reference");
  if (state_.credits.contains(reference))
    return Fail(ErrorCode::kAlreadyExists, "reference " + reference);
  LOTTERY_TRY(found->second.balance, found->second.balance.Add(amount));
  state_.credits[reference] = amount.fen();
  WriteReference(batch.changes, reference, amount);
  WriteBalance(batch.changes, found->first, found->second.balance);
  AppendAudit(batch, "credit", batch.by,
              {{"terminal", id}, {"amount_fen", amount.fen()}, {"reference", reference}});
  return json::object{{"terminal", id}, {"balance_fen", found->second.balance.fen()}};
}

Result<json::object> Sequencer::AddPlan(Batch& batch, const json::object& body) {
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypePlan, trust_.KeysFor("official"), 2));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(envelope.body));
  if (state_.draws.contains(plan.draw))
    return Fail(ErrorCode::kAlreadyExists, "the first plan of a draw counts");
  LOTTERY_TRY_VOID(protocol::CheckPlanIsTrusted(plan, trust_));
  // The calendar grows at its end only: what "ten draws from here" means never changes after a
  // sale.
  for (const auto& [id, other] : state_.draws) {
    if (id.game == plan.draw.game && (id > plan.draw || other.close >= plan.close))
      return Fail(ErrorCode::kBadPlan,
                  "draws are planned in order; " + id.ToText() + " comes before");
  }
  for (const auto& official : plan.officials) {
    if (state_.retired.contains(official.vrf_key))
      return Fail(ErrorCode::kBadPlan,
                  "the key of " + official.name + " was opened and is retired");
  }
  if (plan.close <= batch.now) return Fail(ErrorCode::kBadPlan, "close is in the past");
  const auto book = secrets_.rule_books.find(plan.draw.game);
  if (book == secrets_.rule_books.end()) return Fail(ErrorCode::kUnknownGame, plan.draw.game);
  if (plan.rule_book != book->second) return Fail(ErrorCode::kBadPlan, "another rule book");
  Draw draw;
  draw.id = plan.draw;
  draw.log = static_cast<std::int32_t>(state_.logs.size());
  draw.close = plan.close;
  draw.plan = protocol::BodyHash(envelope);
  draw.plan_text = text;
  draw.plan_leaf =
      AppendAudit(batch, "plan", batch.by,
                  {{"game", plan.draw.game}, {"draw", plan.draw.number}, {"envelope", text}});
  Log log = NewLog(draw.log, protocol::OriginOf(operator_name_, plan.draw), plan.draw);
  batch.effects.new_logs.push_back(log);
  batch.effects.new_draws.push_back(draw);
  batch.effects.steps.push_back({draw.id, 1, "planned", batch.now, "plan"});
  state_.logs.push_back(std::move(log));
  const auto leaf = static_cast<std::int64_t>(draw.plan_leaf);
  state_.draws.emplace(plan.draw, std::move(draw));
  return json::object{{"draw", plan.draw.ToText()}, {"audit_index", leaf}};
}

Result<Draw*> Sequencer::FindDraw(const json::object& body) {
  LOTTERY_TRY(const auto text, base::GetString(body, "draw"));
  LOTTERY_TRY(const auto id, protocol::ParseDrawId(text));
  const auto found = state_.draws.find(id);
  if (found == state_.draws.end()) return Fail(ErrorCode::kDrawUnknown, text);
  return &found->second;
}

void Sequencer::Step(Batch& batch, Draw& draw, DrawState to, const std::string& reason) {
  LOTTERY_CHECK(protocol::MayFollow(draw.state, to));
  draw.state = to;
  ++draw.steps;
  batch.effects.steps.push_back(
      {draw.id, draw.steps, std::string(protocol::NameOf(to)), batch.now, reason});
}

Result<json::object> Sequencer::Open(Batch& batch, const json::object& body) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, DrawState::kOpen));
  const Log& audit = state_.logs[kAuditLog];
  if (audit.witnessed <= draw->plan_leaf || audit.witnessed_ms > batch.now.ms)
    return Fail(ErrorCode::kPlanNotWitnessed);
  if (batch.now >= draw->close) return Fail(ErrorCode::kDrawClosed);
  AppendAudit(batch, "open", batch.by, {{"draw", draw->id.ToText()}});
  Step(batch, *draw, DrawState::kOpen, "opened");
  return json::object{{"draw", draw->id.ToText()}, {"state", "open"}};
}

// How many lines of one number a jurisdiction may sell of a draw; what is sold already stays.
Result<json::object> Sequencer::LimitNumbers(Batch& batch, const json::object& body) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  LOTTERY_TRY(const auto jurisdiction, base::GetString(body, "jurisdiction"));
  LOTTERY_TRY(const auto lines, base::GetInt(body, "lines"));
  if (draw->id.game != protocol::kD3)
    return Fail(ErrorCode::kUsage, "numbers of " + draw->id.game + " have no sales limit");
  if (jurisdiction.empty() || jurisdiction.size() > 32 || lines < 0)
    return Fail(ErrorCode::kUsage, "jurisdiction or lines");
  if (draw->state != DrawState::kPlanned && draw->state != DrawState::kOpen)
    return Fail(ErrorCode::kDrawClosed);
  state_.logs[static_cast<std::size_t>(draw->log)].books[jurisdiction].limit = lines;
  WriteNumberLimit(batch.changes, draw->log, jurisdiction, lines);
  AppendAudit(batch, "limit", batch.by,
              {{"draw", draw->id.ToText()}, {"jurisdiction", jurisdiction}, {"lines", lines}});
  return json::object{
      {"draw", draw->id.ToText()}, {"jurisdiction", jurisdiction}, {"lines", lines}};
}

Result<json::object> Sequencer::Close(Batch& batch, const json::object& body) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, DrawState::kClosed));
  if (batch.now < draw->close)
    return Fail(ErrorCode::kIllegalTransition, "it is not yet time to close");
  const Log& log = state_.logs[static_cast<std::size_t>(draw->log)];
  AppendAudit(batch, "close", batch.by,
              {{"draw", draw->id.ToText()},
               {"size", static_cast<std::int64_t>(log.tree.size())},
               {"root", base::ToHex(log.tree.Root().view())}});
  Step(batch, *draw, DrawState::kClosed, "closed");
  return json::object{{"draw", draw->id.ToText()},
                      {"state", "closed"},
                      {"size", static_cast<std::int64_t>(log.tree.size())}};
}

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

  protocol::Seal seal;
  seal.draw = draw->id;
  seal.checkpoints = {{operator_name_, log.origin, log.witnessed_note}};
  seal.totals = SumOf(log);
  seal.terminals = static_cast<std::int64_t>(terminals.size());
  seal.terminals_root = protocol::TerminalsRoot(terminals);
  seal.plan = draw->plan;
  seal.agreement = consent.body;
  seal.rule_book = secrets_.rule_books.at(draw->id.game);
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
  const DrawState to = kind != "deferral"                  ? DrawState::kFallback
                       : draw->state == DrawState::kClosed ? DrawState::kPostponed
                                                           : DrawState::kDeferred;
  if (kind == "deferral" && draw->round.ms != 0)
    return Fail(ErrorCode::kIllegalTransition, "deferred before: there is one later round");
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, to));
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeDeviation, trust_.KeysFor("official"), 2));
  LOTTERY_TRY(const auto deviation, protocol::ParseDeviation(envelope.body));
  LOTTERY_TRY(const auto plan_envelope,
              crypto::ParseEnvelope(draw->plan_text, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  if (NameOf(deviation.kind) != kind) return Fail(ErrorCode::kBadDeviation, "it is no " + kind);
  LOTTERY_TRY(const auto way,
              protocol::Leave(WayInForce(*draw, plan), plan, draw->plan, deviation));
  LOTTERY_TRY_VOID(protocol::CheckInTime(deviation, plan, batch.now));
  const UtcTime seen{batch.now.ms + kWitnessingMs};
  if (batch.now < deviation.round && !protocol::IsEarly(deviation, plan, seen))
    return Fail(ErrorCode::kTooLateToDeviate,
                "its witnesses need " + std::to_string(kWitnessingMs / 1000) + " s");
  if (kind == "deferral") draw->round = way.round;
  const auto index =
      AppendAudit(batch, kind, batch.by,
                  {{"game", draw->id.game}, {"draw", draw->id.number}, {"envelope", text}});
  // The reason of a deferral's row is the new round: a restart reads it there.
  Step(batch, *draw, to, kind == "deferral" ? base::ToIso(deviation.new_round) : deviation.reason);
  return json::object{{"draw", draw->id.ToText()},
                      {"state", protocol::NameOf(draw->state)},
                      {"audit_index", static_cast<std::int64_t>(index)}};
}

// Signed by enough officials of the plan, of this draw, and made the way the draw is held.
Result<protocol::DrawCertificate> Sequencer::CheckCertificate(const Draw& draw,
                                                              const std::string& text,
                                                              UtcTime now) const {
  LOTTERY_TRY(const auto plan_envelope, crypto::ParseEnvelope(draw.plan_text, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeDrawCertificate, plan.SigningKeys(),
                                   plan.certificate_quorum));
  LOTTERY_TRY(const auto drawn, protocol::ParseDrawCertificate(envelope.body));
  if (drawn.draw != draw.id || drawn.plan != draw.plan || drawn.seal != draw.seal)
    return Fail(ErrorCode::kBadDrawCertificate, "it certifies another draw, plan or seal");
  const auto way = WayInForce(draw, plan);
  if (drawn.method != (way.balls ? "ball_machine" : "vrf"))
    return Fail(ErrorCode::kWrongMethod, drawn.method);
  if (!way.balls && drawn.round != base::ToIso(way.round))
    return Fail(ErrorCode::kBeaconReplaced, "the round in force is " + base::ToIso(way.round));
  LOTTERY_TRY(const auto first_known, FirstKnown(drawn, way));
  LOTTERY_TRY_VOID(protocol::CheckCertifiedAt(drawn, first_known, now));
  LOTTERY_TRY_VOID(protocol::CheckOpenings(drawn, plan, trust_).map([](const auto&) {}));
  return drawn;
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
                                       : DrawState::kExpired;
  LOTTERY_TRY_VOID(protocol::CheckTransition(draw->state, to));
  if (certificate) {
    LOTTERY_TRY(const auto certified, CheckCertificate(*draw, text, batch.now));
    RetireOpened(batch, *draw, certified);
    draw->certificate = crypto::Sha256(certified.ToBody());
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
    draw->statement = protocol::BodyHash(envelope);
    Step(batch, *draw, to, base::ToHex(draw->statement.view()));
  } else if (kind == "paying") {
    LOTTERY_TRY(const auto consent, protocol::OpenConsent(text, trust_));
    if (consent.draw != draw->id || consent.stage != "prizes" ||
        consent.statement != draw->statement)
      return Fail(ErrorCode::kNotAgreed);
    Step(batch, *draw, to,
         consent.agreement ? "control agreed on winners and prizes" : "lifted: " + consent.reason);
  } else {
    Step(batch, *draw, to, "claim period over");
  }
  const auto index =
      AppendAudit(batch, kind, batch.by,
                  {{"game", draw->id.game}, {"draw", draw->id.number}, {"envelope", text}});
  return json::object{{"draw", draw->id.ToText()},
                      {"state", protocol::NameOf(draw->state)},
                      {"audit_index", static_cast<std::int64_t>(index)}};
}

Result<json::object> Sequencer::Witnessed(const json::object& body) {
  LOTTERY_TRY(const auto id, base::GetInt(body, "log"));
  LOTTERY_TRY(const auto size, base::GetInt(body, "size"));
  LOTTERY_TRY(const auto note, base::GetString(body, "note"));
  LOTTERY_TRY(const auto latest_ms, base::GetInt(body, "latest_ms"));
  if (id < 0 || static_cast<std::size_t>(id) >= state_.logs.size())
    return Fail(ErrorCode::kWitnessUnknownLog);
  Log& log = state_.logs[static_cast<std::size_t>(id)];
  if (static_cast<std::uint64_t>(size) >= log.witnessed) {
    log.witnessed = static_cast<std::uint64_t>(size);
    log.witnessed_note = note;
    log.witnessed_ms = latest_ms;
  }
  return json::object{};
}

}  // namespace lottery::central
