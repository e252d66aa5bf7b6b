#include "terminal/counter.h"

#include <algorithm>

#include "games/order.h"
#include "terminal/claim.h"
#include "terminal/slip.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::size_t kLongestTyped = 200;
constexpr std::size_t kLongestCashier = 32;

void Begin(CounterState& s, Prompt prompt) {
  s.prompt = prompt;
  s.typed.clear();
}

// Draws that still sell by central's clock, as far as it was heard; in order.
std::vector<std::uint32_t> OpenDraws(const CounterState& s, UtcTime now) {
  const std::int64_t central_ms = s.status.time_ms() + (now.ms - s.heard.ms);
  std::vector<std::uint32_t> open;
  for (const auto& d : s.status.draws()) {
    if (d.game() == s.game && d.state() == "open" && d.close_ms() > central_ms)
      open.push_back(d.draw());
  }
  std::sort(open.begin(), open.end());
  return open;
}

void ForgetTicket(CounterState& s) {
  s.bets.clear();
  s.multiplier = s.draws = 1;
}

void AddBet(CounterState& s, wire::Bet bet) {
  if (s.bets.size() == games::kMaxBets) return OnRefused(s, {ErrorCode::kTooManyBets, ""});
  s.bets.push_back(std::move(bet));
  s.message = s.advice = {};
}

wire::Order OrderOf(const CounterState& s) {
  wire::Order order;
  order.set_game(s.game);
  order.set_first_draw(s.draw);
  order.set_draw_count(s.draws);
  order.set_multiplier(s.multiplier);
  for (const auto& bet : s.bets) *order.add_bets() = bet;
  order.set_price_fen(PriceOf(s).fen());
  return order;
}

// Everything that can be known before central is asked is said before.
Effect Sell(CounterState& s, UtcTime now) {
  const auto refuse = [&](ErrorCode code) -> Effect {
    OnRefused(s, {code, ""});
    return {};
  };
  if (s.cashier.empty()) return refuse(ErrorCode::kNotSignedOn);
  if (s.bets.empty()) return refuse(ErrorCode::kNothingToSell);
  if (s.draw == 0 || MsToClose(s, now) <= 0) return refuse(ErrorCode::kDrawClosed);
  wire::Order order = OrderOf(s);
  if (const auto facts = games::CheckOrder(order); !facts) return refuse(facts.error().code);
  if (s.status.enrolled() && s.status.balance_fen() < order.price_fen())
    return refuse(ErrorCode::kDepositExhausted);
  return SellIt{std::move(order)};
}

void NextDraw(CounterState& s, UtcTime now, bool forward) {
  const auto open = OpenDraws(s, now);
  if (open.empty()) return OnRefused(s, {ErrorCode::kDrawNotOpen, ""});
  const auto at = std::find(open.begin(), open.end(), s.draw);
  const auto i = at == open.end() ? 0 : at - open.begin();
  const auto n = static_cast<std::ptrdiff_t>(open.size());
  s.draw = at == open.end() ? open.front()
                            : open[static_cast<std::size_t>((i + (forward ? 1 : n - 1)) % n)];
  s.message = s.advice = {};
}

// One ticket is of one game: lines of the other go.
void NextGame(CounterState& s, UtcTime now) {
  ForgetTicket(s);
  const auto at = std::find(games::kGames.begin(), games::kGames.end(), s.game);
  const auto next = at == games::kGames.end() ? 0 : at - games::kGames.begin() + 1;
  s.game = games::kGames[static_cast<std::size_t>(next) % games::kGames.size()];
  s.draw = FirstOpenDraw(s, now);
  s.message = s.advice = {};
}

void NewCustomer(CounterState& s) {
  s.customer_tickets = 0;
  s.customer_total = {};
  ForgetTicket(s);
  Say(s, Tone::kPlain, {"新顾客。", "New customer."});
}

Effect Command(CounterState& s, char c, UtcTime now, const Below& below) {
  if (c >= '1' && c <= '5') {
    for (char i = '0'; i < c; ++i) AddBet(s, QuickPick(s.game, below));
    return {};
  }
  switch (c) {
    case 'n':
      Begin(s, Prompt::kNumbers);
      break;
    case 'm':
      Begin(s, Prompt::kMultiplier);
      break;
    case 'd':
      Begin(s, Prompt::kDraws);
      break;
    case 'g':
      NextGame(s, now);
      break;
    case '>':
      NextDraw(s, now, true);
      break;
    case '<':
      NextDraw(s, now, false);
      break;
    case 'z':
      NewCustomer(s);
      break;
    case 'c':
      Begin(s, Prompt::kTicket);
      break;
    case 'v':
      Begin(s, Prompt::kVoidTicket);
      break;
    case 'o':
      Begin(s, s.cashier.empty() ? Prompt::kCashier : Prompt::kSignOff);
      break;
    case 'r':
      s.page = Page::kReports;
      break;
    case 'h':
      s.page = Page::kHelp;
      break;
    case 'l':
      s.chinese = !s.chinese;
      break;
    case 'q':
      if (s.cashier.empty()) return Quit{};
      Say(s, Tone::kBad, {"请先按 o 签退交班。", "Sign off with o first."});
      break;
    default:
      break;
  }
  return {};
}

// A whole number of the prompt's range into `out`.
void TakeNumber(CounterState& s, std::uint32_t& out, int most, ErrorCode otherwise) {
  const auto n = base::ParseDecimal(s.typed);
  Begin(s, Prompt::kNone);
  if (!n || *n < 1 || *n > most) return OnRefused(s, {otherwise, ""});
  out = static_cast<std::uint32_t>(*n);
  s.message = s.advice = {};
}

void TakeNumbers(CounterState& s) {
  const auto bet = ParseBetText(s.game, s.typed);
  if (!bet) return OnRefused(s, bet.error());  // what was typed stays, to be mended
  Begin(s, Prompt::kNone);
  AddBet(s, *bet);
}

void TakePublicCode(CounterState& s, Prompt next, Effect& effect) {
  const auto code = protocol::ParsePublicCode(s.typed);
  Begin(s, Prompt::kNone);
  if (!code) return OnRefused(s, code.error());
  s.ticket = *code;
  if (next == Prompt::kVoidSecret) return Begin(s, next);
  effect = AskTicket{*code};
}

Effect TakeSecretCode(CounterState& s, bool void_it) {
  const auto secret = protocol::ParseSecretCode(s.typed);
  Begin(s, Prompt::kNone);
  if (!secret) {
    OnRefused(s, secret.error());
    return {};
  }
  if (void_it) return TakeItBack{s.ticket, *secret};
  return PayIt{s.ticket_status, *secret};
}

Effect TakeTyped(CounterState& s) {
  Effect effect;
  switch (s.prompt) {
    case Prompt::kCashier: {
      const std::string cashier = s.typed;
      Begin(s, Prompt::kNone);
      if (!cashier.empty() && cashier.size() <= kLongestCashier) return SignOnAs{cashier};
      break;
    }
    case Prompt::kNumbers:
      TakeNumbers(s);
      break;
    case Prompt::kMultiplier:
      TakeNumber(s, s.multiplier, games::kMaxMultiplier, ErrorCode::kIllegalMultiplier);
      break;
    case Prompt::kDraws:
      TakeNumber(s, s.draws, games::kMaxDraws, ErrorCode::kIllegalDrawCount);
      break;
    case Prompt::kTicket:
      TakePublicCode(s, Prompt::kSecret, effect);
      break;
    case Prompt::kVoidTicket:
      TakePublicCode(s, Prompt::kVoidSecret, effect);
      break;
    case Prompt::kSecret:
      return TakeSecretCode(s, false);
    case Prompt::kVoidSecret:
      return TakeSecretCode(s, true);
    case Prompt::kNone:
    case Prompt::kPrinted:
    case Prompt::kSignOff:
      break;
  }
  return effect;
}

Effect AnswerYesOrNo(CounterState& s, char c) {
  if (c != 'y' && c != 'n') return {};
  const Prompt asked = std::exchange(s.prompt, Prompt::kNone);
  if (asked == Prompt::kPrinted) return WasPrinted{c == 'y'};
  if (c == 'y') return SignOff{};
  return {};
}

Effect TypeInto(CounterState& s, const Key& key) {
  const bool choice = s.prompt == Prompt::kPrinted || s.prompt == Prompt::kSignOff;
  switch (key.kind) {
    case Key::Kind::kEnter:
      return choice ? Effect{} : TakeTyped(s);
    case Key::Kind::kEscape:
      if (s.prompt != Prompt::kPrinted) Begin(s, Prompt::kNone);  // that one must be answered
      return {};
    case Key::Kind::kBackspace:
      if (!s.typed.empty()) s.typed.pop_back();
      return {};
    case Key::Kind::kCharacter:
      break;
  }
  if (choice) return AnswerYesOrNo(s, key.character);
  if (s.typed.size() < kLongestTyped) s.typed.push_back(key.character);
  return {};
}

}  // namespace

Effect Press(CounterState& s, const Key& key, UtcTime now, const Below& below) {
  if (s.prompt != Prompt::kNone) return TypeInto(s, key);
  if (s.page != Page::kSale) {  // any key goes back
    s.page = Page::kSale;
    return {};
  }
  switch (key.kind) {
    case Key::Kind::kEnter:
      return Sell(s, now);
    case Key::Kind::kBackspace:
      if (!s.bets.empty()) s.bets.pop_back();
      break;
    case Key::Kind::kEscape:
      ForgetTicket(s);
      s.message = s.advice = {};
      break;
    case Key::Kind::kCharacter:
      return Command(s, key.character, now, below);
  }
  return {};
}

void Say(CounterState& s, Tone tone, Words message, Words advice) {
  s.tone = tone;
  s.message = std::move(message);
  s.advice = std::move(advice);
}

void OnRefused(CounterState& s, const base::Error& error) {
  const auto advice = AdviceFor(error.code);
  const std::string code(base::NameOf(error.code));
  Say(s, Tone::kBad,
      {std::string(base::SentenceZh(error.code)) + " [" + code + "]",
       std::string(base::SentenceEn(error.code)) + " [" + code + "]"},
      {std::string(advice.zh), std::string(advice.en)});
}

void OnStatus(CounterState& s, const wire::Status& status, UtcTime now) {
  s.status = status;
  s.heard = now;
  s.online = true;
  if (s.draw == 0) s.draw = FirstOpenDraw(s, now);
}

void OnSold(CounterState& s, const Confirmed& sold, UtcTime now) {
  const auto& order = sold.message.decoded->order();
  const Money price = Money::FromFen(order.price_fen());
  s.status.set_balance_fen(sold.receipt.balance_fen());
  s.online = true;
  ++s.customer_tickets;
  s.customer_total = base::SumOrDie(s.customer_total, price);
  ForgetTicket(s);
  if (MsToClose(s, now) <= 0) s.draw = FirstOpenDraw(s, now);
  const std::string number = std::to_string(sold.message.decoded->sequence());
  Say(s, Tone::kGood,
      {"已售出第 " + number + " 号票，" + price.ToYuanText() + " 元。",
       "Sold number " + number + ", " + price.ToYuanText() + " yuan."});
}

void OnTicket(CounterState& s, const wire::TicketStatus& status) {
  s.ticket_status = status;
  if (!HasUnpaidPrize(status)) return OnRefused(s, {WhyNothingToPay(status), ""});
  Money won, refund;
  for (const auto& part : status.parts()) {
    if (!IsOwed(part)) continue;
    Money& sum = part.state() == "won" ? won : refund;
    sum = base::SumOrDie(sum, Money::FromFen(part.prize_fen()));
  }
  Words words;
  if (won > Money())
    words = {"中奖 " + won.ToYuanText() + " 元，可兑。",
             "Won " + won.ToYuanText() + " yuan, payable."};
  if (refund > Money()) {
    words.zh += "有期次已取消，可退 " + refund.ToYuanText() + " 元。";
    words.en += (words.en.empty() ? "" : " ") +
                ("A draw was cancelled: refund " + refund.ToYuanText() + " yuan.");
  }
  Begin(s, Prompt::kSecret);
  Say(s, Tone::kGood, words, {"扫描保密码兑付。", "Scan the secret code to pay."});
}

void OnPaid(CounterState& s, Money amount, const base::Error* refusal, bool exchanged) {
  const std::string yuan = amount.ToYuanText();
  Words rest;
  if (exchanged)
    rest = {"收回原票，把最后打出的兑换票交给顾客。",
            "Keep the old ticket, hand over the exchange ticket printed last."};
  if (refusal != nullptr) {
    rest.zh += "另有奖金未付：" + std::string(base::SentenceZh(refusal->code));
    rest.en += (rest.en.empty() ? "" : " ") + std::string("Another prize was not paid: ") +
               std::string(base::SentenceEn(refusal->code));
  }
  Say(s, Tone::kGood, {"请付给顾客 " + yuan + " 元。", "Pay the customer " + yuan + " yuan."},
      std::move(rest));
}

void OnTakenBack(CounterState& s, const wire::Receipt& receipt, Money price) {
  s.status.set_balance_fen(receipt.balance_fen());
  Say(s, Tone::kGood,
      {"已注销，退还顾客 " + price.ToYuanText() + " 元并收回彩票。",
       "Void: give back " + price.ToYuanText() + " yuan and keep the ticket."});
}

Money PriceOf(const CounterState& s) {
  std::int64_t lines = 0;
  for (const auto& bet : s.bets) lines += games::LinesOf(bet);
  return Money::FromFen(lines * games::LinePriceFen(s.game) * s.multiplier * s.draws);
}

std::int64_t MsToClose(const CounterState& s, UtcTime now) {
  for (const auto& d : s.status.draws()) {
    if (d.game() == s.game && d.draw() == s.draw)
      return d.close_ms() - (s.status.time_ms() + (now.ms - s.heard.ms));
  }
  return -1;
}

std::uint32_t FirstOpenDraw(const CounterState& s, UtcTime now) {
  const auto open = OpenDraws(s, now);
  return open.empty() ? 0 : open.front();
}

namespace {

// `picks` of 1..`numbers`, ascending.
std::string Pick(int numbers, int picks, const Below& below) {
  std::string balls(static_cast<std::size_t>(numbers), '\0');
  for (int i = 0; i < numbers; ++i) balls[static_cast<std::size_t>(i)] = static_cast<char>(i + 1);
  const auto n = static_cast<std::uint32_t>(numbers);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(picks); ++i)
    std::swap(balls[i], balls[i + below(n - i)]);
  balls.resize(static_cast<std::size_t>(picks));
  std::sort(balls.begin(), balls.end());
  return balls;
}

}  // namespace

wire::Bet QuickPick(std::string_view game, const Below& below) {
  wire::Bet bet;
  if (game == protocol::kD3) {
    auto* d3 = bet.mutable_d3();
    d3->set_play(static_cast<std::uint32_t>(games::D3Bet::Play::kSingle));
    for (auto* place : {d3->mutable_hundreds(), d3->mutable_tens(), d3->mutable_units()})
      *place = std::string(1, static_cast<char>(below(10)));
  } else if (game == protocol::kQlc) {
    bet.mutable_qlc()->set_numbers(Pick(games::kQlcNumbers, games::kQlcPicks, below));
  } else if (game == protocol::kKl8) {
    bet.mutable_kl8()->set_pick(games::kKl8MostPick);
    bet.mutable_kl8()->set_numbers(Pick(games::kKl8Numbers, games::kKl8MostPick, below));
  } else {
    bet.mutable_ssq()->set_reds(Pick(games::kSsqReds, games::kSsqRedPicks, below));
    bet.mutable_ssq()->set_blues(std::string(1, static_cast<char>(1 + below(games::kSsqBlues))));
  }
  return bet;
}

}  // namespace lottery::terminal
