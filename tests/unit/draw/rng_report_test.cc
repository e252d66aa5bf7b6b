#include "draw/rng_report.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/hash.h"

namespace lottery::draw {
namespace {

RngReport Report(Fault fault, std::int64_t outcomes) {
  RngRequest request;
  request.master = crypto::Sha512({"a fixed master: the report is the same every time"});
  request.outcomes = outcomes;
  request.threads = 2;
  request.fault = fault;
  return MakeRngReport(request).value();
}

TEST(RngReport, TheRealGeneratorPasses) {
  const auto report = Report(Fault::kNone, 300'000);
  EXPECT_EQ(report.tests.size(), 7U);
  for (const auto& test : report.tests) EXPECT_TRUE(test.passed) << test.en << " " << test.p;
}

TEST(RngReport, EveryPlantedFaultFails) {
  for (const char* name : {"modulo", "no-self-swap", "naive-shuffle", "repeated", "sticky-blue"})
    EXPECT_FALSE(Report(FaultFrom(name).value(), 300'000).passed()) << name;
}

TEST(RngReport, EveryOutcomeHasARankOfItsOwn) {
  std::set<std::uint32_t> seen;
  games::SsqOutcome first{{1, 2, 3, 4, 5, 6}, 1}, last{{28, 29, 30, 31, 32, 33}, 16};
  EXPECT_EQ(RankOf(first), 0U);
  EXPECT_EQ(RankOf(last), 17'721'087U);
  for (std::uint8_t red = 6; red <= 33; ++red) {
    for (std::uint8_t blue = 1; blue <= 16; ++blue)
      EXPECT_TRUE(seen.insert(RankOf({{1, 2, 3, 4, 5, red}, blue})).second);
  }
}

TEST(RngReport, TooFewOutcomesAreRefused) {
  RngRequest request;
  request.master = Bytes(64, 'm');
  request.outcomes = kLeastOutcomes - 1;
  EXPECT_FALSE(MakeRngReport(request).has_value());
  request.outcomes = kLeastOutcomes;
  request.master = "short";
  EXPECT_FALSE(MakeRngReport(request).has_value());
}

}  // namespace
}  // namespace lottery::draw
