#include "terminal/ticket.h"

#include "crypto/merkle.h"
#include "games/order.h"
#include "protocol/draw_life.h"
#include "protocol/leaf.h"
#include "terminal/slip.h"

namespace lottery::terminal {
namespace {

// Draws of one order are consecutive draws of its game's calendar: those central lists.
std::vector<protocol::DrawId> DrawsOf(const Confirmed& sold) {
  std::vector<protocol::DrawId> draws;
  for (const auto& part : sold.receipt.parts()) {
    const auto slash = part.origin().rfind('/');
    const auto number = base::ParseDecimal(std::string_view(part.origin()).substr(slash + 1));
    LOTTERY_CHECK(number.has_value());  // VerifyReceipt has read it
    draws.push_back({sold.message.decoded->order().game(), static_cast<std::int32_t>(*number)});
  }
  return draws;
}

}  // namespace

TicketCodes CodesOf(const Confirmed& sold) {
  const auto& part = sold.receipt.parts(0);
  const protocol::PublicCode code{part.origin(), part.index(), crypto::LeafHash(sold.leaf)};
  return {code.ToText(), protocol::SecretCode{sold.t, sold.receipt.s()}.ToText()};
}

Calendar CalendarOf(const wire::Status& status) {
  Calendar calendar;
  for (const auto& d : status.draws())
    calendar[{d.game(), static_cast<std::int32_t>(d.draw())}] = {d.close_ms()};
  return calendar;
}

TicketFace FaceOf(const Confirmed& sold, const Calendar& calendar) {
  const auto& m = *sold.message.decoded;
  const auto& order = m.order();
  const auto leaf = protocol::DecodeSaleLeaf(sold.leaf);
  LOTTERY_CHECK(leaf.has_value());
  const auto draws = DrawsOf(sold);
  TicketFace face;
  const auto name = games::GameName(order.game());
  face.game = std::string(name.zh) + " " + std::string(name.en);
  face.draws = std::to_string(draws.front().number);
  const auto day = [&](const protocol::DrawId& draw) {
    const auto at = calendar.find(draw);
    return at == calendar.end() ? std::string() : base::ToBeijingDay(base::BeijingDay(at->second));
  };
  face.days = day(draws.front());
  if (draws.size() > 1) {
    const std::string last = day(draws.back());
    face.draws += " 至 to " + std::to_string(draws.back().number) + "，共 " +
                  std::to_string(draws.size()) + " 期 draws";
    if (!face.days.empty() && !last.empty()) face.days += " 至 to " + last;
  }
  for (const auto& bet : order.bets()) {
    const auto play = PlayOf(bet);
    face.lines.push_back({std::string(play.zh) + " " + std::string(play.en), BetText(bet)});
  }
  face.multiplier = order.multiplier();
  face.price = base::Money::FromFen(order.price_fen());
  face.terminal = std::to_string(m.terminal()) + "-" + std::to_string(m.sequence());
  face.cashier = m.cashier();
  face.sold = base::ToBeijingText(leaf->time);
  const auto first = calendar.find(draws.front());
  if (first != calendar.end())
    face.claim_until = base::ToBeijingDay(protocol::LastClaimDay(first->second));
  face.codes = CodesOf(sold);
  return face;
}

std::string TicketText(const TicketFace& face) {
  std::string text = "中国福利彩票 China Welfare Lottery  " + face.game;
  if (face.reprint) text += "  【补打 reprint】";
  if (face.training) text += "  【培训票，无效 training, not valid】";
  text += "\n期号 draw: " + face.draws + "\n";
  if (!face.days.empty()) text += "开奖 drawn on: " + face.days + "\n";
  for (const auto& line : face.lines) text += "  " + line.play + ": " + line.numbers + "\n";
  text += "倍数 multiplier: " + std::to_string(face.multiplier) +
          "   金额 price: " + face.price.ToYuanText() + " 元 yuan\n";
  text += "终端 terminal: " + face.terminal + "   收银 cashier: " + face.cashier +
          "   出票时间 sold: " + face.sold + "\n";
  text += "兑奖期 60 天，自开奖之日起 / claim within 60 days of the draw";
  if (!face.claim_until.empty()) text += "，截止 until " + face.claim_until;
  text += "\n票面码 public code: " + face.codes.public_code + "\n";
  text += "保密码 secret code: " + face.codes.secret_code + "\n";
  return text;
}

}  // namespace lottery::terminal
