#include "settlement/identity.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "base/file.h"
#include "base/members.h"
#include "base/text.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
namespace {

constexpr std::size_t kLongestField = 64;

bool Sound(const std::string& field) {
  const bool printable = std::none_of(field.begin(), field.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return !field.empty() && field.size() <= kLongestField && printable;
}

// Octets of the first UTF-8 character.
std::size_t FirstCharacter(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
    ++length;
  return length;
}

}  // namespace

base::Digest PersonOf(const crypto::HmacKey& key, const IdentityCard& card) {
  const auto text =
      base::ByteWriter().Short("lottery-person/1").Short(card.type).Short(card.number).Take();
  return key.Mac({text});
}

std::string Shown(const IdentityCard& card) {
  const auto& number = card.number;
  return card.name.substr(0, FirstCharacter(card.name)) + "** " +
         (number.size() > 8 ? number.substr(number.size() - 4) : std::string("****"));
}

Result<IdentityCard> ReadCard(const std::string& path) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    LOTTERY_TRY(text, base::ReadFile(path, 4096));
  }
  LOTTERY_TRY(const auto clean, base::CleanFileText(text));
  LOTTERY_TRY(const auto o, base::ParseJsonObject(clean));
  base::Members members(o);
  IdentityCard card;
  for (const auto& [key, value] : {std::pair("type", &card.type), std::pair("number", &card.number),
                                   std::pair("name", &card.name)}) {
    LOTTERY_TRY(const auto text_of, members.Text(key));
    *value = base::Trim(text_of);  // 身份证 typed with a blank behind it is the same person's
    if (const auto line = base::CheckLine(*value); !line)
      return Fail(ErrorCode::kUsage, std::string(key) + ": " + line.error().detail);
  }
  LOTTERY_TRY_VOID(members.Done());
  return card;
}

Result<base::json::object> Register(base::pg::Session& session, const protocol::DrawId& draw,
                                    std::int64_t index, const IdentityCard& card,
                                    const crypto::HmacKey& key, std::int64_t at_ms) {
  if (!Sound(card.type) || !Sound(card.number) || !Sound(card.name))
    return Fail(ErrorCode::kUsage, "type, number or name of the document");
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(const auto winner,
              session.Exec("SELECT w.prize_fen, p.claim_hash IS NOT NULL FROM settlement.winner w "
                           "JOIN settlement.statement s ON s.game = w.game AND s.draw = w.draw AND "
                           "s.kind = 'prizes' "
                           "LEFT JOIN settlement.payment p ON p.game = w.game AND p.draw = w.draw "
                           "AND p.idx = w.idx WHERE w.game = $1 AND w.draw = $2 AND w.idx = $3",
                           {draw.game, draw.number, index}));
  if (winner.size() != 1) return Fail(ErrorCode::kNoPrize, draw.ToText());
  if (winner.Bool(0, 1)) return Fail(ErrorCode::kAlreadyPaid, draw.ToText());
  const auto person = PersonOf(key, card);
  const auto octets = Param::Bytea(person.view());
  LOTTERY_TRY_VOID(session
                       .Exec("INSERT INTO settlement.person VALUES ($1, $2) ON CONFLICT DO NOTHING",
                             {octets, Shown(card)})
                       .map([](const auto&) {}));
  LOTTERY_TRY_VOID(
      session
          .Exec("INSERT INTO settlement.identity (game, draw, idx, person, at_ms) VALUES ($1, $2, "
                "$3, $4, $5) ON CONFLICT DO NOTHING",
                {draw.game, draw.number, index, octets, at_ms})
          .map([](const auto&) {}));
  LOTTERY_TRY(const auto held,
              session.Exec("SELECT person = $4 FROM settlement.identity WHERE game = $1 AND draw = "
                           "$2 AND idx = $3",
                           {draw.game, draw.number, index, octets}));
  if (!held.Bool(0, 0)) return Fail(ErrorCode::kAlreadyExists, "another person is registered");
  LOTTERY_TRY_VOID(transaction.Finish());
  return base::json::object{{"draw", draw.ToText()},
                            {"index", index},
                            {"prize_fen", winner.Int(0, 0)},
                            {"person", Shown(card)}};
}

Result<base::json::object> SetPlace(base::pg::Session& session, std::uint32_t terminal,
                                    const std::string& place) {
  if (place != "city" && place != "province") return Fail(ErrorCode::kUsage, "city or province");
  LOTTERY_TRY(const auto set, session.Exec("INSERT INTO settlement.claim_place SELECT id, $2 FROM "
                                           "issuance.terminal WHERE id = $1 ON CONFLICT DO NOTHING",
                                           {static_cast<std::int64_t>(terminal), place}));
  if (set.affected() == 0)
    return Fail(ErrorCode::kAlreadyExists, "no such terminal, or it is a centre already");
  return base::json::object{{"terminal", terminal}, {"place", place}};
}

}  // namespace lottery::settlement
