#include "terminal/advice.h"

#include <algorithm>
#include <array>

namespace lottery::terminal {
namespace {

struct Row {
  base::ErrorCode code;
  Advice advice;
};
using enum base::ErrorCode;

constexpr Advice kCallTheCentre = {"请记下代码并致电中心。", "Note the code and call the centre."};
constexpr Advice kTryAgain = {"请稍候，系统自动重试，勿重复收款。",
                              "Wait: it is tried again by itself. Do not take money twice."};
constexpr Advice kChangeTicket = {"退格键删除后重新选号。",
                                  "Delete it with Backspace and choose again."};
constexpr Advice kNextDraw = {"按 > 换到下一期再售。", "Press > for the next draw and sell again."};
constexpr Advice kScanAgain = {"请重新扫描票面，或手工输入。",
                               "Scan the ticket again or type the code."};
constexpr Advice kDoNotPay = {"不予兑付；顾客有异议请其联系中心。",
                              "Do not pay; if the customer objects, the centre decides."};
constexpr Advice kPrinter = {"处理打印机后按回车再售；尚未收款，也未出票。",
                             "See to the printer, then press Enter; nothing was sold."};

constexpr std::array kRows{
    Row{kDatabaseUnavailable, kTryAgain},
    Row{kDatabaseConflict, kTryAgain},
    Row{kCommitInDoubt, kTryAgain},
    Row{kTlsFailure,
        {"检查网线后重试；仍不行请致电中心。", "Check the line; else call the centre."}},
    Row{kDisconnected,
        {"线路中断：勿收款。恢复后系统自动核对。",
         "Line is down: take no money. It is settled when it is back."}},
    Row{kTimeout,
        {"线路不通：勿收款；恢复后系统自动核对。",
         "No answer: take no money; it is settled when the line is back."}},
    Row{kBusy, kTryAgain},
    Row{kSellingStopped, kTryAgain},
    Row{kDeposed, kTryAgain},
    Row{kBehindWitnesses,
        {"系统暂停销售，请等候中心通知。", "Selling is stopped; wait for the centre."}},
    Row{kIllegalBet, kChangeTicket},
    Row{kTooManyBets,
        {"先按回车出票，再售下一张。", "Press Enter to sell these, then start another."}},
    Row{kIllegalMultiplier, {"按 m 重新输入倍数（1-99）。", "Press m and enter 1 to 99."}},
    Row{kIllegalDrawCount, {"按 d 重新输入期数（1-10）。", "Press d and enter 1 to 10."}},
    Row{kWrongPrice, kChangeTicket},
    Row{kTicketLimit,
        {"单张限 20000 元：请分成几张。", "20 000 yuan a ticket: split it into several."}},
    Row{kCentreOnly,
        {"请顾客持票到兑奖中心兑付。", "Send the customer with the ticket to a claim centre."}},
    Row{kNumberLimit,
        {"该号码限量已满：勿收款，换号或减倍后再售。",
         "That number is sold out: take no money; change it or the multiplier."}},
    Row{kUnknownGame, {"按 g 换玩法。", "Press g for another game."}},
    Row{kUnknownTerminal, kCallTheCentre},
    Row{kTerminalSuspended,
        {"本机已停用，请致电中心。", "This terminal is suspended; call the centre."}},
    Row{kSequenceUsed,
        {"可能有另一台机器使用本机密钥：停止销售，立即致电中心。",
         "Another machine may use this key: stop selling, call the centre now."}},
    Row{kExpired,
        {"未售出，未扣款：按回车重新出票。",
         "Not sold, nothing charged: press Enter to sell again."}},
    Row{kDrawUnknown, kNextDraw},
    Row{kDrawNotOpen, kNextDraw},
    Row{kDrawClosed, kNextDraw},
    Row{kDepositExhausted,
        {"预存款不足：请缴存后再售，已选号码保留。",
         "Pay into the deposit, then sell; your choice is kept."}},
    Row{kVoidTooLate,
        {"不能注销，彩票有效，请交还顾客。", "It stays valid: give it back to the customer."}},
    Row{kNotYourTicket, {"请顾客到原售票点注销。", "Only the outlet that sold it can void it."}},
    Row{kUnknownTicket, kScanAgain},
    Row{kWrongSecret, kScanAgain},
    Row{kBadEncoding, kScanAgain},
    Row{kAlreadyVoided, kDoNotPay},
    Row{kTerminalClockWrong,
        {"请校准本机时间后重试。", "Set this machine's clock, then try again."}},
    Row{kSessionReplaced,
        {"本机在别处登录：请确认只开一台。", "This terminal is open elsewhere: keep only one."}},
    Row{kNoPrize, {"未中奖，请把票交还顾客。", "No prize: give the ticket back."}},
    Row{kAlreadyPaid, kDoNotPay},
    Row{kClaimLate, kDoNotPay},
    Row{kExchanged,
        {"原票已作废：请顾客出示兑换票，扫描兑换票的码。",
         "Ask for the exchange ticket and scan its codes instead."}},
    Row{kExchangeRequired, kScanAgain},
    Row{kNotAgreed,
        {"尚待独立控制核对，请稍后再兑。", "The control is still checking; pay later."}},
    Row{kNotDrawnYet, {"尚未开奖，请开奖后再来。", "Not drawn yet; come back after the draw."}},
    Row{kIdentityRequired,
        {"请顾客携身份证件到中心兑奖，票请保管好。",
         "The customer claims at a centre, with an identity card."}},
    Row{kSealDiffers,
        {"请勿改动本机，立即联系中心。", "Leave this machine as it is and call the centre."}},
    Row{kNoFont, {"请安装中文字体后重启。", "Install a Chinese font and start again."}},
    Row{kPrinterOffline, kPrinter},
    Row{kPrinterNoPaper, kPrinter},
    Row{kPrinterCoverOpen, kPrinter},
    Row{kPrinterFault, kPrinter},
    Row{kWrongPin, {"按 o 重新签到，再输口令。", "Press o and type number and PIN again."}},
    Row{kPinLocked, {"稍候按 o 重新签到。", "Wait a little, then press o again."}},
    Row{kJournalLost,
        {"请勿销售；恢复日志文件夹，或致电中心。",
         "Do not sell: put the journal's folder back, or call the centre."}},
    Row{kIllegalTicketCount, {"按 t 重新输入张数（1-50）。", "Press t and enter 1 to 50."}},
    Row{kUnsettled,
        {"请稍候，系统自动核对；需打印的先打印。",
         "Wait, it settles by itself; print what is to be printed."}},
    Row{kNotSignedOn, {"按 o 签到。", "Press o to sign on."}},
    Row{kNothingToSell,
        {"按 1-5 机选，或按 n 输入号码。", "Press 1-5 for quick picks or n for numbers."}},
};

const Row* Find(base::ErrorCode code) {
  const auto at =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.code == code; });
  return at == kRows.end() ? nullptr : &*at;
}

}  // namespace

Advice AdviceFor(base::ErrorCode code) {
  const Row* row = Find(code);
  return row == nullptr ? kCallTheCentre : row->advice;
}

bool HasOwnAdvice(base::ErrorCode code) { return Find(code) != nullptr; }

}  // namespace lottery::terminal
