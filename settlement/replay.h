// Recomputes announced draws: the prize formula against history, one row of a CSV file a draw.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"

namespace lottery::settlement {

using base::Result;
using base::Status;

/// Reads `csv_text` (header row names the columns; t1_yuan, t2_yuan and pool_after_yuan may be
/// absent) and gives each draw's {draw, t1_yuan, t2_yuan, pool_after_yuan} to `emit`. Errors:
/// kUnknownGame; kFileCorrupt with the row; kUnknownRule. Returns how many rows carried answers,
/// and how many of those differ.
struct ReplaySummary {
  int rows = 0, compared = 0, differing = 0;
};
Result<ReplaySummary> ReplaySsq(const std::string& csv_text,
                                const std::function<void(const base::json::object&)>& emit);

}  // namespace lottery::settlement
