// The terminal's memory: what it signed, fsynced before it is sent, and what became of it. Secrets
// stay out of the journal: t of a ticket, and a message that carries a ticket's secrets, live in
// one file beside it, which goes once the message is settled and printing confirmed. The journal
// has such a message without them.
#pragma once

#include <optional>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/lock.h"
#include "protocol/message.h"

namespace lottery::terminal {

using base::Bytes;
using base::Digest;
using base::Result;
using base::Status;

/// A message whose fate is not known yet.
struct Pending {
  std::uint64_t sequence = 0;
  Bytes message, signature;
  Bytes t;           // orders, and claims that ask for an exchange ticket
  std::string slip;  // the slip's id, to print after a restart
};

class Journal {
 public:
  /// Reads `folder`/journal.jsonl; a torn last line is dropped. The folder is this one's alone.
  /// Errors: kInUse, kFileCorrupt with the line, kFileWrite.
  static Result<Journal> Open(const std::string& folder);

  /// Intent is durable when this returns; only then may the message be sent.
  Status Intend(const Pending& pending);
  /// The number is used by `message_hash`; `detail` is what a person looks for later.
  Status Accepted(std::uint64_t sequence, const Digest& message_hash, base::json::object detail);
  /// The number stays free.
  Status Refused(std::uint64_t sequence, const std::string& code);
  /// After printing: t and s are wiped.
  Status Printed(std::uint64_t sequence);

  /// What is no message: a shift's begin and end, a reprint. `detail` has no "event" of its own.
  Status Note(const std::string& event, base::json::object detail);
  /// Entries as they are on the disk, oldest first, from octet `from` on, which moves behind them.
  /// A last line that stayed torn is left for later. Errors: kFileCorrupt.
  Result<std::vector<base::json::object>> EntriesFrom(std::size_t& from) const;

  std::uint64_t last_sequence() const { return last_sequence_; }
  const Digest& head() const { return head_; }
  /// Whose messages it holds; 0 while it holds none.
  std::uint32_t terminal() const { return terminal_; }
  const std::optional<Pending>& pending() const { return pending_; }

 private:
  Journal(std::string folder, base::FolderLock lock, base::DurableAppender file)
      : folder_(std::move(folder)), lock_(std::move(lock)), file_(std::move(file)) {}
  Status Replay(const std::string& text);
  Status Write(base::json::object entry);
  std::string folder_;
  base::FolderLock lock_;
  base::DurableAppender file_;
  std::uint64_t last_sequence_ = 0;
  Digest head_;
  std::uint32_t terminal_ = 0;
  std::optional<Pending> pending_;
};

}  // namespace lottery::terminal
