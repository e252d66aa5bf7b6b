#include "compliance/draw_lives.h"

#include <algorithm>
#include <array>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::DrawState;
namespace {

struct StepOf {
  std::string_view kind;
  DrawState to;
};
constexpr std::array kSteps = std::to_array<StepOf>({{"open", DrawState::kOpen},
                                                     {"close", DrawState::kClosed},
                                                     {"seal", DrawState::kSealed},
                                                     {"deferral", DrawState::kDeferred},
                                                     {"fallback", DrawState::kFallback},
                                                     {"cancellation", DrawState::kCancelled},
                                                     {"certificate", DrawState::kDrawn},
                                                     {"statement", DrawState::kSettled},
                                                     {"paying", DrawState::kPaying},
                                                     {"refund", DrawState::kRefunding},
                                                     {"expired", DrawState::kExpired}});

base::Result<protocol::DrawId> DrawOf(const base::json::object& body) {
  const auto* named = body.if_contains("draw");
  if (named != nullptr && named->is_string())
    return protocol::ParseDrawId(std::string(named->get_string()));
  LOTTERY_TRY(const auto game, base::GetString(body, "game"));
  LOTTERY_TRY(const auto number, base::GetInt(body, "draw"));
  return protocol::ParseDrawId(game + "-" + std::to_string(number));
}

}  // namespace

const DrawLives::Life* DrawLives::Find(const protocol::DrawId& draw) const {
  const auto found = lives_.find(draw);
  return found == lives_.end() ? nullptr : &found->second;
}

base::Status DrawLives::Plan(const protocol::DrawId& draw, base::UtcTime time,
                             const base::json::object& body) {
  if (lives_.contains(draw))
    return Fail(ErrorCode::kPlanSwapped, "a second plan of " + draw.ToText());
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, base::ParseJsonObject(envelope.body));
  Life life;
  LOTTERY_TRY(life.close, base::GetTime(plan, "close"));
  if (time >= life.close)
    return Fail(ErrorCode::kBadPlan, draw.ToText() + " was planned after its close");
  const bool overseers = plan.contains("overseers");
  if (overseen_ && !overseers)
    return Fail(ErrorCode::kBadPlan, draw.ToText() + " names no overseers as plans before it do");
  overseen_ = overseers;
  lives_.emplace(draw, life);
  return {};
}

// Of refund/1 nobody agreed: it pays as it is.
base::Status DrawLives::TakePaper(const std::string& kind, const base::json::object& body,
                                  Life& life) {
  const bool refund = kind == "refund";
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, refund ? protocol::kTypeRefund
                                                                      : protocol::kTypeStatement));
  LOTTERY_TRY(const auto paper, base::ParseJsonObject(envelope.body));
  LOTTERY_TRY(const auto format, base::GetString(paper, "format"));
  const bool first_format = format.ends_with("/1");
  if (first_format && names_sales_)
    return Fail(ErrorCode::kOldRule, format + " after one whose winners name their sales");
  names_sales_ = !first_format;
  life.paper.emplace();
  life.paper->hash = protocol::BodyHash(envelope);
  LOTTERY_TRY(const auto tickets,
              base::GetIntIn(paper, refund ? "tickets" : "winning_tickets", 0, INT64_MAX));
  life.paper->tickets = static_cast<std::uint64_t>(tickets);
  if (!refund) {
    LOTTERY_TRY(life.paper->claim_until, base::GetTime(paper, "claim_until"));
    life.paper->first_format = first_format;
    base::json::object figures = paper;
    if (!first_format) {
      LOTTERY_TRY(figures, base::GetObject(paper, "figures"));
    }
    LOTTERY_TRY(life.paper->prizes, base::GetMoney(figures, "prizes_fen"));
  }
  if (refund && first_format) life.state = DrawState::kRepaying;
  return {};
}

base::Status DrawLives::Take(const std::string& kind, base::UtcTime time,
                             const base::json::object& body) {
  const bool plan = kind == "plan", withdrawal = kind == "withdrawal", pulse = kind == "pulse";
  const auto step =
      std::find_if(kSteps.begin(), kSteps.end(), [&](const StepOf& s) { return s.kind == kind; });
  if (!plan && !withdrawal && !pulse && step == kSteps.end()) return {};
  LOTTERY_TRY(const auto draw, DrawOf(body));
  if (plan) return Plan(draw, time, body);
  const auto found = lives_.find(draw);
  const auto refuse = [&](ErrorCode code, const char* why) {
    return Fail(code, kind + " of " + draw.ToText() + ": " + why);
  };
  if (found == lives_.end()) return refuse(ErrorCode::kIllegalTransition, "it is not planned");
  Life& life = found->second;
  if (withdrawal) {
    if (life.state != DrawState::kPlanned)
      return refuse(ErrorCode::kIllegalTransition, "it was opened");
    lives_.erase(found);
    return {};
  }
  if (pulse) {  // it comes with the certificate, once, while the draw may still be drawn
    if (life.pulsed) return refuse(ErrorCode::kBeaconReplaced, "a second one");
    if (!protocol::MayFollow(life.state, DrawState::kDrawn))
      return refuse(ErrorCode::kIllegalTransition, protocol::NameOf(life.state).data());
    life.pulsed = true;
    return {};
  }
  if (kind == "seal" && life.sealed) return refuse(ErrorCode::kSealSwapped, "a second one");
  if (kind == "certificate" && life.certified)
    return refuse(ErrorCode::kBadDrawCertificate, "a second one");
  const bool postponed = kind == "deferral" && life.state == DrawState::kClosed;
  const bool repays = kind == "paying" && life.state == DrawState::kRefunding;
  const DrawState to = postponed ? DrawState::kPostponed : repays ? DrawState::kRepaying : step->to;
  if (!protocol::MayFollow(life.state, to))
    return refuse(ErrorCode::kIllegalTransition, protocol::NameOf(life.state).data());
  if (kind == "open" && time >= life.close)
    return refuse(ErrorCode::kIllegalTransition, "after its close");
  if (kind == "open") life.opened = time;
  if (kind == "close") {
    if (time < life.close) return refuse(ErrorCode::kIllegalTransition, "before its time");
    LOTTERY_TRY(const auto size, base::GetIntIn(body, "size", 0, INT64_MAX));
    LOTTERY_TRY(life.root, base::GetDigest(body, "root"));
    life.size = static_cast<std::uint64_t>(size);
    life.closed = true;
  }
  life.sealed = life.sealed || kind == "seal";
  life.certified = life.certified || kind == "certificate";
  life.state = kind == "certificate" ? DrawState::kCertified : to;
  return kind == "statement" || kind == "refund" ? TakePaper(kind, body, life) : base::Status();
}

}  // namespace lottery::compliance
