// The three channels for what goes wrong: Result for what the world causes, LOTTERY_CHECK for our
// own bugs, exceptions only at library edges. See docs/architecture.md.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/error_code.h"

namespace lottery::base {

/// A refusal or failure: stable code, detail for people who debug. The sentence a user reads comes
/// from the code (SentenceZh, SentenceEn), never from `detail`.
struct [[nodiscard]] Error {
  ErrorCode code;
  std::string detail;
  std::string file{};         // the file the error is about, if any
  std::int64_t position = 0;  // line, row or octet in that file; 0 means none
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string detail = {}) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace lottery::base

#define LOTTERY_CHECK(condition)      \
  ((condition) ? static_cast<void>(0) \
               : ::lottery::base::CheckFailed(#condition, __FILE__, __LINE__))

#define LOTTERY_CONCAT_(a, b) a##b
#define LOTTERY_CONCAT(a, b) LOTTERY_CONCAT_(a, b)

/// LOTTERY_TRY(auto x, F()): x is F's value, or the enclosing function returns F's error.
#define LOTTERY_TRY(declaration, ...)                       \
  auto LOTTERY_CONCAT(try_, __LINE__) = (__VA_ARGS__);      \
  if (!LOTTERY_CONCAT(try_, __LINE__))                      \
    return ::tl::unexpected<::lottery::base::Error>(        \
        std::move(LOTTERY_CONCAT(try_, __LINE__)).error()); \
  declaration = std::move(*LOTTERY_CONCAT(try_, __LINE__))

#define LOTTERY_TRY_VOID(...)                                                                 \
  do {                                                                                        \
    auto lottery_try_status = (__VA_ARGS__);                                                  \
    if (!lottery_try_status)                                                                  \
      return ::tl::unexpected<::lottery::base::Error>(std::move(lottery_try_status).error()); \
  } while (false)
