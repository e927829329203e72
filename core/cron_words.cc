#include "core/cron_words.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <vector>

#include "base/time.h"

namespace tidemill {
namespace {

constexpr std::uint64_t kEverySixtieth = (std::uint64_t{1} << 60) - 1;
constexpr std::uint64_t kEveryHour = 0xff'ffff;
constexpr std::uint64_t kEveryMonth = 0x1ffe;
constexpr int kMostTimesListed = 6;

constexpr std::array<std::string_view, 7> kWeekdays = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 13> kMonths = {
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::array<std::string_view, 5> kOrdinals = {"first", "second", "third", "fourth",
                                                       "fifth"};

using Parts = std::vector<std::string>;

std::vector<int> values_of(std::uint64_t bits) {
  std::vector<int> values;
  for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
  return values;
}

bool is_run(const std::vector<int>& values) {
  return values.size() > 2 && values.back() - values.front() + 1 == static_cast<int>(values.size());
}

// n when the bits are exactly 0, n, 2n … and n divides the whole; otherwise 0.
int regular_step(std::uint64_t bits, int whole) {
  const int count = std::popcount(bits);
  if (count < 2 || whole % count != 0 || (bits & 1) == 0) return 0;
  const int step = whole / count;
  for (const int value : values_of(bits)) {
    if (value % step != 0) return 0;
  }
  return step;
}

std::string ordinal(int number) {
  const int last = number % 10;
  const bool teen = number / 10 == 1;
  const char* suffix = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  return fmt::format("{}{}", number, suffix);
}

// "5", "5 and 35", "9 to 17".
std::string numbers(std::uint64_t bits) {
  const std::vector<int> values = values_of(bits);
  if (is_run(values)) return fmt::format("{} to {}", values.front(), values.back());
  Parts parts;
  for (const int value : values) parts.push_back(std::to_string(value));
  return enumerate(parts);
}

// "every second", "every 15 minutes", "at minutes 5 and 35".
std::string sixtieths(std::uint64_t bits, std::string_view unit) {
  if (bits == kEverySixtieth) return fmt::format("every {}", unit);
  if (const int step = regular_step(bits, 60)) return fmt::format("every {} {}s", step, unit);
  return fmt::format("at {}{} {}", unit, std::popcount(bits) > 1 ? "s" : "", numbers(bits));
}

bool lists_times(const Cron& cron) {
  return !cron.follows_elapsed_time && std::popcount(cron.hours) * std::popcount(cron.minutes) *
                                               std::popcount(cron.seconds) <=
                                           kMostTimesListed;
}

std::string listed_times(const Cron& cron) {
  Parts times;
  for (const int hour : values_of(cron.hours)) {
    for (const int minute : values_of(cron.minutes)) {
      for (const int second : values_of(cron.seconds)) {
        times.push_back(format_time_of_day(hour * 3600 + minute * 60 + second));
      }
    }
  }
  return "at " + enumerate(times);
}

// Once in each of several hours: "every hour at minute 5", "every 2 hours".
std::string hourly(const Cron& cron, int minute) {
  const std::vector<int> hours = values_of(cron.hours);
  if (is_run(hours) && cron.hours != kEveryHour) {
    return fmt::format("every hour from {:02}:{:02} to {:02}:{:02}", hours.front(), minute,
                       hours.back(), minute);
  }
  const int step = cron.hours == kEveryHour ? 1 : regular_step(cron.hours, 24);
  if (step == 0) return fmt::format("at minute {} of hours {}", minute, numbers(cron.hours));
  const std::string every = step == 1 ? "every hour" : fmt::format("every {} hours", step);
  return minute == 0 ? every : fmt::format("{} at minute {}", every, minute);
}

// What happens within an hour, when it is more than one moment.
std::string within_hour(const Cron& cron) {
  if (cron.seconds == 1) return sixtieths(cron.minutes, "minute");
  const std::string words = sixtieths(cron.seconds, "second");
  const bool every_minute = cron.minutes == kEverySixtieth;
  if (every_minute) return words.starts_with("at") ? words + " of every minute" : words;
  const bool several = std::popcount(cron.minutes) > 1;
  return fmt::format("{} of minute{} {}", words, several ? "s" : "", numbers(cron.minutes));
}

std::string repeated_times(const Cron& cron) {
  if (cron.seconds == 1 && std::popcount(cron.minutes) == 1) {
    return hourly(cron, std::countr_zero(cron.minutes));
  }
  const std::string words = within_hour(cron);
  const bool names_minutes = cron.minutes != kEverySixtieth && !words.starts_with("every");
  if (cron.hours == kEveryHour) return names_minutes ? words + " of every hour" : words;
  const std::vector<int> hours = values_of(cron.hours);
  if (is_run(hours)) {
    return fmt::format("{} from {:02}:00 to {:02}:59", words, hours.front(), hours.back());
  }
  return fmt::format("{} during hour{} {}", words, hours.size() > 1 ? "s" : "", numbers(cron.hours));
}

Parts days_of_month(const Cron& cron) {
  Parts days;
  for (const int day : values_of(cron.days_of_month)) days.push_back("the " + ordinal(day));
  if (is_run(values_of(cron.days_of_month))) {
    const std::string last = days.back();
    days = {fmt::format("{} to {}", days.front(), last)};
  }
  for (const int day : values_of(cron.nearest_business_days)) {
    days.push_back(fmt::format("the Monday-to-Friday day nearest to the {}", ordinal(day)));
  }
  if (cron.last_day) days.push_back("the last day");
  if (cron.last_business_day) days.push_back("the last Monday-to-Friday day");
  return days;
}

Parts weekdays_of_month(const Cron& cron) {
  Parts days;
  for (std::size_t n = 0; n < cron.nth_weekdays.size(); ++n) {
    for (const int weekday : values_of(cron.nth_weekdays[n])) {
      days.push_back(fmt::format("the {} {}", kOrdinals[n], kWeekdays[static_cast<std::size_t>(weekday)]));
    }
  }
  for (const int weekday : values_of(cron.last_weekdays)) {
    days.push_back(fmt::format("the last {}", kWeekdays[static_cast<std::size_t>(weekday)]));
  }
  return days;
}

// "Monday to Friday", "on Mondays and Thursdays"; weeks are shown from Monday.
std::string plain_weekdays(std::uint8_t weekdays) {
  std::vector<int> from_monday;
  for (int day = 1; day <= 7; ++day) {
    if ((weekdays >> day % 7 & 1) != 0) from_monday.push_back(day);
  }
  const auto name = [](int day) { return kWeekdays[static_cast<std::size_t>(day % 7)]; };
  if (is_run(from_monday)) {
    return fmt::format("{} to {}", name(from_monday.front()), name(from_monday.back()));
  }
  Parts names;
  for (const int day : from_monday) names.push_back(fmt::format("{}s", name(day)));
  return "on " + enumerate(names);
}

std::string month_words(std::uint64_t months) {
  const std::vector<int> values = values_of(months);
  const auto name = [](int month) { return kMonths[static_cast<std::size_t>(month)]; };
  if (is_run(values)) return fmt::format("{} to {}", name(values.front()), name(values.back()));
  Parts names;
  for (const int month : values) names.emplace_back(name(month));
  return enumerate(names);
}

// "" when every day matches.
std::string day_words(const Cron& cron) {
  Parts choices;
  if (cron.day_of_month_restricted) {
    choices.push_back("on " + enumerate(days_of_month(cron)) + " of the month");
  }
  if (cron.day_of_week_restricted && cron.days_of_week != 0) {
    choices.push_back(plain_weekdays(cron.days_of_week));
  }
  const Parts of_month = weekdays_of_month(cron);
  if (cron.day_of_week_restricted && !of_month.empty()) {
    choices.push_back("on " + enumerate(of_month) + " of the month");
  }
  return choices.empty() ? "" : enumerate(choices, "or");
}

}  // namespace

std::string enumerate(std::span<const std::string> parts, std::string_view conjunction) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? fmt::format(" {} ", conjunction) : ", ";
    out += parts[i];
  }
  return out;
}

std::string in_words(const Cron& cron) {
  std::string days = day_words(cron);
  const bool some_months = cron.months != kEveryMonth;
  const std::string months = some_months ? " in " + month_words(cron.months) : "";
  if (lists_times(cron)) {
    return fmt::format("{}{} {}", days.empty() ? "every day" : days, months, listed_times(cron));
  }
  if (!days.empty()) days = ", " + days;
  return repeated_times(cron) + days + months;
}

}  // namespace tidemill
