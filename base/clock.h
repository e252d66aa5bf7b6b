// Time is an argument. UtcTime counts milliseconds since 1970-01-01T00:00:00Z; China has no summer
// time, so local time (UTC+8) is display only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace lottery::base {

/// An instant, in milliseconds UTC.
struct UtcTime {
  std::int64_t ms = 0;
  auto operator<=>(const UtcTime&) const = default;
};

inline constexpr std::int64_t kSecondMs = 1000;
inline constexpr std::int64_t kDayMs = 24 * 3600 * kSecondMs;

/// Milliseconds of a clock that nobody can set; for lapses of time, never for stamps.
std::int64_t SteadyMs();

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime Now() const = 0;
};

class SystemClock : public Clock {
 public:
  UtcTime Now() const override;
};

/// The system clock plus an offset that another process may change: a mapped file of eight octets,
/// a little-endian count of milliseconds. Only for demonstrations; see OpenClock.
class OffsetClock : public Clock {
 public:
  static Result<std::unique_ptr<OffsetClock>> Open(const std::string& file);
  ~OffsetClock() override;
  UtcTime Now() const override;

 private:
  explicit OffsetClock(const volatile std::int64_t* offset_ms) : offset_ms_(offset_ms) {}
  const volatile std::int64_t* offset_ms_;
};

/// The system's clock when `demo_clock_file` is empty, else the demo clock.
Result<std::unique_ptr<Clock>> OpenClock(const std::string& demo_clock_file);

/// "2026-08-18T12:00:00.000Z"
std::string ToIso(UtcTime t);
Result<UtcTime> FromIso(std::string_view text);
/// "2026-08-18 20:00:00", Beijing time, for people.
std::string ToBeijingText(UtcTime t);
/// "2026-08-18" as days since 1970-01-01. Errors: kBadEncoding for another form or a day that is in
/// no calendar.
Result<std::int64_t> ParseDay(std::string_view text);
/// Days since 1970-01-01 in Beijing, the calendar of claim periods.
std::int64_t BeijingDay(UtcTime t);
/// Such a day for people: "2026-08-20 周四 Thu".
std::string ToBeijingDay(std::int64_t day);

}  // namespace lottery::base
