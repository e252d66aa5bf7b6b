// A terminal's own word on a sealed draw: what its journal adds up to, beside its line among the
// seal's terminals, and whether every leaf it was given a receipt for is under the sealed root.
// Signed with the terminal's key and handed to the control.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

/// Terminals are numbered from 1 to this.
inline constexpr std::int64_t kMostTerminal = 0x7fffffff;

/// At most so many missing leaves are listed.
inline constexpr std::size_t kMostMissingListed = 20;

/// One of the lines of the seal's terminals, with its path to `terminals_root`.
struct SealedLine {
  std::uint64_t index = 0;
  Bytes leaf;  // kTerminalLine octets
  crypto::Proof path;
};

struct TerminalCheck {
  struct Leaf {
    std::uint64_t index = 0;
    Digest hash;
  };
  DrawId draw;
  std::uint32_t terminal = 0;
  Digest seal;                       // SHA-256 of the seal's body as central showed it
  SaleTotals own;                    // by the journal
  std::vector<SealedLine> lines;     // as central showed them: its own, or its neighbours'
  std::int64_t leaves = 0;           // it has receipts for
  std::int64_t missing = 0;          // of them not under the sealed root
  std::vector<Leaf> missing_leaves;  // the first of them
  std::string problem;  // name of the refusal where the seal itself does not hold; else empty
  UtcTime at;
  std::string ToBody() const;
};
/// Errors: kBadJson, kBadEncoding.
Result<TerminalCheck> ParseTerminalCheck(std::string_view body);

/// What `lines` prove of `terminal` under the seal: its totals, or zeros where two neighbours, or
/// an end of the list, show that it is not there. Errors: kBadProof.
Result<SaleTotals> ReadSealedLine(const Seal& seal, std::uint32_t terminal,
                                  const std::vector<SealedLine>& lines);

/// Whether a check with a sound seal says that all is as the journal has it. Errors: kBadProof;
/// kSealDiffers, with what differs.
base::Status Judge(const TerminalCheck& check, const Seal& seal);

}  // namespace lottery::protocol
