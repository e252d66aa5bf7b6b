// A draw's announcement as the public reads it: game, draw, numbers, sales, prizes by tier, pool
// and the last day to claim (Implementing Rules of the lottery regulations, on draw announcements).
// Made of the signed statement and the certificate it names, of nothing else.
#pragma once

#include "base/json.h"
#include "protocol/documents.h"

namespace lottery::settlement {

struct Announcement {
  struct Tier {
    std::string name;  // "一等奖 first prize"
    std::int64_t lines = 0;
    base::Money each, total;
    base::Money bonus = {};  // of each, by a promotion
  };
  std::string game, draw, numbers,
      held;  // "双色球 Double Colour Ball", "2026097", "01 .. + 16", time
  base::Money sales, pool, fund;
  std::vector<Tier> tiers;
  std::int64_t winning_tickets = 0;
  std::string claim_until;  // the last day, Beijing
  std::string statement;    // SHA-256 of the statement's body
  bool rehearsal = false;   // never a draw: said in large letters
};

/// Signatures by the operator's settlement key and the plan's officials are checked as far as
/// trust.json goes; the statement must name this certificate. Errors: kBadSignature, kBadJson,
/// kBadDrawCertificate.
base::Result<Announcement> Announce(const std::string& statement_text,
                                    const std::string& certificate_text,
                                    const protocol::Trust& trust);

std::string AnnouncementText(const Announcement& a);
/// One page by itself: no script, nothing loaded from elsewhere.
std::string AnnouncementPage(const Announcement& a);
base::json::object ToJson(const Announcement& a);

}  // namespace lottery::settlement
