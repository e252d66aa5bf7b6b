// Documents that an earlier version of these programs published: what was true and signed then
// opens now, and is written again octet for octet.
#include "protocol/documents.h"

#include "tests/unit/peers/suite.h"

namespace lottery::protocol {
namespace {

using Rewrite = base::Result<std::string> (*)(std::string_view body);

template <typename T, base::Result<T> (*Parse)(std::string_view)>
base::Result<std::string> Again(std::string_view body) {
  LOTTERY_TRY(const auto value, Parse(body));
  return value.ToBody();
}
// An opening is written by hand: no writer of ours makes one.
base::Result<std::string> ReadOpening(std::string_view body) {
  LOTTERY_TRY_VOID(ParseOpening(body).map([](const auto&) {}));
  return std::string(body);
}

struct Kind {
  std::string_view type;
  const char* purpose;  // of the keys in trust.json that sign it
  int signers;
  Rewrite rewrite;
  std::vector<const char*> files;
};

const std::vector<Kind> kKinds = {
    {kTypePlan,
     "official",
     2,
     Again<Plan, ParsePlan>,
     {"plan_3d-2026320.json", "plan_ssq-2026097.json"}},
    {kTypeSeal,
     "seal",
     1,
     Again<Seal, ParseSeal>,
     {"seal_3d-2026320.json", "seal_ssq-2026097.json"}},
    {kTypeAgreement,
     "control",
     1,
     Again<Agreement, ParseAgreement>,
     {"control_ssq-2026097.sales.json", "control_ssq-2026097.json"}},
    {kTypeDrawCertificate,
     "official",
     2,
     Again<DrawCertificate, ParseDrawCertificate>,
     {"draw_3d-2026320.certificate.json", "draw_ssq-2026097.certificate.json",
      "draw_ssq-2026098.certificate.json", "draw_ssq-2026099.certificate.json"}},
    {kTypeOpening, "official", 2, ReadOpening, {"opening_3d.json", "opening_ssq.json"}},
    {kTypeStatement,
     "settlement",
     1,
     Again<Statement, ParseStatement>,
     {"settlement_3d-2026320.statement.json", "settlement_ssq-2026097.statement.json"}},
    {kTypeRefund,
     "settlement",
     1,
     Again<Refund, ParseRefund>,
     {"settlement_3d-2026321.refund.json"}}};

std::string Document(const std::string& name) { return tests::ReadPeerFile("documents/" + name); }

TEST(Documents, OfAnEarlierVersionOpenAndAreWrittenTheSame) {
  const auto trust = OpenTrust(Document("trust.json"));
  ASSERT_TRUE(trust.has_value()) << trust.error().detail;
  std::size_t cases = 1;
  for (const auto& kind : kKinds) {
    const auto keys = trust->KeysFor(kind.purpose);
    for (const char* name : kind.files) {
      const std::string text = Document(name);
      const auto envelope = OpenSigned(text, kind.type, keys, kind.signers);
      ASSERT_TRUE(envelope.has_value()) << name << ": " << envelope.error().detail;
      EXPECT_EQ(envelope->ToText(), text) << name;
      const auto body = kind.rewrite(envelope->body);
      ASSERT_TRUE(body.has_value()) << name << ": " << body.error().detail;
      EXPECT_EQ(*body, envelope->body) << name;
      // Under another purpose's keys, or as another type, it is nobody's word.
      EXPECT_FALSE(OpenSigned(text, kind.type, trust->KeysFor("record"), 1).has_value()) << name;
      EXPECT_FALSE(OpenSigned(text, kTypeTrust, keys, kind.signers).has_value()) << name;
      ++cases;
    }
  }
  EXPECT_EQ(cases, base::ListFiles(tests::VectorPath("peers/documents"))->size());
  EXPECT_EQ(cases, 16U);
}

TEST(Documents, PlansNameOnlyWhatTheirTrustHas) {
  const auto trust = OpenTrust(Document("trust.json"));
  ASSERT_TRUE(trust.has_value());
  for (const char* name : {"plan_3d-2026320.json", "plan_ssq-2026097.json"}) {
    const auto envelope = OpenSigned(Document(name), kTypePlan, trust->KeysFor("official"), 2);
    ASSERT_TRUE(envelope.has_value());
    const auto plan = ParsePlan(envelope->body);
    ASSERT_TRUE(plan.has_value());
    EXPECT_TRUE(CheckPlanIsTrusted(*plan, *trust).has_value()) << name;
  }
}

}  // namespace
}  // namespace lottery::protocol
