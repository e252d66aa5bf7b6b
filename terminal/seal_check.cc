#include "terminal/seal_check.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "protocol/draw_life.h"
#include "protocol/net/http.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::size_t kIndexesAtOnce = 256;
constexpr int kControlTimeoutMs = 5'000;

Result<std::vector<protocol::SealedLine>> LinesOf(const wire::SealStatus& status) {
  std::vector<protocol::SealedLine> lines;
  for (const auto& line : status.lines()) {
    LOTTERY_TRY(auto path, crypto::ProofFromOctets(line.path()));
    lines.push_back({line.index(), line.leaf(), std::move(path)});
  }
  return lines;
}

Status IsUnder(const OwnDraw::Leaf& leaf, const std::string& path, const crypto::Checkpoint& root) {
  LOTTERY_TRY(const auto proof, crypto::ProofFromOctets(path));
  return crypto::VerifyInclusion(leaf.index, root.size, leaf.hash, proof, root.root);
}

Result<wire::SealStatus> Ask(Till& till, const protocol::DrawId& draw, const OwnDraw& own,
                             std::size_t from, std::size_t count) {
  wire::SealRequest request;
  request.set_game(draw.game);
  request.set_draw(static_cast<std::uint32_t>(draw.number));
  for (std::size_t i = from; i < from + count; ++i) request.add_indexes(own.leaves[i].index);
  LOTTERY_TRY(auto status, till.AskSeal(request));
  if (static_cast<std::size_t>(status.paths_size()) != count)
    return Fail(ErrorCode::kBadMessage, "one path a leaf");
  return status;
}

// Leaves whose path leads elsewhere, counted, the first of them listed.
void Compare(const OwnDraw& own, std::size_t from, const wire::SealStatus& status,
             const crypto::Checkpoint& root, protocol::TerminalCheck& check) {
  for (int i = 0; i < status.paths_size(); ++i) {
    const auto& leaf = own.leaves[from + static_cast<std::size_t>(i)];
    if (IsUnder(leaf, status.paths(i), root)) continue;
    ++check.missing;
    if (check.missing_leaves.size() < protocol::kMostMissingListed)
      check.missing_leaves.push_back({leaf.index, leaf.hash});
  }
}

}  // namespace

Result<SealSeen> OpenSeal(const std::string& text, const protocol::DrawId& draw,
                          const protocol::Trust& trust) {
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeSeal, trust.KeysFor("seal"), 1));
  SealSeen seen;
  LOTTERY_TRY(seen.seal, protocol::ParseSeal(envelope.body));
  seen.hash = protocol::BodyHash(envelope);
  const std::string origin = protocol::OriginOf(trust.operator_name, draw);
  const auto& sealed = seen.seal.checkpoints;
  if (seen.seal.draw != draw || sealed.size() != 1 || sealed[0].origin != origin)
    return Fail(ErrorCode::kBadSeal, "of another draw");
  LOTTERY_TRY(auto opened, crypto::OpenCheckpoint(sealed[0].note, trust.log_key, origin));
  LOTTERY_TRY_VOID(
      crypto::CheckWitnessed(opened.note, trust.log_key, trust.witnesses, trust.quorum));
  seen.checkpoint = std::move(opened.checkpoint);
  return seen;
}

std::vector<protocol::DrawId> DueChecks(const Reports& reports, const wire::Status& status) {
  std::vector<protocol::DrawId> due;
  for (const auto& d : status.draws()) {
    const auto state = protocol::DrawStateFrom(d.state());
    const protocol::DrawId draw{d.game(), static_cast<std::int32_t>(d.draw())};
    const std::string origin = protocol::OriginOf(status.operator_name(), draw);
    if (state && protocol::IsSealed(*state) && reports.draws.contains(origin)) due.push_back(draw);
  }
  return due;
}

Result<SealChecked> CheckSealed(Till& till, const protocol::Trust& trust,
                                const protocol::DrawId& draw, const OwnDraw& own,
                                std::uint32_t terminal, UtcTime now) {
  SealChecked out;
  auto& check = out.check;
  check.draw = draw;
  check.terminal = terminal;
  check.own = own.totals;
  check.leaves = static_cast<std::int64_t>(own.leaves.size());
  check.at = now;
  std::optional<SealSeen> seen;
  std::string first;
  std::size_t from = 0;
  do {
    const std::size_t count = std::min(kIndexesAtOnce, own.leaves.size() - from);
    LOTTERY_TRY(const auto status, Ask(till, draw, own, from, count));
    if (!seen) {
      first = status.seal();
      auto opened = OpenSeal(first, draw, trust);
      if (!opened) {
        check.problem = base::NameOf(opened.error().code);
        check.seal = crypto::Sha256(first);
        out.judged = Fail(ErrorCode::kSealDiffers, "the seal: " + check.problem);
        return out;
      }
      seen = std::move(*opened);
      check.seal = seen->hash;
      LOTTERY_TRY(check.lines, LinesOf(status));
    }
    Compare(own, from, status, seen->checkpoint, check);
    from += count;
  } while (from < own.leaves.size());
  out.judged = protocol::Judge(check, seen->seal);
  return out;
}

Result<SealChecked> CheckAndReport(Till& till, const protocol::Trust& trust,
                                   const protocol::DrawId& draw, const OwnDraw& own,
                                   std::uint32_t terminal, UtcTime now, const std::string& url) {
  LOTTERY_TRY(auto checked, CheckSealed(till, trust, draw, own, terminal, now));
  LOTTERY_TRY(const auto answer,
              protocol::net::HttpCall("POST", url + "/terminal-check", till.Sign(checked.check),
                                      kControlTimeoutMs));
  if (answer.status != 200)
    return Fail(answer.status == 422 ? ErrorCode::kBadMessage : ErrorCode::kDisconnected,
                "the control answered " + std::to_string(answer.status) + ": " + answer.body);
  LOTTERY_TRY_VOID(till.NoteSealCheck(protocol::OriginOf(trust.operator_name, draw), checked.check,
                                      checked.judged.has_value()));
  return checked;
}

}  // namespace lottery::terminal
