// When draws are held: on a game's weekdays, not while the market is closed, numbered through each
// year (期号 YYYYNNN). What the rule book says; a plan says when one draw is really held.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace lottery::games {

/// Days from 1970-01-01 in Beijing, as base::BeijingDay counts; both ends belong to it.
struct Days {
  std::int64_t first = 0, last = -1;
  bool Contains(std::int64_t day) const { return first <= day && day <= last; }
  bool operator==(const Days&) const = default;
};

/// As the rule book has it.
struct Calendar {
  std::vector<int> weekdays;  // 1 is Monday
  std::int64_t first = 0;     // the day of the game's first draw, where it is known
  std::chrono::minutes close = {}, draw = {};  // after midnight in Beijing
  std::vector<Days> closures;                  // 休市, ascending
  Days announced;                              // all closures of these days are known
};

struct ScheduledDraw {
  std::int32_t draw = 0;
  base::UtcTime close, held;
  bool certain = false;  // no closure nobody has announced yet can move it
};

/// No more are listed at once: a year of a daily game.
inline constexpr int kMostScheduled = 366;
/// The years a schedule reaches.
inline constexpr int kFirstYear = 2000, kLastYear = 2999;

/// Draws that close at `from` or later, the first `count` of them. Pre: 0 <= count <=
/// kMostScheduled. Fewer at the end of kLastYear.
std::vector<ScheduledDraw> DrawsFrom(const Calendar& calendar, base::UtcTime from, int count);
/// None when the year has no such draw.
std::optional<ScheduledDraw> DrawNumbered(const Calendar& calendar, std::int32_t draw);

/// When a day begins in Beijing.
base::UtcTime MidnightOf(std::int64_t day);
/// "2026-02-14" as a day. Errors: kBadJson.
base::Result<std::int64_t> ParseDay(std::string_view text);
/// "20:00" after midnight. Errors: kBadJson.
base::Result<std::chrono::minutes> ParseTimeOfDay(std::string_view text);

}  // namespace lottery::games
