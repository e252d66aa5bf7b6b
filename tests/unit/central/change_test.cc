#include "central/change.h"

#include <gtest/gtest.h>

#include "central/state.h"

namespace lottery::central {
namespace {

State TwoTerminals() {
  State state;
  for (const std::uint32_t id : {7U, 8U}) {
    Terminal t;
    t.id = id;
    t.balance = Money::FromFen(1000);
    state.terminals.emplace(id, t);
  }
  for (int i = 0; i < 3; ++i) state.logs.push_back(NewLog(i, "o/" + std::to_string(i), {}));
  return state;
}

AcceptedChange Sale() {
  AcceptedChange c;
  c.terminal = 7;
  c.sequence = 41;
  c.hash = crypto::Sha256("message");
  c.balance = Money::FromFen(600);
  c.per_draw = Money::FromFen(200);
  c.parts = {{{1, 5}, {1'800'000'000'000}}, {{2, 70'000}, {1'799'999'999'990}}};
  return c;
}

TEST(Changes, AnAcceptedMessageComesBackAndIsFound) {
  base::ByteWriter w;
  WriteBalance(w, 8, Money::FromFen(5));
  WriteReference(w, "bank 1", Money::FromFen(5));
  WriteAccepted(w, Sale());
  WriteAlarm(w, 8, 3);
  const auto found = FindInChanges(w.bytes(), 7, 41);
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_EQ(**found, Sale().parts);
  EXPECT_FALSE(FindInChanges(w.bytes(), 7, 42)->has_value());
  EXPECT_EQ(*ListAccepted(w.bytes()),
            (std::vector<std::pair<std::uint32_t, std::uint64_t>>{{7, 41}}));
}

TEST(Changes, ASnapshotIsTheStateThatChangesMade) {
  State state = TwoTerminals();
  AcceptedChange taken_back = Sale();
  taken_back.kind = ChangeKind::kVoid;
  taken_back.sequence = 42;
  taken_back.voided = {1, 5};
  base::ByteWriter w;
  WriteReference(w, "bank 1", Money::FromFen(5));
  WriteBalance(w, 8, Money::FromFen(1005));
  WriteAccepted(w, Sale());
  WriteAccepted(w, taken_back);
  WriteAlarm(w, 8, 3);
  ASSERT_TRUE(ApplyChanges(state, w.bytes(), 9).has_value());
  State again = TwoTerminals();
  ASSERT_TRUE(ApplyChanges(again, EncodeSnapshot(state), 9).has_value());
  for (const State* s : {&state, &again}) {
    const Terminal& t = s->terminals.at(7);
    EXPECT_EQ(t.sequence, 42U);
    EXPECT_EQ(t.last.record, 9U);
    EXPECT_EQ(t.last.parts, Sale().parts);
    EXPECT_EQ(s->terminals.at(8).balance.fen(), 1005);
    EXPECT_EQ(s->terminals.at(8).alarmed, 3U);
    EXPECT_EQ(s->logs[2].totals.at(7),
              (SaleTotals{1, 1, Money::FromFen(200), Money::FromFen(200)}));
    EXPECT_TRUE(s->voided.contains({1, 5}));
    EXPECT_EQ(s->credits.at("bank 1"), 5);
  }
}

TEST(Changes, CutOrForeignOctetsAreRefused) {
  base::ByteWriter w;
  WriteAccepted(w, Sale());
  const Bytes whole = w.bytes();
  for (std::size_t n = 1; n < whole.size(); ++n) {
    State state = TwoTerminals();
    EXPECT_FALSE(ApplyChanges(state, whole.substr(0, n), 1).has_value()) << n;
  }
  State state = TwoTerminals();
  EXPECT_FALSE(ApplyChanges(state, "\x63", 1).has_value());
  auto unknown = Sale();
  unknown.terminal = 99;
  base::ByteWriter other;
  WriteAccepted(other, unknown);
  EXPECT_FALSE(ApplyChanges(state, other.bytes(), 1).has_value());
}

}  // namespace
}  // namespace lottery::central
