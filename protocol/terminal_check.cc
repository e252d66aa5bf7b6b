#include "protocol/terminal_check.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
namespace {

json::array PathOf(const crypto::Proof& path) {
  json::array out;
  for (const auto& hash : path) out.push_back(json::string(HexOf(hash)));
  return out;
}

Result<SealedLine> ParseLine(const json::object& o) {
  SealedLine line;
  LOTTERY_TRY(const auto index, base::GetInt(o, "index"));
  line.index = static_cast<std::uint64_t>(index);
  LOTTERY_TRY(line.leaf, GetHex(o, "leaf"));
  LOTTERY_TRY(const auto path, GetStrings(o, "path"));
  for (const auto& hex : path) {
    LOTTERY_TRY(const auto hash, base::DigestFromHex(hex));
    line.path.push_back(hash);
  }
  return line;
}

}  // namespace

std::string TerminalCheck::ToBody() const {
  json::array line_list, missing_list;
  for (const auto& line : lines)
    line_list.push_back(json::object{{"index", static_cast<std::int64_t>(line.index)},
                                     {"leaf", base::ToHex(line.leaf)},
                                     {"path", PathOf(line.path)}});
  for (const auto& leaf : missing_leaves)
    missing_list.push_back(json::object{{"index", static_cast<std::int64_t>(leaf.index)},
                                        {"leaf_hash", HexOf(leaf.hash)}});
  return base::ToPretty(json::object{{"format", "terminal-check/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"terminal", terminal},
                                     {"seal", HexOf(seal)},
                                     {"own", ToJson(own)},
                                     {"lines", std::move(line_list)},
                                     {"leaves", leaves},
                                     {"missing", missing},
                                     {"missing_leaves", std::move(missing_list)},
                                     {"problem", problem},
                                     {"at", base::ToIso(at)}});
}

Result<TerminalCheck> ParseTerminalCheck(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  TerminalCheck c;
  LOTTERY_TRY(c.draw, GetDraw(o));
  LOTTERY_TRY(const auto terminal, base::GetIntIn(o, "terminal", 1, kMostTerminal));
  c.terminal = static_cast<std::uint32_t>(terminal);
  LOTTERY_TRY(c.seal, base::GetDigest(o, "seal"));
  LOTTERY_TRY(const auto own, base::GetObject(o, "own"));
  LOTTERY_TRY(c.own, ParseTotals(own));
  LOTTERY_TRY_VOID(ForObjects(o, "lines", [&](const json::object& item) -> base::Status {
    LOTTERY_TRY(auto line, ParseLine(item));
    c.lines.push_back(std::move(line));
    return {};
  }));
  LOTTERY_TRY(c.leaves, base::GetInt(o, "leaves"));
  LOTTERY_TRY(c.missing, base::GetInt(o, "missing"));
  LOTTERY_TRY_VOID(ForObjects(o, "missing_leaves", [&](const json::object& item) -> base::Status {
    TerminalCheck::Leaf leaf;
    LOTTERY_TRY(const auto index, base::GetInt(item, "index"));
    leaf.index = static_cast<std::uint64_t>(index);
    LOTTERY_TRY(leaf.hash, base::GetDigest(item, "leaf_hash"));
    c.missing_leaves.push_back(leaf);
    return {};
  }));
  LOTTERY_TRY(c.problem, base::GetString(o, "problem"));
  LOTTERY_TRY(c.at, base::GetTime(o, "at"));
  return Canonical(std::move(c), body);
}

Result<SaleTotals> ReadSealedLine(const Seal& seal, std::uint32_t terminal,
                                  const std::vector<SealedLine>& lines) {
  const auto size = static_cast<std::uint64_t>(seal.terminals);
  std::vector<TerminalTotals> read;
  for (const auto& line : lines) {
    LOTTERY_TRY_VOID(crypto::VerifyInclusion(line.index, size, crypto::LeafHash(line.leaf),
                                             line.path, seal.terminals_root));
    LOTTERY_TRY(const auto totals, DecodeTerminalLine(line.leaf));
    if (totals.terminal == terminal) return totals.totals;
    read.push_back(totals);
  }
  // Not in the list, which is in order of terminals: nobody stands between its neighbours.
  const auto absent = [&] {
    if (size == 0) return read.empty();
    if (read.size() == 2)
      return lines[1].index == lines[0].index + 1 && read[0].terminal < terminal &&
             terminal < read[1].terminal;
    if (read.size() != 1) return false;
    return (lines[0].index == 0 && terminal < read[0].terminal) ||
           (lines[0].index + 1 == size && read[0].terminal < terminal);
  };
  if (absent()) return SaleTotals();
  return Fail(ErrorCode::kBadProof, "neither the terminal's line nor that it has none");
}

base::Status Judge(const TerminalCheck& check, const Seal& seal) {
  if (!check.problem.empty()) return Fail(ErrorCode::kSealDiffers, "the seal: " + check.problem);
  LOTTERY_TRY(const auto line, ReadSealedLine(seal, check.terminal, check.lines));
  if (check.missing != 0)
    return Fail(ErrorCode::kSealDiffers, std::to_string(check.missing) + " of " +
                                             std::to_string(check.leaves) +
                                             " leaves are not under the sealed root");
  if (check.own != line)
    return Fail(ErrorCode::kSealDiffers, "journal " + base::ToLine(ToJson(check.own)) + ", seal " +
                                             base::ToLine(ToJson(line)));
  return {};
}

}  // namespace lottery::protocol
