#include "base/members.h"

#include <algorithm>

#include "base/text.h"

namespace lottery::base {

tl::unexpected<Error> Members::Named(Error error) const {
  if (!where_.empty()) error.detail = where_ + " " + error.detail;
  return tl::unexpected<Error>(std::move(error));
}

Result<std::string> Members::Text(std::string_view key) {
  asked_.emplace(key);
  auto value = GetString(object_, key);
  if (!value) return Named(value.error());
  return value;
}

Result<std::string> Members::TextOr(std::string_view key, std::string otherwise) {
  asked_.emplace(key);
  return Has(key) ? Text(key) : Result<std::string>(std::move(otherwise));
}

Result<std::int64_t> Members::Int(std::string_view key, std::int64_t least, std::int64_t most) {
  asked_.emplace(key);
  auto value = GetIntIn(object_, key, least, most);
  if (!value) return Named(value.error());
  return value;
}

Result<std::int64_t> Members::IntOr(std::string_view key, std::int64_t otherwise,
                                    std::int64_t least, std::int64_t most) {
  asked_.emplace(key);
  return Has(key) ? Int(key, least, most) : Result<std::int64_t>(otherwise);
}

Result<bool> Members::BoolOr(std::string_view key, bool otherwise) {
  asked_.emplace(key);
  if (!Has(key)) return otherwise;
  auto value = GetBool(object_, key);
  if (!value) return Named(value.error());
  return value;
}

Result<json::array> Members::Array(std::string_view key) {
  asked_.emplace(key);
  auto value = GetArray(object_, key);
  if (!value) return Named(value.error());
  return value;
}

Status Members::Done() const {
  return OnlyMembers(object_, {asked_.begin(), asked_.end()}, where_);
}

Status OnlyMembers(const json::object& object, const std::vector<std::string>& known,
                   const std::string& where) {
  for (const auto& [key, value] : object) {
    const std::string name(key);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string meant = NearestOf(name, known);
    return Fail(ErrorCode::kBadJson, (where.empty() ? "" : where + " ") + "member \"" + name +
                                         "\" is unknown" +
                                         (meant.empty() ? "" : "; is \"" + meant + "\" meant?"));
  }
  return {};
}

}  // namespace lottery::base
