// Recomputes announced draws: the prize formula against history, one row of a CSV file a draw.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"

namespace lottery::settlement {

using base::Result;
using base::Status;

/// Reads `csv_text` (base/csv.h; t1_yuan, t2_yuan and pool_after_yuan may be absent, other columns
/// are not read) and gives each draw's {draw, t1_yuan, t2_yuan, pool_after_yuan} to `emit`. Errors:
/// those of base::CsvTable; kFileCorrupt, kDrawUnknown or kUnknownRule with the row. Returns how
/// many rows carried answers, how many of those differ, and the line of the first that does.
struct ReplaySummary {
  int rows = 0, compared = 0, differing = 0;
  std::int64_t first_differing = 0;
};
Result<ReplaySummary> ReplaySsq(const std::string& csv_text,
                                const std::function<void(const base::json::object&)>& emit);

}  // namespace lottery::settlement
