#include "draw/dieharder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;
namespace {

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool Number(std::string_view text, auto& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// name|ntup|tsamples|psamples|p-value|Assessment
bool ReadTest(const std::vector<std::string_view>& fields, Dieharder::Test& test) {
  test.name = Trimmed(fields[0]);
  test.assessment = Trimmed(fields[5]);
  return !test.name.empty() && Number(Trimmed(fields[1]), test.tuple) &&
         Number(Trimmed(fields[4]), test.p) && test.p >= 0 && test.p <= 1 &&
         (test.assessment == "PASSED" || test.assessment == "WEAK" || test.assessment == "FAILED");
}

}  // namespace

int Dieharder::Count(std::string_view assessment) const {
  return static_cast<int>(std::count_if(
      tests.begin(), tests.end(), [&](const Test& test) { return test.assessment == assessment; }));
}

base::Result<Dieharder> ReadDieharder(std::string_view output) {
  Dieharder report;
  int number = 0;
  for (const auto line : base::Split(output, '\n')) {
    ++number;
    const auto fields = base::Split(line, '|');
    const bool heading = fields.size() == 1 || fields.size() == 4;  // of the run: name, speed, seed
    if (heading || Trimmed(fields[0]) == "test_name") continue;
    if (fields.size() != 6) return Fail(ErrorCode::kFileCorrupt, "line " + std::to_string(number));
    Dieharder::Test test;
    if (!ReadTest(fields, test))
      return Fail(ErrorCode::kFileCorrupt, "line " + std::to_string(number));
    report.tests.push_back(std::move(test));
  }
  if (report.tests.empty()) return Fail(ErrorCode::kFileCorrupt, "no test of dieharder in it");
  return report;
}

std::string DieharderText(const Dieharder& report) {
  std::string out = fmt::format(
      "原始流 raw stream, dieharder: {} 项 tests, {} 通过 passed, {} 偏弱 weak, {} 未通过 failed\n",
      report.tests.size(), report.Count("PASSED"), report.Count("WEAK"), report.Count("FAILED"));
  for (const auto& test : report.tests)
    out += fmt::format("  {:<28}{:>4}  p {:.8f}  {}\n", test.name, test.tuple, test.p,
                       test.assessment);
  return out;
}

base::json::object ToJson(const Dieharder& report) {
  base::json::array tests;
  for (const auto& test : report.tests)
    tests.push_back(base::json::object{{"test", test.name},
                                       {"tuple", test.tuple},
                                       {"p", test.p},
                                       {"assessment", test.assessment}});
  return {{"passed", report.passed()},
          {"weak", report.Count("WEAK")},
          {"failed", report.Count("FAILED")},
          {"tests", std::move(tests)}};
}

}  // namespace lottery::draw
