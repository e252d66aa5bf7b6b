// The verbs of lottery-settlement: each reads what it needs, calls the part that does it and
// answers.
#pragma once

#include "base/json.h"

namespace lottery::settlement {

/// What the command line gave; a verb looks at its own members only.
struct Options {
  std::string database, clock, trust, key, passphrase = "prompt", file, draw, out, certificate,
                                           beacon, game = "ssq", reference, period, rules,
                                           jurisdiction, reason, rules_of, by, root, journal;
  std::vector<std::string> draws, keys, lines;
  std::uint32_t terminal = 0;
  std::int64_t amount_fen = 0;
  std::int64_t index = 0;
  int permille = -1;
  bool json = false, unconfirmed = false;
};

using Answer = base::Result<base::json::object>;
Answer InitVerb(const Options& o);
Answer ReplayVerb(const Options& o);
Answer CreditVerb(const Options& o);
Answer SignOpeningVerb(const Options& o);
Answer OpeningVerb(const Options& o);
Answer SettleVerb(const Options& o);
Answer PayVerb(const Options& o);
Answer RefundVerb(const Options& o);
Answer ExpireVerb(const Options& o);
Answer AllocateVerb(const Options& o);
Answer ApproveVerb(const Options& o);
Answer ExplainVerb(const Options& o);
Answer IdentifyVerb(const Options& o);
Answer SignReinstatementVerb(const Options& o);
Answer ReinstateVerb(const Options& o);
Answer PlaceVerb(const Options& o);
Answer AnnounceVerb(const Options& o);
Answer CommissionRateVerb(const Options& o);
Answer CommissionVerb(const Options& o);
Answer PayerVerb(const Options& o);
Answer BankVerb(const Options& o);
Answer ReportVerb(const Options& o);
Answer RulesVerb(const Options& o);
Answer ClosePeriodVerb(const Options& o);
Answer SignCorrectionVerb(const Options& o);
Answer CorrectVerb(const Options& o);

}  // namespace lottery::settlement
