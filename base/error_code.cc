#include "base/error_code.h"

#include <cstdio>
#include <cstdlib>

#include "base/result.h"

namespace lottery::base {
namespace {
struct Entry {
  bool transient;
  std::string_view name, zh, en;
};

Entry Find(ErrorCode code) {
  switch (code) {
#define X(name, number, transient, zh, en) \
  case ErrorCode::name:                    \
    return {transient, #name, zh, en};
#include "base/error_codes.def"
#undef X
  }
  CheckFailed("known error code", __FILE__, __LINE__);
}
}  // namespace

bool IsTransient(ErrorCode code) { return Find(code).transient; }
std::string_view NameOf(ErrorCode code) { return Find(code).name; }
std::string_view SentenceZh(ErrorCode code) { return Find(code).zh; }
std::string_view SentenceEn(ErrorCode code) { return Find(code).en; }

std::optional<ErrorCode> ErrorCodeFrom(std::uint32_t number) {
  switch (number) {
#define X(name, num, transient, zh, en) \
  case num:                             \
    return ErrorCode::name;
#include "base/error_codes.def"
#undef X
    default:
      return std::nullopt;
  }
}

std::optional<ErrorCode> ErrorCodeNamed(std::string_view name) {
#define X(known, number, transient, zh, en) \
  if (name == #known) return ErrorCode::known;
#include "base/error_codes.def"
#undef X
  return std::nullopt;
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, condition);
  std::abort();
}

}  // namespace lottery::base
