// The worked example of docs/formats/batch-record.md.
#include <gtest/gtest.h>

#include "crypto/envelope.h"
#include "protocol/leaf.h"
#include "protocol/names.h"

namespace lottery::protocol {
namespace {

Bytes Hex(std::string_view hex) { return *base::FromHex(hex); }

const std::vector<LogHead> kHeads{
    {"lottery.example/ssq/2026097", 6,
     *base::DigestFrom(Hex("1182abc04d58efeca214f520c9bcfcce95208b295d55e06ac9c00b707115a8a2"))},
    {"lottery.example/ssq/2026098", 1,
     *base::DigestFrom(Hex("150f3ef306e893495cf7859eb6a4cc2f533cc7117134da5eadf9e09c085d50be"))}};

BatchRecord Example() {
  return {
      31,
      1,
      {1795482500401},
      *base::DigestFrom(Hex("1145d4f8668a31bbe74dbb24fcee84cd2c3a96844c72245ee599d2f2583cc59d")),
      2,
      TreeOfHeads(kHeads).Root()};
}

TEST(BatchRecord, WorkedExample) {
  const Bytes record = Example().Encode();
  EXPECT_EQ(base::ToHex(crypto::Sha256(record).view()),
            "8254ef10c410f43734bdac3c679247ce34e3d6a638fbc4b62150974fa90ca3e6");
  EXPECT_TRUE(crypto::VerifyTyped(
      Hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), kTypeRecord, record,
      Hex("bc9f95c359263d3a2964c234a40a518c174076a63d33f34096da473ac2b7a705"
          "3d292515b509f73ee1c28b0a8b91476c7ba2d3dd3d0de2b6805a3debc9954209")));
  const auto again = DecodeBatchRecord(record);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->Encode(), record);
  EXPECT_FALSE(DecodeBatchRecord(record.substr(0, record.size() - 1)).has_value());
  EXPECT_FALSE(DecodeBatchRecord(record + "x").has_value());
}

TEST(BatchRecord, HeadsAreOneBehindTheOther) {
  Bytes stored;
  for (const auto& head : kHeads) stored += head.Encode();
  EXPECT_EQ(DecodeHeads(stored).value(), kHeads);
  EXPECT_TRUE(DecodeHeads("").value().empty());
  EXPECT_FALSE(DecodeHeads(stored.substr(0, stored.size() - 1)).has_value());
}

TEST(BatchRecord, APathLeadsFromOneHeadOnly) {
  const auto tree = TreeOfHeads(kHeads);
  const auto holds = [&](const LogHead& head, std::uint64_t index) {
    return crypto::VerifyInclusion(index, 2, crypto::LeafHash(head.Encode()),
                                   tree.Inclusion(index, 2), Example().heads)
        .has_value();
  };
  EXPECT_TRUE(holds(kHeads[0], 0) && holds(kHeads[1], 1));
  EXPECT_FALSE(holds(kHeads[0], 1));
  LogHead other = kHeads[0];
  ++other.size;
  EXPECT_FALSE(holds(other, 0));
}

}  // namespace
}  // namespace lottery::protocol
