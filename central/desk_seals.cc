// Seals as they are kept, for terminals that check themselves: after a close all of them ask.
#include <algorithm>

#include "central/desk.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;

namespace {
/// Of 180 000 terminals each takes about 18 MB.
constexpr std::size_t kSealsKept = 4;
}  // namespace

Result<std::shared_ptr<const KeptSeal>> Desk::ReadSeal(const DrawId& draw) {
  const auto kept =
      std::find_if(seals_.begin(), seals_.end(), [&](const auto& s) { return s.first == draw; });
  if (kept != seals_.end()) return kept->second;
  LOTTERY_TRY(base::pg::Session * session, Open());
  LOTTERY_TRY(const auto rows, session->ExecBinary("SELECT envelope, terminals FROM issuance.seal "
                                                   "WHERE game = $1 AND draw = $2",
                                                   {draw.game, std::int64_t{draw.number}}));
  if (rows.size() == 0) return Fail(ErrorCode::kNotSealed, draw.ToText());
  auto seal = std::make_shared<KeptSeal>();
  seal->envelope = rows.Text(0, 0);
  seal->lines = rows.Text(0, 1);
  if (seal->lines.size() % protocol::kTerminalLine != 0)
    return Fail(ErrorCode::kFileCorrupt, "terminals of the seal of " + draw.ToText());
  const base::ByteView lines(seal->lines);
  for (std::size_t at = 0; at < lines.size(); at += protocol::kTerminalLine)
    seal->tree.Append(crypto::LeafHash(lines.substr(at, protocol::kTerminalLine)));
  if (seals_.size() == kSealsKept) seals_.pop_front();
  seals_.emplace_back(draw, seal);
  return std::shared_ptr<const KeptSeal>(std::move(seal));
}

void Desk::FindSeal(const DrawId& draw,
                    std::function<void(Result<std::shared_ptr<const KeptSeal>>)> done) {
  Post([this, draw, done = std::move(done)] { done(ReadSeal(draw)); });
}

}  // namespace lottery::central
