#include "compliance/own_ssq.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "compliance/own_outcome.h"
#include "tests/unit/csv.h"

namespace lottery::compliance {
namespace {
using base::Bytes;
using base::ErrorCode;

// ---- Orders ----

Bytes Octets(const std::vector<int>& numbers) {
  Bytes out;
  for (const int number : numbers) out.push_back(static_cast<char>(number));
  return out;
}

std::vector<int> Range(int from, int to) {
  std::vector<int> numbers;
  for (int i = from; i <= to; ++i) numbers.push_back(i);
  return numbers;
}

void AddBet(wire::Order& order, const std::vector<int>& bankers, const std::vector<int>& reds,
            const std::vector<int>& blues) {
  auto* bet = order.add_bets()->mutable_ssq();
  bet->set_red_bankers(Octets(bankers));
  bet->set_reds(Octets(reds));
  bet->set_blues(Octets(blues));
}

wire::Order MakeOrder(const std::vector<int>& bankers, const std::vector<int>& reds,
                      const std::vector<int>& blues, std::int64_t price_fen) {
  wire::Order order;
  order.set_game("ssq");
  order.set_first_draw(2026100);
  order.set_draw_count(1);
  order.set_multiplier(1);
  order.set_price_fen(price_fen);
  AddBet(order, bankers, reds, blues);
  return order;
}

wire::Order SingleOrder() { return MakeOrder({}, {1, 2, 3, 4, 5, 6}, {7}, 200); }

const OwnOutcome kDrawn{{1, 2, 3, 4, 5, 6}, 7};

OwnWins WinsOf(const wire::Order& order) {
  const auto wins = OwnOrderWins(order, kDrawn);
  EXPECT_TRUE(wins.has_value()) << wins.error().detail;
  return wins.value_or(OwnWins{});
}

std::int64_t PriceOf(const wire::Order& order) {
  const auto price = OwnOrderPrice(order);
  EXPECT_TRUE(price.has_value()) << price.error().detail;
  return price.value_or(-1);
}

TEST(OwnSsqOrder, PricesSingleMultipleAndBanker) {
  EXPECT_EQ(PriceOf(SingleOrder()), 200);
  EXPECT_EQ(PriceOf(MakeOrder({}, Range(1, 7), {1, 2}, 2'800)), 2'800);      // 7 x 2
  EXPECT_EQ(PriceOf(MakeOrder({}, Range(20, 33), {16}, 600'600)), 600'600);  // C(14,6) = 3003
  EXPECT_EQ(PriceOf(MakeOrder({1}, Range(2, 7), {1}, 1'200)), 1'200);        // C(6,5)
  EXPECT_EQ(PriceOf(MakeOrder({1, 2, 3, 4, 5}, Range(6, 33), Range(1, 16), 89'600)),
            89'600);  // 28 x 16
}

TEST(OwnSsqOrder, PriceOfOneDrawLeavesTheDrawCountOut) {
  auto order = MakeOrder({}, Range(1, 7), {1}, 1'400 * 3 * 10);
  AddBet(order, {}, {28, 29, 30, 31, 32, 33}, {16});
  order.set_multiplier(3);
  order.set_draw_count(10);
  order.set_price_fen(1'600 * 3 * 10);
  EXPECT_EQ(PriceOf(order), 4'800);
}

TEST(OwnSsqOrder, TicketLimitIsInclusive) {
  auto order = MakeOrder({}, Range(1, 6), Range(1, 10), 2'000 * 99 * 10);
  order.set_multiplier(99);
  order.set_draw_count(10);
  EXPECT_EQ(PriceOf(order), 198'000);
  auto full = MakeOrder({1, 2, 3, 4, 5}, Range(6, 30), Range(1, 16), 2'000'000);  // 25 x 16 = 400
  full.set_multiplier(5);
  full.set_draw_count(5);
  EXPECT_EQ(PriceOf(full), 400'000);
  full.set_draw_count(6);
  full.set_price_fen(2'400'000);
  EXPECT_EQ(OwnOrderPrice(full).error().code, ErrorCode::kEntryInvalid);
}

TEST(OwnSsqOrder, TenThousandLinesAreTheMost) {
  auto order = MakeOrder({1, 2, 3}, Range(4, 28), {1}, 2'000'000);  // C(25,3) = 2300
  AddBet(order, {1, 2, 3}, Range(4, 25), Range(1, 5));              // C(22,3) x 5 = 7700
  EXPECT_EQ(PriceOf(order), 2'000'000);
  AddBet(order, {}, Range(1, 6), {1});
  order.set_price_fen(2'000'200);
  EXPECT_EQ(OwnOrderPrice(order).error().code, ErrorCode::kEntryInvalid);
}

TEST(OwnSsqOrder, RefusesHugeBetsQuickly) {
  for (const auto& reds : {Range(1, 33), Range(1, 20)}) {
    auto order = MakeOrder({}, reds, Range(1, 16), 200);
    for (int i = 0; i < 4; ++i) AddBet(order, {}, reds, Range(1, 16));
    EXPECT_EQ(OwnOrderPrice(order).error().code, ErrorCode::kEntryInvalid);
  }
  auto order = SingleOrder();
  order.mutable_bets(0)->mutable_ssq()->set_reds(Bytes(10'000'000, '\1'));
  EXPECT_EQ(OwnOrderPrice(order).error().code, ErrorCode::kEntryInvalid);
}

TEST(OwnSsqOrder, RefusesWhatIsNoOrder) {
  const std::vector<std::pair<std::string, std::function<void(wire::Order&)>>> faults = {
      {"other game", [](wire::Order& o) { o.set_game("3d"); }},
      {"no game", [](wire::Order& o) { o.clear_game(); }},
      {"no bets", [](wire::Order& o) { o.clear_bets(); }},
      {"empty bet", [](wire::Order& o) { o.mutable_bets(0)->clear_play(); }},
      {"multiplier 0",
       [](wire::Order& o) {
         o.set_multiplier(0);
         o.set_price_fen(0);
       }},
      {"multiplier 100",
       [](wire::Order& o) {
         o.set_multiplier(100);
         o.set_price_fen(20'000);
       }},
      {"multiplier 2^32-1", [](wire::Order& o) { o.set_multiplier(0xffffffffU); }},
      {"draws 0",
       [](wire::Order& o) {
         o.set_draw_count(0);
         o.set_price_fen(0);
       }},
      {"draws 11",
       [](wire::Order& o) {
         o.set_draw_count(11);
         o.set_price_fen(2'200);
       }},
      {"price low", [](wire::Order& o) { o.set_price_fen(199); }},
      {"price negative", [](wire::Order& o) { o.set_price_fen(-200); }},
      {"price of one draw only", [](wire::Order& o) { o.set_draw_count(2); }},
      {"six bets",
       [](wire::Order& o) {
         for (int i = 0; i < 5; ++i) AddBet(o, {}, Range(1, 6), {1});
         o.set_price_fen(1'200);
       }},
  };
  for (const auto& [name, spoil] : faults) {
    auto order = SingleOrder();
    spoil(order);
    const auto price = OwnOrderPrice(order);
    ASSERT_FALSE(price.has_value()) << name;
    EXPECT_EQ(price.error().code, ErrorCode::kEntryInvalid) << name;
    EXPECT_FALSE(price.error().detail.empty()) << name;
    EXPECT_EQ(OwnOrderWins(order, kDrawn).error().code, ErrorCode::kEntryInvalid) << name;
  }
}

TEST(OwnSsqOrder, RefusesBadNumbers) {
  struct Case {
    std::vector<int> bankers, reds, blues;
  };
  const std::vector<Case> cases = {
      {{}, Range(1, 5), {1}},             // too few reds
      {{}, {}, {1}},                      //
      {{}, Range(1, 6), {}},              // no blue
      {{}, {0, 1, 2, 3, 4, 5}, {1}},      // out of range
      {{}, {1, 2, 3, 4, 5, 34}, {1}},     //
      {{}, {1, 2, 3, 4, 5, 200}, {1}},    // an octet above 127
      {{}, Range(1, 6), {0}},             //
      {{}, Range(1, 6), {17}},            //
      {{}, {1, 2, 3, 4, 5, 5}, {1}},      // twice
      {{}, {1, 2, 3, 4, 6, 5}, {1}},      // not ascending
      {{}, Range(1, 6), {2, 1}},          //
      {{}, Range(1, 6), {2, 2}},          //
      {{2, 1}, Range(3, 8), {1}},         //
      {{1}, Range(1, 6), {1}},            // banker among the drag
      {{1}, Range(2, 6), {1}},            // six numbers with a banker
      {{1, 2, 3, 4, 5}, {6}, {1}},        //
      {{1, 2, 3, 4, 5}, {}, {1}},         //
      {{1, 2, 3, 4, 5, 6}, {7}, {1}},     // six bankers
      {{1, 2, 3, 4, 5, 6}, {7, 8}, {1}},  //
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (const std::int64_t price : {0, 200, 400, 1'200}) {
      const auto order = MakeOrder(cases[i].bankers, cases[i].reds, cases[i].blues, price);
      const auto got = OwnOrderPrice(order);
      ASSERT_FALSE(got.has_value()) << "case " << i;
      EXPECT_EQ(got.error().code, ErrorCode::kEntryInvalid);
      EXPECT_EQ(got.error().detail.find("price"), std::string::npos)
          << "case " << i << " refused only by its price";
    }
  }
}

// ---- Winners ----

TEST(OwnSsqWinners, EverySingleLineByItsHits) {
  // [reds hit][blue hit] -> index in OwnWins, or -1
  const int expected[7][2] = {{-1, 5}, {-1, 5}, {-1, 5}, {6, 4}, {4, 3}, {3, 2}, {1, 0}};
  for (int hits = 0; hits <= 6; ++hits) {
    for (int blue = 0; blue <= 1; ++blue) {
      auto reds = Range(1, hits);
      for (const int miss : Range(20, 25 - hits)) reds.push_back(miss);
      OwnWins want{};
      const int tier = expected[hits][blue];
      if (tier >= 0) want[static_cast<std::size_t>(tier)] = 1;
      EXPECT_EQ(WinsOf(MakeOrder({}, reds, {blue == 1 ? 7 : 8}, 200)), want) << hits << "+" << blue;
    }
  }
}

TEST(OwnSsqWinners, MultipleCountsEveryLine) {
  // 6 hits among 8 reds: C(6,6) C(2,0) = 1, C(6,5) C(2,1) = 12, C(6,4) C(2,2) = 15; with and
  // without blue.
  EXPECT_EQ(WinsOf(MakeOrder({}, Range(1, 8), {7, 9}, 11'200)),
            (OwnWins{1, 1, 12, 12 + 15, 15, 0, 0}));
  // 4 hits among 7 reds, no blue: 2 hits twice, i.e. C(4,3) C(3,3) = 4 of 3+0, C(4,4) C(3,2) = 3 of
  // 4+0.
  EXPECT_EQ(WinsOf(MakeOrder({}, {1, 2, 3, 4, 20, 21, 22}, {1}, 1'400)),
            (OwnWins{0, 0, 0, 0, 3, 0, 4}));
}

TEST(OwnSsqWinners, BankerIsInEveryLine) {
  // Banker 20 misses, five of 1..6: six lines of 5+1 and six of 5+0.
  EXPECT_EQ(WinsOf(MakeOrder({20}, Range(1, 6), {7, 8}, 2'400)), (OwnWins{0, 0, 6, 6, 0, 0, 0}));
  // Bankers 1 to 5, drag 6, 30, 31.
  EXPECT_EQ(WinsOf(MakeOrder({1, 2, 3, 4, 5}, {6, 30, 31}, {7}, 600)),
            (OwnWins{1, 0, 2, 0, 0, 0, 0}));
}

TEST(OwnSsqWinners, MultiplierAndBetsAddUp) {
  auto order = MakeOrder({}, {1, 2, 3, 20, 21, 22}, {1}, 0);
  AddBet(order, {}, {1, 2, 3, 20, 21, 22}, {7});
  AddBet(order, {}, {1, 2, 3, 4, 5, 6}, {7});
  order.set_multiplier(99);
  order.set_draw_count(2);
  order.set_price_fen(3 * 200 * 99 * 2);
  EXPECT_EQ(WinsOf(order), (OwnWins{99, 0, 0, 0, 99, 0, 99}));
}

TEST(OwnSsqWinners, RefusesAnIllegalOutcome) {
  const std::vector<OwnOutcome> wrong = {{{1, 2, 3, 4, 5}, 7},     {{1, 2, 3, 4, 5, 5}, 7},
                                         {{6, 5, 4, 3, 2, 1}, 7},  {{0, 1, 2, 3, 4, 5}, 7},
                                         {{1, 2, 3, 4, 5, 34}, 7}, {Range(1, 7), 7},
                                         {Range(1, 6), 0},         {Range(1, 6), 17}};
  for (const auto& outcome : wrong) {
    EXPECT_EQ(OwnOrderWins(SingleOrder(), outcome).error().code, ErrorCode::kOutcomeWrong);
  }
}

// ---- Amounts ----

OwnPrizeInput InputOf(const tests::CsvRow& row) {
  OwnPrizeInput input;
  input.draw = row.Draw();
  input.sales_fen = row.Number("sales_yuan") * 100;
  input.pool_fen = row.Number("pool_before_yuan") * 100;
  input.injection_fen = row.Number("injection_after_yuan") * 100;
  input.special = row.Number("special_rule") == 1;
  for (std::size_t i = 0; i < 7; ++i)
    input.wins[i] = row.Number("t" + std::to_string(i + 1) + "_count");
  return input;
}

// sales x 49%, in fen.
std::int64_t DrawMoneyFen(const OwnPrizeInput& input) { return input.sales_fen / 100 * 49; }

void ExpectConserved(const OwnPrizeInput& input, const OwnPrizes& p) {
  EXPECT_EQ(DrawMoneyFen(input) + input.pool_fen + p.adjustment_paid_fen,
            p.paid_fen + p.pool_after_fen + p.adjustment_gained_fen)
      << "draw " << input.draw;
  EXPECT_GE(p.adjustment_paid_fen, input.injection_fen);
  EXPECT_GE(p.adjustment_gained_fen, 0);
  EXPECT_TRUE(p.adjustment_gained_fen == 0 || p.adjustment_paid_fen == input.injection_fen);
}

TEST(OwnSsqPrizes, EqualsEveryAnnouncement) {
  const auto rows = tests::ReadCsv("ssq_announcements.csv");
  ASSERT_EQ(rows.size(), 2054U);
  for (const auto& row : rows) {
    const OwnPrizeInput input = InputOf(row);
    const auto prizes = OwnSsqPrizes(input);
    ASSERT_TRUE(prizes.has_value()) << input.draw << " " << prizes.error().detail;
    EXPECT_EQ(prizes->first_fen, input.wins[0] == 0 ? 0 : row.Number("t1_yuan") * 100)
        << input.draw;
    EXPECT_EQ(prizes->second_fen, input.wins[1] == 0 ? 0 : row.Number("t2_yuan") * 100)
        << input.draw;
    EXPECT_EQ(prizes->pool_after_fen, row.Number("pool_after_yuan") * 100) << input.draw;
    ExpectConserved(input, *prizes);
  }
}

TEST(OwnSsqPrizes, AnnouncedSpecialRuleFollowsFromThePool) {
  for (const auto& row : tests::ReadCsv("ssq_announcements.csv")) {
    const OwnPrizeInput input = InputOf(row);
    EXPECT_EQ(OwnSpecialNext(input.draw, input.special, input.pool_fen), input.special)
        << input.draw;
  }
}

// 400 million yuan of sales and no fixed prizes: 196 million to share.
OwnPrizeInput Round(std::int32_t draw, std::int64_t pool_yuan, std::int64_t n1, std::int64_t n2) {
  OwnPrizeInput input;
  input.draw = draw;
  input.sales_fen = 40'000'000'000;
  input.pool_fen = pool_yuan * 100;
  input.wins[0] = n1;
  input.wins[1] = n2;
  return input;
}

struct Want {
  std::int64_t first, second, pool, paid, adjustment_paid, adjustment_gained;  // yuan
};

void ExpectYuan(const OwnPrizeInput& input, const Want& want) {
  const auto got = OwnSsqPrizes(input);
  ASSERT_TRUE(got.has_value()) << got.error().detail;
  EXPECT_EQ(got->first_fen, want.first * 100) << input.draw;
  EXPECT_EQ(got->second_fen, want.second * 100) << input.draw;
  EXPECT_EQ(got->pool_after_fen, want.pool * 100) << input.draw;
  EXPECT_EQ(got->paid_fen, want.paid * 100) << input.draw;
  EXPECT_EQ(got->adjustment_paid_fen, want.adjustment_paid * 100) << input.draw;
  EXPECT_EQ(got->adjustment_gained_fen, want.adjustment_gained * 100) << input.draw;
  ExpectConserved(input, *got);
}

TEST(OwnSsqPrizes, VersionsSplitDifferently) {
  for (const std::int32_t draw : {2009001, 2014054}) {
    ExpectYuan(Round(draw, 50'000'000, 100, 1'000), {1'872'000, 58'800, 0, 246'000'000, 0, 0});
    ExpectYuan(Round(draw, 100'000'000, 100, 1'000), {2'372'000, 58'800, 0, 296'000'000, 0, 0});
  }
  for (const std::int32_t draw : {2014055, 2018122, 2018123, 2026013}) {
    ExpectYuan(Round(draw, 50'000'000, 100, 1'000), {1'970'000, 49'000, 0, 246'000'000, 0, 0});
  }
  ExpectYuan(Round(2026014, 50'000'000, 100, 1'000),
             {1'000'000, 49'000, 97'000'000, 149'000'000, 0, 0});
}

TEST(OwnSsqPrizes, PartBStartsAtExactly100Million) {
  // With one part only 5 000 000 is the most; with two, 55% x 196 + 100 = 207.8 and 39.2 million.
  ExpectYuan(Round(2018123, 99'999'999, 20, 1'000),
             {5'000'000, 49'000, 146'999'999, 149'000'000, 0, 0});
  ExpectYuan(Round(2018123, 100'000'000, 20, 1'000),
             {6'960'000, 49'000, 107'800'000, 188'200'000, 0, 0});
}

TEST(OwnSsqPrizes, CappedExcessIsRoundedOnceSince2018123) {
  ExpectYuan(Round(2018122, 50'000'000, 7, 1'000),
             {5'000'000, 49'000, 161'999'999, 84'000'000, 0, 1});
  ExpectYuan(Round(2018123, 50'000'000, 7, 1'000),
             {5'000'000, 49'000, 162'000'000, 84'000'000, 0, 0});
}

TEST(OwnSsqPrizes, WithoutWinnersEverythingStaysInThePool) {
  ExpectYuan(Round(2018123, 50'000'000, 0, 0), {0, 0, 246'000'000, 0, 0, 0});
  ExpectYuan(Round(2026014, 2'000'000'000, 0, 0), {0, 0, 2'196'000'000, 0, 0, 0});
  ExpectYuan(Round(2018123, 50'000'000, 0, 3), {0, 5'000'000, 231'000'000, 15'000'000, 0, 0});
}

TEST(OwnSsqPrizes, RemaindersBelowAYuanGoToTheAdjustmentFund) {
  // 197 000 000 / 90 = 2 188 888.8..., 49 000 000 / 900 = 54 444.4...
  ExpectYuan(Round(2018123, 50'000'000, 90, 900), {2'188'888, 54'444, 0, 245'999'520, 0, 480});
}

TEST(OwnSsqPrizes, FirstIsAtLeastTwiceTheSecond) {
  ExpectYuan(Round(2018123, 0, 10, 3),
             {10'000'000, 5'000'000, 131'000'000, 115'000'000, 50'000'000, 0});
}

TEST(OwnSsqPrizes, TheGuaranteeDoesNotLiftTheDrawCap) {
  ExpectYuan(Round(2026014, 0, 15, 3),
             {6'666'666, 5'000'000, 106'000'000, 114'999'990, 24'999'990, 0});
  ExpectYuan(Round(2026014, 0, 20, 3), {5'000'000, 5'000'000, 81'000'000, 115'000'000, 0, 0});
}

TEST(OwnSsqPrizes, DrawCapsUnderTheSpecialRule) {
  auto input =
      Round(2026014, 2'000'000'000, 5, 100);  // second prize: 156.8 million; part B: 39.2 million
  input.special = true;
  ExpectYuan(input, {10'000'000, 700'000, 2'076'000'000, 120'000'000, 0, 0});
  input.wins[0] = 30;
  ExpectYuan(input, {3'333'333, 700'000, 2'026'000'010, 169'999'990, 0, 0});
}

TEST(OwnSsqPrizes, TheSecondsLeastAmountStandsAboveItsDrawCap) {
  auto input = Round(2026014, 2'000'000'000, 0, 20'000);
  input.special = true;
  ExpectYuan(input, {0, 6'000, 2'076'000'000, 120'000'000, 0, 0});
}

TEST(OwnSsqPrizes, ShortfallIsPaidByTheAdjustmentFund) {
  auto input = Round(2018123, 10'000'000, 2, 10);
  input.wins[2] = 70'000;  // 210 million, 14 more than there is
  input.injection_fen = 3'000'000'000;
  ExpectYuan(input, {5'000'000, 6'000, 30'000'000, 220'060'000, 44'060'000, 0});
}

TEST(OwnSsqPrizes, ThreePlusZeroPaysOnlyUnderTheSpecialRule) {
  auto input = Round(2026014, 2'000'000'000, 0, 1'000);
  input.wins[6] = 1'000'000;
  ExpectYuan(input, {0, 49'000, 2'147'000'000, 49'000'000, 0, 0});
  input.special = true;  // 191 million to share: 38.2 to part B, 152.8 capped at 70
  ExpectYuan(input, {0, 70'000, 2'121'000'000, 75'000'000, 0, 0});
}

// Apart from guarantees and a shortfall the adjustment fund may only gain remainders: under a yuan
// for each line of the first (two parts) and second tier, and under a yuan for each of three
// amounts.
void CheckGridPoint(const OwnPrizeInput& input) {
  const auto prizes = OwnSsqPrizes(input);
  ASSERT_TRUE(prizes.has_value()) << prizes.error().detail;
  ExpectConserved(input, *prizes);
  EXPECT_LE(prizes->adjustment_gained_fen, (2 * input.wins[0] + input.wins[1] + 3) * 100);
  EXPECT_GE(prizes->pool_after_fen, input.injection_fen);
  EXPECT_EQ(prizes->first_fen % 100 + prizes->second_fen % 100, 0);
  EXPECT_LE(prizes->second_fen, input.wins[1] > 0 ? 500'000'000 : 0);
  EXPECT_GE(prizes->second_fen, input.wins[1] > 0 ? 600'000 : 0);
  EXPECT_LE(prizes->first_fen, input.wins[0] > 0 ? 1'000'000'000 : 0);
  if (input.draw < 2026014) return;
  EXPECT_LE(prizes->first_fen * input.wins[0], 10'000'000'000);
  EXPECT_LE(prizes->second_fen * input.wins[1],
            std::max<std::int64_t>(7'000'000'000, 600'000 * input.wins[1]));
}

TEST(OwnSsqPrizes, MoneyIsConservedOnAGrid) {
  OwnPrizeInput input;
  int points = 0;
  const std::int64_t counts[] = {0, 1, 3, 7, 31, 997, 12'345};
  for (const std::int32_t draw : {2009001, 2014055, 2018122, 2018123, 2026014}) {
    for (const std::int64_t sales :
         {0LL, 200LL, 1'234'567'800LL, 38'747'654'600LL, 90'000'000'200LL}) {
      for (const std::int64_t pool :
           {0LL, 1LL, 9'999'999'999LL, 10'000'000'000LL, 296'131'545'799LL}) {
        for (const std::int64_t n1 : counts) {
          for (const std::int64_t n2 : counts) {
            for (const std::int64_t n3 : {0, 1'111, 90'000}) {
              input = {draw,
                       sales,
                       pool,
                       n3 * 7,
                       draw >= 2026014 && n2 % 2 == 1,
                       {n1, n2, n3, n3, 77, 13, n3}};
              CheckGridPoint(input);
              ++points;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(points, 5 * 5 * 5 * 7 * 7 * 3);
}

TEST(OwnSsqPrizes, RefusesImpossibleFigures) {
  const auto code = [](const OwnPrizeInput& input) { return OwnSsqPrizes(input).error().code; };
  auto input = Round(2018123, 0, 1, 1);
  input.sales_fen = -200;
  EXPECT_EQ(code(input), ErrorCode::kEntryInvalid);
  input.sales_fen = 199;
  EXPECT_EQ(code(input), ErrorCode::kEntryInvalid);
  input = Round(2018123, -1, 1, 1);
  EXPECT_EQ(code(input), ErrorCode::kEntryInvalid);
  input = Round(2018123, 0, 1, 1);
  input.injection_fen = -1;
  EXPECT_EQ(code(input), ErrorCode::kEntryInvalid);
  input = Round(2018123, 0, 1, -1);
  EXPECT_EQ(code(input), ErrorCode::kEntryInvalid);
  EXPECT_EQ(code(Round(2008999, 0, 1, 1)), ErrorCode::kOldRule);
  input = Round(2026013, 0, 1, 1);
  input.special = true;
  EXPECT_EQ(code(input), ErrorCode::kOldRule);
  input = Round(2026014, 0, 1, 1);
  input.wins[2] = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(code(input), ErrorCode::kAmountOverflow);
}

TEST(OwnSsqRules, NameOfEveryVersion) {
  EXPECT_EQ(OwnRuleName(2008154), "");
  EXPECT_EQ(OwnRuleName(2009001), "ssq-2009");
  EXPECT_EQ(OwnRuleName(2014054), "ssq-2009");
  EXPECT_EQ(OwnRuleName(2014055), "ssq-2014055");
  EXPECT_EQ(OwnRuleName(2018122), "ssq-2014055");
  EXPECT_EQ(OwnRuleName(2018123), "ssq-2018123");
  EXPECT_EQ(OwnRuleName(2026013), "ssq-2018123");
  EXPECT_EQ(OwnRuleName(2026014), "ssq-2026014");
  EXPECT_EQ(OwnRuleName(2030001), "ssq-2026014");
}

TEST(OwnSsqRules, SpecialRuleSwitchesOnAndOff) {
  EXPECT_FALSE(OwnSpecialNext(2026013, false, 296'131'545'700));
  EXPECT_TRUE(OwnSpecialNext(2026014, false, 296'131'545'700));
  EXPECT_TRUE(OwnSpecialNext(2026080, false, 150'000'000'000));
  EXPECT_FALSE(OwnSpecialNext(2026080, false, 149'999'999'900));
  EXPECT_TRUE(OwnSpecialNext(2026080, true, 30'000'000'000));
  EXPECT_FALSE(OwnSpecialNext(2026080, true, 29'999'999'900));
  EXPECT_FALSE(OwnSpecialNext(2026076, true, 28'318'396'800));
}

// ---- Outcome ----

// Expected values were computed by a separate program from the specification alone.
TEST(OwnOutcome, ReproducesKnownOutcomes) {
  Bytes counting;
  for (int i = 0; i < 64; ++i) counting.push_back(static_cast<char>(i));
  const std::vector<std::pair<Bytes, OwnOutcome>> known = {
      {Bytes(64, '\0'), {{1, 14, 16, 19, 22, 24}, 10}},
      {counting, {{8, 10, 12, 17, 23, 33}, 12}},
      {Bytes(64, '\xff'), {{13, 16, 19, 29, 30, 33}, 16}},
      {OwnSeed({Bytes(64, 'a'), Bytes(64, 'b')}), {{2, 4, 10, 22, 26, 33}, 13}},
  };
  for (const auto& [seed, want] : known) {
    const auto got = OwnOutcomeFromSeed("ssq", seed);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->numbers, want.numbers);
    EXPECT_EQ(got->extra, want.extra);
  }
}

TEST(OwnOutcome, SeedBindsEveryBetaAndItsLength) {
  EXPECT_EQ(base::ToHex(OwnSeed({})),
            "6a9ac4faf430b8098f1b4a647905cba41bbef812c182800ea0035ec18497ba5e"
            "8b6fe370da32e9e12937bc2f70401d40afba0512aeb1495be5731ec46a2f167a");
  EXPECT_EQ(base::ToHex(OwnSeed({"\x01", "", "\x02\x03"})),
            "02e698a8e6c09cc96492f36057f0f9e14334afa78143bf3e059aa956c8334753"
            "33a6fd54d5cade53bc6f92b52dd8a7c08ed9caa538db7c741921f72f716052d6");
  EXPECT_NE(OwnSeed({"ab", "c"}), OwnSeed({"a", "bc"}));
  EXPECT_NE(OwnSeed({"a", "b"}), OwnSeed({"b", "a"}));
}

TEST(OwnOutcome, RefusesASeedOfAnotherLength) {
  for (const std::size_t octets : {0U, 32U, 63U, 65U}) {
    EXPECT_EQ(OwnOutcomeFromSeed("ssq", Bytes(octets, 'x')).error().code, ErrorCode::kOutcomeWrong);
  }
}

TEST(OwnOutcome, IsDeterministicInRangeAndEven) {
  constexpr int kRounds = 20'000;
  std::array<int, 34> reds{};
  std::array<int, 17> blues{};
  for (int round = 0; round < kRounds; ++round) {
    const Bytes seed = OwnSeed({std::to_string(round)});
    const auto outcome = OwnOutcomeFromSeed("ssq", seed);
    ASSERT_TRUE(outcome.has_value());
    ASSERT_TRUE(
        OwnOrderWins(SingleOrder(), *outcome).has_value());  // checks range, order and count
    const auto again = OwnOutcomeFromSeed("ssq", seed);
    ASSERT_TRUE(again->numbers == outcome->numbers && again->extra == outcome->extra);
    for (const int red : outcome->numbers) ++reds[static_cast<std::size_t>(red)];
    ++blues[static_cast<std::size_t>(outcome->extra)];
  }
  // Six standard deviations: 54.5 around 3636 for a red, 34.2 around 1250 for a blue.
  for (std::size_t red = 1; red <= 33; ++red)
    EXPECT_LE(std::abs(reds[red] - 3636), 327) << "red " << red;
  for (std::size_t blue = 1; blue <= 16; ++blue)
    EXPECT_LE(std::abs(blues[blue] - 1250), 205) << "blue " << blue;
}

}  // namespace
}  // namespace lottery::compliance
