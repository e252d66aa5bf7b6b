// What the nation was paid for 单选, 组选3 and 组选6 of 福彩3D, draw by draw since 2013, against
// the amounts of rule book and control.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "compliance/own_d3.h"
#include "games/rules.h"
#include "tests/unit/csv.h"

namespace lottery {
namespace {

// Lines that were paid by the second table, when `total` fen was paid for `lines` in all; none when
// no number of them gives the total.
std::optional<std::int64_t> LinesAtSecond(std::int64_t lines, std::int64_t total,
                                          std::int64_t usual, std::int64_t second) {
  const std::int64_t more = total - lines * usual, step = second - usual;
  if (more % step != 0 || more / step < 0 || more / step > lines) return std::nullopt;
  return more / step;
}

TEST(D3Announcements, EveryTotalIsASplitBetweenTheTablesOfItsVersion) {
  std::map<std::string, std::int64_t> totals, split;  // by version: how many, and how many split
  for (const auto& row : tests::ReadCsv("d3_announcements.csv")) {
    const auto& rule = **games::RuleFor("3d", row.Draw());
    ASSERT_EQ(rule.by_jurisdiction.size(), 1u) << rule.name;
    EXPECT_EQ(compliance::OwnD3RuleName(row.Draw()), rule.name);
    const auto& own = **compliance::OwnD3Amounts(compliance::OwnD3Published(), row.Draw(), "");
    for (int tier = 1; tier <= 3; ++tier) {
      const auto i = static_cast<std::size_t>(tier - 1);
      const std::int64_t lines = row.Number("n" + std::to_string(tier)),
                         total = row.Number("m" + std::to_string(tier)) * 100;
      EXPECT_EQ(rule.Fixed(tier).fen(), own[i]);
      const auto second =
          LinesAtSecond(lines, total, own[i], rule.by_jurisdiction[0].amounts[i]->fen());
      ASSERT_TRUE(second) << row.Draw() << " tier " << tier;
      totals[rule.name] += lines > 0 ? 1 : 0;
      split[rule.name] += *second > 0 ? 1 : 0;
      // By the amounts of the version before or after the total cannot be had.
      const std::int32_t other = row.Draw() < 2016006 ? 2016006 : 2016005;
      const auto& wrong = **games::RuleFor("3d", other);
      EXPECT_TRUE(lines == 0 || !LinesAtSecond(lines, total, wrong.Fixed(tier).fen(),
                                               wrong.by_jurisdiction[0].amounts[i]->fen()))
          << row.Draw();
    }
  }
  EXPECT_EQ(totals, (std::map<std::string, std::int64_t>{{"3d-2013", 2015}, {"3d-2016006", 4115}}));
  EXPECT_EQ(split, totals);  // in every one somebody was paid by the second
}

// Nobody is paid by a table of which no source says whose it is.
TEST(D3Announcements, ATableOfNobodyPaysNobody) {
  for (const auto& rule : games::RuleBookOf("3d").versions) {
    for (const auto* jurisdiction : {"", "11", "33", "460000"}) {
      EXPECT_FALSE(rule.Deviates(jurisdiction));
      EXPECT_EQ(rule.FixedIn(jurisdiction, 1), rule.Fixed(1));
    }
  }
}

}  // namespace
}  // namespace lottery
