// The published pulses, and what is done to them.
#pragma once

#include "crypto/pulse.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace json = base::json;

struct Published {
  std::string name;
  json::object pulse;
  bool readable, output;
  std::string certificate;  // PEM; empty where it was not found
};

inline std::vector<Published> All() {
  const auto suite = tests::ReadSuite("nist_pulses.json");
  std::vector<Published> all;
  for (const auto& c : suite.at("pulses").as_array()) {
    const auto& id = c.at("certificate");
    all.push_back({tests::TextOf(c, "name"), c.at("pulse").as_object(), c.at("readable").as_bool(),
                   c.at("output").as_bool(),
                   id.is_null() ? std::string()
                                : tests::TextOf(suite.at("certificates"), tests::TextOf(id))});
  }
  return all;
}
inline std::vector<Published> Readable() {
  auto all = All();
  std::erase_if(all, [](const Published& p) { return !p.readable; });
  return all;
}

// "external.statusCode", "listValues.3.value"
inline json::value& At(json::object& pulse, std::string_view path) {
  json::value* at = nullptr;
  for (const auto part : base::Split(path, '.')) {
    if (at == nullptr) {
      at = &pulse.at(part);
    } else if (at->is_object()) {
      at = &at->as_object().at(part);
    } else {
      at = &at->as_array().at(static_cast<std::size_t>(part[0] - '0'));
    }
  }
  return *at;
}

inline const std::vector<std::string> kValues = {
    "certificateId",      "localRandomValue",   "external.sourceId",  "external.value",
    "precommitmentValue", "outputValue",        "listValues.0.value", "listValues.1.value",
    "listValues.2.value", "listValues.3.value", "listValues.4.value"};

// Refused where it is read, with a sentence that names the member.
inline void ExpectRefused(const Published& p, const std::string& path, const json::value& value) {
  json::object changed = p.pulse;
  At(changed, path) = value;
  const auto pulse = ParsePulse(changed);
  ASSERT_FALSE(pulse.has_value()) << p.name << ": " << path << " = " << base::ToLine(value);
  EXPECT_EQ(pulse.error().code, base::ErrorCode::kBadPulse) << path << " = " << base::ToLine(value);
  const std::string member = path.substr(path.rfind('.') + 1);
  EXPECT_NE(pulse.error().detail.find(member), std::string::npos) << pulse.error().detail;
}

}  // namespace lottery::crypto
