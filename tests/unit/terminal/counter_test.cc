// The counter by its keys, and what stands on the screen for it.
#include "terminal/counter.h"

#include <gtest/gtest.h>

#include "base/error_code.h"
#include "games/order.h"
#include "terminal/counter_view.h"

namespace lottery::terminal {
namespace {

constexpr UtcTime kNow{1'795'482'500'000};
constexpr std::int64_t kCloseMs = kNow.ms + 90'000;

std::uint32_t First(std::uint32_t) { return 0; }

CounterState Open() {
  CounterState s;
  s.config = {1001, false, 80, Money::FromFen(200'000)};
  wire::Status status;
  status.set_enrolled(true);
  status.set_time_ms(kNow.ms);
  status.set_balance_fen(100'000);
  for (const std::uint32_t draw : {2026098U, 2026097U}) {
    auto* d = status.add_draws();
    d->set_game("ssq");
    d->set_draw(draw);
    d->set_state("open");
    d->set_close_ms(draw == 2026097 ? kCloseMs : kCloseMs + 86'400'000);
  }
  OnStatus(s, status, kNow);
  s.cashier = "07";
  return s;
}

Effect Type(CounterState& s, std::string_view keys, UtcTime now = kNow) {
  Effect effect;
  for (const char c : keys) {
    const Key::Kind kind = c == '\r'     ? Key::Kind::kEnter
                           : c == '\b'   ? Key::Kind::kBackspace
                           : c == '\x1b' ? Key::Kind::kEscape
                                         : Key::Kind::kCharacter;
    effect = Press(s, {kind, c}, now, First);
  }
  return effect;
}

TEST(Counter, FiveQuickPicksAreTwoKeys) {
  CounterState s = Open();
  const auto effect = Type(s, "5\r");
  ASSERT_TRUE(std::holds_alternative<SellIt>(effect));
  const auto& order = std::get<SellIt>(effect).order;
  EXPECT_EQ(order.first_draw(), 2026097U) << "the draw that closes first";
  EXPECT_EQ(order.bets_size(), 5);
  EXPECT_EQ(order.price_fen(), 1000);
  EXPECT_TRUE(games::CheckOrder(order).has_value());
}

TEST(Counter, QuickPicksAreLegalAndTakeEveryNumber) {
  std::uint32_t seed = 1;
  const Below below = [&](std::uint32_t bound) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % bound;
  };
  std::array<int, 34> seen{};
  for (int i = 0; i < 2000; ++i) {
    const auto bet = games::FromWire(QuickPick("ssq", below).ssq());
    ASSERT_TRUE(games::CheckSsqBet(bet).has_value());
    ASSERT_EQ(games::SsqLines(bet), 1);
    for (const char c : bet.reds) ++seen[static_cast<std::size_t>(c)];
  }
  for (std::size_t n = 1; n <= 33; ++n) EXPECT_GT(seen[n], 200) << n;
}

TEST(Counter, WhatCanBeKnownBeforeIsRefusedBeforeCentralIsAsked) {
  CounterState s = Open();
  const auto refused = [&](std::string_view keys, const char* code, UtcTime now = kNow) {
    const auto effect = Type(s, keys, now);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(effect));
    EXPECT_NE(s.message.zh.find(code), std::string::npos) << s.message.zh;
    EXPECT_FALSE(s.advice.zh.empty() || s.advice.en.empty());
  };
  refused("\r", "kNothingToSell");
  refused("333", "kTooManyBets");
  refused("\x1bn01 02 03\r", "kIllegalBet");
  EXPECT_EQ(s.typed, "01 02 03") << "what was typed stays, to be mended";
  refused("\x1bm100\r", "kIllegalMultiplier");
  refused("d11\r", "kIllegalDrawCount");
  refused("cnonsense\r", "kBadEncoding");
  refused("5m99\rd2\r\r", "kDepositExhausted");
  EXPECT_EQ(s.bets.size(), 5U) << "the choice is kept";
  refused("m1\r\r", "kDrawClosed", {kCloseMs});
  Type(s, "\x1b");
  s.cashier.clear();
  refused("1\r", "kNotSignedOn");
}

TEST(Counter, OwnNumbersBankersAndMultipliersArePriced) {
  CounterState s = Open();
  Type(s, "n01 02 | 05 06 07 08 09 + 03 04\rm3\rd2\r");
  EXPECT_EQ(PriceOf(s).fen(), 5 * 2 * 200 * 3 * 2);
  Type(s, "n01 05 11 17 23 30 + 09\r\b");
  EXPECT_EQ(s.bets.size(), 1U);
}

TEST(Counter, TheClockOfCentralDecides) {
  CounterState s = Open();
  s.heard.ms += 5'000;  // this machine is five seconds ahead
  EXPECT_EQ(MsToClose(s, s.heard), kCloseMs - kNow.ms);
  Type(s, ">");
  EXPECT_EQ(s.draw, 2026098U);
  Type(s, "<");
  EXPECT_EQ(s.draw, 2026097U);
  s.draw = 0;
  EXPECT_EQ(FirstOpenDraw(s, {kCloseMs + 5'000}), 2026098U);
}

TEST(Counter, WhetherTheLastTicketWasPrintedMustBeAnswered) {
  CounterState s = Open();
  s.prompt = Prompt::kPrinted;
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Type(s, "\x1b\r5")));
  EXPECT_EQ(s.prompt, Prompt::kPrinted);
  const auto effect = Type(s, "n");
  ASSERT_TRUE(std::holds_alternative<WasPrinted>(effect));
  EXPECT_FALSE(std::get<WasPrinted>(effect).yes);
}

TEST(Counter, NoRowIsWiderThanTheScreen) {
  CounterState s = Open();
  s.cashier = std::string(32, 'W');
  s.config.training = true;
  s.bets.assign(5, wire::Bet());
  for (auto& bet : s.bets) {
    for (char n = 1; n <= 33; ++n) bet.mutable_ssq()->mutable_reds()->push_back(n);
    for (char n = 1; n <= 16; ++n) bet.mutable_ssq()->mutable_blues()->push_back(n);
  }
  s.status.set_balance_fen(-99'999'999'99);
  s.shift.sold = s.shift.voided = s.shift.paid = s.customer_total = Money::FromFen(99'999'999'99);
  s.working = std::string(300, 'x');
  s.typed = std::string(200, 'y');
  for (const bool chinese : {true, false}) {
    s.chinese = chinese;
    for (const Page page : {Page::kSale, Page::kReports, Page::kHelp}) {
      s.page = page;
      for (int p = 0; p <= static_cast<int>(Prompt::kSignOff); ++p) {
        s.prompt = static_cast<Prompt>(p);
        for (std::uint32_t code = 0; code < 1000; ++code) {
          const auto known = base::ErrorCodeFrom(code);
          if (!known) continue;
          OnRefused(s, {*known, ""});
          for (const auto& row : View(s, kNow))
            ASSERT_LE(ColumnsOf(row.text), kScreenColumns) << row.text;
        }
      }
    }
  }
}

TEST(Counter, WhatWasNotPaidIsSaidBesideWhatWas) {
  CounterState s = Open();
  OnPaid(s, Money::FromFen(500), nullptr, false);
  EXPECT_NE(s.message.zh.find("5.00"), std::string::npos);
  EXPECT_TRUE(s.advice.zh.empty());
  const base::Error late{base::ErrorCode::kClaimLate, ""};
  OnPaid(s, Money::FromFen(500), &late, false);
  EXPECT_NE(s.advice.zh.find("60"), std::string::npos) << s.advice.zh;
}

// A sentence cut at the screen's edge tells nobody what to do.
TEST(Counter, NoAdviceIsCut) {
  for (std::uint32_t code = 0; code < 1000; ++code) {
    const auto known = base::ErrorCodeFrom(code);
    if (!known) continue;
    const auto advice = AdviceFor(*known);
    EXPECT_LE(1 + ColumnsOf(advice.zh), kScreenColumns) << advice.zh;
    EXPECT_LE(1 + ColumnsOf(advice.en), kScreenColumns) << advice.en;
  }
}

// What central and settlement can answer a till with.
TEST(Counter, EveryRefusalOfCentralHasAdviceOfItsOwn) {
  using enum base::ErrorCode;
  for (const auto code : {kDatabaseUnavailable,
                          kCommitInDoubt,
                          kDisconnected,
                          kTimeout,
                          kBusy,
                          kUnknownGame,
                          kIllegalBet,
                          kTooManyBets,
                          kIllegalMultiplier,
                          kIllegalDrawCount,
                          kWrongPrice,
                          kTicketLimit,
                          kUnknownTerminal,
                          kTerminalSuspended,
                          kSequenceUsed,
                          kExpired,
                          kDrawUnknown,
                          kDrawNotOpen,
                          kDrawClosed,
                          kDepositExhausted,
                          kVoidTooLate,
                          kNotYourTicket,
                          kUnknownTicket,
                          kAlreadyVoided,
                          kWrongSecret,
                          kSellingStopped,
                          kSessionReplaced,
                          kBehindWitnesses,
                          kTerminalClockWrong,
                          kNotAgreed,
                          kNoPrize,
                          kAlreadyPaid,
                          kClaimLate,
                          kNotDrawnYet,
                          kIdentityRequired})
    EXPECT_TRUE(HasOwnAdvice(code)) << base::NameOf(code);
}

}  // namespace
}  // namespace lottery::terminal
