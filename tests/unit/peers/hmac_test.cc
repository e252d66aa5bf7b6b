// HMAC-SHA-256 (Wycheproof): keys of all lengths, tags that are cut to 128 bits or changed.
#include "crypto/hash.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::HexOf;

TEST(Hmac, TagsOfTheSuite) {
  tests::Verdicts verdicts, by_parts;
  for (const auto& c : tests::ReadCases("hmac_sha256.json")) {
    const std::string name = std::to_string(c.at("id").as_int64());
    const Bytes key = HexOf(c, "key"), message = HexOf(c, "msg"), tag = HexOf(c, "tag");
    const auto octets = static_cast<std::size_t>(tests::NumberOf(c, "bits") / 8);
    const bool valid = c.at("valid").as_bool();
    const Digest mac = HmacSha256(key, message);
    verdicts.Add(name, mac.view().substr(0, octets) == tag, valid);
    const std::size_t half = message.size() / 2;
    const Digest parts =
        HmacKey(key).Mac({ByteView(message).substr(0, half), ByteView(message).substr(half)});
    by_parts.Add(name, parts.view().substr(0, octets) == tag, valid);
  }
  EXPECT_EQ(verdicts.Close(174), 0U);
  EXPECT_EQ(by_parts.Close(174), 0U);
}

}  // namespace
}  // namespace lottery::crypto
