// Central's second database session, on a thread of its own: what reads stored leaves and watches
// the inbox. Nothing here can hold up the writer.
#pragma once

#include <deque>

#include "base/pg/pg.h"
#include "central/engine.h"

namespace lottery::central {

/// One draw of a ticket: where its leaf is, and "sold", "void", "lost", "won", "paid",
/// "forfeited" or, of a cancelled draw, "refund".
struct TicketPart {
  Part place;
  std::string state = "sold";
  std::int64_t prize_fen = 0;
};

/// A seal as it is kept, with the terminals' lines it commits to.
struct KeptSeal {
  std::string envelope;
  Bytes lines;  // protocol::kTerminalLine octets each, in order of terminals
  crypto::MerkleTree tree;
};

class Desk {
 public:
  Desk(std::string conninfo, Engine& engine, const base::Clock& clock);
  ~Desk();
  void Start();
  /// Ends the thread and forgets what waits; what waits holds connections.
  void Stop();

  /// Asks the store for what `input` needs before it can be sequenced; comes back with it, or with
  /// the refusal.
  void LookUp(TerminalInput input, Need need, std::function<void(Result<TerminalInput>)> done);
  /// Stores a snapshot of the working state.
  void KeepSnapshot(std::uint64_t record, Bytes snapshot);
  void ReadEntries(const wire::EntriesRequest& request,
                   std::function<void(Result<wire::Entries>)> done);
  /// Every draw of the ticket whose first leaf is at `first`, in order, with how it stands. While
  /// that leaf is locked away, only its own part. `voided`: the engine remembers a void of it.
  /// `last`: time of the last leaf of its log, or the end of time where sale has ended: how far
  /// back it remembers.
  void FindTicket(const Part& first, bool voided, UtcTime last,
                  std::function<void(std::vector<TicketPart>)> done);
  /// The seal of a draw; kNotSealed when it has none. Runs `done` on the desk's thread.
  void FindSeal(const DrawId& draw,
                std::function<void(Result<std::shared_ptr<const KeptSeal>>)> done);
  void Post(std::function<void()> work);
  /// Set before Start: runs what it is given once every message read by now is in the engine's
  /// queue. A draw is closed behind what was read before.
  std::function<void(std::function<void()> then)> before_close;

 private:
  void Loop();
  void PollInbox();
  bool HandOn(CommandInput command);
  Result<std::shared_ptr<const LookedUp>> ReadFor(const TerminalInput& input, Need need);
  Result<std::vector<TicketPart>> ReadTicket(const Part& first, bool voided, UtcTime last);
  Result<std::shared_ptr<const KeptSeal>> ReadSeal(const DrawId& draw);
  Result<bool> IsVoided(const StoredOrder& order);
  Result<base::pg::Session*> Open();
  Result<base::pg::Rows> Exec(const std::string& sql, const std::vector<base::pg::Param>& params);

  const std::string conninfo_;
  Engine& engine_;
  const base::Clock& clock_;
  std::optional<base::pg::Session> session_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> work_;  // guarded by mutex_
  std::set<std::int64_t> in_flight_;         // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  // Of the desk's thread:
  std::chrono::steady_clock::time_point inbox_searched_{};
  std::int64_t inbox_seen_ = 0, inbox_from_ = 0;  // newest number; first transaction to look at
  bool inbox_more_ = false;
  std::deque<std::pair<DrawId, std::shared_ptr<const KeptSeal>>> seals_;  // asked for last
  std::thread thread_;
};

}  // namespace lottery::central
