// What operators and settlement hand to the one writer: terminals, deposits, plans, the sale of a
// draw until its close. draw_steps.cc has what follows.
#include <algorithm>

#include "base/members.h"
#include "base/text.h"
#include "central/sequencer.h"
#include "games/rules.h"
#include "protocol/deviation.h"
#include "protocol/plausible.h"
#include "protocol/withdrawal.h"

namespace lottery::central {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

namespace {
// An entry bundle's length is u16; a body may grow by a half when its control characters and quotes
// are escaped once more, and a seal is made here from an agreement.
constexpr std::size_t kMaxCommandOctets = 30'000;
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
  if (input.kind == "payment") return TakePayment(batch, body);
  if (input.kind == "plan") return AddPlan(batch, body);
  if (input.kind == "withdrawal") return WithdrawPlan(batch, body);
  if (input.kind == "open") return Open(batch, body);
  if (input.kind == "limit") return LimitNumbers(batch, body);
  if (input.kind == "close") return Close(batch, body);
  if (input.kind == "seal") return SealDraw(batch, body);
  if (protocol::DeviationFrom(input.kind)) return Deviate(batch, body, input.kind);
  if (input.kind == "certificate" || input.kind == "statement" || input.kind == "paying" ||
      input.kind == "expired" || input.kind == "refund") {
    return Advance(batch, body, input.kind);
  }
  if (input.kind == "note" || input.kind == "allocation" || input.kind == "reinstatement" ||
      input.kind == "correction") {
    LOTTERY_TRY_VOID(CheckHandedIn(input.kind, input.by, body));
    const auto index = AppendAudit(batch, input.kind, input.by, body);
    return json::object{{"audit_index", static_cast<std::int64_t>(index)}};
  }
  return Fail(ErrorCode::kUnknownCommand, input.kind);
}

// What is logged as it was handed in must be what every reader of the log takes: one leaf that the
// control refuses would stop every draw. docs/formats/leaf.md has the members of each kind.
base::Status Sequencer::CheckHandedIn(const std::string& kind, const std::string& by,
                                      const json::object& body) {
  const json::object entry{{"kind", kind}, {"by", by}, {"body", body}};
  const std::string line = base::ToLine(entry);
  const auto again = base::ParseJsonObject(line);
  if (!again || base::ToLine(*again) != line)
    return Fail(ErrorCode::kBadJson, "numbers are whole, and nothing lies too deep");
  const auto holds = [&](std::size_t members, const auto&... checked) {
    return body.size() == members && (checked && ...);
  };
  const auto text = [&](const char* name) {
    const auto value = base::GetString(body, name);
    return value.has_value() && !value->empty();
  };
  const auto hash = [&](const char* name) { return base::GetDigest(body, name).has_value(); };
  const bool sound = kind == "allocation"      ? holds(2, text("period"), hash("sha256"))
                     : kind == "reinstatement" ? holds(2, hash("claim"), text("envelope"))
                     : kind == "correction"
                         ? holds(3, text("corrects"), text("reason"), hash("sha256"))
                         : kind == "note";
  return sound ? base::Status() : Fail(ErrorCode::kBadJson, kind + ": its members are others");
}

std::uint64_t Sequencer::AppendAudit(Batch& batch, const std::string& kind, const std::string& by,
                                     json::object body) {
  Log& audit = state_.logs[kAuditLog];
  const UtcTime time = batch.now;
  const json::object entry{{"kind", kind}, {"by", by}, {"body", std::move(body)}};
  return Append(batch, audit, protocol::AuditLeaf{time, base::ToLine(entry)}.Encode(), time);
}

Result<json::object> Sequencer::Enrol(Batch& batch, const json::object& body) {
  Terminal t;
  LOTTERY_TRY(const auto id, base::GetIntIn(body, "terminal", 1, INT32_MAX));
  LOTTERY_TRY(t.name, base::GetString(body, "name"));
  LOTTERY_TRY(t.jurisdiction, base::GetString(body, "jurisdiction"));
  LOTTERY_TRY(const auto key, base::GetString(body, "public_key"));
  LOTTERY_TRY(t.public_key, base::FromHexAnyCase(key));
  t.id = static_cast<std::uint32_t>(id);
  LOTTERY_TRY_VOID(base::CheckSaid("name", t.name));
  if (!protocol::IsJurisdiction(t.jurisdiction))
    return Fail(ErrorCode::kUsage, "a jurisdiction is 1 to 32 letters, digits, - or _");
  if (!crypto::IsValidPublicKey(t.public_key)) return Fail(ErrorCode::kBadKey, "terminal key");
  t.key_id = crypto::KeyId(t.public_key);
  if (state_.terminals.contains(t.id) || terminal_keys_.contains(t.public_key))
    return Fail(ErrorCode::kAlreadyExists, "terminal or key");
  json::object entry{{"terminal", id},
                     {"name", t.name},
                     {"jurisdiction", t.jurisdiction},
                     {"public_key", base::ToHex(t.public_key)}};
  const auto index = AppendAudit(batch, "enrol", batch.by, entry);
  batch.effects.new_terminals.push_back(t);
  terminal_keys_.insert(t.public_key);
  state_.terminals.emplace(t.id, std::move(t));
  entry["audit_index"] = static_cast<std::int64_t>(index);
  return entry;
}

Result<json::object> Sequencer::Suspend(Batch& batch, const json::object& body, bool suspended) {
  LOTTERY_TRY(const auto id, base::GetIntIn(body, "terminal", 1, INT32_MAX));
  LOTTERY_TRY(const auto reason, base::GetString(body, "reason"));
  LOTTERY_TRY_VOID(base::CheckSaid("reason", reason));
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
  if (batch.by != "settler") return Fail(ErrorCode::kNotPermitted, "a credit by " + batch.by);
  LOTTERY_TRY(const auto id, base::GetIntIn(body, "terminal", 1, INT32_MAX));
  LOTTERY_TRY(const Money amount, base::GetMoney(body, "amount_fen"));
  LOTTERY_TRY(const auto reference, base::GetString(body, "reference"));
  const auto found = state_.terminals.find(static_cast<std::uint32_t>(id));
  if (found == state_.terminals.end()) return Fail(ErrorCode::kUnknownTerminal);
  if (amount.fen() <= 0) return Fail(ErrorCode::kUsage, "an amount is above 0");
  LOTTERY_TRY(const auto clean, protocol::CleanReference(reference));
  if (clean != reference) return Fail(ErrorCode::kUsage, "reference: blanks around it");
  if (state_.credits.contains(reference))
    return Fail(ErrorCode::kAlreadyExists, "reference " + reference);
  LOTTERY_TRY(const Money balance, found->second.balance.Add(amount));
  if (balance.fen() > protocol::kMostBalanceFen)
    return Fail(
        ErrorCode::kUsage,
        "a deposit is at most " + Money::FromFen(protocol::kMostBalanceFen).ToYuanText() + " yuan");
  found->second.balance = balance;
  state_.credits[reference] = amount.fen();
  WriteReference(batch.changes, reference, amount);
  WriteBalance(batch.changes, found->first, found->second.balance);
  AppendAudit(batch, "credit", batch.by,
              {{"terminal", id}, {"amount_fen", amount.fen()}, {"reference", reference}});
  return json::object{{"terminal", id}, {"balance_fen", found->second.balance.fen()}};
}

// A prize or a refund that was paid. Whoever wrote the row: the payer's signature, and the list
// that was agreed on, say that it is owed, and it is credited once.
Result<json::object> Sequencer::TakePayment(Batch& batch, const json::object& body) {
  LOTTERY_TRY_VOID(base::OnlyMembers(
      body, {"terminal", "payment", "winner", "path", "claim_leaf", "sequence", "exchange"}));
  LOTTERY_TRY(const auto hex, base::GetString(body, "payment"));
  LOTTERY_TRY(const auto paper, base::FromHex(hex));
  LOTTERY_TRY(const auto payment, protocol::OpenPayment(paper, trust_.KeysFor("payer")));
  LOTTERY_TRY(const auto id, protocol::DrawOfOrigin(operator_name_, payment.origin));
  const auto draw = state_.draws.find(id);
  if (draw == state_.draws.end()) return Fail(ErrorCode::kDrawUnknown, id.ToText());
  if (draw->second.state != DrawState::kPaying && draw->second.state != DrawState::kRepaying)
    return Fail(ErrorCode::kNotAgreed, id.ToText());
  LOTTERY_TRY_VOID(CheckClaimed(payment, body));
  LOTTERY_TRY_VOID(CheckOwed(draw->second, payment, body));
  const auto terminal = state_.terminals.find(payment.terminal);
  if (terminal == state_.terminals.end()) return Fail(ErrorCode::kUnknownTerminal);
  const std::string once = PaidFront(payment.origin) + std::to_string(payment.index);
  if (state_.credits.contains(once)) return Fail(ErrorCode::kAlreadyPaid, once);
  const Money back = payment.into_deposit ? payment.paid() : Money();
  LOTTERY_TRY(const Money balance, terminal->second.balance.Add(back));
  terminal->second.balance = balance;
  state_.credits[once] = payment.gross.fen();
  WriteReference(batch.changes, once, payment.gross);
  WriteBalance(batch.changes, terminal->first, balance);
  const auto index = AppendAudit(batch, "payment", "payer", {{"payment", hex}});
  return json::object{{"terminal", static_cast<std::int64_t>(payment.terminal)},
                      {"balance_fen", balance.fen()},
                      {"audit_index", static_cast<std::int64_t>(index)}};
}

// The claim it answers is a leaf of the log, octet for octet: what the control will ask.
base::Status Sequencer::CheckClaimed(const protocol::Payment& payment,
                                     const json::object& body) const {
  const auto& audit = state_.logs[kAuditLog].tree;
  LOTTERY_TRY(const auto place, base::GetIntIn(body, "claim_leaf", 0, INT64_MAX));
  LOTTERY_TRY(const auto sequence, base::GetIntIn(body, "sequence", 0, INT64_MAX));
  LOTTERY_TRY(const bool exchange, base::GetBool(body, "exchange"));
  const auto index = static_cast<std::uint64_t>(place);
  const Bytes leaf =
      protocol::ClaimLeaf(payment.at, payment.terminal, static_cast<std::uint64_t>(sequence),
                          payment.claim, payment.origin, payment.index, exchange);
  const bool claimed = index < audit.size() && audit.leaf(index) == crypto::LeafHash(leaf) &&
                       (exchange || !payment.exchange);
  return claimed ? base::Status() : Fail(ErrorCode::kPaymentForged, "of no claim in the log");
}

base::Status Sequencer::CheckOwed(const Draw& draw, const protocol::Payment& payment,
                                  const json::object& body) const {
  const auto octets = [&](const char* member) -> Result<Bytes> {
    LOTTERY_TRY(const auto text, base::GetString(body, member));
    return base::FromHex(text);
  };
  LOTTERY_TRY(const auto leaf, octets("winner"));
  LOTTERY_TRY(const auto way, octets("path"));
  LOTTERY_TRY(const auto winner, protocol::DecodeWinner(leaf));
  LOTTERY_TRY(const auto path, crypto::ProofFromOctets(way));
  if (payment.statement != draw.statement || winner.index != payment.index ||
      winner.prize != payment.gross)
    return Fail(ErrorCode::kPaymentForged, "another statement, ticket or prize");
  const auto listed = crypto::VerifyInclusion(payment.place, draw.owed_tickets,
                                              crypto::LeafHash(leaf), path, draw.owed_root);
  return listed ? base::Status() : Fail(ErrorCode::kPaymentForged, "not on the agreed list");
}

namespace {
// Planned or withdrawn in the batch that is being made: a second change of the calendar waits for
// the next.
bool IsTouched(const Effects& e, const DrawId& id) {
  return std::any_of(e.new_draws.begin(), e.new_draws.end(),
                     [&](const Draw& d) { return d.id == id; }) ||
         std::any_of(e.withdrawn.begin(), e.withdrawn.end(),
                     [&](const auto& w) { return w.draw == id; });
}
}  // namespace

// All overseers there are; and none does without once a plan had some, for that is what every
// reader of the log holds it to.
base::Status Sequencer::CheckOverseers(const protocol::Plan& plan) const {
  if (plan.overseers.size() != trust_.KeysFor("overseer").size())
    return Fail(ErrorCode::kBadPlan, "its overseers are not all of trust.json (plan/2 names them)");
  const auto newest = std::max_element(
      state_.draws.begin(), state_.draws.end(),
      [](const auto& a, const auto& b) { return a.second.plan_leaf < b.second.plan_leaf; });
  if (!plan.overseers.empty() || newest == state_.draws.end()) return {};
  LOTTERY_TRY(const auto envelope,
              crypto::ParseEnvelope(newest->second.plan_text, protocol::kTypePlan));
  LOTTERY_TRY(const auto before, protocol::ParsePlan(envelope.body));
  return before.overseers.empty()
             ? base::Status()
             : Fail(ErrorCode::kBadPlan, "it names no overseers as the plan before it does");
}

Result<json::object> Sequencer::AddPlan(Batch& batch, const json::object& body) {
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypePlan, trust_.KeysFor("official"), 2));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(envelope.body));
  if (state_.draws.contains(plan.draw))
    return Fail(ErrorCode::kAlreadyExists, "the first plan of a draw counts");
  const auto before = state_.withdrawn.find(plan.draw);
  if (before == state_.withdrawn.end() && plan.after)
    return Fail(ErrorCode::kBadPlan, "after: no plan of this draw was withdrawn");
  if (before != state_.withdrawn.end() && plan.after != before->second)
    return Fail(ErrorCode::kBadPlan, "a plan was withdrawn; the next one says \"after\": \"" +
                                         base::ToHex(before->second.view()) + "\"");
  LOTTERY_TRY_VOID(protocol::CheckPlanIsTrusted(plan, trust_));
  LOTTERY_TRY_VOID(CheckOverseers(plan));
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
  LOTTERY_TRY_VOID(protocol::CheckPlanDates(plan, batch.now));
  if (IsTouched(batch.effects, plan.draw))
    return Fail(ErrorCode::kDatabaseConflict, "withdrawn this moment");
  const auto book = secrets_.rule_books.find(plan.draw.game);
  if (book == secrets_.rule_books.end()) return Fail(ErrorCode::kUnknownGame, plan.draw.game);
  if (plan.rule_book != book->second) return Fail(ErrorCode::kBadPlan, "another rule book");
  for (const auto& bonus : plan.promotion.bonuses) {
    if (!games::HasTier(plan.draw.game, bonus.tier))
      return Fail(ErrorCode::kBadPlan, "promotion: no tier " + std::to_string(bonus.tier));
  }
  Draw draw;
  draw.id = plan.draw;
  // A draw whose first plan was withdrawn has its log already, and nothing in it.
  const auto kept = std::find_if(state_.logs.begin(), state_.logs.end(),
                                 [&](const Log& log) { return log.draw == plan.draw; });
  const bool fresh = kept == state_.logs.end();
  draw.log = fresh ? static_cast<std::int32_t>(state_.logs.size()) : kept->id;
  draw.close = plan.close;
  draw.plan = protocol::BodyHash(envelope);
  draw.plan_text = text;
  draw.plan_leaf =
      AppendAudit(batch, "plan", batch.by,
                  {{"game", plan.draw.game}, {"draw", plan.draw.number}, {"envelope", text}});
  batch.effects.new_draws.push_back(draw);
  batch.effects.steps.push_back({draw.id, 1, "planned", batch.now, "plan"});
  if (fresh) {
    Log log = NewLog(draw.log, protocol::OriginOf(operator_name_, plan.draw), plan.draw);
    batch.effects.new_logs.push_back(log);
    state_.logs.push_back(std::move(log));
  }
  const auto leaf = static_cast<std::int64_t>(draw.plan_leaf);
  state_.draws.emplace(plan.draw, std::move(draw));
  return json::object{
      {"draw", plan.draw.ToText()}, {"close", base::ToIso(plan.close)}, {"audit_index", leaf}};
}

// The last plan of its game that was never opened: orders take open draws only, so nothing is sold
// into it, and its log is looked at all the same.
Result<json::object> Sequencer::WithdrawPlan(Batch& batch, const json::object& body) {
  LOTTERY_TRY(Draw * draw, FindDraw(body));
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto withdrawal, protocol::OpenWithdrawal(text, draw->plan_text, trust_));
  const DrawId id = draw->id;
  if (withdrawal.draw != id) return Fail(ErrorCode::kBadPlan, "the withdrawal is of another draw");
  if (draw->state != DrawState::kPlanned)
    return Fail(ErrorCode::kIllegalTransition, "only a plan that was never opened is withdrawn");
  const auto after = std::next(state_.draws.find(id));
  if (after != state_.draws.end() && after->first.game == id.game)
    return Fail(ErrorCode::kBadPlan,
                after->first.ToText() + " is planned behind it: withdraw it first");
  if (state_.logs[static_cast<std::size_t>(draw->log)].tree.size() != 0)
    return Fail(ErrorCode::kBadPlan, "tickets are sold into it");
  if (IsTouched(batch.effects, id))
    return Fail(ErrorCode::kDatabaseConflict, "planned this moment");
  const auto leaf = AppendAudit(batch, "withdrawal", batch.by,
                                {{"game", id.game}, {"draw", id.number}, {"envelope", text}});
  batch.effects.withdrawn.push_back({id, leaf, text});
  const Digest paper = crypto::Sha256(withdrawal.ToBody());
  state_.withdrawn[id] = paper;
  state_.draws.erase(id);
  return json::object{{"draw", id.ToText()},
                      {"audit_index", static_cast<std::int64_t>(leaf)},
                      {"after", base::ToHex(paper.view())}};
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
  if (!protocol::IsJurisdiction(jurisdiction) || lines < 0)
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

Result<json::object> Sequencer::Witnessed(const json::object& body) {
  LOTTERY_TRY(const auto id, base::GetInt(body, "log"));
  LOTTERY_TRY(const auto size, base::GetIntIn(body, "size", 0, INT64_MAX));
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
