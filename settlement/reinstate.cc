#include "settlement/reinstate.h"

namespace lottery::settlement {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
using base::pg::Session;

Result<json::array> Reinstate(Session& session, const protocol::Trust& trust,
                              const std::string& envelope_text, std::int64_t at_ms) {
  LOTTERY_TRY(const auto envelope, protocol::OpenSigned(envelope_text, protocol::kTypeReinstatement,
                                                        trust.KeysFor("approver"), 2));
  LOTTERY_TRY(const auto r, protocol::ParseReinstatement(envelope.body));
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(const auto rows, session.Exec("SELECT game, draw FROM settlement.exchange WHERE "
                                            "claim_hash = $1 ORDER BY game, draw",
                                            {Param::Bytea(r.claim.view())}));
  if (rows.size() == 0)
    return Fail(ErrorCode::kUnknownTicket, "that claim gave no exchange ticket");
  LOTTERY_TRY(const auto kept, session.Exec("INSERT INTO settlement.reinstatement VALUES ($1, $2, "
                                            "$3) ON CONFLICT DO NOTHING",
                                            {Param::Bytea(r.claim.view()), envelope_text, at_ms}));
  if (kept.affected() == 0) {
    LOTTERY_TRY(const auto held,
                session.Exec("SELECT envelope FROM settlement.reinstatement WHERE claim_hash = $1",
                             {Param::Bytea(r.claim.view())}));
    if (held.Text(0, 0) != envelope_text)
      return Fail(ErrorCode::kAlreadyExists, "withdrawn by another paper");
  }
  json::array draws;
  for (int i = 0; i < rows.size(); ++i)
    draws.push_back(
        json::string(std::string(rows.Text(i, 0)) + "-" + std::string(rows.Text(i, 1))));
  LOTTERY_TRY_VOID(transaction.Finish());
  return draws;
}

}  // namespace lottery::settlement
