#include "terminal/ticket.h"

#include "crypto/merkle.h"
#include "games/order.h"
#include "protocol/draw_life.h"
#include "protocol/leaf.h"
#include "terminal/bet_text.h"

namespace lottery::terminal {
namespace {

// What a ticket is made of, whether it was sold or came of an exchange.
struct Source {
  protocol::SignedMessage order;
  Bytes leaf;  // of the order's first draw, at `origin` and `index`
  std::string origin;
  std::uint64_t index = 0;
  std::vector<protocol::DrawId> draws;  // it stands for
};

protocol::DrawId DrawAt(const std::string& game, std::string_view origin) {
  const auto number = base::ParseDecimal(origin.substr(origin.rfind('/') + 1));
  LOTTERY_CHECK(number.has_value());  // VerifyReceipt has read it
  return {game, static_cast<std::int32_t>(*number)};
}

Source SourceOf(const Confirmed& sold) {
  if (sold.message.decoded->has_order()) {
    const auto& first = sold.receipt.parts(0);
    Source source{sold.message, sold.leaf, first.origin(), first.index(), {}};
    for (const auto& part : sold.receipt.parts())
      source.draws.push_back(DrawAt(source.order.decoded->order().game(), part.origin()));
    return source;
  }
  const auto& exchange = sold.receipt.claim().exchange();
  const auto leaf = protocol::DecodeSaleLeaf(exchange.leaf());
  LOTTERY_CHECK(leaf.has_value());  // VerifyReceipt has read it
  auto order = protocol::DecodeMessage(leaf->message, leaf->signature);
  LOTTERY_CHECK(order.has_value());
  Source source{std::move(*order), exchange.leaf(), exchange.origin(), exchange.index(), {}};
  for (const auto& origin : exchange.origins())
    source.draws.push_back(DrawAt(source.order.decoded->order().game(), origin));
  return source;
}

TicketCodes CodesOf(const Source& source, const Confirmed& sold) {
  const protocol::PublicCode code{source.origin, source.index, crypto::LeafHash(source.leaf)};
  return {code.ToText(), protocol::SecretCode{sold.t, sold.receipt.s()}.ToText()};
}

std::string NumberOf(const wire::TerminalMessage& m) {
  return std::to_string(m.terminal()) + "-" + std::to_string(m.sequence());
}

// "2026097", "2026097 至 to 2026099，共 3 期 draws"; draws one by one when some between are over.
std::string DrawsText(const std::vector<protocol::DrawId>& draws) {
  if (draws.size() == 1) return std::to_string(draws[0].number);
  const std::string count = "，共 " + std::to_string(draws.size()) + " 期 draws";
  if (draws.back().number - draws.front().number == static_cast<std::int32_t>(draws.size()) - 1)
    return std::to_string(draws.front().number) + " 至 to " + std::to_string(draws.back().number) +
           count;
  std::string text;
  for (const auto& draw : draws) text += (text.empty() ? "" : " ") + std::to_string(draw.number);
  return text + count;
}

}  // namespace

Calendar CalendarOf(const wire::Status& status) {
  Calendar calendar;
  for (const auto& d : status.draws())
    calendar[{d.game(), static_cast<std::int32_t>(d.draw())}] = {d.close_ms()};
  return calendar;
}

TicketFace FaceOf(const Confirmed& sold, const Calendar& calendar) {
  const auto& m = *sold.message.decoded;
  const Source source = SourceOf(sold);
  const auto& order = source.order.decoded->order();
  const auto& draws = source.draws;
  TicketFace face;
  const auto name = games::GameName(order.game());
  face.game = std::string(name.zh) + " " + std::string(name.en);
  face.draws = DrawsText(draws);
  const auto day = [&](const protocol::DrawId& draw) {
    const auto at = calendar.find(draw);
    return at == calendar.end() ? std::string() : base::ToBeijingDay(base::BeijingDay(at->second));
  };
  face.days = day(draws.front());
  if (draws.size() > 1) {
    const std::string last = day(draws.back());
    if (!face.days.empty() && !last.empty()) face.days += " 至 to " + last;
  }
  for (const auto& bet : order.bets()) {
    const auto play = games::PlayOf(bet);
    face.lines.push_back({std::string(play.zh) + " " + std::string(play.en), BetText(bet)});
  }
  face.multiplier = order.multiplier();
  face.price = base::Money::FromFen(order.price_fen());
  face.terminal = NumberOf(m);
  if (m.has_claim()) face.original = NumberOf(*source.order.decoded);
  face.cashier = m.cashier();
  face.sold = base::ToBeijingText({sold.receipt.parts(0).time_ms()});
  const auto first = calendar.find(draws.front());
  if (first != calendar.end())
    face.claim_until = base::ToBeijingDay(protocol::LastClaimDay(first->second));
  face.codes = CodesOf(source, sold);
  return face;
}

std::string TicketText(const TicketFace& face) {
  std::string text = "中国福利彩票 China Welfare Lottery  " + face.game;
  if (!face.original.empty()) text += "  【兑换票 exchange ticket】";
  if (face.reprint) text += "  【补打 reprint】";
  if (face.training) text += "  【培训票，无效 training, not valid】";
  text += "\n期号 draw: " + face.draws + "\n";
  if (!face.days.empty()) text += "开奖 drawn on: " + face.days + "\n";
  for (const auto& line : face.lines) text += "  " + line.play + ": " + line.numbers + "\n";
  text += "倍数 multiplier: " + std::to_string(face.multiplier);
  text += face.original.empty() ? "   金额 price: " + face.price.ToYuanText() + " 元 yuan\n"
                                : "   原票 came of ticket: " + face.original + "\n";
  text += "终端 terminal: " + face.terminal + "   收银 cashier: " + face.cashier +
          "   出票时间 sold: " + face.sold + "\n";
  text += "兑奖期 60 天，自开奖之日起 / claim within 60 days of the draw";
  if (!face.claim_until.empty()) text += "，截止 until " + face.claim_until;
  text += "\n票面码 public code: " + face.codes.public_code + "\n";
  text += "保密码 secret code: " + face.codes.secret_code + "\n";
  return text;
}

}  // namespace lottery::terminal
