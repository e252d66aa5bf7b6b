#include "base/cli.h"

#include <cstdio>

namespace lottery::base {

int ExitStatus(const Error& error) {
  if (error.code == ErrorCode::kUsage) return 2;
  return IsTransient(error.code) ? 3 : 1;
}

int Finish(const Result<json::object>& result, bool as_json) {
  if (!result) {
    const Error& e = result.error();
    if (as_json) {
      std::printf("%s\n", ToLine(ToJson(e)).c_str());
    } else {
      std::fprintf(stderr, "%s\n%s\n[%s] %s%s%s\n", std::string(SentenceZh(e.code)).c_str(),
                   std::string(SentenceEn(e.code)).c_str(), std::string(NameOf(e.code)).c_str(),
                   e.detail.c_str(), e.file.empty() ? "" : " in ", e.file.c_str());
    }
    return ExitStatus(e);
  }
  if (as_json) {
    std::printf("%s\n", ToLine(*result).c_str());
  } else {
    for (const auto& [key, value] : *result) {
      const std::string text = value.is_string() ? std::string(value.get_string()) : ToLine(value);
      std::printf("%s: %s\n", std::string(key).c_str(), text.c_str());
    }
  }
  std::fflush(stdout);
  return 0;
}

}  // namespace lottery::base
