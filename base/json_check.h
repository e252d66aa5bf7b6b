// What a JSON text must be beyond RFC 8259: no member named twice, no NUL in a string.
#pragma once

#include <string_view>

#include "base/result.h"

namespace lottery::base {

/// Errors: kBadJson, with the line where it goes wrong as position.
Status CheckJson(std::string_view text);

}  // namespace lottery::base
