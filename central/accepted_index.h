// Where accepted messages of the past are. Batches keep their accepted messages as changes; pages
// by terminal are made from those some time later, off the writer's path, so that a sale costs no
// index entry of its own. A look-up reads the page, or the batches that have none yet.
#pragma once

#include <functional>

#include "base/pg/pg.h"
#include "central/state.h"

namespace lottery::central {

/// The message number `sequence` of `terminal`; nothing when it was never accepted. `leaf_time`, if
/// known, is that of its first leaf: no batch before it is read. Errors: kDatabaseUnavailable,
/// kFileCorrupt.
Result<std::optional<Accepted>> FindAccepted(base::pg::Session& session, std::uint32_t terminal,
                                             std::uint64_t sequence,
                                             std::optional<UtcTime> leaf_time = {});

/// Makes pages of the batches that have none, at most `most` of them, in one transaction; how many
/// it took. After each small piece of it `rest` is asked; nothing was made when that says false.
/// Errors: kDatabaseRefused when another central did the same.
Result<int> IndexAccepted(base::pg::Session& session, int most, const std::function<bool()>& rest);

/// The stored order whose first leaf is at `place`; nothing when there is no order, or its draw's
/// data is locked away.
Result<std::optional<StoredOrder>> FindOrder(base::pg::Session& session, const Place& place);

/// Leaf `place`; nothing when it is not there or locked away.
Result<std::optional<Bytes>> FindLeaf(base::pg::Session& session, const Place& place);

}  // namespace lottery::central
