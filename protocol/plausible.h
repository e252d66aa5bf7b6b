// What a signed document may plausibly say. A figure outside of these bounds is a slip of the pen,
// whoever signed it, and it is refused before anything depends on it.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

/// Sales of a draw end at most so long after its plan is entered.
inline constexpr std::int64_t kFarthestCloseMs = 400 * base::kDayMs;
inline constexpr std::int64_t kLongestBeaconPeriodMs = 3'600'000;
inline constexpr std::int64_t kLongestRoundDelayMs = base::kDayMs;
inline constexpr std::int64_t kLongestContributionMs = 7 * base::kDayMs;
inline constexpr std::int64_t kLeastMarginMs = 30'000, kSealingMs = 120'000;
inline constexpr int kLeastOverseers = 3;
inline constexpr int kLeastOfficials = 3,
                     kLeastWitnesses = 3;  // one may be away, and no one decides
inline constexpr std::size_t kMostOfficials = 16, kMostWitnesses = 32, kLongestName = 64;

/// Names, thresholds, keys and their uses: each key once and for one purpose, each name once a
/// purpose, a log key that signs notes, witnesses that cosign, a quorum that can be reached.
/// Several certificates may stand under one beacon's name, each once. Errors: kBadTrust, naming
/// what is wrong.
base::Status CheckTrust(const Trust& trust);
/// Every figure in its range, every choice one of those there are. Errors: kBadPlan, naming the
/// member.
base::Status CheckPlanFigures(const Plan& plan);
/// Its sales end after `now`, and no later than kFarthestCloseMs after it. Errors: kBadPlan.
base::Status CheckPlanDates(const Plan& plan, UtcTime now);

}  // namespace lottery::protocol
