// Times, dates and times of day (JSON-Schema-Test-Suite). A time has one form here,
// YYYY-MM-DDThh:mm:ss.mmmZ, which no case of the suite has: each is refused as it stands. Filled up
// to that form, calendar and clock give the suite's verdict.
#include "tests/unit/peers/suite.h"

namespace lottery::base {
namespace {

// The file has three suites one after the other.
constexpr std::size_t kTimes = 27, kDates = 75, kClocks = 41;

const std::vector<tests::Difference> kStillRefused = {
    {"milliseconds have three digits",
     {"1963-06-19T08:30:06.283185Z", "1985-04-12T00:59:59.999999999999999Z", "23:20:50.52Z",
      "08:30:06.283185Z"}},
    {"an offset: UTC is Z alone",
     {"1937-01-01T12:00:27.87+00:20", "1990-12-31T15:59:50.123-08:00", "08:30:06+00:20",
      "08:30:06-08:00", "12:34:56-00:00"}},
    {"a leap second: milliseconds since 1970 do not count it",
     {"1998-12-31T23:59:60Z", "1998-12-31T15:59:60.123-08:00", "23:59:60Z", "23:59:60+00:00",
      "01:29:60+01:30", "23:29:60+23:30", "15:59:60-08:00", "00:29:60-23:30"}},
    {"small letters", {"1963-06-19t08:30:06.283185z", "08:30:06z"}}};

// A date at midnight; a time of day on the last day of 1998; ".000" before a closing Z.
std::string FilledUp(std::string text, std::size_t place) {
  if (place >= kTimes && place < kTimes + kDates) return text + "T00:00:00.000Z";
  if (place >= kTimes + kDates) text = "1998-12-31T" + text;
  if (text.ends_with("Z") && text.find('.') == std::string::npos)
    text.insert(text.size() - 1, ".000");
  return text;
}

TEST(Time, OneFormIsReadAndTheCalendarIsTheSuites) {
  tests::Verdicts verdicts(kStillRefused);
  std::size_t place = 0;
  for (const auto& c : tests::ReadCases("date_time.json")) {
    const std::string text = tests::TextOf(c, "data");
    EXPECT_FALSE(FromIso(text).has_value()) << text;
    const std::string filled = FilledUp(text, place);
    const auto time = FromIso(filled);
    verdicts.Add(text, time.has_value(), c.at("valid").as_bool());
    if (time) {
      EXPECT_EQ(ToIso(*time), filled);
    }
    ++place;
  }
  EXPECT_EQ(verdicts.Close(kTimes + kDates + kClocks), 19U);
}

}  // namespace
}  // namespace lottery::base
