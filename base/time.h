// Wall time is for people and schedules; it may jump. Boot time only rises, also through suspend,
// and is what every timeout and lease counts in. The two never convert into each other.
// The core never reads a clock: it is handed a `Now`.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

using Duration = std::chrono::microseconds;

// Microseconds since 1970-01-01T00:00:00Z.
struct WallTime {
  std::int64_t us = 0;
  auto operator<=>(const WallTime&) const = default;
};

// Microseconds of CLOCK_BOOTTIME. Comparable within one boot of one machine only.
struct BootTime {
  std::int64_t us = 0;
  auto operator<=>(const BootTime&) const = default;
};

inline WallTime operator+(WallTime t, Duration d) { return {t.us + d.count()}; }
inline WallTime operator-(WallTime t, Duration d) { return {t.us - d.count()}; }
inline Duration operator-(WallTime a, WallTime b) { return Duration(a.us - b.us); }
inline BootTime operator+(BootTime t, Duration d) { return {t.us + d.count()}; }
inline BootTime operator-(BootTime t, Duration d) { return {t.us - d.count()}; }
inline Duration operator-(BootTime a, BootTime b) { return Duration(a.us - b.us); }

struct Now {
  WallTime wall;
  BootTime boot;
};

// Reads both clocks. Only shells call it.
Now system_now();

// "2026-11-22T08:54:03Z", with ".123456" only when the fraction is not zero. Outside the years 1 to
// 9999, which RFC 3339 cannot write, the bare count of microseconds ("-62135596800000001us").
std::string format_rfc3339(WallTime t);

// Accepts exactly RFC 3339 with `Z` or a numeric offset; refuses impossible dates and leap seconds.
// Digits beyond microseconds are dropped.
Result<WallTime> parse_rfc3339(std::string_view text);

// A calendar date without a zone, "2026-11-22", as days since 1970-01-01. Years 1 to 9999.
Result<std::int32_t> parse_date(std::string_view text);
std::string format_date(std::int32_t days);

// "03:00" or "03:00:30", as seconds since midnight; 24:00 is refused.
Result<std::int32_t> parse_time_of_day(std::string_view text);
std::string format_time_of_day(std::int32_t seconds);

// "500ms", "30s", "15m", "2h", "7d": one whole number and one unit, from 0 to 3650d.
Result<Duration> parse_duration(std::string_view text);

// For people: "412ms", "3.2s", "4m 05s", "2h 03m", "3d 4h"; "0.250ms" below a millisecond. Cut, not
// rounded.
std::string format_duration(Duration d);

}  // namespace tidemill
