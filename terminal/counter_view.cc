#include "terminal/counter_view.h"

#include <algorithm>
#include <cstdio>

#include "games/order.h"
#include "terminal/slip.h"

namespace lottery::terminal {
namespace {

constexpr std::int64_t kHurryMs = 60'000;  // the countdown turns red
constexpr std::int64_t kStaleMs = 30'000;  // what central said is old

struct Decoded {
  char32_t c;
  std::size_t length;
};
// Of well-formed UTF-8, which all our texts are; anything else counts as one octet.
Decoded Decode(std::string_view text) {
  const auto octet = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = octet(0);
  if (first >= 0xf0)
    return {(first & 7) << 18 | (octet(1) & 63) << 12 | (octet(2) & 63) << 6 | (octet(3) & 63), 4};
  if (first >= 0xe0) return {(first & 15) << 12 | (octet(1) & 63) << 6 | (octet(2) & 63), 3};
  if (first >= 0xc0) return {(first & 31) << 6 | (octet(1) & 63), 2};
  return {first, 1};
}
int WidthOf(char32_t c) {
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || c >= 0x1f300;
  return wide ? 2 : 1;
}

// Cut to `most` columns, at a character.

std::string Fit(std::string text, int most = kScreenColumns) {
  int columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, length] = Decode(std::string_view(text).substr(at));
    columns += WidthOf(c);
    if (columns > most) {
      text.resize(at);
      break;
    }
    at += length;
  }
  return text;
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
  UtcTime now;
  Screen screen;

  std::string Say(const char* zh, const char* en) const { return s.chinese ? zh : en; }
  std::string Yuan(Money m) const { return m.ToYuanText() + Say(" 元", " yuan"); }

  void Header() {
    std::string left =
        Say(" 福利彩票终端 ", " Lottery terminal ") + std::to_string(s.config.terminal);
    if (s.config.training) left += Say("  【培训】", "  [TRAINING]");
    left += s.cashier.empty() ? Say("  未签到", "  not signed on")
                              : Say("  收银员 ", "  cashier ") + s.cashier;
    const bool fresh = s.online && now.ms - s.heard.ms < kStaleMs;
    const std::string line = fresh ? Say("线路正常", "line good") : Say("线路中断", "LINE DOWN");
    screen[0] = {Ends(left, line + "  " + base::ToBeijingText(now) + " "),
                 fresh ? Look::kReverse : Look::kBad};
  }

  std::string Game() const {
    const auto name = games::GameName(s.game);
    return std::string(s.chinese ? name.zh : name.en);
  }

  void Draw() {
    if (s.draw == 0) {
      screen[2] = {" " + Game() + Say("  暂无可售期次", ": no draw on sale"), Look::kBad};
      return;
    }
    const std::int64_t left = MsToClose(s, now);
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
    for (std::size_t i = 0; i < s.bets.size(); ++i) {
      lines += games::LinesOf(s.bets[i]);
      const auto play = games::PlayOf(s.bets[i]);
      screen[5 + i] = {Fit("   " + std::string(1, static_cast<char>('A' + i)) + "  " +
                           std::string(s.chinese ? play.zh : play.en) + "  " + BetText(s.bets[i])),
                       Look::kBold};
    }
    screen[10] = {Ends(Say(" 注数 ", " lines ") + std::to_string(lines) +
                           Say("   倍数 ", "   multiplier ") + std::to_string(s.multiplier) +
                           Say("   期数 ", "   draws ") + std::to_string(s.draws),
                       Say("本票 ", "this ticket ") + Yuan(PriceOf(s)) + " "),
                  Look::kBold};
  }

  void Totals() {
    const Money customer = base::SumOrDie(s.customer_total, PriceOf(s));
    screen[12] = {Ends(Say(" 本顾客 ", " customer ") + std::to_string(s.customer_tickets) +
                           Say(" 张已售", " sold"),
                       Say("应收 ", "to pay ") + Yuan(customer) + " "),
                  Look::kBold};
    screen[13] = {Fit(Say(" 本班售 ", " shift: sold ") + std::to_string(s.shift.orders) + "/" +
                      Yuan(s.shift.sold) + Say("  注销 ", "  void ") + Yuan(s.shift.voided) +
                      Say("  兑付 ", "  paid ") + Yuan(s.shift.paid) +
                      Say("  代销费约 ", "  commission ~") +
                      Yuan(s.shift.Commission(s.config.commission_permille)))};
    const Money balance = Money::FromFen(s.status.balance_fen());
    const bool low = s.status.enrolled() && balance < s.config.low_deposit;
    screen[14] = {Say(" 预存款 ", " deposit ") + Yuan(balance) +
                      (low ? Say("  余额不足，请尽快缴存", "  low: pay in soon") : ""),
                  low ? Look::kBad : Look::kPlain};
  }

  void Messages() {
    const Look look = s.tone == Tone::kBad    ? Look::kBad
                      : s.tone == Tone::kGood ? Look::kGood
                                              : Look::kPlain;
    screen[16] = {Fit(" " + (s.chinese ? s.message.zh : s.message.en)), look};
    screen[17] = {Fit(" " + (s.chinese ? s.advice.zh : s.advice.en)), look};
    if (!s.working.empty()) screen[19] = {Fit(" " + s.working), Look::kBold};
    if (s.prompt == Prompt::kNone) return;
    const std::string ask = " " + Question() + " ";
    const auto room = static_cast<std::size_t>(std::max(10, kScreenColumns - 2 - ColumnsOf(ask)));
    const std::string tail =
        s.typed.size() > room ? s.typed.substr(s.typed.size() - room) : s.typed;
    screen[18] = {ask + tail + "_", Look::kReverse};
  }

  std::string Question() const {
    switch (s.prompt) {
      case Prompt::kCashier:
        return Say("收银员编号：", "Cashier:");
      case Prompt::kNumbers:
        return Say("号码（01 05 11 17 23 30 + 09；胆码加 |）：",
                   "Numbers (01 05 11 17 23 30 + 09; bankers |):");
      case Prompt::kMultiplier:
        return Say("倍数 1-99：", "Multiplier 1-99:");
      case Prompt::kDraws:
        return Say("期数 1-10：", "Draws 1-10:");
      case Prompt::kTicket:
      case Prompt::kVoidTicket:
        return Say("扫描票面码：", "Public code:");
      case Prompt::kSecret:
      case Prompt::kVoidSecret:
        return Say("扫描保密码：", "Secret code:");
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
        Say(" 1-5 机选  n 自选  m 倍数  d 期数  退格 删行  Esc 清空  回车 出票  g 换玩法",
            " 1-5 quick pick  n numbers  m times  d draws  g game  Bksp undo  Enter SELL"),
        Look::kDim};
    screen[22] = {
        Say(" z 新顾客  c 查票兑奖  v 注销  r 报表  o 签到/签退  l English  h 帮助  q 退出",
            " z next  c check/pay  v void  r report  o sign on/off  l 中文  h help  q "
            "quit"),
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
    screen[row + 4] = {Say("   应有现金  ", "   cash due  ") + Yuan(r.Net()) +
                           Say("   代销费约  ", "   commission ~ ") +
                           Yuan(r.Commission(s.config.commission_permille)),
                       Look::kBold};
    screen[row + 5] = {Say("   被拒 ", "   refused ") + std::to_string(r.refused) +
                       Say("  空号 ", "  skipped ") + std::to_string(r.skipped) +
                       Say("  补打 ", "  reprints ") + std::to_string(r.reprints)};
  }

  void ReportPage() {
    ReportAt(2, Say("本班 ", "This shift ") + s.cashier, s.shift);
    ReportAt(9, Say("本日", "Today"), s.day);
    screen[22] = {Say(" 由流水账重新累加。任意键返回。",
                      " Added up again from the journal. Any key goes back."),
                  Look::kDim};
  }

  void HelpPage() {
    static constexpr std::pair<const char*, const char*> kHelp[] = {
        {"1-5 加机选注数，回车出票：五注机选按 5、回车。",
         "1-5 add quick picks, Enter sells: five of them are 5, Enter."},
        {"n 输入号码：红球 + 蓝球，例 01 05 11 17 23 30 + 09。", "n: own numbers, reds + blues."},
        {"复式：多写号码；胆拖：胆码 | 拖码 + 蓝球。",
         "More numbers make a multiple bet; bankers stand before a |."},
        {"g 换玩法。3D：单选 1 2 3，组选3 g3 1 1 2，组选6 g6 1 2 3。",
         "g: the next game. 3D: 1 2 3, g3 1 1 2, g6 1 2 3. Happy 8: 3: 08 15 22."},
        {"m 倍数，d 期数，< > 换期，退格删去最后一行，Esc 清空。",
         "m times, d draws, < > another draw, Backspace, Esc."},
        {"z 换顾客，应收清零。", "z: next customer, the sum starts again."},
        {"c 扫描票面码查票；中奖后再扫保密码兑付。",
         "c: scan the public code; if it won, the secret code pays."},
        {"v 五分钟内注销本机售出的票，须有票面两码。",
         "v: take back within five minutes, with both codes."},
        {"o 签到或签退，签退即交班。r 报表，l 中英文切换。",
         "o sign on or off, r report, l language."},
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
  while (!text.empty()) {
    const auto [c, length] = Decode(text);
    columns += WidthOf(c);
    text.remove_prefix(std::min(length, text.size()));
  }
  return columns;
}

Screen View(const CounterState& state, UtcTime now) {
  Screen screen = Painter{state, now, {}}.Paint();
  for (auto& row : screen) row.text = Fit(std::move(row.text));
  return screen;
}

}  // namespace lottery::terminal
