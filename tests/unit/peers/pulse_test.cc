// Pulses that beacons published from 2018 to 2026: what is read, what verifies, and that nothing in
// them can be changed unseen. The uris of listValues are not signed: their form alone is checked.
#include "tests/unit/peers/pulses.h"

namespace lottery::crypto {
namespace {

TEST(Pulse, PublishedOnesAreReadAndVerify) {
  tests::Verdicts readable, outputs;
  std::size_t verified = 0;
  for (const auto& p : All()) {
    const auto pulse = ParsePulse(p.pulse);
    readable.Add(p.name, pulse.has_value(), p.readable);
    outputs.Add(p.name,
                pulse && Sha512({SignedOctets(*pulse), pulse->signature}) == pulse->output_value,
                p.output);
    if (!pulse) continue;
    const auto again = ParsePulse(*base::ParseJsonObject(base::ToLine(ToJson(*pulse))));
    EXPECT_TRUE(again && SignedOctets(*again) == SignedOctets(*pulse)) << p.name;
    if (p.certificate.empty()) continue;
    EXPECT_TRUE(VerifyPulse(*pulse, p.certificate).has_value()) << p.name;
    ++verified;
  }
  EXPECT_EQ(readable.Close(9), 0U);
  EXPECT_EQ(outputs.Close(9), 0U);
  EXPECT_EQ(verified, 4U);
}

const std::vector<std::string> kFigures32 = {"cipherSuite", "period", "statusCode",
                                             "external.statusCode"};
const std::vector<std::string> kFigures64 = {"chainIndex", "pulseIndex"};

TEST(Pulse, AFigureThatDoesNotFitItsFieldIsRefusedByName) {
  std::size_t rows = 0;
  for (const auto& p : Readable()) {
    for (const auto* figures : {&kFigures32, &kFigures64}) {
      for (const auto& path : *figures) {
        json::object own = p.pulse;
        const std::int64_t n = At(own, path).as_int64();
        const std::string digits = std::to_string(n);
        std::vector<std::string> forms = {
            std::to_string(-1 - n), digits + ".5",         digits + ".0",          digits + "e0",
            "\"" + digits + "\"",   "9223372036854775808", "18446744073709551616", "null",
            "[" + digits + "]"};
        if (figures == &kFigures32) {
          forms.push_back(std::to_string(n + (std::int64_t{1} << 32)));
          forms.push_back(std::to_string(n + (std::int64_t{1} << 33)));
        }
        for (const auto& form : forms) {
          ExpectRefused(p, path, *base::ParseJson(form));
          ++rows;
        }
      }
    }
    ExpectRefused(p, "period", 0);
    for (const int status : {3, 4, 255}) ExpectRefused(p, "statusCode", status);
  }
  EXPECT_EQ(rows, 8U * (4 * 11 + 2 * 9));
}

TEST(Pulse, NoSignedFigureTextOrOctetChangesUnseen) {
  std::size_t changes = 0;
  for (const auto& p : Readable()) {
    if (p.certificate.empty()) continue;
    const auto seen = [&](const std::string& path, const json::value& value) {
      json::object changed = p.pulse;
      At(changed, path) = value;
      const auto pulse = ParsePulse(changed);
      EXPECT_FALSE(pulse && VerifyPulse(*pulse, p.certificate)) << path;
      ++changes;
    };
    json::object own = p.pulse;
    for (const auto* figures : {&kFigures32, &kFigures64}) {
      for (const auto& path : *figures)
        for (const std::int64_t more : {std::int64_t{1}, std::int64_t{1} << 32})
          seen(path, At(own, path).as_int64() + more);
    }
    for (const char* path : {"uri", "version"})
      seen(path, json::string(tests::TextOf(At(own, path)) + "0"));
    seen("timeStamp", "2026-07-10T10:57:00.000Z");
    auto paths = kValues;
    paths.push_back("signatureValue");
    for (const auto& path : paths) {
      const Bytes octets = tests::Hex(tests::TextOf(At(own, path)));
      for (std::size_t i = 0; i < octets.size(); ++i) {
        Bytes wrong = octets;
        wrong[i] = static_cast<char>(wrong[i] ^ 1);
        seen(path, json::string(base::ToHex(wrong)));
      }
    }
  }
  EXPECT_EQ(changes, 4U * (6 * 2 + 3 + 11 * 64 + 512));
}

}  // namespace
}  // namespace lottery::crypto
