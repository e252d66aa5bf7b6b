#include <gtest/gtest.h>

#include <functional>

#include "crypto/ed25519.h"
#include "protocol/documents.h"
#include "protocol/plausible.h"

namespace lottery::protocol {
namespace {
using base::ErrorCode;

struct Registered {
  Trust trust;
  Plan plan;
};

Bytes NewPublicKey() { return crypto::SigningKey::Generate().public_key(); }

// Three officials, three witnesses with a quorum of two, one beacon; a plan that names exactly
// them.
Registered Sound() {
  Registered r;
  for (const char* name : {"a", "b", "c"}) {
    const Bytes signing = NewPublicKey();
    r.trust.keys.push_back({"official", name, signing});
    r.plan.officials.push_back({name, NewPublicKey(), signing});
  }
  r.trust.witnesses = {{"w1", crypto::kTypeEd25519, NewPublicKey()},
                       {"w2", crypto::kTypeEd25519, NewPublicKey()},
                       {"w3", crypto::kTypeEd25519, NewPublicKey()}};
  r.trust.quorum = 2;
  r.trust.beacons = {{"pulse", "pem"}};
  r.plan.witnesses = {"w2", "w1", "w3"};
  r.plan.quorum = 2;
  r.plan.beacon = "pulse";
  return r;
}

TEST(CheckPlanIsTrusted, TakesWhatIsRegisteredAndRefusesTheRest) {
  EXPECT_FALSE(CheckPlanIsTrusted(Sound().plan, Sound().trust).has_value())
      << "another installation's keys";
  const std::pair<const char*, std::function<void(Plan&)>> wrong[] = {
      {"an unregistered signing key", [](Plan& p) { p.officials[0].signing_key = NewPublicKey(); }},
      {"a point that is no key", [](Plan& p) { p.officials[1].vrf_key = Bytes(32, '\0'); }},
      {"one official twice", [](Plan& p) { p.officials[1] = p.officials[0]; }},
      {"one VRF key for two", [](Plan& p) { p.officials[1].vrf_key = p.officials[0].vrf_key; }},
      {"a signing key as VRF key",
       [](Plan& p) { p.officials[0].vrf_key = p.officials[0].signing_key; }},
      {"a missing witness", [](Plan& p) { p.witnesses = {"w1"}; }},
      {"one witness twice",
       [](Plan& p) {
         p.witnesses = {"w1", "w2", "w2"};
       }},
      {"another quorum", [](Plan& p) { p.quorum = 1; }},
      {"an unknown beacon", [](Plan& p) { p.beacon = "dice"; }}};
  const Registered sound = Sound();
  EXPECT_TRUE(CheckPlanIsTrusted(sound.plan, sound.trust).has_value());
  for (const auto& [name, change] : wrong) {
    Plan plan = sound.plan;
    change(plan);
    const auto checked = CheckPlanIsTrusted(plan, sound.trust);
    ASSERT_FALSE(checked.has_value()) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::kBadPlan) << name;
  }
}

// A plan's body round trips; `change` makes it say something else.
base::Result<Plan> Reread(const std::string& game, const std::function<void(Promotion&)>& change) {
  Plan plan = Sound().plan;
  plan.draw = {game, 2026097};
  plan.certificate_quorum = 2;
  plan.ball_machine = "M-1";
  plan.beacon_period_ms = plan.margin_ms = 60'000;
  plan.round_delay_ms = 300'000;
  plan.contribution_deadline_ms = kLeastContributionMs;
  const auto yuan = [](std::int64_t n) { return Money::FromFen(n * 100); };
  plan.promotion = {"approval 7", yuan(1'000'000), {{3, yuan(500), yuan(100'000)}}};
  change(plan.promotion);
  return ParsePlan(plan.ToBody());
}

// No one alone, and one may be away: thresholds, and the time that seal and witnesses need.
TEST(PlanFigures, HaveFloors) {
  const auto read = [](const std::function<void(Plan&)>& change) {
    Plan plan = Sound().plan;
    plan.draw = {"ssq", 2026097};
    plan.certificate_quorum = 2;
    plan.ball_machine = "M-1";
    plan.beacon_period_ms = 60'000;
    plan.margin_ms = kLeastMarginMs;
    plan.round_delay_ms = kLeastMarginMs + kSealingMs;
    plan.contribution_deadline_ms = kLeastContributionMs;
    change(plan);
    return ParsePlan(plan.ToBody());
  };
  const auto five = [](Plan& p) {
    for (const char* name : {"d", "e"})
      p.officials.push_back({name, NewPublicKey(), NewPublicKey()});
    p.witnesses.insert(p.witnesses.end(), {"w4", "w5"});
  };
  const std::pair<const char*, std::function<void(Plan&)>> good[] = {
      {"the least there is", [](Plan&) {}},
      {"all officials", [](Plan& p) { p.certificate_quorum = 3; }},
      {"three of five", [&](Plan& p) { five(p), p.certificate_quorum = 3, p.quorum = 3; }},
      {"four witnesses of five",
       [&](Plan& p) { five(p), p.certificate_quorum = 5, p.quorum = 4; }}};
  for (const auto& [name, change] : good) {
    const auto plan = read(change);
    EXPECT_TRUE(plan) << name << ": " << plan.error().detail;
  }
  const std::pair<const char*, std::function<void(Plan&)>> bad[] = {
      {"two officials", [](Plan& p) { p.officials.pop_back(); }},
      {"one decides", [](Plan& p) { p.certificate_quorum = 1; }},
      {"more than there are", [](Plan& p) { p.certificate_quorum = 4; }},
      {"two of five", [&](Plan& p) { five(p), p.certificate_quorum = 2, p.quorum = 3; }},
      {"two witnesses", [](Plan& p) { p.witnesses.pop_back(); }},
      {"one witness suffices", [](Plan& p) { p.quorum = 1; }},
      {"no witness may be away", [](Plan& p) { p.quorum = 3; }},
      {"two witnesses of five", [&](Plan& p) { five(p), p.certificate_quorum = 3, p.quorum = 2; }},
      {"a margin of a moment", [](Plan& p) { p.margin_ms = kLeastMarginMs - 1; }},
      {"no time to seal", [](Plan& p) { --p.round_delay_ms; }},
      {"a round days later", [](Plan& p) { p.round_delay_ms = kLongestRoundDelayMs + 1; }}};
  for (const auto& [name, change] : bad) {
    const auto plan = read(change);
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().code, ErrorCode::kBadPlan) << name;
  }
}

TEST(Promotion, IsReadFromThePlanAndRefusedByName) {
  const auto plain = Reread("ssq", [](Promotion& p) { p = {}; });
  ASSERT_TRUE(plain.has_value()) << plain.error().detail;
  EXPECT_EQ(plain->ToBody().find("promotion"), std::string::npos);
  const auto sound = Reread("ssq", [](Promotion&) {});
  ASSERT_TRUE(sound.has_value()) << sound.error().detail;
  EXPECT_EQ(sound->promotion.injection.fen(), 100'000'000);
  ASSERT_EQ(sound->promotion.bonuses.size(), 1U);
  EXPECT_EQ(sound->promotion.bonuses[0].budget.fen(), 10'000'000);
  const std::pair<const char*, std::function<void(Promotion&)>> wrong[] = {
      {"nothing added", [](Promotion& p) { p.injection = {}, p.bonuses.clear(); }},
      {"a negative injection", [](Promotion& p) { p.injection = Money::FromFen(-100); }},
      {"fen", [](Promotion& p) { p.injection = Money::FromFen(150); }},
      {"more than there is",
       [](Promotion& p) { p.injection = Money::FromFen(kMostPromotionFen + 100); }},
      {"a bonus of nothing", [](Promotion& p) { p.bonuses[0].each = {}; }},
      {"a budget for no line", [](Promotion& p) { p.bonuses[0].budget = Money::FromFen(100); }},
      {"a bonus in fen", [](Promotion& p) { p.bonuses[0].each = Money::FromFen(550); }},
      {"tier 0", [](Promotion& p) { p.bonuses[0].tier = 0; }},
      {"tier 41", [](Promotion& p) { p.bonuses[0].tier = 41; }},
      {"one tier twice", [](Promotion& p) { p.bonuses.push_back(p.bonuses[0]); }}};
  for (const auto& [name, change] : wrong) {
    const auto read = Reread("ssq", change);
    ASSERT_FALSE(read.has_value()) << name;
    EXPECT_EQ(read.error().code, ErrorCode::kBadPlan) << name;
  }
  EXPECT_FALSE(Reread("3d", [](Promotion&) {}).has_value()) << "pools of jurisdictions";
  EXPECT_TRUE(Reread("kl8", [](Promotion&) {}).has_value());
}

}  // namespace
}  // namespace lottery::protocol
