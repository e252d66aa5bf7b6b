// Keys. What scans do is in counter_scan.cc, how effects went in counter_told.cc.
#include "terminal/counter.h"

#include <algorithm>

#include "base/text.h"
#include "games/order.h"
#include "terminal/bet_text.h"
#include "terminal/cashiers.h"

namespace lottery::terminal {
using base::ErrorCode;
namespace {

constexpr std::size_t kLongestTyped = 400;

void Refuse(CounterState& s, ErrorCode code) { OnRefused(s, {code, ""}); }

// What Enter would sell now, as octets to compare.
std::string OnSale(const CounterState& s) {
  std::string text = s.game + " " + std::to_string(s.draw) + " " + std::to_string(s.draws) + " " +
                     std::to_string(s.multiplier) + " " + std::to_string(s.tickets);
  for (const auto& line : s.lines) text += "\n" + line.bet.SerializeAsString();
  return text;
}

bool IsShown(const CounterState& s, std::int64_t now_ms) {
  return s.shown == OnSale(s) && now_ms - s.shown_ms >= kShownMs;
}

void AddLine(CounterState& s, Line line) {
  if (s.lines.size() == games::kMaxBets) return Refuse(s, ErrorCode::kTooManyBets);
  s.lines.push_back(std::move(line));
  s.message = s.advice = {};
}

wire::Order OrderOf(const CounterState& s) {
  wire::Order order;
  order.set_game(s.game);
  order.set_first_draw(s.draw);
  order.set_draw_count(s.draws);
  order.set_multiplier(s.multiplier);
  for (const auto& line : s.lines) *order.add_bets() = line.bet;
  order.set_price_fen(PriceOf(s).fen());
  return order;
}

// Everything that can be known before central is asked is said before.
Effect Sell(CounterState& s, std::int64_t now_ms, bool confirmed) {
  const auto refuse = [&](ErrorCode code) -> Effect {
    Refuse(s, code);
    return {};
  };
  if (s.cashier.empty()) return refuse(ErrorCode::kNotSignedOn);
  if (s.lines.empty()) return refuse(ErrorCode::kNothingToSell);
  if (s.unsettled) return refuse(ErrorCode::kUnsettled);
  if (!s.line_fault.zh.empty()) {
    Say(s, Tone::kBad, s.line_fault,
        {"线路恢复前不能售票，请勿收款。", "No sale before the line is back: take no money."});
    return {};
  }
  if (s.draw == 0 && !s.online) return refuse(ErrorCode::kDisconnected);
  if (s.draw == 0 || MsToClose(s, now_ms) <= 0) return refuse(ErrorCode::kDrawClosed);
  if (!IsShown(s, now_ms)) {
    s.hint = {"请看清后再按一次回车。", "Look at the ticket, then press Enter again."};
    return {};
  }
  wire::Order order = OrderOf(s);
  if (const auto facts = games::CheckOrder(order); !facts) {
    OnRefused(s, facts.error());
    return {};
  }
  const Money total = PriceOfAll(s);
  if (s.status.enrolled() && s.status.balance_fen() < total.fen())
    return refuse(ErrorCode::kDepositExhausted);
  if (!confirmed && total > s.config.confirm_above) {
    Begin(s, Prompt::kConfirmSale);
    return {};
  }
  s.series_left = s.tickets - 1;
  return SellIt{std::move(order)};
}

void NextDraw(CounterState& s, std::int64_t now_ms, bool forward) {
  const auto open = OpenDraws(s, now_ms);
  if (open.empty()) return Refuse(s, ErrorCode::kDrawNotOpen);
  const auto at = std::find(open.begin(), open.end(), s.draw);
  const auto i = at == open.end() ? 0 : at - open.begin();
  const auto n = static_cast<std::ptrdiff_t>(open.size());
  s.draw = at == open.end() ? open.front()
                            : open[static_cast<std::size_t>((i + (forward ? 1 : n - 1)) % n)];
  s.message = s.advice = {};
}

// Lines that are not sold are neither thrown away unasked nor left to somebody else.
bool HasUnsold(CounterState& s) {
  if (s.lines.empty()) return false;
  Say(s, Tone::kBad, {"还有未售出的投注行。", "There are lines that are not sold."},
      {"先出票，或按 Esc 清空，再按此键。",
       "Sell them, or drop them with Esc, then press that key."});
  return true;
}

// One ticket is of one game.
void NextGame(CounterState& s, std::int64_t now_ms) {
  if (HasUnsold(s)) return;
  ForgetTicket(s);
  const auto at = std::find(games::kGames.begin(), games::kGames.end(), s.game);
  const auto next = at == games::kGames.end() ? 0 : at - games::kGames.begin() + 1;
  s.game = games::kGames[static_cast<std::size_t>(next) % games::kGames.size()];
  s.draw = FirstOpenDraw(s, now_ms);
  s.message = s.advice = {};
}

void NewCustomer(CounterState& s) {
  s.customer_tickets = 0;
  s.customer_sold = s.customer_voided = s.customer_paid = {};
  ForgetTicket(s);
  s.ticket.reset();
  s.secret.reset();
  Say(s, Tone::kPlain, {"新顾客。", "New customer."});
}

// Of the ticket that was scanned last; without one its codes are asked for.
void BeginVoid(CounterState& s) {
  const bool looked_at = s.ticket && s.page == Page::kSale;
  Begin(s, looked_at ? Prompt::kVoidSecret : Prompt::kVoidTicket);
}

Effect Command(CounterState& s, char32_t key, std::int64_t now_ms, const Below& below) {
  const char32_t c = key >= 'A' && key <= 'Z' ? key + ('a' - 'A') : key;
  if (c >= '1' && c <= '5') {
    for (char32_t i = '0'; i < c; ++i) AddLine(s, {QuickPick(s.game, s.pick, below), true});
    return {};
  }
  switch (c) {
    case 'n':
      Begin(s, Prompt::kNumbers);
      return {};
    case 'm':
      Begin(s, Prompt::kMultiplier);
      return {};
    case 'd':
      Begin(s, Prompt::kDraws);
      return {};
    case 't':
      Begin(s, Prompt::kTickets);
      return {};
    case 'k':
      if (s.game == protocol::kKl8)
        Begin(s, Prompt::kPick);
      else
        s.hint = {"只有快乐8可选几个号。", "Only Happy 8 has a size to choose."};
      return {};
    case 'g':
      NextGame(s, now_ms);
      return {};
    case '>':
    case '.':
      NextDraw(s, now_ms, true);
      return {};
    case '<':
    case ',':
      NextDraw(s, now_ms, false);
      return {};
    case 'z':
      if (s.lines.empty())
        NewCustomer(s);
      else
        Begin(s, Prompt::kClear);
      return {};
    case 'c':
      Begin(s, Prompt::kTicket);
      return {};
    case 'v':
      BeginVoid(s);
      return {};
    case 'x':
      if (s.ticket) return ReplayIt{*s.ticket};
      s.hint = {"请先扫描要再买的票。", "Scan the ticket to be bought again first."};
      return {};
    case 'o':
      if (!HasUnsold(s)) Begin(s, s.cashier.empty() ? Prompt::kCashier : Prompt::kSignOff);
      return {};
    case 'r':
      s.page = Page::kReports;
      return {};
    case 'h':
    case '?':
      s.page = Page::kHelp;
      return {};
    case 'l':
      s.chinese = !s.chinese;
      return {};
    case 'q':
      if (HasUnsold(s)) return {};
      if (s.cashier.empty()) return Quit{};
      Say(s, Tone::kBad, {"请先按 o 签退交班。", "Sign off with o first."});
      return {};
    default:
      break;
  }
  std::string name;
  base::AppendUtf8(name, key);
  constexpr std::u32string_view kOfBets = U"06789 +|:-";
  if (kOfBets.find(key) != std::u32string_view::npos) {  // what follows are no commands either
    Hold(s, Tone::kBad,
         {"号码不能直接键入：“" + name + "”及其后的键未执行。",
          "Numbers are not typed here: \"" + name + "\" and what follows did nothing."},
         {"按回车后先按 n，再输入号码。", "Press Enter, then n, then the numbers."});
    return {};
  }
  s.hint = {"没有“" + name + "”这个键，按 h 看帮助。", "No key \"" + name + "\"; h shows help."};
  return {};
}

// A whole number of the prompt's range into `out`; what does not fit stays to be mended.
void TakeNumber(CounterState& s, std::uint32_t& out, int most, ErrorCode otherwise) {
  const auto n = base::ParseDecimal(base::Trim(s.typed));
  if (!n || *n < 1 || *n > most) return OnRefused(s, {otherwise, "1-" + std::to_string(most)});
  Begin(s, Prompt::kNone);
  out = static_cast<std::uint32_t>(*n);
  s.message = s.advice = {};
}

void TakeNumbers(CounterState& s) {
  if (base::Trim(s.typed).empty()) return Begin(s, Prompt::kNone);  // no more lines
  const auto bet = ParseBetText(s.game, s.typed);
  if (!bet) return OnRefused(s, bet.error());  // what was typed stays, to be mended
  const bool compact = IsCompactLine(s.game, s.typed);
  Begin(s, compact && s.lines.size() + 1 < games::kMaxBets ? Prompt::kNumbers : Prompt::kNone);
  AddLine(s, {*bet, false});
}

Effect TakeCashier(CounterState& s) {
  const std::string cashier(base::Trim(s.typed));
  if (cashier.empty()) {
    s.hint = {"请输入收银员编号。", "Type the cashier's number."};
    return {};
  }
  if (!CheckCashier(cashier)) {
    s.hint = {"收银员编号最多 32 个字节，不含看不见的字符。",
              "A cashier is at most 32 octets, all of which can be seen."};
    return {};
  }
  s.name_typed = cashier;
  Begin(s, s.pins ? Prompt::kPin : Prompt::kNone);
  if (s.pins) return {};
  return SignOnAs{cashier, ""};
}

Effect TakeTyped(CounterState& s, std::int64_t now_ms) {
  switch (s.prompt) {
    case Prompt::kCashier:
      return TakeCashier(s);
    case Prompt::kPin: {
      const std::string pin = std::exchange(s.typed, {});
      Begin(s, Prompt::kNone);
      return SignOnAs{s.name_typed, pin};
    }
    case Prompt::kNumbers:
      TakeNumbers(s);
      return {};
    case Prompt::kMultiplier:
      TakeNumber(s, s.multiplier, games::kMaxMultiplier, ErrorCode::kIllegalMultiplier);
      return {};
    case Prompt::kDraws:
      TakeNumber(s, s.draws, games::kMaxDraws, ErrorCode::kIllegalDrawCount);
      return {};
    case Prompt::kTickets:
      TakeNumber(s, s.tickets, kMostTickets, ErrorCode::kIllegalTicketCount);
      return {};
    case Prompt::kPick:
      TakeNumber(s, s.pick, games::kKl8MostPick, ErrorCode::kIllegalBet);
      return {};
    case Prompt::kTicket:
    case Prompt::kVoidTicket:
    case Prompt::kSecret:
    case Prompt::kVoidSecret:
      return TakeScan(s, ClassifyScan(s.typed), now_ms);
    case Prompt::kNone:
    case Prompt::kPrinted:
    case Prompt::kSignOff:
    case Prompt::kDrop:
    case Prompt::kClear:
    case Prompt::kConfirmSale:
    case Prompt::kConfirmPay:
    case Prompt::kConfirmVoid:
      break;
  }
  return {};
}

bool IsChoice(Prompt prompt) {
  return prompt == Prompt::kPrinted || prompt == Prompt::kSignOff || prompt == Prompt::kDrop ||
         prompt == Prompt::kClear;
}
bool IsConfirmation(Prompt prompt) {
  return prompt == Prompt::kConfirmSale || prompt == Prompt::kConfirmPay ||
         prompt == Prompt::kConfirmVoid;
}
bool TakesCodes(Prompt prompt) {
  return prompt == Prompt::kTicket || prompt == Prompt::kSecret || prompt == Prompt::kVoidTicket ||
         prompt == Prompt::kVoidSecret;
}

// `quiet`: no key came just before, as one of a slow scanner or of a held key would.
Effect AnswerYesOrNo(CounterState& s, const Key& key, std::int64_t now_ms, bool quiet) {
  const bool read = s.prompt_seen == s.prompt && now_ms - s.prompt_seen_ms >= kShownMs;
  if (s.prompt == Prompt::kPrinted && !(quiet && read)) {
    s.hint = {"请看清后按 y 或 n。", "Look at the paper, then press y or n."};
    return {};
  }
  const char32_t c = key.character | 0x20;
  const bool answer = key.kind == Key::Kind::kCharacter && (c == 'y' || c == 'n');
  const bool leave = key.kind == Key::Kind::kEscape && s.prompt != Prompt::kPrinted;
  if (!answer && !leave) {
    s.hint = {"请按 y 或 n。", "Press y or n."};
    if (s.prompt != Prompt::kPrinted) Begin(s, Prompt::kNone);  // the safe answer
    return {};
  }
  const Prompt asked = std::exchange(s.prompt, Prompt::kNone);
  const bool yes = answer && c == 'y';
  if (asked == Prompt::kPrinted) return WasPrinted{yes};
  if (!yes) return {};
  if (asked == Prompt::kSignOff) return SignOff{};
  asked == Prompt::kDrop ? ForgetTicket(s) : NewCustomer(s);
  return {};
}

// The second Enter, on a question that has been on the screen for long enough.
Effect Confirm(CounterState& s, const Key& key, std::int64_t now_ms, bool quiet) {
  if (key.kind == Key::Kind::kEscape) {
    Begin(s, Prompt::kNone);
    s.secret.reset();
    Say(s, Tone::kPlain,
        {"已取消，未售出，未兑付，未注销。", "Given up: nothing was sold, paid or taken back."});
    return {};
  }
  const bool read = s.prompt_seen == s.prompt && now_ms - s.prompt_seen_ms >= kShownMs;
  if (key.kind != Key::Kind::kEnter || !read || !quiet) {
    s.hint = {"看清金额后回车确认，Esc 取消。", "Read the sum; Enter confirms, Esc gives up."};
    return {};
  }
  const Prompt asked = std::exchange(s.prompt, Prompt::kNone);
  if (asked == Prompt::kConfirmSale) return Sell(s, now_ms, true);
  if (!s.secret || !s.ticket) return {};
  const protocol::SecretCode secret = *std::exchange(s.secret, std::nullopt);
  if (asked == Prompt::kConfirmVoid) return TakeItBack{*s.ticket, secret};
  return PayIt{s.ticket_status, secret};
}

void EraseOne(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

Effect TypeInto(CounterState& s, const Key& key, std::int64_t now_ms) {
  switch (key.kind) {
    case Key::Kind::kEnter:
      return TakeTyped(s, now_ms);
    case Key::Kind::kEscape:
      if (TakesCodes(s.prompt)) s.secret.reset();
      Begin(s, Prompt::kNone);
      return {};
    case Key::Kind::kBackspace:
      EraseOne(s.typed);
      return {};
    case Key::Kind::kOther:
      s.hint = {"此键无作用。", "That key does nothing here."};
      return {};
    case Key::Kind::kCharacter:
      break;
  }
  if (s.typed.size() >= kLongestTyped) {
    s.hint = {"太长，后面的未读入。", "Too long: the rest was not taken."};
    return {};
  }
  base::AppendUtf8(s.typed, key.character);
  // Fourteen digits are a line; the next one may follow at once.
  if (s.prompt == Prompt::kNumbers && IsCompactLine(s.game, s.typed)) TakeNumbers(s);
  return {};
}

// A notice is on the screen: nothing else is done before it is acknowledged.
Effect Acknowledge(CounterState& s, const Input& input, std::int64_t now_ms) {
  const bool key =
      !input.burst && (input.key.kind == Key::Kind::kEnter || input.key.kind == Key::Kind::kEscape);
  if (key && s.notice_shown_ms != 0 && now_ms - s.notice_shown_ms >= kShownMs) {
    s.notices.pop_front();
    s.notice_shown_ms = 0;
  } else {
    s.hint = {"请先看上面一行，再按回车确认。", "Read the line above, then press Enter."};
  }
  return {};
}

// Text for the prompt that is open: pasted, or from a quick hand. Enter at its end takes it.
Effect TypeBurst(CounterState& s, const Input& input, std::int64_t now_ms) {
  if (input.mixed) {
    s.hint = {"按键太快，未读入，请重按。",
              "Keys came too fast: they were not taken; press again."};
    return {};
  }
  if (s.typed.size() + input.text.size() > kLongestTyped) {
    s.hint = {"太长，未读入。", "Too long: it was not taken."};
    return {};
  }
  s.typed += input.text;
  if (input.ended) return TakeTyped(s, now_ms);
  if (s.prompt == Prompt::kNumbers && IsCompactLine(s.game, s.typed)) TakeNumbers(s);
  return {};
}

Effect TakeBurst(CounterState& s, const Input& input, std::int64_t now_ms) {
  const Scan scan = ClassifyScan(input.text);
  if (IsChoice(s.prompt) || IsConfirmation(s.prompt)) {
    s.hint = {"请先回答上面的问题。", "Answer the question first."};
    return {};
  }
  const bool code = scan.kind == Scan::Kind::kPublicCode || scan.kind == Scan::Kind::kSecretCode;
  if (code && !input.mixed) return TakeScan(s, scan, now_ms);
  // A cashier's number, a PIN and a line may be as many digits as a code of goods.
  const bool digits_fit =
      s.prompt == Prompt::kCashier || s.prompt == Prompt::kPin || s.prompt == Prompt::kNumbers;
  const bool goods =
      scan.kind == Scan::Kind::kGoods && !digits_fit && (input.ended || s.prompt == Prompt::kNone);
  if (s.prompt != Prompt::kNone && !goods) return TypeBurst(s, input, now_ms);
  // A notice, so that the rest of a code that comes in pieces is not taken for commands either.
  if (goods)
    Hold(s, Tone::kBad,
         {"这不是彩票的条码：" + input.text, "Not a code of a ticket: " + input.text},
         {"什么也没有售出。", "Nothing was sold."});
  else
    Hold(s, Tone::kBad,
         {"按键太快，" + std::to_string(input.strokes) + " 个键未执行。",
          std::to_string(input.strokes) + " keys came too fast; nothing was done."},
         {"什么也没有售出。", "Nothing was sold."});
  return {};
}

}  // namespace

void Begin(CounterState& s, Prompt prompt) {
  s.prompt = prompt;
  s.typed.clear();
}

void ForgetTicket(CounterState& s) {
  s.lines.clear();
  s.multiplier = s.draws = s.tickets = 1;
  s.series_left = 0;
}

void NoteShown(CounterState& s, std::int64_t now_ms) {
  if (std::string now = OnSale(s); now != s.shown) {
    s.shown = std::move(now);
    s.shown_ms = now_ms;
  }
  if (!s.notices.empty() && s.notice_shown_ms == 0) s.notice_shown_ms = now_ms;
  if (s.prompt_seen != s.prompt) {
    s.prompt_seen = s.prompt;
    s.prompt_seen_ms = now_ms;
  }
}

void NoteHidden(CounterState& s) {
  s.shown.clear();
  s.notice_shown_ms = 0;
  s.prompt_seen = Prompt::kNone;
}

void OnIgnored(CounterState& s, const Input& input) {
  s.ignored += input.strokes;
  s.hint = {"忙时按的 " + std::to_string(s.ignored) + " 个键未执行。",
            std::to_string(s.ignored) + " keys pressed meanwhile were not acted on."};
}

Effect Press(CounterState& s, const Input& input, std::int64_t now_ms, const Below& below) {
  s.hint = {};
  s.ignored = 0;
  const bool quiet = input.began_ms - std::exchange(s.last_key_ms, input.began_ms) >= kShownMs;
  const bool enter = !input.burst && input.key.kind == Key::Kind::kEnter;
  if (input.burst) s.last_burst_ms = now_ms;
  if (enter && now_ms - s.last_burst_ms < kBurstEndMs) {
    s.hint = {"扫描后的回车未执行。", "The Enter behind a scan did nothing."};
    return {};
  }
  const bool asked = s.prompt != Prompt::kNone;
  if (s.prompt != Prompt::kPrinted && !s.notices.empty()) return Acknowledge(s, input, now_ms);
  if (input.burst) {
    s.page = Page::kSale;
    return TakeBurst(s, input, now_ms);
  }
  if (IsChoice(s.prompt)) return AnswerYesOrNo(s, input.key, now_ms, quiet);
  if (IsConfirmation(s.prompt)) return Confirm(s, input.key, now_ms, quiet);
  if (asked) return TypeInto(s, input.key, now_ms);
  if (s.page != Page::kSale) {  // p prints the reports, any other key goes back
    const bool print = s.page == Page::kReports && (input.key.character | 0x20) == 'p';
    if (print) return PrintReport{};
    s.page = Page::kSale;
    return {};
  }
  switch (input.key.kind) {
    case Key::Kind::kEnter:
      if (s.tone == Tone::kBad && !s.message.zh.empty()) {  // "seen", of what was refused
        s.message = s.advice = {};
        return {};
      }
      if (quiet) return Sell(s, now_ms, false);
      s.hint = {"请看清后再按一次回车。", "Look at the ticket, then press Enter again."};
      return {};  // a scanner that types slowly ends its code with Enter
    case Key::Kind::kBackspace:
      if (!s.lines.empty()) s.lines.pop_back();
      return {};
    case Key::Kind::kEscape:
      s.message = s.advice = {};
      if (s.lines.empty())
        ForgetTicket(s);
      else
        Begin(s, Prompt::kDrop);
      return {};
    case Key::Kind::kCharacter:
      return Command(s, input.key.character, now_ms, below);
    case Key::Kind::kOther:
      break;
  }
  s.hint = {"此键无作用，按 h 看帮助。", "That key does nothing; h shows help."};
  return {};
}

}  // namespace lottery::terminal
