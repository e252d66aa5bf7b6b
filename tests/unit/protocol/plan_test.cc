#include <gtest/gtest.h>

#include <functional>

#include "crypto/ed25519.h"
#include "protocol/documents.h"

namespace lottery::protocol {
namespace {
using base::ErrorCode;

struct Registered {
  Trust trust;
  Plan plan;
};

Bytes NewPublicKey() { return crypto::SigningKey::Generate().public_key(); }

// Two officials, two witnesses with a quorum of two, one beacon; a plan that names exactly them.
Registered Sound() {
  Registered r;
  for (const char* name : {"a", "b"}) {
    const Bytes signing = NewPublicKey();
    r.trust.keys.push_back({"official", name, signing});
    r.plan.officials.push_back({name, NewPublicKey(), signing});
  }
  r.trust.witnesses = {{"w1", crypto::kTypeEd25519, NewPublicKey()},
                       {"w2", crypto::kTypeEd25519, NewPublicKey()}};
  r.trust.quorum = 2;
  r.trust.beacons = {{"pulse", "pem"}};
  r.plan.witnesses = {"w2", "w1"};
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

}  // namespace
}  // namespace lottery::protocol
