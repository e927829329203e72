#include "base/time.h"

#include <fmt/format.h>

#include <ctime>
#include <optional>

#include "base/text.h"

namespace tidemill {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kDayS = 86'400;

std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  const std::int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

std::int64_t read_clock(clockid_t id) {
  timespec time{};
  CHECK(clock_gettime(id, &time) == 0);
  return std::int64_t{time.tv_sec} * kSecondUs + time.tv_nsec / 1000;
}

std::string quoted(std::string_view text) { return "\"" + printable(text, 60) + "\""; }

// Reads fixed layouts from left to right; once something did not fit, `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  bool at_digit() const { return !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; }

  int digits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!at_digit()) {
        ok = false;
        return 0;
      }
      value = value * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    return value;
  }

  // Takes one character if it is one of `choices`; 0 otherwise.
  char take_any(std::string_view choices) {
    if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) return 0;
    const char taken = rest.front();
    rest.remove_prefix(1);
    return taken;
  }

  char expect(std::string_view choices) {
    const char taken = take_any(choices);
    ok = ok && taken != 0;
    return taken;
  }
};

std::optional<std::int64_t> read_days(Reader& reader) {
  const int y = reader.digits(4);
  reader.expect("-");
  const int m = reader.digits(2);
  reader.expect("-");
  const int d = reader.digits(2);
  const year_month_day date(year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d)));
  if (!reader.ok || y < 1 || !date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

// Digits beyond the sixth are finer than our clock and dropped; RFC 3339 sets no limit to them.
std::int64_t read_fraction_us(Reader& reader) {
  std::int64_t us = 0;
  std::int64_t unit = kSecondUs / 10;
  reader.ok = reader.ok && reader.at_digit();
  while (reader.at_digit()) {
    us += unit * reader.digits(1);
    unit /= 10;
  }
  return us;
}

std::optional<std::int64_t> read_offset_s(Reader& reader) {
  const char sign = reader.expect("Zz+-");
  if (sign == 'Z' || sign == 'z') return 0;
  const int hours = reader.digits(2);
  reader.expect(":");
  const int minutes = reader.digits(2);
  if (!reader.ok || hours > 23 || minutes > 59) return std::nullopt;
  const int offset = hours * 3600 + minutes * 60;
  return sign == '-' ? -offset : offset;
}

// -62135596800 is 0001-01-01T00:00:00Z and 253402300800 is one second after the end of year 9999.
bool has_four_digit_year(WallTime t) {
  return t.us >= -62'135'596'800 * kSecondUs && t.us < 253'402'300'800 * kSecondUs;
}

}  // namespace

Now system_now() {
  return {.wall = {read_clock(CLOCK_REALTIME)}, .boot = {read_clock(CLOCK_BOOTTIME)}};
}

std::string format_date(std::int32_t days) {
  const year_month_day date{sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string format_rfc3339(WallTime t) {
  if (!has_four_digit_year(t)) return fmt::format("{}us", t.us);
  const std::int64_t seconds = floor_div(t.us, kSecondUs);
  const std::int64_t fraction = t.us - seconds * kSecondUs;
  const std::int64_t days = floor_div(seconds, kDayS);
  const std::int64_t in_day = seconds - days * kDayS;
  std::string out = fmt::format("{}T{:02}:{:02}:{:02}",
                                format_date(static_cast<std::int32_t>(days)), in_day / 3600,
                                in_day / 60 % 60, in_day % 60);
  if (fraction != 0) out += fmt::format(".{:06}", fraction);
  return out + "Z";
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return invalid(fmt::format("time {}: {}", quoted(text), why));
  };
  constexpr std::string_view kForm =
      "write it as 2026-11-22T08:54:03Z, or with an offset as 2026-11-22T09:54:03+01:00";
  Reader reader{text};
  const auto days = read_days(reader);
  if (!days) return refuse(reader.ok ? "there is no such date" : kForm);
  reader.expect("Tt");
  const int hour = reader.digits(2);
  reader.expect(":");
  const int minute = reader.digits(2);
  reader.expect(":");
  const int second = reader.digits(2);
  const std::int64_t fraction = reader.take_any(".") != 0 ? read_fraction_us(reader) : 0;
  if (!reader.ok) return refuse(kForm);
  if (second == 60)
    return refuse("leap seconds are not supported; use second 59 or the next minute");
  if (hour > 23 || minute > 59 || second > 59) return refuse("there is no such time of day");
  const auto offset = read_offset_s(reader);
  if (!offset || !reader.ok || !reader.rest.empty()) return refuse(kForm);
  const int second_of_day = hour * 3600 + minute * 60 + second;
  const std::int64_t seconds = *days * kDayS + second_of_day - *offset;
  const WallTime result{seconds * kSecondUs + fraction};
  if (!has_four_digit_year(result)) return refuse("it is outside the years 1 to 9999 in UTC");
  return result;
}

Result<std::int32_t> parse_date(std::string_view text) {
  Reader reader{text};
  const auto days = read_days(reader);
  if (days && reader.rest.empty()) return static_cast<std::int32_t>(*days);
  return invalid(fmt::format(
      "date {}: {}", quoted(text),
      reader.ok && reader.rest.empty() ? "there is no such date" : "write it as 2026-11-22"));
}

Result<std::int32_t> parse_time_of_day(std::string_view text) {
  Reader reader{text};
  const int hour = reader.digits(2);
  reader.expect(":");
  const int minute = reader.digits(2);
  const int second = reader.take_any(":") != 0 ? reader.digits(2) : 0;
  const bool in_range = hour <= 23 && minute <= 59 && second <= 59;
  if (reader.ok && reader.rest.empty() && in_range) return hour * 3600 + minute * 60 + second;
  return invalid(fmt::format(
      "time of day {}: write it as 03:00 or 03:00:30, from 00:00 to 23:59:59", quoted(text)));
}

std::string format_time_of_day(std::int32_t seconds) {
  std::string out = fmt::format("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0) out += fmt::format(":{:02}", seconds % 60);
  return out;
}

}  // namespace tidemill
