#include "compliance/payments.h"

#include <cstring>

#include "protocol/expiry.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::DrawState;

std::size_t Payments::FirstOctets::operator()(const base::Digest& hash) const {
  std::size_t out;
  std::memcpy(&out, hash.octets.data(), sizeof out);
  return out;
}

base::Status Payments::Claim(const std::string& by, base::UtcTime time,
                             const base::json::object& body) {
  Claimed claim;
  LOTTERY_TRY(const auto message, base::GetDigest(body, "message"));
  LOTTERY_TRY(const auto terminal,
              base::ParseDecimal(std::string_view(by).substr(by.find(':') + 1)));
  LOTTERY_TRY(claim.origin, base::GetString(body, "origin"));
  LOTTERY_TRY(const auto index, base::GetIntIn(body, "index", 0, INT64_MAX));
  claim.terminal = static_cast<std::uint32_t>(terminal);
  claim.index = static_cast<std::uint64_t>(index);
  claim.time = time;
  claim.exchange = body.contains("exchange");
  claims_.insert_or_assign(message, std::move(claim));
  return {};
}

base::Status Payments::Pay(const base::json::object& body, const Payer& payer,
                           const DrawLives& lives) {
  LOTTERY_TRY(const auto hex, base::GetString(body, "payment"));
  const auto paper = base::FromHex(hex);
  if (!paper) return Fail(ErrorCode::kPaymentForged, "its form");
  LOTTERY_TRY(const auto payment, protocol::OpenPayment(*paper, payer.keys));
  const auto claim = claims_.find(payment.claim);
  if (claim == claims_.end())
    return Fail(ErrorCode::kPaymentForged, "of no claim, or of one that was paid");
  const auto& claimed = claim->second;
  if (claimed.terminal != payment.terminal || claimed.origin != payment.origin ||
      claimed.index != payment.index || claimed.time != payment.at ||
      (payment.exchange && !claimed.exchange))
    return Fail(ErrorCode::kPaymentForged, "of another claim");
  LOTTERY_TRY(const auto draw, protocol::DrawOfOrigin(payer.operator_name, payment.origin));
  const auto* life = lives.Find(draw);
  const bool pays = life != nullptr && life->paper &&
                    (life->state == DrawState::kPaying || life->state == DrawState::kRepaying);
  if (!pays) return Fail(ErrorCode::kNotAgreed, draw.ToText() + " does not pay");
  if (payment.statement != life->paper->hash || payment.place >= life->paper->tickets)
    return Fail(ErrorCode::kPaymentForged, "by another statement");
  if (life->paper->claim_until && *life->paper->claim_until < payment.at)
    return Fail(ErrorCode::kClaimLate, draw.ToText());
  auto& paid = draws_[draw];
  const bool first = paid.places.insert(payment.place).second;
  if (!paid.indexes.insert(payment.index).second || !first)
    return Fail(ErrorCode::kAlreadyPaid, payment.origin + " " + std::to_string(payment.index));
  paid.list.push_back({payment.place, payment.index, payment.gross.fen()});
  claims_.erase(claim);
  return {};
}

base::Status Payments::Expire(const base::json::object& body, base::UtcTime time,
                              const std::vector<base::Bytes>& settlement_keys,
                              const DrawLives& lives) {
  LOTTERY_TRY(const auto game, base::GetString(body, "game"));
  LOTTERY_TRY(const auto number, base::GetIntIn(body, "draw", 0, INT32_MAX));
  LOTTERY_TRY(const auto text, base::GetString(body, "envelope"));
  const protocol::DrawId draw{game, static_cast<std::int32_t>(number)};
  const auto* life = lives.Find(draw);
  if (life == nullptr || !life->paper || !life->paper->claim_until)
    return Fail(ErrorCode::kIllegalTransition, draw.ToText() + " owes no prizes");
  if (life->paper->first_format) return {};  // a text that nobody signed
  protocol::Unclaimed unclaimed{
      life->paper->hash, life->paper->prizes, {}, 0, *life->paper->claim_until};
  for (const auto& paid : Of(draw)) {
    LOTTERY_TRY(unclaimed.paid, unclaimed.paid.Add(base::Money::FromFen(paid.gross_fen)));
    ++unclaimed.payments;
  }
  LOTTERY_TRY_VOID(
      protocol::OpenExpiry(text, draw, unclaimed, time, settlement_keys).map([](const auto&) {}));
  const std::string end = "/" + draw.game + "/" + std::to_string(draw.number);
  std::erase_if(claims_, [&](const auto& c) { return c.second.origin.ends_with(end); });
  return {};
}

const std::vector<Payments::Paid>& Payments::Of(const protocol::DrawId& draw) const {
  static const std::vector<Paid> kNone;
  const auto found = draws_.find(draw);
  return found == draws_.end() ? kNone : found->second.list;
}

}  // namespace lottery::compliance
