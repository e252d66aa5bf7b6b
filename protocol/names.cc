#include "protocol/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;

std::string NumbersText(std::string_view game, const std::vector<int>& numbers, int extra) {
  const auto two_digits = [&](int n) {
    return (game != kD3 && n < 10 ? "0" : "") + std::to_string(n);
  };
  std::string out;
  for (const int n : numbers) out += (out.empty() ? "" : " ") + two_digits(n);
  return KeysOf(game).extra.empty() ? out : out + " + " + two_digits(extra);
}

bool IsTraining(std::string_view operator_name) { return operator_name.ends_with(".training"); }

bool IsRehearsal(std::string_view operator_name) { return operator_name.ends_with(".rehearsal"); }

bool IsJurisdiction(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(
             "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_") ==
             std::string_view::npos;
}

Result<std::string> CleanReference(std::string_view text) {
  const std::string half = base::ToHalfWidth(text);  // an input method's digits are the same digits
  const std::string_view reference = base::Trim(half);
  const auto refuse = [](std::string why) {
    return Fail(ErrorCode::kUsage, "reference: " + std::move(why));
  };
  if (reference.empty()) return refuse("empty");
  if (reference.size() > kLongestReference)
    return refuse("longer than " + std::to_string(kLongestReference) + " octets");
  if (const auto fine = base::CheckLine(reference); !fine) return refuse(fine.error().detail);
  for (std::string_view rest = reference; !rest.empty();) {
    const char32_t c = base::NextCodePoint(rest).value_or(0);
    const bool mark = c >= 0x0300 && c <= 0x036f;  // one letter would have two spellings
    const bool blank =
        c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f;
    if (mark || blank)
      return refuse("a blank other than a space, or a letter written as two characters");
  }
  return std::string(reference);
}

bool IsDrawNumber(std::int64_t number) {
  return number >= 2000001 && number <= 9999999 && number % 1000 != 0;
}

Result<DrawId> ParseDrawId(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0)
    return Fail(ErrorCode::kDrawUnknown, "a draw is GAME-YYYYNNN");
  const auto number = base::ParseDecimal(text.substr(dash + 1));
  if (!number || !IsDrawNumber(*number))
    return Fail(ErrorCode::kDrawUnknown, "a draw is GAME-YYYYNNN");
  return DrawId{std::string(text.substr(0, dash)), static_cast<std::int32_t>(*number)};
}

std::string OriginOf(std::string_view operator_name, const DrawId& draw) {
  return std::string(operator_name) + "/" + draw.game + "/" + std::to_string(draw.number);
}

std::string AuditOrigin(std::string_view operator_name) {
  return std::string(operator_name) + "/audit";
}

Result<DrawId> DrawOfOrigin(std::string_view operator_name, std::string_view origin) {
  if (!origin.starts_with(operator_name) || origin.substr(operator_name.size(), 1) != "/") {
    return Fail(ErrorCode::kDrawUnknown, "another operator's log");
  }
  const auto parts = base::Split(origin.substr(operator_name.size() + 1), '/');
  if (parts.size() != 2) return Fail(ErrorCode::kDrawUnknown, "not a draw's log");
  return ParseDrawId(std::string(parts[0]) + "-" + std::string(parts[1]));
}

std::string PublicCode::ToText() const {
  return origin + ":" + std::to_string(index) + ":" + base::ToBase64Url(leaf_hash.view());
}

namespace {

// What an input method set to Chinese punctuation makes of the signs in a code.
struct Punctuation {
  std::string_view typed, meant;
};
constexpr std::array kChinesePunctuation{Punctuation{"。", "."}, Punctuation{"、", "/"},
                                         Punctuation{"——", "_"}, Punctuation{"】", "]"}};

// Game codes are in lower case, so a code "OPERATOR/GAME/..." with a game in capitals was read with
// Caps Lock on, and each of its letters is turned round.
bool IsTurnedRound(std::string_view code) {
  const auto parts = base::Split(code.substr(0, code.find(':')), '/');
  return parts.size() == 3 &&
         std::any_of(parts[1].begin(), parts[1].end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void TurnRound(std::string& text) {
  for (char& c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) c = static_cast<char>(c ^ 0x20);
  }
}

}  // namespace

std::string CleanCode(std::string_view text) {
  std::string clean = base::ToHalfWidth(base::Trim(text));
  for (const auto& [typed, meant] : kChinesePunctuation) {
    for (auto at = clean.find(typed); at != std::string::npos; at = clean.find(typed))
      clean.replace(at, typed.size(), meant);
  }
  // "]Q1" before a QR code: the symbology identifier of ISO/IEC 15424, which scanners send when so
  // set.
  const auto is = [&](std::size_t i, char from, char to) {
    return clean[i] >= from && clean[i] <= to;
  };
  const bool prefixed = clean.size() > 3 && clean[0] == ']' &&
                        (is(1, 'A', 'Z') || is(1, 'a', 'z')) &&
                        (is(2, '0', '9') || is(2, 'A', 'Z') || is(2, 'a', 'z'));
  if (prefixed) clean.erase(0, 3);
  if (IsTurnedRound(clean)) TurnRound(clean);
  return std::string(base::Trim(clean));
}

Result<PublicCode> ParsePublicCode(std::string_view scanned) {
  const std::string text = CleanCode(scanned);
  const auto parts = base::Split(text, ':');
  if (parts.size() != 3 || parts[0].empty())
    return Fail(ErrorCode::kBadEncoding, "a public code is origin:index:hash");
  LOTTERY_TRY(const auto index, base::ParseDecimal(parts[1]));
  LOTTERY_TRY(const auto raw, base::FromBase64Url(parts[2]));
  LOTTERY_TRY(const auto hash, base::DigestFrom(raw));
  return PublicCode{std::string(parts[0]), static_cast<std::uint64_t>(index), hash};
}

std::string SecretCode::ToText() const { return base::ToHex(t) + "-" + base::ToHex(s); }

Result<SecretCode> ParseSecretCode(std::string_view scanned) {
  const std::string text = CleanCode(scanned);
  const auto parts = base::Split(text, '-');
  if (parts.size() != 2) return Fail(ErrorCode::kWrongSecret, "a secret code has two halves");
  auto t = base::FromHexAnyCase(parts[0]);
  auto s = base::FromHexAnyCase(parts[1]);
  if (!t || !s || t->size() != 16 || s->size() != 32)
    return Fail(ErrorCode::kWrongSecret, "half of the code is missing");
  return SecretCode{std::move(*t), std::move(*s)};
}

}  // namespace lottery::protocol
