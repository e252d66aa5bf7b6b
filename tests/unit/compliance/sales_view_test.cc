#include "compliance/sales_view.h"

#include <gtest/gtest.h>

#include "protocol/withdrawal.h"

namespace lottery::compliance {
namespace {

const std::string kPlan = R"({"close":"2026-12-31T12:00:00.000Z"})";
const std::string kOther = R"({"close":"2026-12-30T12:00:00.000Z"})";

std::string Unsigned(const std::string& plan) {
  return crypto::Envelope{std::string(protocol::kTypePlan), plan, {}}.ToText();
}

AuditView WithPlans(const std::vector<int>& draws) {
  AuditView audit;
  for (const int draw : draws) {
    const base::json::object entry{
        {"kind", "plan"},
        {"by", "operator"},
        {"body",
         base::json::object{{"game", "ssq"}, {"draw", draw}, {"envelope", Unsigned(kPlan)}}}};
    EXPECT_TRUE(audit.Add(protocol::AuditLeaf{{1}, base::ToLine(entry)}.Encode()).has_value());
  }
  return audit;
}

TEST(AuditCalendar, CoversCountsPlannedDrawsAcrossTheTurnOfTheYear) {
  const auto audit = WithPlans({2026150, 2026151, 2027001, 2027002});
  EXPECT_TRUE(audit.Covers("ssq", 2026150, 1, 2026150));
  EXPECT_FALSE(audit.Covers("ssq", 2026150, 1, 2026151));
  EXPECT_TRUE(audit.Covers("ssq", 2026150, 3, 2027001));
  EXPECT_FALSE(audit.Covers("ssq", 2026150, 3, 2027002));
  EXPECT_FALSE(audit.Covers("ssq", 2026151, 9, 2026150)) << "a draw before the first";
  EXPECT_FALSE(audit.Covers("ssq", 2026149, 9, 2026150)) << "from a draw nobody planned";
  EXPECT_FALSE(audit.Covers("3d", 2026150, 1, 2026150)) << "another game";
}

TEST(AuditCalendar, BeforeIsThePlannedDrawInFront) {
  const auto audit = WithPlans({2026151, 2027001});
  ASSERT_TRUE(audit.Before({"ssq", 2027001}).has_value());
  EXPECT_EQ(audit.Before({"ssq", 2027001})->number, 2026151);
  EXPECT_FALSE(audit.Before({"ssq", 2026151}).has_value());
}

// A log of plans, openings and withdrawals as an operator might write it, and what everybody finds
// who reads it.
class Withdrawals : public testing::Test {
 protected:
  Withdrawals() {
    for (const char* name : {"a", "b", "c"}) {
      keys_.push_back(crypto::SigningKey::Generate());
      trust_.keys.push_back({"official", name, keys_.back().public_key()});
    }
  }
  std::string Plan(const std::string& body) const {
    crypto::Envelope envelope{std::string(protocol::kTypePlan), body, {}};
    envelope.Sign(keys_[0]);
    envelope.Sign(keys_[1]);
    return envelope.ToText();
  }
  std::string Paper(const std::string& body, int draw, const std::vector<int>& signers) const {
    const protocol::Withdrawal withdrawal{
        {"ssq", draw}, crypto::Sha256(body), "the year was mistyped", {1}};
    crypto::Envelope envelope{std::string(protocol::kTypeWithdrawal), withdrawal.ToBody(), {}};
    for (const int signer : signers) envelope.Sign(keys_[static_cast<std::size_t>(signer)]);
    return envelope.ToText();
  }
  // The next plan of the draw, after `body` was withdrawn.
  static std::string After(const std::string& body) {
    const protocol::Withdrawal withdrawal{
        {"ssq", 2026151}, crypto::Sha256(body), "the year was mistyped", {1}};
    return base::ToLine(
        base::json::object{{"close", "2026-12-31T12:00:00.000Z"},
                           {"after", base::ToHex(crypto::Sha256(withdrawal.ToBody()).view())}});
  }
  bool Add(const char* kind, int draw, const std::string& envelope) {
    return AddBody(kind, {{"game", "ssq"}, {"draw", draw}, {"envelope", envelope}});
  }
  bool AddBody(const char* kind, const base::json::object& body) {
    const base::json::object entry{{"kind", kind}, {"by", "operator"}, {"body", body}};
    return audit_.Add(protocol::AuditLeaf{{1}, base::ToLine(entry)}.Encode()).has_value();
  }
  bool Holds() const { return CheckWithdrawals(audit_, trust_).has_value(); }

  std::vector<crypto::SigningKey> keys_;
  protocol::Trust trust_;
  AuditView audit_;
};

TEST_F(Withdrawals, TheLastUnopenedPlanGoesAndAnotherComes) {
  ASSERT_TRUE(Add("plan", 2026151, Plan(kPlan)));
  ASSERT_TRUE(Add("withdrawal", 2026151, Paper(kPlan, 2026151, {0, 1})));
  EXPECT_FALSE(audit_.Covers("ssq", 2026151, 1, 2026151));
  EXPECT_TRUE(Holds());
  ASSERT_TRUE(Add("plan", 2026151, Plan(After(kPlan))));
  EXPECT_TRUE(Holds());
  EXPECT_TRUE(audit_.Covers("ssq", 2026151, 1, 2026151));
}

TEST_F(Withdrawals, WhatWasWithdrawnDoesNotComeAgain) {
  const std::string one = kPlan, two = After(one);
  ASSERT_TRUE(Add("plan", 2026151, Plan(one)));
  ASSERT_TRUE(Add("withdrawal", 2026151, Paper(one, 2026151, {0, 1})));
  ASSERT_TRUE(Add("plan", 2026151, Plan(two)) && Holds());
  ASSERT_TRUE(Add("withdrawal", 2026151, Paper(two, 2026151, {0, 1})) && Holds());
  const AuditView before = audit_;
  // By the operator alone, with signatures that were taken back.
  for (const auto& again : {one, two}) {
    audit_ = before;
    ASSERT_TRUE(Add("plan", 2026151, Plan(again)));
    EXPECT_FALSE(Holds()) << again;
  }
  audit_ = before;
  ASSERT_TRUE(Add("plan", 2026151, Plan(After(two))));
  EXPECT_TRUE(Holds());
}

TEST_F(Withdrawals, NeitherAnOpenedPlanNorOneInTheMiddleGoes) {
  ASSERT_TRUE(Add("plan", 2026150, Plan(kPlan)) && Add("plan", 2026151, Plan(kOther)));
  EXPECT_FALSE(Add("withdrawal", 2026150, Paper(kPlan, 2026150, {0, 1}))) << "not the last";
  ASSERT_TRUE(AddBody("open", {{"draw", "ssq-2026151"}}));
  EXPECT_FALSE(Add("withdrawal", 2026151, Paper(kOther, 2026151, {0, 1}))) << "opened";
}

TEST_F(Withdrawals, ThePaperIsOfThisPlanAndDrawAndOfTwoWhoSignedIt) {
  const std::pair<const char*, std::string> papers[] = {
      {"one signer", Paper(kPlan, 2026151, {0})},
      {"one signer twice", Paper(kPlan, 2026151, {0, 0})},
      {"a signer of nothing", Paper(kPlan, 2026151, {0, 2})},
      {"another plan", Paper(kOther, 2026151, {0, 1})},
      {"another draw", Paper(kPlan, 2026150, {0, 1})},
      {"no paper", "{}"}};
  for (const auto& [name, paper] : papers) {
    audit_ = {};
    ASSERT_TRUE(Add("plan", 2026151, Plan(kPlan)));
    ASSERT_TRUE(Add("withdrawal", 2026151, paper));
    EXPECT_FALSE(Holds()) << name;
  }
}

// A number cut to the width of its field would be another terminal's key.
TEST(AuditKeys, ATerminalsNumberFitsItsField) {
  const auto key = crypto::SigningKey::Generate();
  const auto enrol = [&](const char* terminal) {
    base::json::object body{{"name", "outlet"},
                            {"jurisdiction", "110000"},
                            {"public_key", base::ToHex(key.public_key())}};
    body["terminal"] = *base::ParseJson(terminal);
    const base::json::object entry{{"kind", "enrol"}, {"by", "operator"}, {"body", body}};
    AuditView audit;
    return audit.Add(protocol::AuditLeaf{{1}, base::ToLine(entry)}.Encode()).has_value();
  };
  for (const char* good : {"1", "7", "2147483647"}) EXPECT_TRUE(enrol(good)) << good;
  for (const char* bad :
       {"0", "-1", "-4294967289", "2147483648", "4294967303", "9223372036854775807",
        "18446744073709551615", "7.0", "7e0", "\"7\"", "null"})
    EXPECT_FALSE(enrol(bad)) << bad;
}

}  // namespace
}  // namespace lottery::compliance
