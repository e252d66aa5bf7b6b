// Every refusal and failure of the product, with its fixed number and its two sentences.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lottery::base {

enum class ErrorCode : std::uint16_t {
#define X(name, number, transient, zh, en) name = number,
#include "base/error_codes.def"
#undef X
};

/// True when the same bytes sent again later can succeed.
bool IsTransient(ErrorCode code);
/// The code's name as written in error_codes.def, e.g. "kBusy".
std::string_view NameOf(ErrorCode code);
std::string_view SentenceZh(ErrorCode code);
std::string_view SentenceEn(ErrorCode code);
/// Nothing for a number this version does not know.
std::optional<ErrorCode> ErrorCodeFrom(std::uint32_t number);
std::optional<ErrorCode> ErrorCodeNamed(std::string_view name);

}  // namespace lottery::base
