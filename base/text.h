// Text is UTF-8 inside the product. Everything that comes from a keyboard, a scanner, a command
// line or a file is looked at here before it is used; what people cannot see (blanks around a
// value, a byte order mark) is taken off, and what nobody can have meant (control characters,
// broken UTF-8) is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lottery::base {

/// Takes the first code point off `rest`, which must not be empty. Nothing, and `rest` unchanged,
/// where the octets are malformed, overlong or a surrogate (RFC 3629).
std::optional<char32_t> NextCodePoint(std::string_view& rest);
void AppendUtf8(std::string& out, char32_t point);
bool IsUtf8(std::string_view text);

/// Without the byte order mark that some editors put in front.
std::string_view WithoutBom(std::string_view text);
/// Without blanks around it: ASCII blanks and line ends, no-break space, ideographic space,
/// zero-width space, byte order mark. Inside it nothing changes.
std::string_view Trim(std::string_view text);
/// Full-width forms U+FF01 to U+FF5E and the ideographic space become their ASCII twins, which is
/// what an input method left on makes of digits and letters.
std::string ToHalfWidth(std::string_view text);
/// A value on one line: well-formed UTF-8 without control characters. Errors: kBadEncoding, which
/// names the octet.
Status CheckLine(std::string_view text);
/// What a person gives as a reason or a name: one line, not blank, at most kLongestSaid octets.
/// Errors: kUsage with `what`.
inline constexpr std::size_t kLongestSaid = 600;
Status CheckSaid(std::string_view what, std::string_view text);
/// For a person's screen: what would steer a terminal or cannot be seen becomes U+FFFD; line ends
/// stay, a tab becomes a blank.
std::string ForScreen(std::string_view text);
/// Text of a file that people write: without its byte order mark; well-formed UTF-8 without NUL.
/// Errors: kBadEncoding with the line as position.
Result<std::string> CleanFileText(std::string_view text);

/// The one of `known` that is at most two letters off, to be asked about; empty where there is
/// none.
std::string NearestOf(std::string_view word, const std::vector<std::string>& known);

}  // namespace lottery::base
