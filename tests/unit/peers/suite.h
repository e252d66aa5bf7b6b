// Reads the suites of tests/vectors/peers and holds our verdicts against theirs, case by case.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "tests/unit/table.h"

namespace lottery::tests {

namespace json = base::json;

inline std::string ReadPeerFile(const std::string& name) {
  auto text = base::ReadFile(VectorPath("peers/" + name));
  LOTTERY_CHECK(text.has_value());
  return *text;
}
/// By the library itself: some cases hold what our own reader refuses.
inline json::value ReadSuite(const std::string& name) { return json::parse(ReadPeerFile(name)); }
/// One that is a list of cases.
inline json::array ReadCases(const std::string& name) { return ReadSuite(name).as_array(); }

inline std::string TextOf(const json::value& value) { return std::string(value.as_string()); }
inline std::string TextOf(const json::value& of, std::string_view key) {
  return TextOf(of.at(key));
}
inline base::Bytes HexOf(const json::value& of, std::string_view key) {
  return Hex(TextOf(of, key));
}
inline base::Bytes Base64Of(const json::value& value) {
  auto bytes = base::FromBase64(TextOf(value));
  LOTTERY_CHECK(bytes.has_value());
  return *bytes;
}
inline std::uint64_t NumberOf(const json::value& of, std::string_view key) {
  return of.at(key).to_number<std::uint64_t>();
}

/// Names of cases, and why our verdict on them is another than the suite's.
struct Difference {
  const char* reason;
  std::vector<std::string> cases;
};

/// Counts the cases of a suite and those that are known to differ; no case is left out silently.
class Verdicts {
 public:
  explicit Verdicts(const std::vector<Difference>& differences = {}) {
    for (const auto& [reason, cases] : differences)
      for (const auto& name : cases) EXPECT_TRUE(reasons_.emplace(name, reason).second) << name;
  }
  /// Ours is theirs, or the opposite if the case is named as a difference.
  void Add(const std::string& name, bool ours, bool theirs) {
    const auto known = reasons_.find(name);
    ++cases_;
    if (known == reasons_.end()) {
      EXPECT_EQ(ours, theirs) << name;
    } else {
      ++differing_;
      EXPECT_NE(ours, theirs) << name << " agrees, although: " << known->second;
    }
  }
  /// The suite had this many cases, and every known difference was among them: how many there are.
  [[nodiscard]] std::size_t Close(std::size_t cases) const {
    EXPECT_EQ(cases_, cases);
    EXPECT_EQ(differing_, reasons_.size());
    return differing_;
  }

 private:
  std::map<std::string, const char*> reasons_;
  std::size_t cases_ = 0, differing_ = 0;
};

}  // namespace lottery::tests
