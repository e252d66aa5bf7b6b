#include "draw/rng_report.h"

#include <algorithm>
#include <atomic>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>

#include "crypto/hash.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;
using games::SsqOutcome;
namespace {

constexpr std::int64_t kCombinations = 1'107'568LL * 16;
constexpr std::int64_t kStretch =
    1 << 16;                          // outcomes a thread takes at once; tests of order end there
constexpr double kLeastExpected = 5;  // a cell of a chi-square test
constexpr int kGapCells = 128, kCouponCells = 300, kSumCells = 200;
constexpr int kRepeatEvery = 500, kStickEvery = 101;

Bytes SeedAt(const Bytes& master, std::int64_t i) {
  return crypto::TaggedHash512(
      "lottery-rng-report/1",
      {master, base::ByteWriter().U64(static_cast<std::uint64_t>(i)).bytes()});
}

// What the report must not let pass: each once stood in somebody's generator.
Result<SsqOutcome> DrawFaulty(const Bytes& seed, Fault fault) {
  games::SeedStream stream(seed);
  std::array<std::uint8_t, games::kSsqReds> balls;
  std::iota(balls.begin(), balls.end(), std::uint8_t{1});
  const std::size_t swaps = fault == Fault::kNaiveShuffle ? balls.size() : 6;
  for (std::size_t i = 0; i < swaps; ++i) {
    const int rest = static_cast<int>(balls.size() - i);
    int n = fault == Fault::kModulo ? 256 : fault == Fault::kNaiveShuffle ? games::kSsqReds : rest;
    if (fault == Fault::kNoSelfSwap) n = rest - 1;
    LOTTERY_TRY(const int r, stream.Below(n));
    const auto to = fault == Fault::kModulo ? i + static_cast<std::size_t>(r % rest)
                    : fault == Fault::kNaiveShuffle
                        ? static_cast<std::size_t>(r)
                        : i + static_cast<std::size_t>(r) + (fault == Fault::kNoSelfSwap ? 1 : 0);
    std::swap(balls[i], balls[to]);
  }
  SsqOutcome outcome;
  std::copy_n(balls.begin(), outcome.reds.size(), outcome.reds.begin());
  std::sort(outcome.reds.begin(), outcome.reds.end());
  LOTTERY_TRY(const int blue, stream.Below(games::kSsqBlues));
  outcome.blue = static_cast<std::uint8_t>(blue + 1);
  return outcome;
}

Result<SsqOutcome> OutcomeAt(const RngRequest& q, std::int64_t i, const SsqOutcome& before) {
  const bool first = i % kStretch == 0;
  if (q.fault == Fault::kRepeated && !first && i % kRepeatEvery == 0) return before;
  const Bytes seed = SeedAt(q.master, i);
  const bool shuffled =
      q.fault == Fault::kModulo || q.fault == Fault::kNoSelfSwap || q.fault == Fault::kNaiveShuffle;
  if (shuffled) return DrawFaulty(seed, q.fault);
  auto outcome = games::DrawSsq(seed);
  if (outcome && q.fault == Fault::kStickyBlue && !first && i % kStickEvery == 0)
    outcome->blue = before.blue;
  return outcome;
}

using Counts = std::vector<std::int64_t>;

// What one thread counted; added up at the end.
struct Tally {
  std::vector<std::uint16_t> combinations = std::vector<std::uint16_t>(kCombinations);
  Counts reds = Counts(33), blues = Counts(16), blue_pairs = Counts(256), overlaps = Counts(7);
  Counts sums = Counts(kSumCells), gaps = Counts(kGapCells), coupons = Counts(kCouponCells);
  std::int64_t largest = 0;

  void Add(const Tally& other) {
    for (std::size_t i = 0; i < combinations.size(); ++i)
      combinations[i] = static_cast<std::uint16_t>(combinations[i] + other.combinations[i]);
    const auto add = [](Counts& a, const Counts& b) {
      for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    };
    add(reds, other.reds), add(blues, other.blues), add(blue_pairs, other.blue_pairs);
    add(overlaps, other.overlaps), add(sums, other.sums), add(gaps, other.gaps);
    add(coupons, other.coupons);
  }
};

template <typename Index>
std::int64_t& At(Counts& counts, Index i) {
  return counts[std::min(static_cast<std::size_t>(i), counts.size() - 1)];
}

// One stretch of outcomes, in order.
base::Status Count(const RngRequest& q, std::int64_t from, std::int64_t to, Tally& t) {
  SsqOutcome before;
  std::int64_t gap = -1, collected = 0, drawn = 0;  // since the last 16; blues seen, as bits
  for (std::int64_t i = from; i < to; ++i) {
    LOTTERY_TRY(const auto o, OutcomeAt(q, i, before));
    ++t.combinations[RankOf(o)];
    int sum = 0, shared = 0;
    for (const int red : o.reds) {
      ++t.reds[static_cast<std::size_t>(red - 1)];
      sum += red;
      shared += std::binary_search(before.reds.begin(), before.reds.end(), red) ? 1 : 0;
    }
    ++At(t.sums, sum);
    ++t.blues[static_cast<std::size_t>(o.blue - 1)];
    if (i > from) ++t.overlaps[static_cast<std::size_t>(shared)];
    if ((i - from) % 2 == 1)
      ++t.blue_pairs[static_cast<std::size_t>(16 * (before.blue - 1) + o.blue - 1)];
    if (o.blue == 16) {
      if (gap >= 0) ++At(t.gaps, gap);
      gap = 0;
    } else if (gap >= 0) {
      ++gap;
    }
    collected |= 1 << (o.blue - 1);
    ++drawn;
    if (collected == 0xffff) {
      ++At(t.coupons, drawn);
      collected = drawn = 0;
    }
    before = o;
  }
  return {};
}

double Sum(const Counts& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
}

// Relative bias of random sign in every cell that the test finds with probability 0.99: the
// noncentrality N e^2 reaches (z_level + z_0.99) sqrt(2 df).
double Detectable(double n, double degrees) {
  const boost::math::normal z;
  const double reach = quantile(complement(z, kLevel)) + quantile(z, 0.99);
  return std::sqrt(reach * std::sqrt(2 * degrees) / n);
}

RngTest Finish(std::string zh, std::string en, double statistic, double degrees, double n) {
  const boost::math::chi_squared law(degrees);
  return {
      std::move(zh),          std::move(en), statistic, degrees, cdf(complement(law, statistic)),
      Detectable(n, degrees), true};
}

// Cells with too small an expectation join the next.
RngTest Compare(std::string zh, std::string en, const Counts& seen,
                const std::vector<double>& law) {
  const double n = Sum(seen);
  double statistic = 0, cells = 0, expected = 0, got = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    expected += n * law[i];
    got += static_cast<double>(seen[i]);
    double rest = 0;
    for (std::size_t j = i + 1; j < law.size(); ++j) rest += n * law[j];
    const bool last = i + 1 == seen.size();
    if (!last && (expected < kLeastExpected || rest < kLeastExpected)) continue;
    statistic += (got - expected) * (got - expected) / expected;
    cells += 1;
    expected = got = 0;
  }
  return Finish(std::move(zh), std::move(en), statistic, cells - 1, n);
}

// Subsets of six of 1..33 by their sum.
std::vector<double> LawOfSums() {
  std::vector<std::vector<double>> ways(7, std::vector<double>(kSumCells));
  ways[0][0] = 1;
  for (int ball = 1; ball <= games::kSsqReds; ++ball) {
    for (std::size_t k = 6; k >= 1; --k) {
      for (std::size_t s = kSumCells; s-- > static_cast<std::size_t>(ball);)
        ways[k][s] += ways[k - 1][s - static_cast<std::size_t>(ball)];
    }
  }
  const double all = std::accumulate(ways[6].begin(), ways[6].end(), 0.0);
  for (double& w : ways[6]) w /= all;
  return ways[6];
}

std::vector<double> LawOfOverlaps() {
  std::vector<double> law(7);
  for (int k = 0; k <= 6; ++k)
    law[static_cast<std::size_t>(k)] = static_cast<double>(games::Choose(6, k)) *
                                       static_cast<double>(games::Choose(27, 6 - k)) /
                                       static_cast<double>(games::Choose(33, 6));
  return law;
}

std::vector<double> LawOfGaps() {
  std::vector<double> law(kGapCells);
  double left = 1;
  for (auto& p : law) left -= (p = left / 16);
  law.back() += left;
  return law;
}

// Draws until all sixteen blues were seen: a chain over how many are.
std::vector<double> LawOfCoupons() {
  std::vector<double> law(kCouponCells), seen(17);
  seen[0] = 1;
  double done = 0;
  for (std::size_t n = 1; n < law.size(); ++n) {
    for (std::size_t k = 16; k >= 1; --k) {
      const double stay = k < 16 ? seen[k] * static_cast<double>(k) / 16 : 0;
      seen[k] = stay + seen[k - 1] * static_cast<double>(17 - k) / 16;
    }
    seen[0] = 0;
    law[n] = seen[16];
    done += law[n];
    seen[16] = 0;
  }
  law.back() += 1 - done;
  return law;
}

RngTest Combinations(const Tally& t, double n) {
  const double expected = n / kCombinations;
  double squares = 0;
  for (const auto count : t.combinations) squares += static_cast<double>(count) * count;
  return Finish("全部组合卡方", "every combination", squares / expected - n, kCombinations - 1, n);
}

// Six of thirty-three are drawn without replacement: Pearson's statistic is corrected by 32/27.
RngTest Reds(const Tally& t, double n) {
  const double expected = n * 6 / 33;
  double statistic = 0;
  for (const auto count : t.reds)
    statistic += std::pow(static_cast<double>(count) - expected, 2) / expected;
  return Finish("红球频数（不放回修正）", "reds, corrected for no replacement", statistic * 32 / 27,
                32, n * 6);
}

// Holm: the smallest p against level / tests, the next against level / (tests - 1), and so on.
void Judge(std::vector<RngTest>& tests) {
  std::vector<RngTest*> order;
  for (auto& test : tests) order.push_back(&test);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->p < b->p; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i]->p >= kLevel / static_cast<double>(order.size() - i)) break;
    order[i]->passed = false;
  }
}

Result<Tally> CountAll(const RngRequest& q) {
  std::vector<Tally> tallies(static_cast<std::size_t>(q.threads));
  std::vector<base::Status> ends(tallies.size());
  std::atomic<std::int64_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < tallies.size(); ++k) {
    threads.emplace_back([&, k] {
      for (std::int64_t from; ends[k] && (from = next.fetch_add(kStretch)) < q.outcomes;) {
        ends[k] = Count(q, from, std::min(from + kStretch, q.outcomes), tallies[k]);
        if (k == 0 && q.progress) q.progress(std::min(next.load(), q.outcomes));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& end : ends) LOTTERY_TRY_VOID(end);
  for (std::size_t k = 1; k < tallies.size(); ++k) tallies[0].Add(tallies[k]);
  return std::move(tallies[0]);
}

}  // namespace

Result<Fault> FaultFrom(std::string_view name) {
  static const std::map<std::string_view, Fault> kFaults{{"none", Fault::kNone},
                                                         {"modulo", Fault::kModulo},
                                                         {"no-self-swap", Fault::kNoSelfSwap},
                                                         {"naive-shuffle", Fault::kNaiveShuffle},
                                                         {"repeated", Fault::kRepeated},
                                                         {"sticky-blue", Fault::kStickyBlue}};
  const auto at = kFaults.find(name);
  if (at == kFaults.end()) return Fail(ErrorCode::kUsage, "no such fault");
  return at->second;
}

bool RngReport::passed() const {
  return std::all_of(tests.begin(), tests.end(), [](const auto& t) { return t.passed; });
}

std::uint32_t RankOf(const SsqOutcome& o) {
  std::int64_t rank = 0;  // combinatorial number system: sum of C(ball - 1, place)
  for (std::size_t i = 0; i < o.reds.size(); ++i)
    rank += games::Choose(o.reds[i] - 1, static_cast<int>(i) + 1);
  return static_cast<std::uint32_t>(rank * 16 + o.blue - 1);
}

Result<RngReport> MakeRngReport(const RngRequest& q) {
  if (q.master.size() != 64 || q.outcomes < kLeastOutcomes || q.threads < 1 || q.threads > 64)
    return Fail(ErrorCode::kUsage, "a master of 64 octets, 100 000 outcomes, 1 to 64 threads");
  LOTTERY_TRY(const Tally t, CountAll(q));
  const double n = static_cast<double>(q.outcomes);
  RngReport report{q.outcomes, {}};
  if (n >= kLeastExpected * kCombinations) report.tests.push_back(Combinations(t, n));
  report.tests.push_back(Reds(t, n));
  report.tests.push_back(Compare("蓝球频数", "blues", t.blues, std::vector<double>(16, 1.0 / 16)));
  report.tests.push_back(Compare("红球和值", "sum of the reds", t.sums, LawOfSums()));
  report.tests.push_back(Compare("相邻两期蓝球（序列）", "blues of neighbouring draws (serial)",
                                 t.blue_pairs, std::vector<double>(256, 1.0 / 256)));
  report.tests.push_back(
      Compare("相邻两期重号", "reds shared by neighbouring draws", t.overlaps, LawOfOverlaps()));
  report.tests.push_back(Compare("蓝球 16 的间隔", "gaps of blue 16", t.gaps, LawOfGaps()));
  report.tests.push_back(Compare("集齐 16 个蓝球所需期数",
                                 "draws until all blues (coupon collector)", t.coupons,
                                 LawOfCoupons()));
  Judge(report.tests);
  return report;
}

}  // namespace lottery::draw
