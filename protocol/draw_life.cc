#include "protocol/draw_life.h"

#include <algorithm>
#include <string>

namespace lottery::protocol {
using S = DrawState;

std::string_view NameOf(DrawState state) {
  switch (state) {
    case S::kPlanned:
      return "planned";
    case S::kOpen:
      return "open";
    case S::kClosed:
      return "closed";
    case S::kSealed:
      return "sealed";
    case S::kDrawn:
      return "drawn";
    case S::kCertified:
      return "certified";
    case S::kSettled:
      return "settled";
    case S::kPaying:
      return "paying";
    case S::kExpired:
      return "expired";
    case S::kDeferred:
      return "deferred";
    case S::kFallback:
      return "fallback";
    case S::kPostponed:
      return "postponed";
    case S::kCancelled:
      return "cancelled";
    case S::kRefunding:
      return "refunding";
    case S::kRepaying:
      return "repaying";
  }
  return "unknown";
}

std::vector<std::pair<DrawState, DrawState>> AllTransitions() {
  return {
      {S::kPlanned, S::kOpen},      {S::kOpen, S::kClosed},        {S::kClosed, S::kSealed},
      {S::kSealed, S::kDrawn},      {S::kSealed, S::kDeferred},    {S::kDeferred, S::kDrawn},
      {S::kSealed, S::kFallback},   {S::kDeferred, S::kFallback},  {S::kFallback, S::kDrawn},
      {S::kDrawn, S::kCertified},   {S::kCertified, S::kSettled},  {S::kSettled, S::kPaying},
      {S::kPaying, S::kExpired},    {S::kClosed, S::kPostponed},   {S::kPostponed, S::kSealed},
      {S::kSealed, S::kCancelled},  {S::kDeferred, S::kCancelled}, {S::kCancelled, S::kRefunding},
      {S::kRefunding, S::kRepaying}};
}

bool IsSealed(DrawState state) {
  switch (state) {
    case S::kPlanned:
    case S::kOpen:
    case S::kClosed:
    case S::kPostponed:
      return false;
    default:
      return true;
  }
}

std::optional<DrawState> DrawStateFrom(std::string_view name) {
  for (const S s : {S::kPlanned, S::kOpen, S::kClosed, S::kSealed, S::kDrawn, S::kCertified,
                    S::kSettled, S::kPaying, S::kExpired, S::kDeferred, S::kFallback, S::kPostponed,
                    S::kCancelled, S::kRefunding, S::kRepaying}) {
    if (NameOf(s) == name) return s;
  }
  return std::nullopt;
}

std::int64_t LastClaimDay(base::UtcTime drawn) { return base::BeijingDay(drawn) + kClaimDays - 1; }

bool MayFollow(DrawState from, DrawState to) {
  const auto all = AllTransitions();
  return std::find(all.begin(), all.end(), std::pair(from, to)) != all.end();
}

base::Status CheckTransition(DrawState from, DrawState to) {
  if (MayFollow(from, to)) return {};
  return base::Fail(base::ErrorCode::kIllegalTransition,
                    std::string(NameOf(from)) + " -> " + std::string(NameOf(to)));
}

}  // namespace lottery::protocol
