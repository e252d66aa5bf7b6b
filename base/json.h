// JSON with strict reading: a missing or mistyped member is an error that names it, never a
// default. Writing is deterministic (members in the order they were put), which published files
// rely on.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/money.h"

namespace lottery::base {

namespace json = boost::json;

/// Strict RFC 8259, depth at most 32, no member named twice, no NUL. Errors: kBadJson with the
/// line.
Result<json::value> ParseJson(std::string_view text);
/// Parses and requires an object.
Result<json::object> ParseJsonObject(std::string_view text);
/// Reads a file that people write: one JSON object, a byte order mark in front is taken off. Errors
/// carry the file's name and the line.
Result<json::object> ReadJsonFile(const std::string& path);

/// One line, no spaces.
std::string ToLine(const json::value& value);
/// Two-space indent and a closing newline: the form of every published file.
std::string ToPretty(const json::value& value);

Result<std::string> GetString(const json::object& object, std::string_view key);
/// A string that passes CheckSaid. Errors: kBadJson.
Result<std::string> GetSaid(const json::object& object, std::string_view key);
/// An integer within int64; a number with a fraction is an error.
Result<std::int64_t> GetInt(const json::object& object, std::string_view key);
/// An integer from `least` to `most`; the error names the member and the range.
Result<std::int64_t> GetIntIn(const json::object& object, std::string_view key, std::int64_t least,
                              std::int64_t most);
Result<bool> GetBool(const json::object& object, std::string_view key);
Result<json::object> GetObject(const json::object& object, std::string_view key);
Result<json::array> GetArray(const json::object& object, std::string_view key);
/// Money under a key that ends in _fen.
Result<Money> GetMoney(const json::object& object, std::string_view key);
/// 64 hex digits.
Result<Digest> GetDigest(const json::object& object, std::string_view key);
Result<Bytes> GetBase64(const json::object& object, std::string_view key);
Result<UtcTime> GetTime(const json::object& object, std::string_view key);

/// {code, zh, en, detail?, file?, position?}
json::object ToJson(const Error& error);

}  // namespace lottery::base
