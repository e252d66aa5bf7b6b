#include "base/clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "base/bytes.h"

namespace lottery::base {
namespace {

constexpr std::int64_t kBeijingOffsetMs = 8 * 3600 * kSecondMs;
constexpr std::int64_t kMostOffsetMs = 100 * 366 * kDayMs;

struct Civil {
  int year;
  unsigned month, day;
  int hour, minute, second, ms;
};

Civil ToCivil(std::int64_t ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> t{milliseconds{ms}};
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss<milliseconds> clock{t - day};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

}  // namespace

std::int64_t SteadyMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

UtcTime SystemClock::Now() const {
  using namespace std::chrono;
  return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

Result<std::unique_ptr<OffsetClock>> OffsetClock::Open(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Fail(ErrorCode::kFileMissing, file);
  struct stat info {};
  if (::fstat(fd, &info) != 0 || info.st_size != 8) {
    ::close(fd);
    return Fail(ErrorCode::kFileCorrupt, file + ": a clock file has eight octets");
  }
  void* map = ::mmap(nullptr, 8, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (map == MAP_FAILED) return Fail(ErrorCode::kFileMissing, file + ": cannot be mapped");
  std::unique_ptr<OffsetClock> clock(
      new OffsetClock(static_cast<const volatile std::int64_t*>(map)));
  if (const std::int64_t offset = *clock->offset_ms_;
      offset < -kMostOffsetMs || offset > kMostOffsetMs)
    return Fail(ErrorCode::kFileCorrupt, file + ": no offset of less than a hundred years");
  return clock;
}

OffsetClock::~OffsetClock() { ::munmap(const_cast<std::int64_t*>(offset_ms_), 8); }

UtcTime OffsetClock::Now() const { return {SystemClock().Now().ms + *offset_ms_}; }

Result<std::unique_ptr<Clock>> OpenClock(const std::string& demo_clock_file) {
  if (demo_clock_file.empty()) return std::make_unique<SystemClock>();
  LOTTERY_TRY(std::unique_ptr<Clock> clock, OffsetClock::Open(demo_clock_file));
  return clock;
}

std::string ToIso(UtcTime t) {
  const Civil c = ToCivil(t.ms);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
                c.hour, c.minute, c.second, c.ms);
  return text;
}

Result<UtcTime> FromIso(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != kShape.size())
    return Fail(ErrorCode::kBadEncoding, "time is not YYYY-MM-DDThh:mm:ss.mmmZ");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) {
      return Fail(ErrorCode::kBadEncoding, "time is not YYYY-MM-DDThh:mm:ss.mmmZ");
    }
  }
  const auto number = [&](std::size_t from, std::size_t n) {
    int v = 0;
    for (std::size_t i = from; i < from + n; ++i) v = v * 10 + (text[i] - '0');
    return v;
  };
  using namespace std::chrono;
  const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                            day{static_cast<unsigned>(number(8, 2))}};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) {
    return Fail(ErrorCode::kBadEncoding, "no such date or time");
  }
  const auto t = sys_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} +
                 seconds{number(17, 2)} + milliseconds{number(20, 3)};
  return UtcTime{duration_cast<milliseconds>(t.time_since_epoch()).count()};
}

Result<std::int64_t> ParseDay(std::string_view text) {
  const auto noon = FromIso(std::string(text) + "T12:00:00.000Z");
  if (!noon) return Fail(ErrorCode::kBadEncoding, "not a day of the form YYYY-MM-DD");
  return (noon->ms - kDayMs / 2) / kDayMs;
}

std::string ToBeijingText(UtcTime t) {
  const Civil c = ToCivil(t.ms + kBeijingOffsetMs);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", c.year, c.month, c.day, c.hour,
                c.minute, c.second);
  return text;
}

std::string ToBeijingDay(std::int64_t day) {
  static constexpr const char* kWeekdays[] = {"周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun",
                                              "周一 Mon", "周二 Tue", "周三 Wed"};
  const Civil c = ToCivil(day * kDayMs);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u ", c.year, c.month, c.day);
  return text + std::string(kWeekdays[((day % 7) + 7) % 7]);  // 1970-01-01 was a Thursday
}

std::int64_t BeijingDay(UtcTime t) {
  const std::int64_t local = t.ms + kBeijingOffsetMs;
  return local >= 0 ? local / kDayMs : (local - kDayMs + 1) / kDayMs;
}

}  // namespace lottery::base
