// How evenly the draw's numbers fall: a report over many outcomes of the very code that draws,
// with what each test could have seen. docs/rng.md says what it shows and what it does not.
#pragma once

#include <functional>

#include "games/outcome.h"

namespace lottery::draw {

using base::Bytes;
using base::Result;

/// A generator with a fault the report must find; kNone is the real one.
enum class Fault { kNone, kModulo, kNoSelfSwap, kNaiveShuffle, kRepeated, kStickyBlue };
/// "none", "modulo", "no-self-swap", "naive-shuffle", "repeated", "sticky-blue". Errors: kUsage.
Result<Fault> FaultFrom(std::string_view name);

struct RngRequest {
  Bytes master;               // 64 octets; outcome i has the seed H(master, i)
  std::int64_t outcomes = 0;  // at least kLeastOutcomes
  int threads = 1;
  Fault fault = Fault::kNone;
  std::function<void(std::int64_t done)> progress;  // from one thread, now and then; may be empty
};
inline constexpr std::int64_t kLeastOutcomes = 100'000;
/// Of the whole report: a sound generator fails one report in a hundred (Holm's correction).
inline constexpr double kLevel = 0.01;

struct RngTest {
  std::string zh, en;
  double statistic = 0, degrees = 0;
  double p = 1;           // of the upper tail: too uneven
  double detectable = 0;  // relative bias a cell that is found with probability 0.99; 0: not stated
  bool passed = true;
};
struct RngReport {
  std::int64_t outcomes = 0;
  std::vector<RngTest> tests;
  bool passed() const;
};
/// Errors: kUsage, kBadOutcome.
Result<RngReport> MakeRngReport(const RngRequest& request);

/// Place of an outcome among all C(33,6) * 16, from 0.
std::uint32_t RankOf(const games::SsqOutcome& outcome);

}  // namespace lottery::draw
