// The counter by its keys, and what stands on the screen for it.
#include "terminal/counter.h"

#include <gtest/gtest.h>

#include "base/error_code.h"
#include "base/text.h"
#include "crypto/ed25519.h"
#include "games/order.h"
#include "terminal/cashiers.h"
#include "terminal/counter_view.h"

namespace lottery::terminal {
namespace {

constexpr UtcTime kWall{1'795'482'500'000};
constexpr std::int64_t kNow = 5'000'000;  // steady
constexpr std::int64_t kCloseMs = kWall.ms + 90'000;

std::uint32_t First(std::uint32_t) { return 0; }

CounterState Open() {
  CounterState s;
  s.config = {
      1001, false, 80, Money::FromFen(200'000), Money::FromFen(10'000'000), "lottery.example"};
  wire::Status status;
  status.set_enrolled(true);
  status.set_time_ms(kWall.ms);
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

// Each key after a look at the screen, as a hand presses them.
Effect Type(CounterState& s, std::string_view keys, std::int64_t now = kNow) {
  Effect effect;
  while (!keys.empty()) {
    const char32_t c = *base::NextCodePoint(keys);
    const Key::Kind kind = c == '\r'     ? Key::Kind::kEnter
                           : c == '\b'   ? Key::Kind::kBackspace
                           : c == '\x1b' ? Key::Kind::kEscape
                                         : Key::Kind::kCharacter;
    NoteShown(s, now - kShownMs);
    s.last_key_ms = now - kShownMs;
    s.last_burst_ms = now - kBurstEndMs;
    effect = Press(s, {false, {kind, c}, {}, false, false, 1, now}, now, First);
  }
  return effect;
}

Effect Scanned(CounterState& s, const std::string& text, std::int64_t now = kNow,
               bool ended = true) {
  NoteShown(s, now - kShownMs);
  return Press(s, {true, {}, text, ended, false, static_cast<int>(text.size()), now}, now, First);
}

template <typename T>
bool Is(const Effect& effect) {
  return std::holds_alternative<T>(effect);
}
bool Nothing(const Effect& effect) { return Is<std::monostate>(effect); }

const std::string kHash = "FQ8-8wbok0lc94WetqTML1M8xxFxNNperfngnAhdUL4";
const std::string kCode = "lottery.example/ssq/2026097:4:" + kHash;
const std::string kOtherCode = "lottery.example/ssq/2026097:5:" + kHash;
const std::string kSecret = std::string(32, 'a') + "-" + std::string(64, 'b');

wire::TicketStatus Winner(std::int64_t fen) {
  wire::TicketStatus status;
  auto* part = status.add_parts();
  part->set_state("won");
  part->set_prize_fen(fen);
  return status;
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
    const auto bet = games::FromWire(QuickPick("ssq", 10, below).ssq());
    ASSERT_TRUE(games::CheckSsqBet(bet).has_value());
    ASSERT_EQ(games::SsqLines(bet), 1);
    for (const char c : bet.reds) ++seen[static_cast<std::size_t>(c)];
  }
  for (std::size_t n = 1; n <= 33; ++n) EXPECT_GT(seen[n], 200) << n;
}

TEST(Counter, WhatCanBeKnownBeforeIsRefusedBeforeCentralIsAsked) {
  CounterState s = Open();
  const auto refused = [&](std::string_view keys, const char* code, std::int64_t now = kNow) {
    EXPECT_TRUE(Nothing(Type(s, keys, now)));
    EXPECT_NE(s.message.zh.find(code), std::string::npos) << s.message.zh;
    EXPECT_FALSE(s.advice.zh.empty() || s.advice.en.empty());
  };
  refused("\r", "kNothingToSell");
  refused("333", "kTooManyBets");
  refused("\x1byn01 02 03\r", "kIllegalBet");
  EXPECT_EQ(s.typed, "01 02 03") << "what was typed stays, to be mended";
  refused("\x1bm100\r", "kIllegalMultiplier");
  refused(
      "\x1b"
      "d11\r",
      "kIllegalDrawCount");
  refused(
      "\x1b"
      "cnonsense\r",
      "kBadEncoding");
  refused(
      "\x1b"
      "5m99\rd2\r\r",
      "kDepositExhausted");
  EXPECT_EQ(s.lines.size(), 5U) << "the choice is kept";
  refused("m1\r\r", "kDrawClosed", kNow + 90'000);
  Type(s, "\x1by");
  s.cashier.clear();
  refused("1\r", "kNotSignedOn");
}

// A burst is never a command, whatever it holds, and nothing typed is dropped without a word.
TEST(Counter, ABurstSellsNothingAndIsNoCommand) {
  for (const char* text : {"6921168511280", "6901028001038", "5", "55", "o", "oy", "qy", "12345",
                           "lottery", "z", "llll", "中文", "g"}) {
    for (const bool ended : {true, false}) {
      CounterState s = Open();
      Type(s, "2");
      EXPECT_TRUE(Nothing(Scanned(s, text, kNow, ended))) << text;
      EXPECT_EQ(s.lines.size(), 2U) << text;
      EXPECT_EQ(s.cashier, "07");
      EXPECT_TRUE(s.chinese);
      EXPECT_EQ(s.prompt, Prompt::kNone);
      EXPECT_EQ(s.notices.size(), 1U) << text;
      EXPECT_TRUE(Nothing(Type(s, "5")));  // what is left of a code that comes in pieces
      EXPECT_EQ(s.lines.size(), 2U);
    }
  }
}

TEST(Counter, ACodeIsTakenAtAnyTimeAndInAnyOrder) {
  for (const char* before : {"", "n01 02", "m9", "d", "c", "r", "h", "5", "t1", "v\x1b", "o\x1b"}) {
    CounterState s = Open();
    Type(s, before);
    const auto effect = Scanned(s, "]Q1" + kCode);
    ASSERT_TRUE(Is<AskTicket>(effect)) << before;
    EXPECT_EQ(std::get<AskTicket>(effect).code.index, 4U);
    OnTicket(s, Winner(500), kNow);
    EXPECT_TRUE(Nothing(Scanned(s, kCode))) << "read twice";
    EXPECT_TRUE(Is<PayIt>(Scanned(s, kSecret))) << before;
  }
  CounterState s = Open();  // the secret code first
  EXPECT_TRUE(Nothing(Scanned(s, kSecret)));
  EXPECT_TRUE(Is<AskTicket>(Scanned(s, kCode)));
  OnTicket(s, Winner(500), kNow);
  EXPECT_EQ(s.prompt, Prompt::kConfirmPay);
  EXPECT_TRUE(Is<PayIt>(Type(s, "\r")));
  s = Open();  // forgotten after a while
  Scanned(s, kSecret);
  Scanned(s, kCode, kNow + kSecretKeptMs + 1);
  OnTicket(s, Winner(500), kNow + kSecretKeptMs + 1);
  EXPECT_EQ(s.prompt, Prompt::kSecret);
}

TEST(Counter, AVoidTakesBothCodesInAnyOrder) {
  CounterState s = Open();
  Type(s, "v");
  EXPECT_TRUE(Nothing(Scanned(s, kCode)));
  EXPECT_TRUE(Nothing(Scanned(s, kCode))) << "read twice";
  EXPECT_TRUE(Nothing(Scanned(s, kSecret)));
  EXPECT_NE(View(s, kWall, kNow)[18].text.find("注销 ssq/2026097 4"), std::string::npos)
      << "the question names the ticket";
  EXPECT_TRUE(Is<TakeItBack>(Type(s, "\r")));
  s = Open();
  Type(s, "v");
  EXPECT_TRUE(Nothing(Scanned(s, kSecret)));
  EXPECT_TRUE(Nothing(Scanned(s, kCode)));
  EXPECT_TRUE(Nothing(Type(s, "\x1b"))) << "given up, and the secret with it";
  EXPECT_FALSE(s.secret.has_value());
  Type(s, "v");
  EXPECT_TRUE(Nothing(Scanned(s, kSecret)));
  EXPECT_TRUE(Nothing(Scanned(s, kCode)));
  EXPECT_TRUE(Is<TakeItBack>(Type(s, "\r")));
  s = Open();
  Type(s, "v");
  Scanned(s, kCode);
  EXPECT_TRUE(Nothing(Scanned(s, kOtherCode)));
  Scanned(s, kSecret);
  const auto effect = Type(s, "\r");
  ASSERT_TRUE(Is<TakeItBack>(effect));
  EXPECT_EQ(std::get<TakeItBack>(effect).code.index, 5U) << "the ticket that was read last";
}

TEST(Counter, EnterSellsOnlyWhatHasStoodOnTheScreen) {
  CounterState s = Open();
  const auto enter = [&](std::int64_t now) {
    s.last_key_ms = 0;
    s.last_burst_ms = -kBurstEndMs;
    return Press(s, {false, {Key::Kind::kEnter, 0}, {}, false, false, 1, now}, now, First);
  };
  Type(s, "5");
  EXPECT_TRUE(Nothing(enter(kNow))) << "never drawn";
  NoteShown(s, kNow);
  EXPECT_TRUE(Nothing(enter(kNow + kShownMs - 1)));
  EXPECT_FALSE(s.hint.zh.empty());
  Type(s, "\b", kNow);  // another ticket than the one on the screen
  EXPECT_TRUE(Nothing(enter(kNow + kShownMs)));
  NoteShown(s, kNow + kShownMs);
  EXPECT_TRUE(Is<SellIt>(enter(kNow + 2 * kShownMs)));
}

TEST(Counter, MoneyStaysOnTheScreenUntilItIsAcknowledged) {
  for (int kind = 0; kind < 3; ++kind) {
    CounterState s = Open();
    if (kind == 0) OnPaid(s, Money::FromFen(500), nullptr, false);
    if (kind == 1) OnTakenBack(s, wire::Receipt(), Money::FromFen(200));
    if (kind == 2) OnFailed(s, {base::ErrorCode::kExpired, ""});
    ASSERT_EQ(s.notices.size(), 1U);
    const std::string said = s.notices.front().message.zh;
    for (const char* key : {"5", "c", "o", "n", "z", "l", "\b", " "}) {
      EXPECT_TRUE(Nothing(Type(s, key)));
      ASSERT_EQ(s.notices.size(), 1U) << key;
      EXPECT_FALSE(s.hint.zh.empty());
    }
    EXPECT_TRUE(Nothing(Scanned(s, kCode)));
    EXPECT_EQ(s.notices.front().message.zh, said);
    EXPECT_EQ(s.prompt, Prompt::kNone);
    EXPECT_TRUE(s.lines.empty());
    s.notice_shown_ms = kNow;  // Enter in the moment in which it appears is of something else
    EXPECT_TRUE(Nothing(
        Press(s, {false, {Key::Kind::kEnter, 0}, {}, false, false, 1, kNow}, kNow + 10, First)));
    EXPECT_EQ(s.notices.size(), 1U);
    s.notice_shown_ms = kNow - kShownMs;
    Type(s, "\r");
    EXPECT_TRUE(s.notices.empty());
  }
}

TEST(Counter, ASumAboveTheBoundIsAskedOnceMore) {
  CounterState s = Open();
  s.config.confirm_above = Money::FromFen(800);
  EXPECT_TRUE(Nothing(Type(s, "5\r")));
  EXPECT_EQ(s.prompt, Prompt::kConfirmSale);
  for (const char* key : {"y", "5", " "}) {
    EXPECT_TRUE(Nothing(Type(s, key)));
    EXPECT_EQ(s.prompt, Prompt::kConfirmSale);
  }
  EXPECT_TRUE(Nothing(Scanned(s, "y")));
  EXPECT_TRUE(Nothing(Scanned(s, "", kNow, true)));
  auto twice = s;  // two Enters in one breath
  twice.prompt_seen_ms = kNow;
  EXPECT_TRUE(Nothing(
      Press(twice, {false, {Key::Kind::kEnter, 0}, {}, false, false, 1, kNow}, kNow + 90, First)));
  EXPECT_TRUE(Is<SellIt>(Type(s, "\r")));
  s = Open();
  s.config.confirm_above = Money::FromFen(800);
  Type(s, "5\r\x1b");
  EXPECT_EQ(s.lines.size(), 5U);
  s = Open();
  s.config.confirm_above = Money::FromFen(800);
  Scanned(s, kCode);
  OnTicket(s, Winner(100'000), kNow);
  EXPECT_TRUE(Nothing(Scanned(s, kSecret)));
  EXPECT_EQ(s.prompt, Prompt::kConfirmPay);
  EXPECT_TRUE(Is<PayIt>(Type(s, "\r")));
}

TEST(Counter, TheCustomersSumNetsSalesVoidsAndPrizes) {
  CounterState s = Open();
  s.customer_sold = Money::FromFen(400);
  OnPaid(s, Money::FromFen(500), nullptr, false);
  EXPECT_EQ(CustomerSum(s).fen(), -100);
  OnTakenBack(s, wire::Receipt(), Money::FromFen(200));
  EXPECT_EQ(CustomerSum(s).fen(), -300);
  Type(s, "\r\r5");
  EXPECT_EQ(CustomerSum(s).fen(), 700);
}

TEST(Counter, LinesThatAreNotSoldAreNotThrownAwayUnasked) {
  CounterState s = Open();
  Type(s, "2g");
  EXPECT_EQ(s.game, "ssq");
  for (const char* keys : {"\x1b", "z"}) {
    Type(s, keys);
    EXPECT_EQ(s.prompt, *keys == 'z' ? Prompt::kClear : Prompt::kDrop);
    Type(s, "n");
    EXPECT_EQ(s.lines.size(), 2U);
  }
  s.customer_sold = Money::FromFen(1000);
  Type(s, "\x1by");
  EXPECT_TRUE(s.lines.empty());
  EXPECT_EQ(CustomerSum(s).fen(), 1000) << "what was sold before is still to be paid";
}

// A line typed where no prompt is open: its first digit that is no command stops everything.
TEST(Counter, NumbersTypedOutsideTheirPromptSellNothing) {
  for (const char* keys : {"01 05 11 17 23 30 + 09\r\r", "6 7 1 2\r\r",
                           "n01051117233009\r07 11\r\r", "9\x1b\r", " 1\r\r", "+1\r"}) {
    CounterState s = Open();
    std::string_view rest = keys;
    while (!rest.empty()) {
      const bool own = !s.lines.empty() && !s.lines.front().quick && s.notices.empty();
      const auto effect = Type(s, rest.substr(0, 1));
      rest.remove_prefix(1);
      EXPECT_TRUE(Nothing(effect) || own) << keys;
    }
  }
}

TEST(Counter, AnEnterBehindAScanIsTheScansOwn) {
  CounterState s = Open();
  Type(s, "2");
  EXPECT_TRUE(Is<AskTicket>(Scanned(s, kCode, kNow, false)));
  const auto enter = [&](std::int64_t now) {
    return Press(s, {false, {Key::Kind::kEnter, 0}, {}, false, false, 1, now}, now, First);
  };
  for (const std::int64_t later : {80, 200, 400})
    EXPECT_TRUE(Nothing(enter(kNow + later))) << later;
  EXPECT_TRUE(Is<SellIt>(enter(kNow + 400 + kShownMs)));
}

TEST(Counter, AHeldKeyConfirmsAndAnswersNothing) {
  CounterState s = Open();
  s.config.confirm_above = Money::FromFen(800);
  Type(s, "5\r");
  ASSERT_EQ(s.prompt, Prompt::kConfirmSale);
  NoteShown(s, kNow);
  for (std::int64_t at = kNow + 92; at < kNow + 2000; at += 92)
    EXPECT_TRUE(
        Nothing(Press(s, {false, {Key::Kind::kEnter, 0}, {}, false, false, 1, at}, at, First)));
  s = Open();
  AskPrinted(s);
  NoteShown(s, kNow);
  for (std::int64_t at = kNow + 92; at < kNow + 2000; at += 92)  // "lottery..." by a slow scanner
    EXPECT_TRUE(Nothing(
        Press(s, {false, {Key::Kind::kCharacter, U'y'}, {}, false, false, 1, at}, at, First)));
}

TEST(Counter, AfterARefusalEnterOnlyAcknowledgesIt) {
  CounterState s = Open();
  Type(s, "5");
  OnRefused(s, {base::ErrorCode::kNotDrawnYet, ""});
  EXPECT_TRUE(Nothing(Type(s, "\r")));
  EXPECT_TRUE(s.message.zh.empty());
  EXPECT_TRUE(Is<SellIt>(Type(s, "\r")));
  s = Open();
  Type(s, "2");
  for (const char* key : {"o", "q", "g"}) {
    EXPECT_TRUE(Nothing(Type(s, key)));
    EXPECT_EQ(s.prompt, Prompt::kNone) << key;
    EXPECT_EQ(s.lines.size(), 2U);
  }
}

TEST(Counter, EveryKeyRowFits) {
  for (const bool chinese : {true, false}) {
    CounterState s = Open();
    s.chinese = chinese;
    const auto screen = View(s, kWall, kNow);
    EXPECT_NE(screen[21].text.find(chinese ? "回车 售" : "SELL"), std::string::npos);
    EXPECT_NE(screen[22].text.find(chinese ? "退出" : "q quit"), std::string::npos);
  }
}

TEST(Counter, EnterSoonAfterAnotherKeySellsNothing) {
  CounterState s = Open();
  Type(s, "5");
  NoteShown(s, kNow - kShownMs);
  const auto enter = [&](std::int64_t now) {
    return Press(s, {false, {Key::Kind::kEnter, 0}, {}, false, false, 1, now}, now, First);
  };
  EXPECT_TRUE(Nothing(enter(kNow + 120))) << "a slow scanner's";
  EXPECT_FALSE(s.hint.zh.empty());
  EXPECT_TRUE(Is<SellIt>(enter(kNow + 120 + kShownMs)));
}

TEST(Counter, ASumNobodyCanPayIsShownWithinItsBound) {
  CounterState s = Open();
  s.game = "kl8";
  std::string numbers;
  for (char n = 1; n <= 80; ++n) numbers.push_back(n);
  for (int i = 0; i < 5; ++i) {
    Line line;
    line.bet.mutable_kl8()->set_pick(10);
    line.bet.mutable_kl8()->set_numbers(numbers);
    s.lines.push_back(line);
  }
  s.multiplier = games::kMaxMultiplier;
  s.draws = games::kMaxDraws;
  s.tickets = kMostTickets;
  EXPECT_EQ(PriceOfAll(s).fen(), kMostShown);
  EXPECT_EQ(CustomerSum(s).fen(), kMostShown);
  View(s, kWall, kNow);
}

TEST(Counter, AnUnknownFateStopsSellingAndAnswersLater) {
  CounterState s = Open();
  const auto effect = Type(s, "2t3\r\r");
  ASSERT_TRUE(Is<SellIt>(effect));
  OnUnknown(s, {base::ErrorCode::kTimeout, ""});
  EXPECT_NE(s.notices.front().message.zh.find("尚不清楚"), std::string::npos);
  EXPECT_NE(s.notices.front().message.zh.find("其后 2 张未售出"), std::string::npos);
  s.unsettled = true;
  EXPECT_TRUE(Nothing(Type(s, "\r\r")));
  EXPECT_NE(s.message.zh.find("kUnsettled"), std::string::npos) << s.message.zh;
  s.unsettled = false;
  Confirmed sold;
  wire::TerminalMessage message;
  *message.mutable_order() = std::get<SellIt>(effect).order;
  sold.message = protocol::SignMessage(message, crypto::SigningKey::Generate());
  s.page = Page::kHelp;
  OnSettledSale(s, sold);
  EXPECT_EQ(s.page, Page::kSale) << "a notice is where it can be read";
  EXPECT_EQ(s.customer_tickets, 1);
  EXPECT_EQ(s.tickets, 2U) << "what is left of the series";
  OnSettledSale(s, sold);
  OnSettledSale(s, sold);
  EXPECT_TRUE(s.lines.empty());
  EXPECT_EQ(s.customer_sold.fen(), 3 * 400);
  OnSettledSale(s, sold);  // of nothing that is on the screen
  EXPECT_EQ(s.customer_sold.fen(), 3 * 400);
}

TEST(Counter, ABurstWithErasuresIsNotTaken) {
  CounterState s = Open();
  Type(s, "m");
  NoteShown(s, kNow - kShownMs);
  EXPECT_TRUE(Nothing(Press(s, {true, {}, "12", true, true, 4, kNow}, kNow, First)));
  EXPECT_EQ(s.multiplier, 1U);
  EXPECT_FALSE(s.hint.zh.empty());
}

TEST(Counter, APinOfManyDigitsIsNeverShown) {
  CounterState s = Open();
  s.cashier.clear();
  s.pins = true;
  Type(s, "o07\r");
  const auto effect = Scanned(s, "471147114711");
  ASSERT_TRUE(Is<SignOnAs>(effect));
  EXPECT_EQ(std::get<SignOnAs>(effect).pin, "471147114711");
  EXPECT_TRUE(s.notices.empty());
}

TEST(Counter, PaperIsAskedAboutBeforeANoticeIsAcknowledged) {
  CounterState s = Open();
  OnPaid(s, Money::FromFen(1500), nullptr, true);
  Say(s, Tone::kBad, {"兑换票未打印", "not printed"});
  AskPrinted(s);
  EXPECT_NE(View(s, kWall, kNow)[16].text.find("兑换票未打印"), std::string::npos);
  EXPECT_TRUE(Is<WasPrinted>(Type(s, "y")));
  EXPECT_NE(View(s, kWall, kNow)[16].text.find("请付给顾客 15.00 元"), std::string::npos);
  EXPECT_EQ(CustomerSum(s).fen(), -1500);
}

TEST(Counter, CapitalsAndFullWidthKeysAreTheSameKeys) {
  CounterState s = Open();
  Type(s, "R");
  EXPECT_EQ(s.page, Page::kReports);
  Type(s, " N");
  EXPECT_EQ(s.prompt, Prompt::kNumbers);
  Type(s, "\x1bé");
  EXPECT_FALSE(s.hint.zh.empty()) << "a key that is none is said to be none";
}

TEST(Counter, FourteenDigitsAreALineAndTheNextMayFollow) {
  CounterState s = Open();
  Type(s, "n0105111723300902040608101216");
  EXPECT_EQ(s.lines.size(), 2U);
  EXPECT_EQ(s.prompt, Prompt::kNumbers);
  Type(s, "\r");
  EXPECT_EQ(s.prompt, Prompt::kNone);
}

TEST(Counter, TicketsOfASeriesHaveTheirOwnQuickPicks) {
  CounterState s = Open();
  std::uint32_t seed = 1;
  const Below below = [&](std::uint32_t bound) {
    return (seed = seed * 1664525 + 1013904223) / 7 % bound;
  };
  Type(s, "n01 05 11 17 23 30 + 09\r");
  NoteShown(s, kNow - kShownMs);
  Press(s, {false, {Key::Kind::kCharacter, U'1'}, {}, false, false, 1, kNow}, kNow, below);
  Type(s, "t3\r");
  const auto effect = Type(s, "\r");
  ASSERT_TRUE(Is<SellIt>(effect));
  EXPECT_EQ(s.series_left, 2U);
  Confirmed sold;
  wire::TerminalMessage message;
  *message.mutable_order() = std::get<SellIt>(effect).order;
  sold.message = protocol::SignMessage(message, crypto::SigningKey::Generate());
  const auto next = OnSold(s, sold, kNow, below);
  ASSERT_TRUE(Is<SellIt>(next));
  const auto &first = std::get<SellIt>(effect).order, &second = std::get<SellIt>(next).order;
  EXPECT_EQ(first.bets(0).SerializeAsString(), second.bets(0).SerializeAsString())
      << "own numbers stay";
  EXPECT_NE(first.bets(1).SerializeAsString(), second.bets(1).SerializeAsString());
  EXPECT_TRUE(games::CheckOrder(second).has_value());
  EXPECT_EQ(s.tickets, 2U) << "Enter after a failure sells what is left";
  OnFailed(s, {base::ErrorCode::kDepositExhausted, ""});
  EXPECT_NE(s.notices.front().message.zh.find("2 张未售出"), std::string::npos)
      << s.notices.front().message.zh;
  EXPECT_EQ(s.series_left, 0U);
}

TEST(Counter, ALastingFaultOfTheLineIsSaidBeforeAnythingIsSold) {
  CounterState s = Open();
  const base::Error expired{base::ErrorCode::kBadCertificate, "own certificate expired on ..."};
  OnLine(s, &expired);
  EXPECT_TRUE(Nothing(Type(s, "1\r")));
  EXPECT_NE(s.message.en.find("expired"), std::string::npos);
  const auto screen = View(s, kWall, kNow);
  EXPECT_NE(screen[1].text.find("expired"), std::string::npos) << screen[1].text;
  EXPECT_NE(screen[0].text.find("线路中断"), std::string::npos);
}

// A window that is too small shows nothing: what stood on it before does not count.
TEST(Counter, WhatIsHiddenIsNotSold) {
  CounterState s = Open();
  Type(s, "3");
  NoteShown(s, kNow - 10 * kShownMs);
  NoteHidden(s);
  const Input enter{false, {Key::Kind::kEnter, 0}, {}, false, false, 1, kNow};
  s.last_key_ms = s.last_burst_ms = kNow - 10'000;
  EXPECT_TRUE(Nothing(Press(s, enter, kNow, First)));
  NoteShown(s, kNow);
  EXPECT_TRUE(Nothing(Press(s, enter, kNow + kShownMs - 1, First)));
  s.last_key_ms = kNow - 10'000;
  EXPECT_TRUE(Is<SellIt>(Press(s, enter, kNow + kShownMs, First)));
}

// The screen shows only what central has said: no balance for a terminal that is not enrolled, no
// commission where the contract names none.
TEST(Counter, OnlyWhatIsKnownIsShown) {
  CounterState s = Open();
  const auto row = [&](std::size_t n) { return View(s, kWall, kNow)[n].text; };
  EXPECT_NE(row(14).find("预存款 1000.00"), std::string::npos) << row(14);
  EXPECT_NE(row(13).find("代销费"), std::string::npos) << row(13);
  s.config.commission_permille = 0;
  EXPECT_EQ(row(13).find("代销费"), std::string::npos) << row(13);
  s.status.set_enrolled(false);
  EXPECT_NE(row(14).find("尚未登记"), std::string::npos) << row(14);
  EXPECT_EQ(row(14).find("预存款"), std::string::npos) << row(14);
  const base::Error lost{base::ErrorCode::kDisconnected, ""};
  OnLine(s, &lost);
  EXPECT_NE(row(0).find("线路中断"), std::string::npos) << row(0);
  OnLine(s, nullptr);
  EXPECT_NE(row(0).find("线路正常"), std::string::npos) << row(0);
}

TEST(Counter, ACashierIsOneLineThatCanBeSeen) {
  for (const char* name : {"\xe2\x80\xae"
                           "80",
                           "a\xe2\x80\x8b\x62", "123456789012345678901234567890123"}) {
    CounterState s = Open();
    s.cashier.clear();
    s.prompt = Prompt::kCashier;
    s.typed = name;
    EXPECT_TRUE(Nothing(Type(s, "\r"))) << name;
    EXPECT_NE(s.hint.en.find("32"), std::string::npos);
  }
  EXPECT_TRUE(CheckCashier("07") && CheckCashier("王芳"));
  for (const char* name : {"", " ", " 07", "07 ", "a\nb", "\x1b[2J"})
    EXPECT_FALSE(CheckCashier(name)) << name;
}

// A till that has not heard of any draw yet does not say that sales are closed.
TEST(Counter, WithoutALineNoDrawIsCalledClosed) {
  CounterState s = Open();
  const std::string cashier = s.cashier;
  const auto config = s.config;
  s = CounterState();
  s.config = config;
  s.cashier = cashier;
  EXPECT_TRUE(Nothing(Type(s, "1\r")));
  EXPECT_NE(s.message.en.find("kDisconnected"), std::string::npos) << s.message.en;
  EXPECT_EQ(s.message.en.find("kDrawClosed"), std::string::npos) << s.message.en;
}

TEST(Counter, ASeriesOfKl8KeepsHowManyNumbersArePicked) {
  std::uint32_t seed = 1;
  const Below below = [&](std::uint32_t bound) {
    return (seed = seed * 1664525 + 1013904223) / 7 % bound;
  };
  for (const std::uint32_t pick : {1U, 5U, 10U}) {
    CounterState s = Open();
    auto* d = s.status.add_draws();
    *d = s.status.draws(1);
    d->set_game("kl8");
    s.game = "kl8";
    s.lines = {{QuickPick("kl8", pick, below), true}};
    s.tickets = 3;
    Effect effect = Type(s, "\r");
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(Is<SellIt>(effect)) << s.message.en;
      Confirmed sold;
      wire::TerminalMessage message;
      *message.mutable_order() = std::get<SellIt>(effect).order;
      sold.message = protocol::SignMessage(message, crypto::SigningKey::Generate());
      effect = OnSold(s, sold, kNow, below);
      ASSERT_TRUE(Is<SellIt>(effect));
      const auto& bet = std::get<SellIt>(effect).order.bets(0).kl8();
      EXPECT_EQ(bet.pick(), pick);
      EXPECT_EQ(bet.numbers().size(), pick);
    }
  }
}

TEST(Counter, OwnNumbersBankersAndMultipliersArePriced) {
  CounterState s = Open();
  Type(s, "n01 02 | 05 06 07 08 09 + 03 04\rm3\rd2\r");
  EXPECT_EQ(PriceOf(s).fen(), 5 * 2 * 200 * 3 * 2);
  Type(s, "n01 05 11 17 23 30 + 09\r\b");
  EXPECT_EQ(s.lines.size(), 1U);
}

// Only what has lapsed since central said its time counts, by a clock that nobody can set.
TEST(Counter, TheClockOfCentralDecides) {
  CounterState s = Open();
  EXPECT_EQ(MsToClose(s, kNow + 30'000), kCloseMs - kWall.ms - 30'000);
  for (const std::int64_t set : {-3'600'000, 0, 3'600'000}) {  // this machine's own clock
    const auto screen = View(s, {kWall.ms + set}, kNow + 30'000);
    EXPECT_NE(screen[2].text.find("00:01:00"), std::string::npos) << screen[2].text;
    EXPECT_NE(screen[0].text.find("线路中断"), std::string::npos) << "heard too long ago";
  }
  Type(s, ">");
  EXPECT_EQ(s.draw, 2026098U);
  Type(s, "<");
  EXPECT_EQ(s.draw, 2026097U);
  s.draw = 0;
  EXPECT_EQ(FirstOpenDraw(s, kNow + 95'000), 2026098U);
}

TEST(Counter, WhetherTheLastTicketWasPrintedMustBeAnswered) {
  CounterState s = Open();
  s.prompt = Prompt::kPrinted;
  EXPECT_TRUE(Nothing(Type(s, "\x1b\r5")));
  EXPECT_TRUE(Nothing(Scanned(s, "y")));
  EXPECT_TRUE(Nothing(Scanned(s, kCode)));
  EXPECT_EQ(s.prompt, Prompt::kPrinted);
  const auto effect = Type(s, "n");
  ASSERT_TRUE(Is<WasPrinted>(effect));
  EXPECT_FALSE(std::get<WasPrinted>(effect).yes);
}

TEST(Counter, NoRowIsWiderThanTheScreen) {
  CounterState s = Open();
  s.cashier = std::string(32, 'W');
  s.config.training = true;
  Line line;
  for (char n = 1; n <= 33; ++n) line.bet.mutable_ssq()->mutable_reds()->push_back(n);
  for (char n = 1; n <= 16; ++n) line.bet.mutable_ssq()->mutable_blues()->push_back(n);
  s.lines.assign(5, line);
  s.status.set_balance_fen(-99'999'999'99);
  s.shift.sold = s.shift.voided = s.shift.paid = Money::FromFen(99'999'999'99);
  s.customer_sold = s.customer_voided = s.customer_paid = Money::FromFen(99'999'999'99);
  s.working = std::string(300, 'x');
  s.typed = std::string(200, 'y') + "中文中文";
  for (const bool chinese : {true, false}) {
    s.chinese = chinese;
    for (const Page page : {Page::kSale, Page::kReports, Page::kHelp}) {
      s.page = page;
      for (int p = 0; p <= static_cast<int>(Prompt::kConfirmPay); ++p) {
        s.prompt = static_cast<Prompt>(p);
        for (std::uint32_t code = 0; code < 1000; ++code) {
          const auto known = base::ErrorCodeFrom(code);
          if (!known) continue;
          OnRefused(
              s, {*known,
                  "一个很长的说明 a long reason that goes on and on and on and on and on and on"});
          OnLine(s, nullptr);
          s.line_fault = s.message;
          for (const auto& row : View(s, kWall, kNow))
            ASSERT_LE(ColumnsOf(row.text), kScreenColumns) << row.text;
        }
      }
    }
  }
}

// The whole of what concerns money can be read, however long it is.
TEST(Counter, ALongSentenceGoesOnInTheNextRow) {
  CounterState s = Open();
  OnFailed(s, {base::ErrorCode::kIllegalBet,
               "红球 34 不在 1-33 之内 red 34 is not 1 to 33, and so on and so on and on"});
  std::string all;
  for (const auto& row : View(s, kWall, kNow)) all += row.text;
  EXPECT_NE(all.find("[kIllegalBet]"), std::string::npos) << all;
  // What to do next and what the screen waits for stand beside it.
  EXPECT_NE(all.find(AdviceFor(base::ErrorCode::kIllegalBet).zh), std::string::npos) << all;
  EXPECT_NE(all.find("看清后按回车确认"), std::string::npos) << all;
}

TEST(Counter, WhatWasNotPaidIsSaidBesideWhatWas) {
  CounterState s = Open();
  OnPaid(s, Money::FromFen(500), nullptr, false);
  EXPECT_NE(s.notices.back().message.zh.find("5.00"), std::string::npos);
  EXPECT_TRUE(s.notices.back().advice.zh.empty());
  const base::Error late{base::ErrorCode::kClaimLate, ""};
  OnPaid(s, Money::FromFen(500), &late, false);
  EXPECT_NE(s.notices.back().advice.zh.find("60"), std::string::npos);
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
