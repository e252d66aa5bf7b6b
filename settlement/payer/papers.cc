#include "settlement/payer/papers.h"

#include <algorithm>
#include <array>

#include "protocol/deviation.h"
#include "protocol/reinstatement.h"

namespace lottery::settlement::payer {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::size_t kMostClaimsKept = std::size_t{1} << 20;

// What tells claims of one ticket apart; never 0.
std::uint64_t TagOf(const Digest& claim) { return base::ByteReader(claim.view()).U64() | 1; }

constexpr std::uint64_t kMostTickets = std::uint64_t{1} << 26;  // of one draw

// Kinds that carry a draw's envelope.
Result<DrawId> DrawOf(const Entry& entry) {
  LOTTERY_TRY(const auto game, base::GetString(entry.body, "game"));
  LOTTERY_TRY(const auto number, base::GetIntIn(entry.body, "draw", 0, INT32_MAX));
  return protocol::ParseDrawId(game + "-" + std::to_string(number));
}

}  // namespace

bool Papers::Wants(std::string_view kind) {
  constexpr auto kWanted = std::to_array<std::string_view>(
      {"enrol", "payment", "reinstatement", "plan", "seal", "pulse", "certificate", "statement",
       "refund", "paying", "deferral", "fallback", "cancellation", "claim"});
  return std::find(kWanted.begin(), kWanted.end(), kind) != kWanted.end();
}

void Papers::Take(const Entry& entry) {
  if (entry.kind == "claim") {
    claims_.emplace(entry.index, entry.leaf);
    if (claims_.size() > kMostClaimsKept) claims_.erase(claims_.begin());
    return;
  }
  if (entry.kind == "enrol") {
    const auto terminal = base::GetIntIn(entry.body, "terminal", 1, INT32_MAX);
    const auto hex = base::GetString(entry.body, "public_key");
    const auto key = hex ? base::FromHex(*hex) : Fail(ErrorCode::kBadEncoding);
    if (terminal && key) terminals_.emplace(static_cast<std::uint32_t>(*terminal), *key);
    return;
  }
  if (entry.kind == "payment") {
    const auto hex = base::GetString(entry.body, "payment");
    const auto paper = hex ? base::FromHex(*hex) : Fail(ErrorCode::kBadEncoding);
    if (!paper) return;
    TakePayment(*paper);
    if (const auto payment = protocol::OpenPayment(*paper, trust_.KeysFor("payer")))
      awaited_.erase(payment->claim);
    return;
  }
  if (entry.kind == "reinstatement") return TakeReinstatement(entry);
  const auto id = DrawOf(entry);
  if (!id) return;
  Draw& draw = draws_[*id];
  draw.failed.reset();
  const auto text = base::GetString(entry.body, entry.kind == "pulse" ? "pulse" : "envelope");
  if (!text) return;
  if (protocol::DeviationFrom(entry.kind)) draw.deviations.emplace_back(entry.time, *text);
  for (const auto& [kind, list] :
       {std::pair("plan", &draw.plans), std::pair("seal", &draw.seals),
        std::pair("pulse", &draw.pulses), std::pair("certificate", &draw.certificates),
        std::pair("statement", &draw.statements), std::pair("refund", &draw.refunds),
        std::pair("paying", &draw.agreements)}) {
    if (entry.kind == kind) list->push_back(*text);
  }
}

void Papers::TakePayment(base::ByteView paper) {
  const auto payment = protocol::OpenPayment(paper, trust_.KeysFor("payer"));
  if (!payment) return;
  const auto draw = protocol::DrawOfOrigin(trust_.operator_name, payment->origin);
  if (!draw) return;
  auto& paid = draws_[*draw].paid;
  if (payment->place >= kMostTickets) return;
  if (paid.size() <= payment->place) paid.resize(payment->place + 1);
  auto& by = paid[payment->place];
  if (by != 0 && by != TagOf(payment->claim)) return;
  by = TagOf(payment->claim);
  if (!payment->exchange) return;
  const auto& exchange = *payment->exchange;
  auto& list = exchanges_[exchange.order];
  const bool known = std::any_of(list.begin(), list.end(),
                                 [&](const Exchange& x) { return x.claim == payment->claim; });
  if (!known) list.push_back({payment->claim, {exchange.t_hash, exchange.s_hash}});
}

void Papers::TakeReinstatement(const Entry& entry) {
  const auto text = base::GetString(entry.body, "envelope");
  if (!text) return;
  const auto envelope =
      protocol::OpenSigned(*text, protocol::kTypeReinstatement, trust_.KeysFor("approver"), 2);
  if (!envelope) return;
  const auto r = protocol::ParseReinstatement(envelope->body);
  if (r) withdrawn_.insert(r->claim);
}

const Bytes* Papers::TerminalKey(std::uint32_t terminal) const {
  const auto found = terminals_.find(terminal);
  return found == terminals_.end() ? nullptr : &found->second;
}

bool Papers::IsPaid(const DrawId& draw, std::uint64_t place) const {
  const auto found = draws_.find(draw);
  return found != draws_.end() && place < found->second.paid.size() &&
         found->second.paid[place] != 0;
}

bool Papers::IsPaidByAnother(const DrawId& draw, std::uint64_t place, const Digest& claim) const {
  return IsPaid(draw, place) && draws_.at(draw).paid[place] != TagOf(claim);
}

void Papers::Await(const Bytes& paper) {
  const auto payment = protocol::OpenPayment(paper, trust_.KeysFor("payer"));
  if (!payment) return;
  TakePayment(paper);
  awaited_.insert_or_assign(payment->claim, paper);
}

std::optional<Bytes> Papers::AwaitedOf(const Digest& claim) const {
  const auto found = awaited_.find(claim);
  return found == awaited_.end() ? std::nullopt : std::optional(found->second);
}

bool Papers::HasClaim(std::uint64_t index, const Digest& leaf) const {
  const auto found = claims_.find(index);
  return found != claims_.end() && found->second == leaf;
}

Status Papers::CheckSecrets(const Digest& order, const Secrets& own, const Secrets& shown,
                            const Digest& claim) const {
  const auto found = exchanges_.find(order);
  const Secrets* stands = &own;
  bool were_right = shown == own;
  if (found != exchanges_.end()) {
    for (const auto& x : found->second) {
      if (x.claim == claim) break;
      if (!withdrawn_.contains(x.claim)) stands = &x.secrets;
      were_right = were_right || x.secrets == shown;
    }
  }
  if (*stands == shown) return {};
  return Fail(were_right ? ErrorCode::kExchanged : ErrorCode::kWrongSecret);
}

// The seal counts with the plan it names.
Result<Papers::Sealed> Papers::SealedOf(const Draw& draw, const DrawId& id) const {
  for (const auto& text : draw.seals) {
    const auto envelope =
        protocol::OpenSigned(text, protocol::kTypeSeal, trust_.KeysFor("seal"), 1);
    if (!envelope) continue;
    const auto seal = protocol::ParseSeal(envelope->body);
    if (!seal || seal->draw != id) continue;
    for (const auto& plan_text : draw.plans) {
      const auto signed_plan =
          protocol::OpenSigned(plan_text, protocol::kTypePlan, trust_.KeysFor("official"), 2);
      if (!signed_plan || protocol::BodyHash(*signed_plan) != seal->plan) continue;
      LOTTERY_TRY(auto plan, protocol::ParsePlan(signed_plan->body));
      if (plan.draw != id) break;
      LOTTERY_TRY_VOID(protocol::CheckPlanIsTrusted(plan, trust_));
      return Sealed{std::move(plan), seal->plan, protocol::BodyHash(*envelope), seal->sealed_at};
    }
  }
  return Fail(ErrorCode::kBadSeal, id.ToText() + " has no seal with its plan");
}

// By the log's own clock; when the witnesses saw a step is for the devices and the verifier.
Result<protocol::Way> Papers::WayOf(const Draw& draw, const Sealed& sealed) const {
  using Kind = protocol::Deviation::Kind;
  protocol::Way way = protocol::PlannedWay(sealed.plan);
  for (const auto& [logged, text] : draw.deviations) {
    const auto opened = protocol::OpenDeviation(text, sealed.plan, trust_);
    if (!opened || opened->deviation.draw != sealed.plan.draw ||
        opened->deviation.plan != sealed.plan_hash || opened->deviation.round != way.round)
      continue;
    if (opened->deviation.kind == Kind::kDeferral) way.round = opened->deviation.new_round;
    if (opened->deviation.kind == Kind::kFallback) protocol::TurnToBalls(way, sealed.plan, logged);
    if (opened->deviation.kind == Kind::kCancellation) way.cancelled = true;
  }
  return way;
}

Result<Digest> Papers::CertificateOf(const Draw& draw, const DrawId& id,
                                     const Sealed& sealed) const {
  LOTTERY_TRY(const auto way, WayOf(draw, sealed));
  if (way.cancelled) return Fail(ErrorCode::kDrawCancelled, id.ToText());
  base::Error last{ErrorCode::kNotDrawnYet, id.ToText()};
  for (const auto& text : draw.certificates) {
    const auto envelope =
        protocol::OpenSigned(text, protocol::kTypeDrawCertificate, sealed.plan.SigningKeys(),
                             sealed.plan.certificate_quorum);
    if (!envelope) continue;
    const auto certificate = protocol::ParseDrawCertificate(envelope->body);
    if (!certificate || certificate->draw != id || certificate->seal != sealed.seal_hash) continue;
    games::OutcomeBasis basis;
    basis.trust = trust_;
    basis.plan = sealed.plan;
    basis.plan_hash = sealed.plan_hash;
    basis.seal_hash = sealed.seal_hash;
    basis.way = way;
    basis.witnessed = sealed.sealed_at;
    Status recomputed;
    if (!way.balls)
      recomputed = draw.pulses.empty() ? Status(Fail(ErrorCode::kBeaconReplaced, "no pulse"))
                                       : games::TakePulse(basis, draw.pulses.front());
    if (recomputed) recomputed = games::Recomputes(basis, *certificate, envelope->body);
    if (recomputed) return protocol::BodyHash(*envelope);
    last = recomputed.error();
  }
  return tl::unexpected<base::Error>(last);
}

Status Papers::CheckCancelled(const Draw& draw, const Sealed& sealed,
                              const protocol::Refund& refund) const {
  for (const auto& [logged, text] : draw.deviations) {
    const auto opened = protocol::OpenDeviation(text, sealed.plan, trust_);
    if (opened && opened->hash == refund.cancellation &&
        opened->deviation.kind == protocol::Deviation::Kind::kCancellation)
      return refund.seal == sealed.seal_hash ? Status()
                                             : Fail(ErrorCode::kStatementForged, "another seal");
  }
  return Fail(ErrorCode::kStatementForged, "a refund of a draw that was not cancelled");
}

// A statement counts with an agreement that names it, whichever of each came first.
Status Papers::LookAt(Draw& draw, const DrawId& id) const {
  if (draw.statements.empty() && draw.refunds.empty())
    return Fail(ErrorCode::kNotDrawnYet, id.ToText());
  LOTTERY_TRY(const auto sealed, SealedOf(draw, id));
  base::Error last{ErrorCode::kNotAgreed, id.ToText()};
  for (const bool refund : {false, true}) {
    for (const auto& statement : refund ? draw.refunds : draw.statements) {
      for (const auto& agreement : draw.agreements) {
        const auto owed = protocol::OpenOwed(statement, agreement, trust_);
        if (!owed || owed->draw != id || owed->refund != refund) continue;
        if (owed->format != 2)
          return Fail(ErrorCode::kOldRule, id.ToText() +
                                               " was settled before tickets were paid by "
                                               "their sale's leaf");
        if (owed->seal != sealed.seal_hash)
          return Fail(ErrorCode::kStatementForged, "another seal");
        LOTTERY_TRY(const auto envelope,
                    crypto::ParseEnvelope(
                        statement, refund ? protocol::kTypeRefund : protocol::kTypeStatement));
        if (refund) {
          LOTTERY_TRY(const auto paper, protocol::ParseRefund(envelope.body));
          LOTTERY_TRY_VOID(CheckCancelled(draw, sealed, paper));
        } else {
          LOTTERY_TRY(const auto paper, protocol::ParseStatement(envelope.body));
          LOTTERY_TRY(const auto certificate, CertificateOf(draw, id, sealed));
          if (paper.certificate != certificate)
            return Fail(ErrorCode::kStatementForged, "another certificate");
        }
        draw.owed = *owed;
        draw.statement = statement;
        draw.agreement = agreement;
        return {};
      }
    }
  }
  return tl::unexpected<base::Error>(last);
}

Result<protocol::Owed> Papers::OwedOf(const DrawId& draw) {
  const auto found = draws_.find(draw);
  if (found == draws_.end()) return Fail(ErrorCode::kUnknownTicket, draw.ToText());
  auto& known = found->second;
  if (known.failed) return tl::unexpected<base::Error>(*known.failed);
  if (!known.owed) {
    if (const auto looked = LookAt(known, draw); !looked) {
      known.failed = looked.error();
      return tl::unexpected<base::Error>(looked.error());
    }
  }
  return *known.owed;
}

const std::string& Papers::StatementOf(const DrawId& draw) const {
  return draws_.at(draw).statement;
}
const std::string& Papers::AgreementOf(const DrawId& draw) const {
  return draws_.at(draw).agreement;
}

}  // namespace lottery::settlement::payer
