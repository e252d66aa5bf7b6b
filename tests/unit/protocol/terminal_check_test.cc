#include "protocol/terminal_check.h"

#include <gtest/gtest.h>

namespace lottery::protocol {
namespace {
using base::ErrorCode;

SaleTotals Totals(std::int64_t sales, std::int64_t fen, std::int64_t voids = 0) {
  return {sales, voids, Money::FromFen(fen), Money::FromFen(voids * 200)};
}

// A seal over terminals 1001, 1003, ... and the lines a terminal would be shown of it.
struct Sealed {
  Seal seal;
  std::vector<TerminalTotals> list;
  explicit Sealed(int terminals) {
    for (int i = 0; i < terminals; ++i)
      list.push_back({static_cast<std::uint32_t>(1001 + 2 * i), Totals(i + 1, 200 * (i + 1))});
    seal.terminals = terminals;
    seal.terminals_root = TerminalsRoot(list);
  }
  SealedLine Line(std::size_t i) const {
    const Bytes lines = EncodeTerminals(list);
    crypto::MerkleTree tree;
    for (std::size_t k = 0; k < list.size(); ++k)
      tree.Append(crypto::LeafHash(base::ByteView(lines).substr(k * kTerminalLine, kTerminalLine)));
    return {i, lines.substr(i * kTerminalLine, kTerminalLine), tree.Inclusion(i, list.size())};
  }
};

TEST(TerminalCheck, ItsOwnLineIsProven) {
  const Sealed sealed(7);
  for (std::size_t i = 0; i < 7; ++i) {
    const auto line = ReadSealedLine(sealed.seal, sealed.list[i].terminal, {sealed.Line(i)});
    ASSERT_TRUE(line);
    EXPECT_EQ(*line, sealed.list[i].totals);
  }
  auto changed = sealed.Line(3);
  changed.leaf[11] = static_cast<char>(changed.leaf[11] + 1);  // one sale more
  EXPECT_EQ(ReadSealedLine(sealed.seal, 1007, {changed}).error().code, ErrorCode::kBadProof);
}

TEST(TerminalCheck, ThatItHasNoLineIsProvenByItsNeighbours) {
  const Sealed sealed(3);  // 1001, 1003, 1005
  const auto reads = [&](std::uint32_t terminal, const std::vector<SealedLine>& lines) {
    return ReadSealedLine(sealed.seal, terminal, lines).has_value();
  };
  EXPECT_TRUE(reads(1002, {sealed.Line(0), sealed.Line(1)}));
  EXPECT_TRUE(reads(1000, {sealed.Line(0)}));
  EXPECT_TRUE(reads(1009, {sealed.Line(2)}));
  EXPECT_FALSE(reads(1002, {sealed.Line(0)}));                  // half a proof
  EXPECT_FALSE(reads(1003, {sealed.Line(0), sealed.Line(2)}));  // its own line between is hidden
  EXPECT_FALSE(reads(1004, {sealed.Line(0), sealed.Line(1)}));  // not between these
  EXPECT_FALSE(reads(1002, {}));
  EXPECT_TRUE(ReadSealedLine(Sealed(0).seal, 1002, {}).has_value());
}

TEST(TerminalCheck, AMissingLeafAnotherSumAndABadSealDiffer) {
  const Sealed sealed(5);
  TerminalCheck check;
  check.draw = {"ssq", 2026097};
  check.terminal = 1005;
  check.own = sealed.list[2].totals;
  check.lines = {sealed.Line(2)};
  check.leaves = 3;
  EXPECT_TRUE(Judge(check, sealed.seal));
  const auto differs = [&](auto change) {
    TerminalCheck wrong = check;
    change(wrong);
    const auto judged = Judge(wrong, sealed.seal);
    return !judged && judged.error().code == ErrorCode::kSealDiffers;
  };
  EXPECT_TRUE(differs([](TerminalCheck& c) { c.missing = 1; }));
  EXPECT_TRUE(differs([](TerminalCheck& c) { c.problem = "kBadSignature"; }));
  EXPECT_TRUE(differs([](TerminalCheck& c) { ++c.own.sales; }));
  EXPECT_TRUE(differs([](TerminalCheck& c) { c.own.voids_amount = Money::FromFen(2); }));
}

TEST(TerminalCheck, ItsBodyIsReadAsItWasWritten) {
  const Sealed sealed(5);
  TerminalCheck check;
  check.draw = {"3d", 2026320};
  check.terminal = 1005;
  check.own = Totals(3, 600, 1);
  check.lines = {sealed.Line(1), sealed.Line(2)};
  check.leaves = 4;
  check.missing = 1;
  check.missing_leaves = {{7, crypto::Sha256("x")}};
  check.at = {1'795'482'500'000};
  const auto read = ParseTerminalCheck(check.ToBody());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ToBody(), check.ToBody());
  EXPECT_FALSE(ParseTerminalCheck(check.ToBody() + " "));
  std::string other = check.ToBody();
  other.insert(other.rfind('}'), 1, ' ');
  EXPECT_FALSE(ParseTerminalCheck(other));
}

}  // namespace
}  // namespace lottery::protocol
