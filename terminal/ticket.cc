#include "terminal/ticket.h"

#include "crypto/merkle.h"
#include "games/order.h"
#include "protocol/leaf.h"
#include "terminal/slip.h"

namespace lottery::terminal {

TicketCodes CodesOf(const Confirmed& sold) {
  const auto& part = sold.receipt.parts(0);
  const protocol::PublicCode code{part.origin(), part.index(), crypto::LeafHash(sold.leaf)};
  return {code.ToText(), protocol::SecretCode{sold.t, sold.receipt.s()}.ToText()};
}

std::string TicketText(const Confirmed& sold, bool reprint) {
  const auto& m = *sold.message.decoded;
  const auto& order = m.order();
  const auto leaf = protocol::DecodeSaleLeaf(sold.leaf);
  LOTTERY_CHECK(leaf.has_value());
  const TicketCodes codes = CodesOf(sold);
  std::string text = "中国福利彩票  双色球 / Welfare Lottery, Double Colour Ball";
  text += reprint ? "  【补打 reprint】\n" : "\n";
  text += "期号 draws: " + std::to_string(order.first_draw());
  if (order.draw_count() > 1)
    text += " 起 " + std::to_string(order.draw_count()) + " 期 (and the following " +
            std::to_string(order.draw_count() - 1) + ")";
  text += "\n";
  for (const auto& bet : order.bets()) {
    const auto play = games::SsqPlay(games::FromWire(bet.ssq()));
    text += "  " + std::string(play.zh) + " " + std::string(play.en) + ": " + BetText(bet) + "\n";
  }
  text += "倍数 multiplier: " + std::to_string(order.multiplier()) +
          "   金额 price: " + base::Money::FromFen(order.price_fen()).ToYuanText() + " 元 yuan\n";
  text += "终端 terminal: " + std::to_string(m.terminal()) + "-" + std::to_string(m.sequence()) +
          "   出票时间 sold: " + base::ToBeijingText(leaf->time) + "\n";
  text += "兑奖期 60 天，自开奖之日起 / claim within 60 days of the draw\n";
  text += "票面码 public code: " + codes.public_code + "\n";
  text += "保密码 secret code: " + codes.secret_code + "\n";
  return text;
}

}  // namespace lottery::terminal
