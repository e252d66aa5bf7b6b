#include "terminal/report_slip.h"

namespace lottery::terminal {
namespace {

std::string Counted(const char* what, std::int64_t n, Money amount) {
  return std::string(what) + "  " + std::to_string(n) + " 张  " + amount.ToYuanText() + " 元";
}

}  // namespace

std::vector<std::string> ReportLines(const Shift& shift, std::uint32_t terminal,
                                     int commission_permille) {
  const Report& r = shift.report;
  std::vector<std::string> lines = {
      "终端 Terminal " + std::to_string(terminal) + "   收银 Cashier " + shift.cashier,
      "签到 From  " + base::ToBeijingText(shift.from),
      "签退 Until  " + (shift.until.ms == 0 ? std::string("未签退 still open")
                                            : base::ToBeijingText(shift.until)),
      Counted("售出 Sold", r.orders, r.sold),
      Counted("注销 Void", r.voids, r.voided),
      Counted("兑付 Paid", r.claims, r.paid),
      "被拒 Refused  " + std::to_string(r.refused) + "   跳号 Skipped  " +
          std::to_string(r.skipped) + "   补打 Reprints  " + std::to_string(r.reprints),
      "应交现金 Cash due  " + r.Net().ToYuanText() + " 元"};
  if (commission_permille != 0)
    lines.push_back("代销费约 Commission ~  " + r.Commission(commission_permille).ToYuanText() +
                    " 元");
  lines.push_back("收银员签字 Cashier ____________   店主签字 Keeper ____________");
  return lines;
}

}  // namespace lottery::terminal
