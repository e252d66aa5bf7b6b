#include "settlement/announce.h"

#include <gtest/gtest.h>

namespace lottery::settlement {
namespace {

using base::Money;

Announcement Sample() {
  Announcement a;
  a.game = "双色球 Double Colour Ball";
  a.draw = "2026095";
  a.numbers = "04 06 14 21 22 33 + 16";
  a.sales = Money::FromFen(33'854'211'200);
  a.pool = Money::FromFen(99);
  a.tiers = {{"一等奖 first", 1, Money::FromFen(500'000'000), Money::FromFen(500'000'000)}};
  a.claim_until = "2026-10-18";
  return a;
}

TEST(Announcement, SumsAreGroupedByThousands) {
  const std::string text = AnnouncementText(Sample());
  EXPECT_NE(text.find("338,542,112.00"), std::string::npos) << text;
  EXPECT_NE(text.find(" 5,000,000.00"), std::string::npos) << text;
  EXPECT_NE(text.find(" 0.99 "), std::string::npos) << text;
}

TEST(Announcement, NothingInADocumentBecomesMarkup) {
  Announcement a = Sample();
  a.game = "<script>alert(\"1\")</script>";
  const std::string page = AnnouncementPage(a);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
}

TEST(Announcement, SaysWhatAPromotionAdds) {
  Announcement a = Sample();
  EXPECT_EQ(AnnouncementText(a).find("派奖"), std::string::npos);
  a.tiers[0].bonus = Money::FromFen(1'234'500);
  for (const auto& said : {AnnouncementText(a), AnnouncementPage(a)})
    EXPECT_NE(said.find("（含派奖 bonus 12,345.00 元）"), std::string::npos) << said;
}

TEST(Announcement, SaysThatAJurisdictionPaysAnotherAmount) {
  Announcement a = Sample();
  a.tiers[0].lines = 3;
  a.tiers[0].total = Money::FromFen(1'500'000'000);
  EXPECT_EQ(AnnouncementText(a).find("部分地区另有金额"), std::string::npos);
  a.tiers[0].total = Money::FromFen(1'496'000'000);
  for (const auto& said : {AnnouncementText(a), AnnouncementPage(a)})
    EXPECT_NE(said.find("部分地区另有金额"), std::string::npos) << said;
}

TEST(Announcement, ARehearsalSaysSo) {
  Announcement a = Sample();
  EXPECT_EQ(AnnouncementText(a).find("REHEARSAL"), std::string::npos);
  a.rehearsal = true;
  EXPECT_NE(AnnouncementText(a).find("REHEARSAL"), std::string::npos);
  EXPECT_NE(AnnouncementPage(a).find("REHEARSAL"), std::string::npos);
}

}  // namespace
}  // namespace lottery::settlement
