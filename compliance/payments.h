// What was claimed and what was paid, by the audit log alone: each payment is signed by the payer,
// answers one claim that stands in front of it, and pays one ticket of an agreed list once.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "compliance/draw_lives.h"
#include "protocol/payment.h"

namespace lottery::compliance {

class Payments {
 public:
  /// Whose log it is, and who may sign.
  struct Payer {
    const std::string& operator_name;
    const std::vector<base::Bytes>& keys;
  };
  /// The leaf that ends a draw's claims: what it says was paid and forfeited is what the log adds
  /// up to. Rules K-18 to K-20. Errors: those of protocol::OpenExpiry.
  base::Status Expire(const base::json::object& body, base::UtcTime time,
                      const std::vector<base::Bytes>& settlement_keys, const DrawLives& lives);
  /// A claim leaf, which was looked at. Errors: those of its members.
  base::Status Claim(const std::string& by, base::UtcTime time, const base::json::object& body);
  /// A payment leaf. Rules K-01 to K-08 of docs/verification.md. Errors: kPaymentForged,
  /// kAlreadyPaid, kClaimLate, kNotAgreed.
  base::Status Pay(const base::json::object& body, const Payer& payer, const DrawLives& lives);

  /// What a ticket of a draw was paid, for whoever can recompute it.
  struct Paid {
    std::uint64_t place = 0, index = 0;
    std::int64_t gross_fen = 0;
  };
  const std::vector<Paid>& Of(const protocol::DrawId& draw) const;
  /// Claims without a payment, of draws that still pay.
  std::size_t unanswered() const { return claims_.size(); }

 private:
  struct Claimed {
    std::uint32_t terminal = 0;
    std::uint64_t index = 0;
    base::UtcTime time;
    std::string origin;
    bool exchange = false;
  };
  struct FirstOctets {
    std::size_t operator()(const base::Digest& hash) const;
  };
  std::unordered_map<base::Digest, Claimed, FirstOctets> claims_;  // not paid
  struct OfDraw {
    std::vector<Paid> list;
    std::set<std::uint64_t> places, indexes;
  };
  std::map<protocol::DrawId, OfDraw> draws_;
};

}  // namespace lottery::compliance
