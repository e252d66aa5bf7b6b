#include "base/text.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace lottery::base {
namespace {

constexpr char32_t kBom = 0xfeff;

bool IsBlank(char32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0xa0 || c == 0x3000 || c == 0x200b || c == kBom;
}

bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

// The last code point of `text`, which is not empty, and how many octets it has.
std::optional<char32_t> LastCodePoint(std::string_view text, std::size_t& octets) {
  for (octets = 1; octets <= std::min<std::size_t>(4, text.size()); ++octets) {
    std::string_view tail = text.substr(text.size() - octets);
    const auto c = NextCodePoint(tail);
    if (c && tail.empty()) return c;
  }
  return std::nullopt;
}

// Letters to add, take off or change to make one of the other (Levenshtein).
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::optional<char32_t> NextCodePoint(std::string_view& rest) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  const std::uint8_t lead = octet(0);
  const std::size_t length = lead < 0x80    ? 1
                             : lead >= 0xf0 ? 4
                             : lead >= 0xe0 ? 3
                             : lead >= 0xc2 ? 2
                                            : 0;
  if (length == 0 || lead > 0xf4 || rest.size() < length) return std::nullopt;
  char32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return std::nullopt;
    point = (point << 6) | (octet(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
    return std::nullopt;
  rest.remove_prefix(length);
  return point;
}

void AppendUtf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    if (!NextCodePoint(text)) return false;
  }
  return true;
}

std::string_view WithoutBom(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    const auto c = NextCodePoint(rest);
    if (!c || !IsBlank(*c)) break;
    text = rest;
  }
  std::size_t octets = 0;
  while (!text.empty()) {
    const auto c = LastCodePoint(text, octets);
    if (!c || !IsBlank(*c)) break;
    text.remove_suffix(octets);
  }
  return text;
}

std::string ToHalfWidth(std::string_view text) {
  constexpr char32_t kFirst = 0xff01, kLast = 0xff5e, kShift = 0xfee0, kIdeographicSpace = 0x3000;
  std::string out;
  while (!text.empty()) {
    const auto c = NextCodePoint(text);
    if (!c) {  // left as it is: who checks the text refuses it
      out.push_back(text.front());
      text.remove_prefix(1);
    } else if (*c >= kFirst && *c <= kLast) {
      AppendUtf8(out, *c - kShift);
    } else {
      AppendUtf8(out, *c == kIdeographicSpace ? U' ' : *c);
    }
  }
  return out;
}

namespace {
// Characters that are not seen or that turn the order of what is seen: two texts that look alike
// would be two. Of Unicode's general categories Cf and Zl, and its noncharacters.
bool IsUnseen(char32_t c) {
  constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c},  {0x115f, 0x1160}, {0x17b4, 0x17b5},
      {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},  {0x2060, 0x206f}, {0x3164, 0x3164},
      {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},  {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
      {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
  const bool never = (c & 0xfffe) == 0xfffe;  // the last two of each plane
  return never || std::any_of(std::begin(kRanges), std::end(kRanges), [&](const auto& range) {
           return c >= range.first && c <= range.second;
         });
}
}  // namespace

Status CheckLine(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string at = "octet " + std::to_string(text.size() - rest.size() + 1);
    const auto c = NextCodePoint(rest);
    if (!c) return Fail(ErrorCode::kBadEncoding, at + " is not UTF-8");
    if (IsControl(*c)) return Fail(ErrorCode::kBadEncoding, at + " is a control character");
    if (IsUnseen(*c))
      return Fail(ErrorCode::kBadEncoding, at + " is a character that cannot be seen");
  }
  return {};
}

Status CheckSaid(std::string_view what, std::string_view text) {
  const auto line = CheckLine(text);
  if (line && !Trim(text).empty() && text.size() <= kLongestSaid) return {};
  return Fail(ErrorCode::kUsage, std::string(what) + ": one line of 1 to " +
                                     std::to_string(kLongestSaid) + " octets" +
                                     (line ? "" : "; " + line.error().detail));
}

std::string ForScreen(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = NextCodePoint(text);
    if (!c) text.remove_prefix(1);
    if (c == U'\t') {
      out += ' ';
      continue;
    }
    const bool seen = c && (*c == '\n' || (!IsControl(*c) && !IsUnseen(*c)));
    AppendUtf8(out, seen ? *c : U'\uFFFD');
  }
  return out;
}

Result<std::string> CleanFileText(std::string_view text) {
  text = WithoutBom(text);
  std::int64_t line = 1;
  const auto refuse = [&](const char* why) {
    Error error{ErrorCode::kBadEncoding, why};
    error.position = line;
    return tl::unexpected<Error>(std::move(error));
  };
  for (std::string_view rest = text; !rest.empty();) {
    const auto c = NextCodePoint(rest);
    if (!c) return refuse("not UTF-8 (perhaps GBK): save the file as UTF-8");
    if (*c == 0) return refuse("a NUL character (perhaps UTF-16): save the file as UTF-8");
    line += *c == '\n' ? 1 : 0;
  }
  return std::string(text);
}

std::string NearestOf(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kMostOff = 2;
  std::string best;
  std::size_t least = kMostOff + 1;
  for (const auto& candidate : known) {
    const std::size_t off = Distance(word, candidate);
    if (off >= least || off >= candidate.size()) continue;
    least = off;
    best = candidate;
  }
  return best;
}

}  // namespace lottery::base
