// The civil-affairs share of a period, by published formula: over programmes by weight, then over
// counties by need and tilt. One approver proposes, another computes it again, signs and posts.
#pragma once

#include "settlement/fund.h"

namespace lottery::settlement {

/// The published rules file, docs/formats/documents.md. A county in several groups has the largest
/// of their tilts; in none, 1 000 permille.
struct AllocationRules {
  struct Programme {
    std::string code, name_zh, name_en;
    std::int64_t weight = 0;
  };
  struct County {
    std::string code, name_zh;
    std::int64_t need = 0;
    std::int64_t tilt_permille = 1000;
    std::string group;  // whose tilt that is; empty for none
    std::int64_t Tilted() const { return need * tilt_permille; }
  };
  std::vector<Programme> programmes;
  std::vector<County> counties;
};
/// Errors: kBadJson.
Result<AllocationRules> ParseAllocationRules(const std::string& text);

/// floor(amount * weight / sum) to a programme, floor(that * need * tilt / sum) to a county of it,
/// in the file's order; what is left is the remainder. Errors: kAmountOverflow.
Result<std::vector<protocol::Allocation::Line>> Allocate(Money amount, const AllocationRules& rules,
                                                         Money& remainder);

/// What draws brought and rules give, from the ledger as it stands; nothing is posted. Signed by
/// the approver who proposes. Errors: kUsage, kUnbalanced, kAlreadyExists when the period is
/// allocated.
Result<std::string> Propose(base::pg::Session& session, const std::string& period,
                            const std::vector<DrawId>& draws, const std::string& rules_text,
                            const crypto::SigningKey& approver);

/// A second approver's word: computes the proposal again, signs it and posts it, in one transaction
/// once a period. The same again answers the same. Errors: kAllocationWrong when the ledger or the
/// rules give something else; kBadSignature when no other approver has signed.
Result<std::string> Approve(base::pg::Session& session, const protocol::Trust& trust,
                            const std::string& proposal, const std::string& rules_text,
                            const crypto::SigningKey& approver, std::int64_t at_ms);

/// Why each share is what it is: one sentence a line, Chinese and English.
/// Errors: kAllocationWrong when it names what the rules do not.
Result<std::string> Explain(const protocol::Allocation& allocation, const AllocationRules& rules);

}  // namespace lottery::settlement
