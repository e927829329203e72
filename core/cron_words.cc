#include "core/cron_words.h"

#include <fmt/format.h>

#include <bit>
#include <vector>

#include "base/time.h"
#include "core/cron_day_words.h"
#include "core/cron_lists.h"

namespace tidemill {
namespace {

constexpr std::uint64_t kEverySixtieth = (std::uint64_t{1} << 60) - 1;
constexpr int kMostTimesListed = 6;

using Parts = std::vector<std::string>;

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
  return !cron.follows_elapsed_time &&
         std::popcount(cron.hours) * std::popcount(cron.minutes) * std::popcount(cron.seconds) <=
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
  return fmt::format("{} during hour{} {}", words, hours.size() > 1 ? "s" : "",
                     numbers(cron.hours));
}

}  // namespace

std::string in_words(const Cron& cron) {
  std::string days = day_words(cron);
  const std::string months = month_words(cron);
  if (lists_times(cron)) {
    return fmt::format("{}{} {}", days.empty() ? "every day" : days, months, listed_times(cron));
  }
  if (!days.empty()) days = ", " + days;
  return repeated_times(cron) + days + months;
}

}  // namespace tidemill
