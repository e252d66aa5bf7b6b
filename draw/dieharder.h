// What dieharder said of the raw stream (`lottery-draw rng-stream | dieharder -a -g 200`), as a
// part of the report on the generator.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace lottery::draw {

struct Dieharder {
  struct Test {
    std::string name;
    int tuple = 0;
    double p = 0;
    std::string assessment;  // "PASSED", "WEAK", "FAILED"
  };
  std::vector<Test> tests;
  int Count(std::string_view assessment) const;
  /// None failed, and not many more are weak than chance makes of them: one in a hundred.
  bool passed() const {
    return Count("FAILED") == 0 && Count("WEAK") <= 3 + static_cast<int>(tests.size()) / 20;
  }
};

/// dieharder's own table, of one run or several; its headings are skipped. Errors: kFileCorrupt
/// with the line, and when there is no test in it.
base::Result<Dieharder> ReadDieharder(std::string_view output);
std::string DieharderText(const Dieharder& report);
base::json::object ToJson(const Dieharder& report);

}  // namespace lottery::draw
