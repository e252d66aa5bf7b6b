// Operational log lines on standard error: time, level, text. Never secrets, never prizes of a
// person.
#pragma once

#include <string_view>

namespace lottery::base {

void LogInfo(std::string_view text);
void LogWarn(std::string_view text);
void LogError(std::string_view text);
/// Programs that answer on standard output keep the log to warnings unless asked.
void LogOnlyWarnings();

}  // namespace lottery::base
