// A pulse has exactly its members, each in one form.
#include <functional>

#include "tests/unit/peers/pulses.h"

namespace lottery::crypto {
namespace {

TEST(Pulse, OctetsOfAnotherLengthOrFormAreRefusedByName) {
  for (const auto& p : Readable()) {
    auto paths = kValues;
    paths.push_back("signatureValue");
    for (const auto& path : paths) {
      json::object own = p.pulse;
      const std::string hex = tests::TextOf(At(own, path));
      const bool signature =
          path == "signatureValue";  // as long as its key, which is looked at later
      for (const auto& form : {std::string(), hex.substr(1), "g" + hex.substr(1), " " + hex,
                               signature ? hex.substr(0, 2 * 255) : hex.substr(2),
                               signature ? hex + hex + hex + hex + "00" : hex + "00"})
        ExpectRefused(p, path, json::string(form));
      ExpectRefused(p, path, 0);
    }
  }
}

TEST(Pulse, ATimeStampHasOneForm) {
  for (const char* time :
       {"", "2026-07-31", "2026-07-31T23:20:00Z", "2026-07-31T23:20:00.000",
        "2026-07-31T23:20:00.0Z", "2026-07-31t23:20:00.000z", "2026-07-31T23:20:00.000+00:00",
        "2026-02-30T23:20:00.000Z", "2026-07-31T24:00:00.000Z", "2026-07-31T23:20:60.000Z",
        "2026-07-31T23:20:00.000Z ", "+026-07-31T23:20:00.000Z"})
    ExpectRefused(Readable()[0], "timeStamp", json::string(time));
}

using Change = std::function<void(json::object&)>;
struct Shape {
  const char* what;
  Change change;
};
json::array& List(json::object& o) { return o.at("listValues").as_array(); }
const std::vector<Shape> kShapes = {
    {"an unknown member", [](json::object& o) { o["extra"] = 1; }},
    {"an unknown member of external",
     [](json::object& o) { o.at("external").as_object()["extra"] = 1; }},
    {"an unknown member of a list value",
     [](json::object& o) { List(o)[2].as_object()["extra"] = 1; }},
    {"a list of externals", [](json::object& o) { o["external"] = json::array{o.at("external")}; }},
    {"four list values", [](json::object& o) { List(o).pop_back(); }},
    {"six list values", [](json::object& o) { List(o).push_back(List(o)[0]); }},
    {"list values out of order", [](json::object& o) { std::swap(List(o)[1], List(o)[2]); }},
    {"a list value twice", [](json::object& o) { List(o)[3] = List(o)[4]; }},
    {"a list value of another type",
     [](json::object& o) { List(o)[4].as_object()["type"] = "century"; }},
    {"a list value that is no object", [](json::object& o) { List(o)[0] = "previous"; }},
    {"no uri", [](json::object& o) { o["uri"] = ""; }},
    {"a list value without uri", [](json::object& o) { List(o)[0].as_object()["uri"] = ""; }},
    {"no version", [](json::object& o) { o["version"] = ""; }},
    {"an endless version", [](json::object& o) { o["version"] = std::string(100'000, '2'); }}};

TEST(Pulse, HasExactlyItsMembers) {
  for (const auto& p : Readable()) {
    std::vector<Shape> shapes = kShapes;
    for (const auto& member : p.pulse) {
      const std::string name(member.key());
      shapes.push_back({"a missing member", [name](json::object& o) { o.erase(name); }});
    }
    for (const char* name : {"sourceId", "statusCode", "value"})
      shapes.push_back({"a missing member of external",
                        [name](json::object& o) { o.at("external").as_object().erase(name); }});
    for (const auto& [what, change] : shapes) {
      json::object changed = p.pulse;
      change(changed);
      const auto pulse = ParsePulse(changed);
      ASSERT_FALSE(pulse.has_value()) << p.name << ": " << what;
      EXPECT_EQ(pulse.error().code, base::ErrorCode::kBadPulse) << what;
    }
  }
}

}  // namespace
}  // namespace lottery::crypto
