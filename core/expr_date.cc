#include "core/expr_date.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "base/time.h"
#include "core/expr.h"

namespace tidemill {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

struct Fields {
  std::int64_t seconds;  // since 1970
  std::int64_t second_of_day;
  sys_days day;
  std::chrono::year_month_day date;
};

Fields fields_of(WallTime time) {
  const std::chrono::microseconds since(time.us);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const sys_days day(std::chrono::floor<days>(since));
  return {seconds.count(), (seconds - day.time_since_epoch()).count(), day, day};
}

sys_days first_day_of(std::chrono::year year) { return sys_days(year / 1 / 1); }

// ISO 8601: a week belongs to the year of its Thursday.
sys_days thursday_of(const Fields& f) {
  const auto weekday = std::chrono::weekday(f.day).iso_encoding();
  return f.day + days(4) - days(weekday);
}

std::optional<std::string> field(char letter, const Fields& f) {
  switch (letter) {
    case 'Y':
      return fmt::format("{:04}", int{f.date.year()});
    case 'm':
      return fmt::format("{:02}", unsigned{f.date.month()});
    case 'd':
      return fmt::format("{:02}", unsigned{f.date.day()});
    case 'H':
      return fmt::format("{:02}", f.second_of_day / 3600);
    case 'M':
      return fmt::format("{:02}", f.second_of_day / 60 % 60);
    case 'S':
      return fmt::format("{:02}", f.second_of_day % 60);
    case 'j':
      return fmt::format("{:03}", (f.day - first_day_of(f.date.year())).count() + 1);
    case 'u':
      return fmt::format("{}", std::chrono::weekday(f.day).iso_encoding());
    case 's':
      return fmt::format("{}", f.seconds);
    case '%':
      return "%";
    case 'G':
    case 'V': {
      const sys_days thursday = thursday_of(f);
      const auto year = std::chrono::year_month_day(thursday).year();
      if (letter == 'G') return fmt::format("{:04}", int{year});
      return fmt::format("{:02}", (thursday - first_day_of(year)).count() / 7 + 1);
    }
    default:
      return std::nullopt;
  }
}

Result<WallTime> read_time(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;  // 2026-01-31
  if (text.size() != kDateBytes) return parse_rfc3339(text);
  const std::int32_t since_1970 = TRY(parse_date(text));
  return WallTime{std::chrono::microseconds(days(since_1970)).count()};
}

}  // namespace

Result<std::string> date_text(std::string_view time, std::string_view pattern) {
  const WallTime wall = TRY(read_time(time));
  const Fields fields = fields_of(wall);
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out += pattern[i];
      continue;
    }
    ++i;
    const auto text = i < pattern.size() ? field(pattern[i], fields) : std::nullopt;
    if (!text) {
      return invalid(fmt::format("date does not know '{}' of the pattern",
                                 printable(pattern.substr(i - 1, 2), 16)));
    }
    out += *text;
  }
  return out;
}

}  // namespace tidemill
