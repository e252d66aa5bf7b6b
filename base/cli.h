// What the five programs share on the command line: exit status and the form of answers and errors.
#pragma once

#include "base/json.h"

namespace lottery::base {

/// 0 done, 1 refused, 2 usage, 3 unavailable.
int ExitStatus(const Error& error);
/// Prints the answer (one JSON line with `as_json`, else "key: value" lines) or the error (one JSON
/// object, or the sentence in Chinese and English on standard error). Returns the exit status: of
/// an answer made by WithRefusal that of its code.
int Finish(const Result<json::object>& result, bool as_json);
/// Figures that people need to see and that are a refusal all the same: the members of the error
/// (code, zh, en) in front, then those of `figures`.
json::object WithRefusal(const Error& error, json::object figures);

/// Writes a line of an answer to standard output at once. Errors: kOutputFailed; who sells or pays
/// stops then, for its answers are read by somebody.
Status PrintLine(const std::string& line);
/// Writes text for people to standard output at once; nothing in it steers the terminal. Errors:
/// kOutputFailed.
Status PrintText(const std::string& text);
/// Whether standard output has taken everything so far.
bool OutputHolds();

}  // namespace lottery::base
