#include "settlement/announce.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/envelope.h"
#include "games/order.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::Money;
using base::Result;
namespace {

std::string TierText(std::string_view game, int tier) {
  const auto& name = games::NameOfTier(game, tier);
  return name.zh == name.en ? name.zh : name.zh + " " + name.en;
}

// 1234567890 fen as "12,345,678.90": a sum this long is read in groups.
std::string Grouped(Money amount) {
  std::string text = amount.ToYuanText();
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = text.find('.'); at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

// What of a prize is a promotion's, and that a jurisdiction pays another: only then the total is
// not what all lines would get at this amount.
std::string NoteText(const Announcement::Tier& tier) {
  std::string out;
  if (tier.bonus != Money()) out += fmt::format("（含派奖 bonus {} 元）", Grouped(tier.bonus));
  if (tier.each.Mul(tier.lines) != tier.total)
    out += "（部分地区另有金额 some jurisdictions pay amounts of their own）";
  return out;
}

// What stands in a document never becomes markup.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

constexpr const char* kRehearsal = "演练，不是开奖 REHEARSAL, NOT A DRAW";
constexpr const char* kStyle =
    "body{font-family:sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;line-height:1.5}"
    "h1{font-size:1.4rem}.numbers{font-size:2.2rem;font-weight:bold;letter-spacing:.1em}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #bbb;padding:.3rem "
    ".5rem;text-align:right}th:first-child,td:first-child{text-align:left}code{word-break:break-"
    "all}"
    ".rehearsal{background:#b00;color:#fff;padding:.5rem;font-size:1.4rem;text-align:center}";

}  // namespace

Result<Announcement> Announce(const std::string& statement_text,
                              const std::string& certificate_text, const protocol::Trust& trust) {
  LOTTERY_TRY(const auto envelope, protocol::OpenSigned(statement_text, protocol::kTypeStatement,
                                                        trust.KeysFor("settlement"), 1));
  LOTTERY_TRY(const auto s, protocol::ParseStatement(envelope.body));
  LOTTERY_TRY(const auto certificate,
              protocol::OpenSigned(certificate_text, protocol::kTypeDrawCertificate,
                                   trust.KeysFor("official"), 2));
  LOTTERY_TRY(const auto c, protocol::ParseDrawCertificate(certificate.body));
  if (c.draw != s.draw || protocol::BodyHash(certificate) != s.certificate)
    return Fail(ErrorCode::kBadDrawCertificate, "the statement names another certificate");
  const auto name = games::GameName(s.draw.game);
  const bool known = std::all_of(s.tiers.begin(), s.tiers.end(), [&](const auto& t) {
    return games::HasTier(s.draw.game, t.tier);
  });
  if (!known) return Fail(ErrorCode::kUnknownGame, s.draw.ToText());
  Announcement a;
  a.game = std::string(name.zh) + " " + std::string(name.en);
  a.draw = std::to_string(s.draw.number);
  a.numbers = protocol::NumbersText(c.draw.game, c.numbers, c.extra);
  a.held = base::ToBeijingText(c.at);
  a.sales = s.net_sales;
  a.pool = s.pool_after;
  a.fund = s.fund;
  a.winning_tickets = s.winning_tickets;
  for (const auto& tier : s.tiers)
    a.tiers.push_back(
        {TierText(s.draw.game, tier.tier), tier.lines, tier.each, tier.total, tier.bonus});
  a.claim_until = base::ToBeijingDay(base::BeijingDay(s.claim_until));
  a.statement = base::ToHex(protocol::BodyHash(envelope).view());
  a.rehearsal = protocol::IsRehearsal(trust.operator_name);
  return a;
}

std::string AnnouncementText(const Announcement& a) {
  std::string out = a.rehearsal ? fmt::format("【{}】\n", kRehearsal) : "";
  out += fmt::format("中国福利彩票 {}\n第 {} 期开奖公告 Announcement of draw {}\n\n", a.game,
                     a.draw, a.draw);
  out += fmt::format("开奖结果 numbers      {}\n开奖时间 held         {}\n", a.numbers, a.held);
  out += fmt::format("本期销售 sales        {} 元\n奖池余额 pool         {} 元\n", Grouped(a.sales),
                     Grouped(a.pool));
  out += fmt::format("筹集公益金 fund       {} 元\n\n", Grouped(a.fund));
  for (const auto& t : a.tiers)
    out += fmt::format("  {}  中奖 {} 注 lines，每注 each {} 元{}，共 total {} 元\n", t.name,
                       t.lines, Grouped(t.each), NoteText(t), Grouped(t.total));
  out += fmt::format(
      "\n中奖彩票 {} 张 winning tickets。兑奖截止 claim until {}，逾期弃奖，奖金纳入"
      "公益金 then forfeited to the welfare fund.\n",
      a.winning_tickets, a.claim_until);
  return out + "结算声明 statement SHA-256 " + a.statement + "\n";
}

std::string AnnouncementPage(const Announcement& a) {
  std::string rows;
  for (const auto& t : a.tiers)
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td></tr>\n",
                        Escaped(t.name), t.lines, Grouped(t.each), NoteText(t), Grouped(t.total));
  const std::string banner =
      a.rehearsal ? fmt::format("<p class=\"rehearsal\">{}</p>\n", kRehearsal) : "";
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{0} {1}</title>\n"
      "<style>{2}</style>\n</head>\n<body>\n{3}<h1>{0}<br>第 {1} 期开奖公告 Announcement of draw "
      "{1}</h1>\n<p class=\"numbers\">{4}</p>\n<p>开奖时间 held {5}</p>\n<table>\n"
      "<tr><th>奖级 tier</th><th>中奖注数 lines</th><th>每注 each（元）</th><th>合计 "
      "total（元）</th>"
      "</tr>\n{6}</table>\n<p>本期销售 sales {7} 元；奖池余额 pool {8} 元；筹集公益金 welfare fund "
      "{9} 元；"
      "中奖彩票 {10} 张 winning tickets。</p>\n<p>兑奖截止 claim until "
      "<b>{11}</b>；逾期弃奖，纳入公益金 "
      "then forfeited to the welfare fund.</p>\n<p>结算声明 statement <code>{12}</code></p>\n"
      "</body>\n</html>\n",
      Escaped(a.game), Escaped(a.draw), kStyle, banner, Escaped(a.numbers), Escaped(a.held), rows,
      Grouped(a.sales), Grouped(a.pool), Grouped(a.fund), a.winning_tickets, Escaped(a.claim_until),
      a.statement);
}

base::json::object ToJson(const Announcement& a) {
  base::json::array tiers;
  for (const auto& t : a.tiers)
    tiers.push_back(base::json::object{{"tier", t.name},
                                       {"lines", t.lines},
                                       {"each_fen", t.each.fen()},
                                       {"total_fen", t.total.fen()},
                                       {"bonus_fen", t.bonus.fen()}});
  return {{"game", a.game},
          {"draw", a.draw},
          {"numbers", a.numbers},
          {"held", a.held},
          {"sales_fen", a.sales.fen()},
          {"pool_fen", a.pool.fen()},
          {"fund_fen", a.fund.fen()},
          {"tiers", std::move(tiers)},
          {"winning_tickets", a.winning_tickets},
          {"claim_until", a.claim_until},
          {"statement", a.statement},
          {"rehearsal", a.rehearsal}};
}

}  // namespace lottery::settlement
