#include "base/cli.h"

#include <cstdio>

#include "base/text.h"

namespace lottery::base {
namespace {

void PrintError(const Error& e) {
  std::string place = e.file.empty() ? "" : " in " + e.file;
  if (e.position != 0) place += (e.file.empty() ? " line " : ":") + std::to_string(e.position);
  std::fprintf(stderr, "%s\n%s\n[%s] %s%s\n", std::string(SentenceZh(e.code)).c_str(),
               std::string(SentenceEn(e.code)).c_str(), std::string(NameOf(e.code)).c_str(),
               ForScreen(e.detail).c_str(), ForScreen(place).c_str());
}

void PrintMembers(const json::object& answer) {
  for (const auto& [key, value] : answer) {
    const std::string text = value.is_string() ? std::string(value.get_string()) : ToLine(value);
    std::printf("%s: %s\n", ForScreen(key).c_str(), ForScreen(text).c_str());
  }
}

}  // namespace

int ExitStatus(const Error& error) {
  if (error.code == ErrorCode::kUsage) return 2;
  return IsTransient(error.code) ? 3 : 1;
}

int Finish(const Result<json::object>& result, bool as_json) {
  if (!result) {
    if (as_json) std::printf("%s\n", ToLine(ToJson(result.error())).c_str());
    if (!as_json) PrintError(result.error());
    return ExitStatus(result.error());
  }
  if (as_json) std::printf("%s\n", ToLine(*result).c_str());
  if (!as_json) PrintMembers(*result);
  const auto name = GetString(*result, "code");
  const auto code = name ? ErrorCodeNamed(*name) : std::nullopt;
  return code ? ExitStatus({*code, ""}) : 0;
}

json::object WithRefusal(const Error& error, json::object figures) {
  json::object out = ToJson(error);
  for (auto& [key, value] : figures) out[key] = std::move(value);
  return out;
}

Status PrintLine(const std::string& line) {
  std::printf("%s\n", line.c_str());
  return OutputHolds() ? Status() : Status(Fail(ErrorCode::kOutputFailed));
}

Status PrintText(const std::string& text) {
  std::printf("%s", ForScreen(text).c_str());
  return OutputHolds() ? Status() : Status(Fail(ErrorCode::kOutputFailed));
}

bool OutputHolds() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

}  // namespace lottery::base
