// Types and bodies of many shapes, encoded and signed by the Python implementation of DSSE.
#include "crypto/envelope.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::HexOf;

TEST(Dsse, EncodesAndSignsAsThePythonImplementation) {
  std::size_t cases = 0;
  for (const auto& c : tests::ReadCases("dsse_python.json")) {
    const std::string type = HexOf(c, "type");
    const Bytes body = HexOf(c, "body"), key = HexOf(c, "key"), signature = HexOf(c, "sig");
    EXPECT_EQ(PreAuthEncoding(type, body), HexOf(c, "pae")) << cases;
    const auto signer = SigningKey::FromSeed(HexOf(c, "seed"));
    ASSERT_TRUE(signer.has_value());
    EXPECT_EQ(signer->public_key(), key);
    EXPECT_EQ(SignTyped(*signer, type, body), signature) << cases;
    EXPECT_TRUE(VerifyTyped(key, type, body, signature)) << cases;
    EXPECT_FALSE(VerifyTyped(key, type + "x", body, signature)) << cases;
    EXPECT_FALSE(VerifyTyped(key, type, body + "x", signature)) << cases;
    Envelope envelope{type, body, {}};
    envelope.Sign(*signer);
    const auto read = ParseEnvelope(envelope.ToText(), type);
    ASSERT_TRUE(read.has_value()) << cases;
    EXPECT_EQ(read->body, body);
    EXPECT_TRUE(read->SignedBy(key)) << cases;
    ++cases;
  }
  EXPECT_EQ(cases, 60U);
}

}  // namespace
}  // namespace lottery::crypto
