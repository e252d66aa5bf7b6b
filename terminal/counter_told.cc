// How effects went, told to the counter.
#include <algorithm>

#include "games/order.h"
#include "terminal/counter.h"

namespace lottery::terminal {
using base::ErrorCode;
namespace {

// `picks` of 1..`numbers`, ascending.
std::string Pick(int numbers, std::uint32_t picks, const Below& below) {
  std::string balls(static_cast<std::size_t>(numbers), '\0');
  for (int i = 0; i < numbers; ++i) balls[static_cast<std::size_t>(i)] = static_cast<char>(i + 1);
  const auto n = static_cast<std::uint32_t>(numbers);
  for (std::uint32_t i = 0; i < picks; ++i) std::swap(balls[i], balls[i + below(n - i)]);
  balls.resize(picks);
  std::sort(balls.begin(), balls.end());
  return balls;
}

// At most kMostShown.
std::int64_t Times(std::int64_t amount, std::int64_t count) {
  std::int64_t product = 0;
  const bool fits = !__builtin_mul_overflow(amount, count, &product);
  return fits ? std::min(product, kMostShown) : kMostShown;
}

void Add(Money& sum, Money amount) { sum = base::SumOrDie(sum, amount); }

// The sentence, its code, and what exactly was wrong.
Words SentenceOf(const base::Error& error) {
  const std::string code(base::NameOf(error.code));
  const std::string detail = error.detail.empty() ? "" : " " + error.detail;
  return {std::string(base::SentenceZh(error.code)) + detail + " [" + code + "]",
          std::string(base::SentenceEn(error.code)) + detail + " [" + code + "]"};
}

Words AdviceOf(ErrorCode code) {
  const auto advice = AdviceFor(code);
  return {std::string(advice.zh), std::string(advice.en)};
}

}  // namespace

void Say(CounterState& s, Tone tone, Words message, Words advice) {
  s.tone = tone;
  s.message = std::move(message);
  s.advice = std::move(advice);
}

void Hold(CounterState& s, Tone tone, Words message, Words advice) {
  s.page = Page::kSale;  // where it can be read
  const bool repeated = !s.notices.empty() && s.notices.back().message.zh == message.zh &&
                        s.notices.back().advice.zh == advice.zh && tone == Tone::kBad;
  if (!repeated) s.notices.push_back({tone, std::move(message), std::move(advice)});
}

void OnRefused(CounterState& s, const base::Error& error) {
  Say(s, Tone::kBad, SentenceOf(error), AdviceOf(error.code));
}

void OnFailed(CounterState& s, const base::Error& error) {
  Words message = SentenceOf(error);
  if (s.series_left != 0) {
    message.zh = "还有 " + std::to_string(s.series_left + 1) + " 张未售出：" + message.zh;
    message.en = std::to_string(s.series_left + 1) + " tickets were not sold: " + message.en;
    s.series_left = 0;
  }
  Hold(s, Tone::kBad, std::move(message), AdviceOf(error.code));
}

void OnUnknown(CounterState& s, const base::Error& error) {
  Words message = SentenceOf(error);
  message.zh = "这一张是否售出尚不清楚：" + message.zh;
  message.en = "Whether this ticket was sold is not known: " + message.en;
  if (s.series_left != 0) {
    message.zh += " 其后 " + std::to_string(s.series_left) + " 张未售出。";
    message.en += " The next " + std::to_string(s.series_left) + " were not sold.";
    s.series_left = 0;
  }
  Hold(s, Tone::kBad, std::move(message),
       {"请勿收款，也勿重卖；线路恢复后自动核对，并提示结果。",
        "Take no money and do not sell it again: the outcome is told when the line is back."});
}

void OnSettledSale(CounterState& s, const Confirmed& sold) {
  const auto& order = sold.message.decoded->order();
  const Money price = Money::FromFen(order.price_fen());
  s.status.set_balance_fen(sold.receipt.balance_fen());
  bool same = order.game() == s.game && order.bets_size() == static_cast<int>(s.lines.size());
  for (int i = 0; same && i < order.bets_size(); ++i)
    same = order.bets(i).SerializeAsString() ==
           s.lines[static_cast<std::size_t>(i)].bet.SerializeAsString();
  if (same) {  // made by what is still on the screen, for the customer who is still served
    ++s.customer_tickets;
    Add(s.customer_sold, price);
    if (s.tickets > 1)
      --s.tickets;
    else
      ForgetTicket(s);
  }
  const std::string number = std::to_string(sold.message.decoded->sequence());
  Hold(s, Tone::kGood,
       {"已核对：第 " + number + " 号票已售出，" + price.ToYuanText() + " 元。",
        "Settled: number " + number + " was sold, " + price.ToYuanText() + " yuan."});
}

void AskPrinted(CounterState& s) {
  s.page = Page::kSale;
  Begin(s, Prompt::kPrinted);
}

void OnStatus(CounterState& s, const wire::Status& status, std::int64_t now_ms) {
  s.status = status;
  s.heard_ms = now_ms;
  OnLine(s, nullptr);
  if (s.draw == 0) s.draw = FirstOpenDraw(s, now_ms);
}

void OnLine(CounterState& s, const base::Error* why) {
  s.online = why == nullptr;
  s.line_fault = {};
  // A line that comes back by itself is only "down"; one that does not says why.
  if (why != nullptr && !base::IsTransient(why->code)) s.line_fault = SentenceOf(*why);
}

Effect OnSold(CounterState& s, const Confirmed& sold, std::int64_t now_ms, const Below& below) {
  const auto& order = sold.message.decoded->order();
  const Money price = Money::FromFen(order.price_fen());
  s.status.set_balance_fen(sold.receipt.balance_fen());
  OnLine(s, nullptr);
  ++s.customer_tickets;
  Add(s.customer_sold, price);
  const std::string number = std::to_string(sold.message.decoded->sequence());
  Say(s, Tone::kGood,
      {"已售出第 " + number + " 号票，" + price.ToYuanText() + " 元。",
       "Sold number " + number + ", " + price.ToYuanText() + " yuan."});
  if (s.series_left != 0) {
    --s.series_left;
    --s.tickets;  // what is on sale is what is left of the series
    for (auto& line : s.lines) {
      const std::uint32_t pick = line.bet.has_kl8() ? line.bet.kl8().pick() : s.pick;
      if (line.quick) line.bet = QuickPick(s.game, pick, below);
    }
    wire::Order next = order;
    next.clear_bets();
    next.clear_t_hash();
    for (const auto& line : s.lines) *next.add_bets() = line.bet;
    return SellIt{std::move(next)};
  }
  ForgetTicket(s);
  if (MsToClose(s, now_ms) <= 0) s.draw = FirstOpenDraw(s, now_ms);
  return {};
}

void OnPaid(CounterState& s, Money amount, const base::Error* refusal, bool exchanged) {
  Add(s.customer_paid, amount);
  s.ticket.reset();
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
  Hold(s, Tone::kGood, {"请付给顾客 " + yuan + " 元。", "Pay the customer " + yuan + " yuan."},
       std::move(rest));
}

void OnTakenBack(CounterState& s, const wire::Receipt& receipt, Money price) {
  s.status.set_balance_fen(receipt.balance_fen());
  Add(s.customer_voided, price);
  s.ticket.reset();
  Hold(s, Tone::kGood,
       {"已注销，退还顾客 " + price.ToYuanText() + " 元并收回彩票。",
        "Void: give back " + price.ToYuanText() + " yuan and keep the ticket."});
}

void OnReplay(CounterState& s, const wire::Order& order, std::int64_t now_ms) {
  if (!s.lines.empty())
    return Say(s, Tone::kBad, {"还有未售出的投注行。", "There are lines that are not sold."},
               {"先按回车出票，或按 Esc 清空。", "Enter sells them, Esc drops them."});
  ForgetTicket(s);
  s.game = order.game();
  s.multiplier = order.multiplier();
  s.draws = order.draw_count();
  for (const auto& bet : order.bets()) s.lines.push_back({bet, false});
  s.draw = FirstOpenDraw(s, now_ms);
  Say(s, Tone::kPlain,
      {"同样的号码，请核对后按回车。", "The same numbers: check them, then Enter."});
}

Money PriceOf(const CounterState& s) {
  std::int64_t lines = 0;
  for (const auto& line : s.lines) lines += games::LinesOf(line.bet);
  const std::int64_t price = Times(lines, games::LinePriceFen(s.game));
  return Money::FromFen(Times(Times(price, s.multiplier), s.draws));
}

Money PriceOfAll(const CounterState& s) {
  return Money::FromFen(Times(PriceOf(s).fen(), s.tickets));
}

Money CustomerSum(const CounterState& s) {
  return Money::FromFen(s.customer_sold.fen() - s.customer_voided.fen() - s.customer_paid.fen() +
                        PriceOfAll(s).fen());
}

std::int64_t MsToClose(const CounterState& s, std::int64_t now_ms) {
  for (const auto& d : s.status.draws()) {
    if (d.game() == s.game && d.draw() == s.draw)
      return d.close_ms() - (s.status.time_ms() + (now_ms - s.heard_ms));
  }
  return -1;
}

std::vector<std::uint32_t> OpenDraws(const CounterState& s, std::int64_t now_ms) {
  const std::int64_t central_ms = s.status.time_ms() + (now_ms - s.heard_ms);
  std::vector<std::uint32_t> open;
  for (const auto& d : s.status.draws()) {
    if (d.game() == s.game && d.state() == "open" && d.close_ms() > central_ms)
      open.push_back(d.draw());
  }
  std::sort(open.begin(), open.end());
  return open;
}

std::uint32_t FirstOpenDraw(const CounterState& s, std::int64_t now_ms) {
  const auto open = OpenDraws(s, now_ms);
  return open.empty() ? 0 : open.front();
}

wire::Bet QuickPick(std::string_view game, std::uint32_t pick, const Below& below) {
  wire::Bet bet;
  if (game == protocol::kD3) {
    auto* d3 = bet.mutable_d3();
    d3->set_play(static_cast<std::uint32_t>(games::D3Bet::Play::kSingle));
    for (auto* place : {d3->mutable_hundreds(), d3->mutable_tens(), d3->mutable_units()})
      *place = std::string(1, static_cast<char>(below(10)));
  } else if (game == protocol::kQlc) {
    bet.mutable_qlc()->set_numbers(Pick(games::kQlcNumbers, games::kQlcPicks, below));
  } else if (game == protocol::kKl8) {
    bet.mutable_kl8()->set_pick(pick);
    bet.mutable_kl8()->set_numbers(Pick(games::kKl8Numbers, pick, below));
  } else {
    LOTTERY_CHECK(game == protocol::kSsq);
    bet.mutable_ssq()->set_reds(Pick(games::kSsqReds, games::kSsqRedPicks, below));
    bet.mutable_ssq()->set_blues(std::string(1, static_cast<char>(1 + below(games::kSsqBlues))));
  }
  return bet;
}

}  // namespace lottery::terminal
