// One JSON object that people or other programs write by hand: each member is read once, by name,
// type and range; what is optional has its default only when it is absent, and a member that nobody
// asked for is refused at the end. Signed documents need no such list: their octets are compared
// with our own writing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/json.h"

namespace lottery::base {

class Members {
 public:
  /// `object` must outlive this. `where` is put in front of names in errors, as "bets[2].".
  explicit Members(const json::object& object, std::string where = {})
      : object_(object), where_(std::move(where)) {}

  bool Has(std::string_view key) const { return object_.contains(key); }
  Result<std::string> Text(std::string_view key);
  Result<std::string> TextOr(std::string_view key, std::string otherwise);
  Result<std::int64_t> Int(std::string_view key, std::int64_t least, std::int64_t most);
  Result<std::int64_t> IntOr(std::string_view key, std::int64_t otherwise, std::int64_t least,
                             std::int64_t most);
  Result<bool> BoolOr(std::string_view key, bool otherwise);
  Result<json::array> Array(std::string_view key);
  /// Errors: kBadJson naming the first member that was not read, and the one it may be meant for.
  Status Done() const;

 private:
  tl::unexpected<Error> Named(Error error) const;
  const json::object& object_;
  const std::string where_;
  std::set<std::string, std::less<>> asked_;
};

/// For readers that take members one by one: `object` has none but those of `known`. Errors:
/// kBadJson, as Members::Done says it.
Status OnlyMembers(const json::object& object, const std::vector<std::string>& known,
                   const std::string& where = {});

}  // namespace lottery::base
