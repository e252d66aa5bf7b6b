#include "settlement/in_turn.h"

namespace lottery::settlement {

LockName SettlingLock() { return {"settlement.settling_lock()", {}}; }

LockName ClaimsLock(const protocol::DrawId& draw) {
  return {"settlement.claims_lock($1, $2)", {draw.game, draw.number}};
}

Result<HeldLock> HeldLock::Take(base::pg::Session& session, LockName name) {
  // A queue of draws may be longer than the bound on other locks.
  const std::string take =
      "WITH bound AS MATERIALIZED (SELECT set_config('lock_timeout', '0', true)) "
      "SELECT pg_advisory_lock(" +
      name.sql + ") FROM bound";
  LOTTERY_TRY(const auto held, session.Exec(take, name.params));
  (void)held;
  return HeldLock(session, std::move(name));
}

HeldLock::~HeldLock() {
  if (session_ == nullptr) return;  // a session that is gone holds no lock
  (void)session_->Exec("SELECT pg_advisory_unlock(" + name_.sql + ")", name_.params);
}

}  // namespace lottery::settlement
