// What terminals say of a sealed draw: each hands in a signed check of its own journal against the
// seal. The control judges it against the seal in the audit log, keeps it, and raises an alarm when
// a terminal's books differ. POST /terminal-check; GET /terminal-checks/<draw>.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/file.h"
#include "base/lock.h"
#include "compliance/control.h"
#include "protocol/net/http.h"
#include "protocol/terminal_check.h"

namespace lottery::compliance {

/// Reports kept of one terminal for one draw; more are refused.
inline constexpr int kMostChecksKept = 16;

/// A check opened with the key the audit log has for its terminal and judged against the seal
/// there. Errors: kUnknownTerminal, kBadSignature, kNotSealed, kBadJson and the envelope's; a
/// difference is no error but in `judged`.
struct Heard {
  protocol::TerminalCheck check;
  std::int64_t terminals = 0;  // in the seal
  Status judged;
};
Result<Heard> HearCheck(std::string_view text, const protocol::Trust& trust,
                        const AuditView& audit);

class TerminalChecks {
 public:
  /// Reads what `folder` holds, which is this one's alone. Errors: kInUse, kFileCorrupt,
  /// kFileWrite.
  static Result<std::unique_ptr<TerminalChecks>> Open(std::string folder, protocol::Trust trust,
                                                      Control& control);
  /// Null when the request is not one of these.
  std::optional<protocol::net::HttpAnswer> Serve(const protocol::net::HttpRequest& request);

 private:
  struct Last {
    std::string differs;  // empty: as the journal has it
    int reports = 0;
    base::UtcTime at;  // as the terminal wrote it: an older word said again changes nothing
  };
  struct OfDraw {
    std::int64_t terminals = 0;
    std::map<std::uint32_t, Last> reports;  // the latest counts
  };
  TerminalChecks(std::string folder, base::FolderLock lock, protocol::Trust trust, Control& control)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        trust_(std::move(trust)),
        control_(control) {}
  Status Load();
  protocol::net::HttpAnswer Add(const std::string& text);
  protocol::net::HttpAnswer Show(std::string_view draw);
  Status Keep(const Heard& heard, const std::string& differs, const std::string& text);
  std::string FileOf(const std::string& draw) const { return folder_ + "/" + draw + ".jsonl"; }

  const std::string folder_;
  const base::FolderLock lock_;
  const protocol::Trust trust_;
  Control& control_;
  std::mutex mutex_;
  std::map<std::string, OfDraw> draws_;  // guarded by mutex_, by name
};

}  // namespace lottery::compliance
