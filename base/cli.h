// What the five programs share on the command line: exit status and the form of answers and errors.
#pragma once

#include "base/json.h"

namespace lottery::base {

/// 0 done, 1 refused, 2 usage, 3 unavailable.
int ExitStatus(const Error& error);
/// Prints the answer (one JSON line with `as_json`, else "key: value" lines) or the error (one JSON
/// object, or the sentence in Chinese and English on standard error). Returns the exit status.
int Finish(const Result<json::object>& result, bool as_json);

}  // namespace lottery::base
