#include <gtest/gtest.h>

#include "crypto/envelope.h"
#include "crypto/keyfile.h"
#include "crypto/pulse.h"
#include "crypto/tls.h"
#include "tests/unit/table.h"

namespace lottery::crypto {
namespace {
using base::ErrorCode;

// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
TEST(Hmac, PublishedVectors) {
  const auto mac = [](const std::string& key, const std::string& message) {
    return base::ToHex(HmacSha256(key, message).view());
  };
  EXPECT_EQ(mac(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(mac("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Pulse, OwnBeaconSignsWhatItsCertificateVerifies) {
  const auto identity = MakeRsaIdentity("beacon", 2048, 10);
  ASSERT_TRUE(identity.has_value());
  Pulse pulse;
  pulse.version = "2.0";
  pulse.time_stamp = base::ToIso(base::SystemClock().Now());
  pulse.local_random_value = Bytes(64, 'r');
  ASSERT_TRUE(SignPulse(pulse, *identity).has_value());
  EXPECT_TRUE(VerifyPulse(pulse, identity->certificate_pem).has_value());
  const auto other = MakeRsaIdentity("beacon", 2048, 10);
  EXPECT_FALSE(VerifyPulse(pulse, other->certificate_pem).has_value());
}

TEST(KeyFile, OpensWithItsPassphraseAndPurposeOnly) {
  const auto key = SigningKey::Generate();
  const SecretBytes phrase("correct horse");
  NamedKey named{"log", "operator", SecretBytes(key.RevealSeed())};
  const std::string text = SealKey(named, key.public_key(), phrase, KeyCost::kInteractive);
  const auto opened = OpenKey(text, phrase, "log");
  ASSERT_TRUE(opened.has_value());
  EXPECT_TRUE(opened->seed.Equals(key.RevealSeed()));
  EXPECT_EQ(OpenKey(text, SecretBytes("wrong"), "log").error().code, ErrorCode::kWrongPassphrase);
  EXPECT_EQ(OpenKey(text, phrase, "record").error().code, ErrorCode::kBadKey);
  EXPECT_EQ(text.find(base::ToHex(key.RevealSeed())), std::string::npos);
}

TEST(Envelope, CanonicalTextOnlyAndTypesDoNotMix) {
  const auto key = SigningKey::Generate();
  Envelope envelope{"application/a", "body", {}};
  envelope.Sign(key);
  const std::string text = envelope.ToText();
  const auto parsed = ParseEnvelope(text, "application/a");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->SignedBy(key.public_key()));
  EXPECT_FALSE(parsed->SignedBy(SigningKey::Generate().public_key()));
  EXPECT_FALSE(ParseEnvelope(text, "application/b").has_value());
  EXPECT_FALSE(ParseEnvelope(text + "\n", "application/a").has_value());
  EXPECT_FALSE(
      VerifyTyped(key.public_key(), "application/b", "body", envelope.signatures[0].signature));
}

TEST(Envelope, PreAuthEncodingIsTheSpecifications) {
  EXPECT_EQ(PreAuthEncoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

TEST(Ed25519, RegistrationRefusesSmallOrderAndMixedOrderKeys) {
  EXPECT_TRUE(IsValidPublicKey(SigningKey::Generate().public_key()));
  Bytes identity(32, '\0');
  identity[0] = 1;
  EXPECT_FALSE(IsValidPublicKey(identity));
  EXPECT_FALSE(IsValidPublicKey(
      tests::Hex("2ad7189ff2c500908ea7f468279fccdfdcb78ae4164feed7c5535bdc99531ca6")));
}

TEST(Ca, LeavesChainToTheirRootOnly) {
  const auto ca = MakeCa("root", 10);
  ASSERT_TRUE(ca.has_value());
  const auto leaf = IssueCertificate(*ca, "terminal:1", false, "", 10);
  ASSERT_TRUE(leaf.has_value());
  EXPECT_TRUE(MakeTlsContext(false, *leaf, ca->certificate_pem).has_value());
  EXPECT_FALSE(
      MakeTlsContext(false, {leaf->certificate_pem, ca->key_pem}, ca->certificate_pem).has_value());
  EXPECT_FALSE(IssueCertificate({"junk", "junk"}, "x", false, "", 1).has_value());
}

}  // namespace
}  // namespace lottery::crypto
