// How members of signed bodies are read and written; for the documents of this folder only.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

inline std::string HexOf(const Digest& digest) { return base::ToHex(digest.view()); }

inline Result<Bytes> GetHex(const base::json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto text, base::GetString(object, key));
  return base::FromHex(text);
}

// A figure that is kept in an int: what does not fit is refused, never cut.
inline Result<int> GetInt32(const base::json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto value, base::GetIntIn(object, key, INT32_MIN, INT32_MAX));
  return static_cast<int>(value);
}

// An index or a size: never negative.
inline Result<std::uint64_t> GetCount(const base::json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto value, base::GetIntIn(object, key, 0, INT64_MAX));
  return static_cast<std::uint64_t>(value);
}

// A number of a terminal.
inline Result<std::uint32_t> GetTerminal(const base::json::object& object) {
  LOTTERY_TRY(const auto value, base::GetIntIn(object, "terminal", 1, INT32_MAX));
  return static_cast<std::uint32_t>(value);
}

inline Result<DrawId> GetDraw(const base::json::object& object) {
  LOTTERY_TRY(const auto game, base::GetString(object, "game"));
  LOTTERY_TRY(const auto number, base::GetInt(object, "draw"));
  if (!IsDrawNumber(number)) return base::Fail(base::ErrorCode::kBadJson, "draw is YYYYNNN");
  return DrawId{game, static_cast<std::int32_t>(number)};
}

// Calls `each` on every object of the array `key`.
template <typename Each>
base::Status ForObjects(const base::json::object& object, std::string_view key, Each each) {
  LOTTERY_TRY(const auto list, base::GetArray(object, key));
  for (const auto& item : list) {
    if (!item.is_object())
      return base::Fail(base::ErrorCode::kBadJson, std::string(key) + " holds objects");
    LOTTERY_TRY_VOID(each(item.get_object()));
  }
  return {};
}

inline Result<std::vector<std::string>> GetStrings(const base::json::object& object,
                                                   std::string_view key) {
  LOTTERY_TRY(const auto list, base::GetArray(object, key));
  std::vector<std::string> out;
  for (const auto& item : list) {
    if (!item.is_string())
      return base::Fail(base::ErrorCode::kBadJson, std::string(key) + " holds strings");
    out.emplace_back(item.get_string());
  }
  return out;
}

inline base::json::array Strings(const std::vector<std::string>& list) {
  base::json::array out;
  for (const auto& s : list) out.push_back(base::json::string(s));
  return out;
}

inline base::json::array Integers(const std::vector<int>& numbers) {
  base::json::array out;
  for (const int n : numbers) out.push_back(n);
  return out;
}

inline Result<std::vector<int>> ReadIntegers(const base::json::array& list) {
  std::vector<int> out;
  for (const auto& item : list) {
    if (!item.is_int64() || item.get_int64() < 0 || item.get_int64() > 255)
      return base::Fail(base::ErrorCode::kBadJson, "numbers of balls");
    out.push_back(static_cast<int>(item.get_int64()));
  }
  return out;
}

inline void PutNumbers(base::json::object& out, const DrawId& draw, const std::vector<int>& numbers,
                       int extra) {
  const auto keys = KeysOf(draw.game);
  out[keys.numbers] = Integers(numbers);
  if (!keys.extra.empty()) out[keys.extra] = extra;
}

inline base::Status GetNumbers(const base::json::object& o, const DrawId& draw,
                               std::vector<int>& numbers, int& extra) {
  const auto keys = KeysOf(draw.game);
  LOTTERY_TRY(const auto list, base::GetArray(o, keys.numbers));
  LOTTERY_TRY(numbers, ReadIntegers(list));
  if (keys.extra.empty()) return {};
  LOTTERY_TRY(extra, GetInt32(o, keys.extra));
  return {};
}

// A body must be the text our own writer makes of it, so no octet is left unread.
template <typename T>
Result<T> Canonical(T value, std::string_view body) {
  if (value.ToBody() != body)
    return base::Fail(base::ErrorCode::kBadJson, "members are missing, unknown or out of order");
  return value;
}

}  // namespace lottery::protocol
