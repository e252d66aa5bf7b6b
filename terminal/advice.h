// What a person at the counter does after a refusal: the sentence of the error code says what is
// wrong, this says what comes next.
#pragma once

#include <string_view>

#include "base/error_code.h"

namespace lottery::terminal {

struct Advice {
  std::string_view zh, en;
};
/// Never empty: codes nobody expects at a counter end in a call to the centre.
Advice AdviceFor(base::ErrorCode code);
/// Whether the code has advice of its own.
bool HasOwnAdvice(base::ErrorCode code);

}  // namespace lottery::terminal
