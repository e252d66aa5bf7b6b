// The life of a draw: one table of transitions, used by central, settlement and every verifier.
// There is no edge back to a second draw.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace lottery::protocol {

enum class DrawState : std::uint8_t {
  kPlanned = 1,     // plan is an audit leaf
  kOpen = 2,        // on sale
  kClosed = 3,      // one-way latch; no leaf can follow
  kSealed = 4,      // control agreed, checkpoint witnessed, data locked away
  kDrawn = 5,       // outcome known
  kCertified = 6,   // m of n officials signed
  kSettled = 7,     // statement signed
  kPaying = 8,      // control agreed on winners and prizes
  kExpired = 9,     // claim period over, forfeits posted
  kFallback = 21,   // the ball machine of the plan decides
  kDeferred = 20,   // the beacon round was given up for a later one, before it existed
  kPostponed = 22,  // the same, while closed and not yet sealed
  kCancelled = 23,  // given up before anybody could know an outcome; tickets are refunded
  kRefunding = 24,  // settlement signed what each ticket is refunded
  kRepaying = 25,   // control agreed on that; no end is set to it
};

/// 彩票管理条例 article 25: 60 calendar days, the day of the draw being the first.
inline constexpr std::int64_t kClaimDays = 60;
/// As days of base::BeijingDay.
std::int64_t LastClaimDay(base::UtcTime drawn);

/// Whether its seal exists: nothing sold can change any more.
bool IsSealed(DrawState state);

std::string_view NameOf(DrawState state);
std::optional<DrawState> DrawStateFrom(std::string_view name);
bool MayFollow(DrawState from, DrawState to);
/// Errors: kIllegalTransition, naming both.
base::Status CheckTransition(DrawState from, DrawState to);
/// Every legal (from, to), for documents and for the database's own trigger.
std::vector<std::pair<DrawState, DrawState>> AllTransitions();

}  // namespace lottery::protocol
