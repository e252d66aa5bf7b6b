// After a draw is sealed the terminal checks itself: the seal holds, its own line among the sealed
// totals is what its journal adds up to, every leaf it has a receipt for is under the sealed root.
// It signs what it found and tells the control, which hears of it whatever it is.
#pragma once

#include "protocol/terminal_check.h"
#include "terminal/report.h"
#include "terminal/till.h"

namespace lottery::terminal {

/// The seal central shows: its signature, its checkpoint's own and the witnesses' quorum hold.
/// Errors: kBadSeal, kBadSignature, kQuorumMissing, ...
struct SealSeen {
  protocol::Seal seal;
  Digest hash;
  crypto::Checkpoint checkpoint;  // of the draw's log
};
Result<SealSeen> OpenSeal(const std::string& text, const protocol::DrawId& draw,
                          const protocol::Trust& trust);

/// Draws of which the journal holds something and which are sealed by now, not checked yet.
std::vector<protocol::DrawId> DueChecks(const Reports& reports, const wire::Status& status);

struct SealChecked {
  protocol::TerminalCheck check;
  Status judged;  // kSealDiffers, kBadProof where it is not as the journal has it
};
/// Asks central and compares; nothing is written. Errors: kNotSealed, transient ones.
Result<SealChecked> CheckSealed(Till& till, const protocol::Trust& trust,
                                const protocol::DrawId& draw, const OwnDraw& own,
                                std::uint32_t terminal, UtcTime now);

/// Checks, tells the control at `url`, then notes it in the journal: a check is repeated until the
/// control has it. Errors: as CheckSealed; kDisconnected, kTimeout; kBadMessage with the control's
/// reason when it refuses.
Result<SealChecked> CheckAndReport(Till& till, const protocol::Trust& trust,
                                   const protocol::DrawId& draw, const OwnDraw& own,
                                   std::uint32_t terminal, UtcTime now, const std::string& url);

}  // namespace lottery::terminal
