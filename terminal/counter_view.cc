#include "terminal/counter_view.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "games/order.h"
#include "terminal/bet_text.h"

namespace lottery::terminal {
namespace {

constexpr std::int64_t kHurryMs = 60'000;  // the countdown turns red
constexpr std::int64_t kStaleMs = 30'000;  // what central said is old

int WidthOf(char32_t c) {
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || c >= 0x1f300;
  return wide ? 2 : 1;
}

// The first code point of `text`, taken off; an octet that is none counts as one column.
int TakeColumns(std::string_view& text) {
  const auto c = base::NextCodePoint(text);
  if (!c) text.remove_prefix(1);
  return c ? WidthOf(*c) : 1;
}

// As much of `text` as fits into `most` columns, taken off it, cut at a character.
std::string TakeRow(std::string_view& text, int most = kScreenColumns) {
  const std::string_view all = text;
  for (int columns = 0; !text.empty();) {
    std::string_view rest = text;
    columns += TakeColumns(rest);
    if (columns > most) break;
    text = rest;
  }
  return std::string(all.substr(0, all.size() - text.size()));
}

std::string Fit(const std::string& text, int most = kScreenColumns) {
  std::string_view rest = text;
  return TakeRow(rest, most);
}
std::string Ends(const std::string& left, const std::string& right) {
  const std::string cut = Fit(left, kScreenColumns - ColumnsOf(right) - 1);
  const int gap = std::max(1, kScreenColumns - ColumnsOf(cut) - ColumnsOf(right));
  return cut + std::string(static_cast<std::size_t>(gap), ' ') + right;
}
std::string Rule() { return std::string(kScreenColumns, '-'); }
std::string Clock(std::int64_t ms) {
  const long long s = std::max<std::int64_t>(0, ms) / 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  return text;
}

struct Painter {
  const CounterState& s;
  UtcTime wall;
  std::int64_t now_ms;
  Screen screen;

  std::string Say(const char* zh, const char* en) const { return s.chinese ? zh : en; }
  std::string Yuan(Money m) const { return m.ToYuanText() + Say(" 元", " yuan"); }

  void Header() {
    std::string left =
        Say(" 福利彩票终端 ", " Lottery terminal ") + std::to_string(s.config.terminal);
    if (s.config.training) left += Say("  【培训】", "  [TRAINING]");
    left += s.cashier.empty() ? Say("  未签到", "  not signed on")
                              : Say("  收银员 ", "  cashier ") + s.cashier;
    if (!s.cashier.empty() && !s.pins) left += Say("（未设口令）", " (no PIN)");
    const bool fresh = s.online && now_ms - s.heard_ms < kStaleMs;
    const std::string line = fresh ? Say("线路正常", "line good") : Say("线路中断", "LINE DOWN");
    screen[0] = {Ends(left, line + "  " + base::ToBeijingText(wall) + " "),
                 fresh ? Look::kReverse : Look::kBad};
    const Words& fault = s.line_fault.zh.empty() ? s.printer_fault : s.line_fault;
    if (!fault.zh.empty()) screen[1] = {Fit(" " + In(fault)), Look::kBad};
  }

  std::string In(const Words& words) const { return s.chinese ? words.zh : words.en; }

  std::string Game() const {
    const auto name = games::GameName(s.game);
    return std::string(s.chinese ? name.zh : name.en);
  }

  void Draw() {
    if (s.draw == 0) {
      screen[2] = {" " + Game() + Say("  暂无可售期次", ": no draw on sale"), Look::kBad};
      return;
    }
    const std::int64_t left = MsToClose(s, now_ms);
    const std::string close =
        left > 0 ? Say("距停售 ", "closes in ") + Clock(left) : Say("已停售", "CLOSED");
    screen[2] = {
        Ends(" " + Game() + Say("  第 ", "  draw ") + std::to_string(s.draw) + Say(" 期", ""),
             close + " "),
        left > kHurryMs ? Look::kBold : Look::kBad};
  }

  void Ticket() {
    screen[4] = {Say(" 本票：", " This ticket:"), Look::kDim};
    std::int64_t lines = 0;
    for (std::size_t i = 0; i < s.lines.size(); ++i) {
      const wire::Bet& bet = s.lines[i].bet;
      lines += games::LinesOf(bet);
      const auto play = games::PlayOf(bet);
      screen[5 + i] = {Fit("   " + std::string(1, static_cast<char>('A' + i)) + "  " +
                           std::string(s.chinese ? play.zh : play.en) + "  " + BetText(bet)),
                       Look::kBold};
    }
    screen[10] = {
        Ends(Say(" 注数 ", " lines ") + std::to_string(lines) + Say("   倍数 ", "   multiplier ") +
                 std::to_string(s.multiplier) + Say("   期数 ", "   draws ") +
                 std::to_string(s.draws) +
                 (s.tickets == 1 ? "" : Say("   张数 ", "   tickets ") + std::to_string(s.tickets)),
             Say("本票 ", "this ticket ") + Yuan(PriceOf(s)) + " "),
        Look::kBold};
  }

  void Totals() {
    const Money sum = CustomerSum(s);
    const bool give = sum < Money();
    std::string customer = Say(" 本顾客 ", " customer ") + std::to_string(s.customer_tickets) +
                           Say(" 张 ", " sold ") + s.customer_sold.ToYuanText();
    if (s.customer_voided > Money())
      customer += Say("  注销 ", "  void ") + s.customer_voided.ToYuanText();
    if (s.customer_paid > Money())
      customer += Say("  兑付 ", "  paid ") + s.customer_paid.ToYuanText();
    screen[12] = {Ends(customer, (give ? Say("应付 ", "to give ") : Say("应收 ", "to pay ")) +
                                     Yuan(Money::FromFen(give ? -sum.fen() : sum.fen())) + " "),
                  Look::kBold};
    std::string shift = Say(" 本班售 ", " shift: sold ") + std::to_string(s.shift.orders) + "/" +
                        Yuan(s.shift.sold) + Say("  注销 ", "  void ") + Yuan(s.shift.voided) +
                        Say("  兑付 ", "  paid ") + Yuan(s.shift.paid);
    if (s.config.commission_permille != 0)
      shift +=
          Say("  代销费约 ", "  comm. ~") + Yuan(s.shift.Commission(s.config.commission_permille));
    screen[13] = {Fit(shift)};
    if (s.heard_ms != 0 && !s.status.enrolled()) {
      screen[14] = {Say(" 本终端尚未登记，不能销售：请联系中心。",
                        " This terminal is not enrolled: call the centre."),
                    Look::kBad};
      return;
    }
    const Money balance = Money::FromFen(s.status.balance_fen());
    const bool low = s.status.enrolled() && balance < s.config.low_deposit;
    screen[14] = {Say(" 预存款 ", " deposit ") + Yuan(balance) +
                      (low ? Say("  余额不足，请尽快缴存", "  low: pay in soon") : ""),
                  low ? Look::kBad : Look::kPlain};
  }

  // Message and advice in rows 16 and 17, and in 19 what they have no room for; the prompt in 18.
  void Messages() {
    const bool held = !s.notices.empty() && s.prompt != Prompt::kPrinted;
    const Tone tone = held ? s.notices.front().tone : s.tone;
    const Look look = tone == Tone::kBad    ? Look::kBad
                      : tone == Tone::kGood ? Look::kGood
                                            : Look::kPlain;
    const std::string message = In(held ? s.notices.front().message : s.message);
    const std::string advice = In(held ? s.notices.front().advice : s.advice);
    std::vector<std::string> rows;
    for (const auto* text : {&message, &advice}) {
      const std::string indented = " " + *text;
      for (std::string_view rest = indented; !text->empty() && !rest.empty();)
        rows.push_back(TakeRow(rest, kScreenColumns - 1));
    }
    constexpr std::size_t kPlaces[] = {16, 17, 19};
    for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 3); ++i)
      screen[kPlaces[i]] = {rows[i], look};
    const std::string below = !s.working.empty()    ? s.working
                              : !In(s.hint).empty() ? In(s.hint)
                              : held ? Say("看清后按回车确认。", "Read it, then press Enter.")
                                     : "";
    const std::size_t place = held && rows.size() > 2 ? 18 : 19;  // a notice leaves 18 free
    if (!below.empty()) screen[place] = {Fit(" " + below), Look::kBold};
    // Keys that were pressed while something is under way: both are said.
    if (!s.working.empty() && !In(s.hint).empty())
      screen[18] = {Fit(" " + In(s.hint)), Look::kBold};
    if (s.prompt == Prompt::kNone || held) return;
    const std::string ask = " " + Question() + " ";
    const int room = std::max(10, kScreenColumns - 2 - ColumnsOf(ask));
    screen[18] = {ask + Tail(Typed(), room) + "_", Look::kReverse};
  }

  std::string Typed() const {
    if (s.prompt == Prompt::kPin)
      return std::string(static_cast<std::size_t>(ColumnsOf(s.typed)), '*');
    return s.typed;
  }

  // The end of what was typed, as wide as there is room.
  static std::string Tail(std::string_view text, int room) {
    while (ColumnsOf(text) > room) TakeColumns(text);
    return std::string(text);
  }

  // "ssq/2026097 4", of the ticket that was scanned last.
  std::string ScannedTicket() const {
    if (!s.ticket) return {};
    const auto at = s.ticket->origin.find('/');
    return s.ticket->origin.substr(at == std::string::npos ? 0 : at + 1) + " " +
           std::to_string(s.ticket->index);
  }

  std::string NumbersQuestion() const {
    if (s.game == protocol::kD3)
      return Say("号码（358；g3 1 1 2；g6 1 2 3）：", "Digits (358; g3 1 1 2; g6 1 2 3):");
    if (s.game == protocol::kQlc)
      return Say("七个号码（01-30；胆码加 |）：", "Seven numbers (01-30; bankers |):");
    if (s.game == protocol::kKl8)
      return Say("号码（01-80；3: 08 15 22）：", "Numbers (01-80; 3: 08 15 22):");
    return Say("号码（01 05 11 17 23 30 + 09；胆码加 |）：",
               "Numbers (01 05 11 17 23 30 + 09; bankers |):");
  }

  std::string Question() const {
    switch (s.prompt) {
      case Prompt::kCashier:
        return Say("收银员编号：", "Cashier:");
      case Prompt::kPin:
        return Say("口令：", "PIN:");
      case Prompt::kNumbers:
        return NumbersQuestion();
      case Prompt::kTickets:
        return Say("张数 1-50：", "Tickets 1-50:");
      case Prompt::kPick:
        return Say("选几个号 1-10：", "Numbers on a line 1-10:");
      case Prompt::kDrop:
        return Say("清空未售出的投注行？ y/n", "Drop the lines that are not sold? y/n");
      case Prompt::kClear:
        return Say("清空未售出的投注行，换下一位顾客？ y/n",
                   "Drop the lines that are not sold, and serve the next customer? y/n");
      case Prompt::kConfirmSale:
        return Say("确认售出 ", "Sell for ") + Yuan(PriceOfAll(s)) +
               Say("？再按回车确认，Esc 取消", "? Enter again, or Esc");
      case Prompt::kConfirmPay:
        return Say("确认兑付 ", "Pay ") + Yuan(Owed(s)) +
               Say("？回车确认，Esc 取消", "? Enter, or Esc");
      case Prompt::kConfirmVoid:
        return Say("确认注销 ", "Void ") + ScannedTicket() +
               Say("？回车注销并退款，Esc 取消", "? Enter gives the money back, Esc leaves it");
      case Prompt::kMultiplier:
        return Say("倍数 1-99：", "Multiplier 1-99:");
      case Prompt::kDraws:
        return Say("期数 1-10：", "Draws 1-10:");
      case Prompt::kTicket:
        return Say("扫描票面码：", "Public code:");
      case Prompt::kVoidTicket:
        return Say("注销：扫描票面码：", "VOID: public code:");
      case Prompt::kSecret:
        return Say("扫描保密码：", "Secret code:");
      case Prompt::kVoidSecret:
        return Say("注销 ", "VOID ") + ScannedTicket() + Say("：扫描保密码：", ": secret code:");
      case Prompt::kPrinted:
        return Say("最后一张票完整打印好了吗？ y/n", "Was the last ticket printed? y/n");
      case Prompt::kSignOff:
        return Say("签退交班？ y/n", "Sign off? y/n");
      case Prompt::kNone:
        break;
    }
    return {};
  }

  void Keys() {
    screen[20] = {Rule(), Look::kDim};
    screen[21] = {
        Say(" 1-5 机选 n 自选 m 倍数 d 期数 t 张数 k 选几 退格 删行 Esc 清空 g 玩法 回车 售",
            " 1-5 quick n numbers m times d draws t tickets k size g game Bksp Enter SELL"),
        Look::kDim};
    screen[22] = {
        Say(" 扫票即查 z 新顾客 c 查兑 v 注销 x 再买 r 报表 o 签到/退 l English h 帮助 q 退出",
            " scan=check z next c pay v void x again r report o on/off l 中文 h help q quit"),
        Look::kDim};
  }

  void ReportAt(std::size_t row, const std::string& title, const Report& r) {
    screen[row] = {" " + title, Look::kBold};
    const auto line = [&](std::size_t i, const std::string& what, std::int64_t n, Money m) {
      screen[row + i] = {"   " + what + "  " + std::to_string(n) + "  " + Yuan(m)};
    };
    line(1, Say("售出", "sold"), r.orders, r.sold);
    line(2, Say("注销", "void"), r.voids, r.voided);
    line(3, Say("兑付", "paid"), r.claims, r.paid);
    std::string cash = Say("   应有现金  ", "   cash due  ") + Yuan(r.Net());
    if (s.config.commission_permille != 0)
      cash += Say("   代销费约  ", "   commission ~ ") +
              Yuan(r.Commission(s.config.commission_permille));
    screen[row + 4] = {cash, Look::kBold};
    screen[row + 5] = {Say("   被拒 ", "   refused ") + std::to_string(r.refused) +
                       Say("  空号 ", "  skipped ") + std::to_string(r.skipped) +
                       Say("  补打 ", "  reprints ") + std::to_string(r.reprints)};
  }

  void ReportPage() {
    ReportAt(2, Say("本班 ", "This shift ") + s.cashier, s.shift);
    ReportAt(9, Say("本日", "Today"), s.day);
    screen[22] = {Say(" 由流水账重新累加。p 打印，其他键返回。",
                      " Added up again from the journal. p prints, any other key goes back."),
                  Look::kDim};
  }

  void HelpPage() {
    static constexpr std::pair<const char*, const char*> kHelp[] = {
        {"1-5 加机选注数，回车出票：五注机选按 5、回车。",
         "1-5 add quick picks, Enter sells: five of them are 5, Enter."},
        {"n 输入号码：红球 + 蓝球，例 01 05 11 17 23 30 + 09；连写十四位即一注。",
         "n: own numbers, reds + blue; fourteen digits in a row are a line."},
        {"复式：多写号码；胆拖：胆码 | 拖码 + 蓝球。",
         "More numbers make a multiple bet; bankers stand before a |."},
        {"g 换玩法。3D：358，组选3 g3 1 1 2，组选6 g6 1 2 3。七乐彩：七个号。",
         "g: next game. 3D: 358, g3 1 1 2, g6 1 2 3. Lotto 7: seven numbers."},
        {"快乐8：k 选几个号再机选；自选 3: 08 15 22。",
         "Happy 8: k sets the size of quick picks; own numbers 3: 08 15 22."},
        {"m 倍数，d 期数，t 一次出几张，< > 换期，退格删行，Esc 清空。",
         "m times, d draws, t how many tickets, < > another draw, Backspace, Esc."},
        {"随时可扫：票面码查票，再扫保密码兑奖；v 后扫码为注销；x 同号再买。",
         "Scan at any time: public code looks, secret code pays; v: void; x: same again."},
        {"扫到商品条码什么也不会售出。付款、退款和未售出的提示须按回车确认。",
         "Codes of goods sell nothing. What concerns money stays until Enter."},
        {"z 换顾客；应收为售出减注销减兑付。",
         "z: next customer; the sum is sold less void less paid."},
        {"o 签到或签退，签退即交班并打印。r 报表，l 中英文切换。",
         "o sign on or off (prints the shift), r report, l language."},
        {"线路中断时勿收款；恢复后系统自动核对每一张。",
         "While the line is down take no money; it settles by itself."}};
    std::size_t row = 2;
    for (const auto& [zh, en] : kHelp) screen[row++] = {std::string("  ") + (s.chinese ? zh : en)};
    screen[22] = {Say(" 任意键返回。", " Any key goes back."), Look::kDim};
  }

  Screen Paint() {
    Header();
    if (s.page == Page::kReports) return ReportPage(), screen;
    if (s.page == Page::kHelp) return HelpPage(), screen;
    Draw();
    screen[3] = screen[11] = screen[15] = {Rule(), Look::kDim};
    Ticket();
    Totals();
    Messages();
    Keys();
    return screen;
  }
};

}  // namespace

int ColumnsOf(std::string_view text) {
  int columns = 0;
  while (!text.empty()) columns += TakeColumns(text);
  return columns;
}

Screen View(const CounterState& state, UtcTime wall, std::int64_t now_ms) {
  Screen screen = Painter{state, wall, now_ms, {}}.Paint();
  for (auto& row : screen) row.text = Fit(row.text);
  return screen;
}

}  // namespace lottery::terminal
