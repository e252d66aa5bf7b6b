// The order in which threads get the processor when not all of them can have it.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace lottery::base {

/// Which of a selling machine's threads go first: whoever commits and answers (0), then whoever
/// checks what comes in, then whoever keeps books behind the sales, then whoever serves the public.
inline constexpr int kNiceOfCheckers = 5, kNiceOfBookkeepers = 7, kNiceOfPublic = 10;

/// The calling thread lets those with a lower number go first. Never fails: more is always allowed.
inline void BeNice(int nice) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice); }

}  // namespace lottery::base
