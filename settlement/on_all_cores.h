// Work shared out to all processors, each with a database session of its own.
#pragma once

#include <functional>

#include "base/pg/pg.h"

namespace lottery::settlement {

using base::Status;

/// Of this machine, at most 8.
std::size_t Processors();

/// `share` runs `threads` times side by side, each with its number; number 0 has `session` and the
/// calling thread. The error of the lowest number that has one comes back. Errors: as
/// Session::Another's, and the shares'.
Status OnAllCores(base::pg::Session& session, std::size_t threads,
                  const std::function<Status(base::pg::Session&, std::size_t)>& share);

}  // namespace lottery::settlement
