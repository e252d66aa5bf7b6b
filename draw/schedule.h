// The calendar of a game for those who plan its draws, and what it says of a plan.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "games/calendar.h"
#include "protocol/documents.h"

namespace lottery::draw {

/// The next `count` draws of a game that close on `day` ("2026-11-29", Beijing) or later.
/// Errors: kUnknownGame, kUsage.
base::Result<std::vector<games::ScheduledDraw>> Schedule(const std::string& game,
                                                         const std::string& day,
                                                         std::int64_t count);
/// One row a draw, and a line of text for it.
base::json::object ScheduleRow(const std::string& game, const games::ScheduledDraw& draw);
std::string ScheduleLine(const std::string& game, const games::ScheduledDraw& draw);

/// How a plan differs from the calendar, Chinese and English; empty when it does not. A plan may:
/// a draw is held when its officials say so.
std::string OffCalendar(const protocol::Plan& plan);

}  // namespace lottery::draw
