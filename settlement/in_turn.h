// What may happen once at a time: a lock of the database is held from before the transaction's
// snapshot until after its end, so that who waited sees what the one before did.
#pragma once

#include <vector>

#include "base/pg/pg.h"
#include "protocol/names.h"

namespace lottery::settlement {

using base::Result;

/// An expression that names an advisory lock, and its parameters.
struct LockName {
  std::string sql;
  std::vector<base::pg::Param> params;
};
/// Whoever settles or refunds a draw: each uses all processors, and posts to the same accounts.
LockName SettlingLock();
/// Of one draw: whoever pays a prize of it has it shared (settlement.pay).
LockName ClaimsLock(const protocol::DrawId& draw);

class HeldLock {
 public:
  /// Waits for it. Errors: as Session::Exec's.
  static Result<HeldLock> Take(base::pg::Session& session, LockName name);
  HeldLock(HeldLock&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)), name_(std::move(other.name_)) {}
  HeldLock& operator=(HeldLock&&) = delete;
  ~HeldLock();

 private:
  HeldLock(base::pg::Session& session, LockName name)
      : session_(&session), name_(std::move(name)) {}
  base::pg::Session* session_;
  LockName name_;
};

/// Others may post while it runs; then it is done again, at most so often.
inline constexpr int kMostAttempts = 3;

/// `work`, a Result<T>, in a serializable transaction.
template <typename T, typename Work>
Result<T> Serialized(base::pg::Session& session, const Work& work) {
  const auto once = [&]() -> Result<T> {
    LOTTERY_TRY(auto transaction,
                base::pg::Transaction::Begin(session, "ISOLATION LEVEL SERIALIZABLE"));
    LOTTERY_TRY(auto done, work());
    LOTTERY_TRY_VOID(transaction.Finish());
    return done;
  };
  for (int attempt = 1;; ++attempt) {
    auto done = once();
    const bool again = !done && done.error().code == base::ErrorCode::kDatabaseConflict;
    if (!again || attempt == kMostAttempts) return done;
  }
}

/// The same under the lock.
template <typename T, typename Work>
Result<T> InTurn(base::pg::Session& session, const LockName& name, const Work& work) {
  LOTTERY_TRY(const auto lock, HeldLock::Take(session, name));
  return Serialized<T>(session, work);
}

}  // namespace lottery::settlement
