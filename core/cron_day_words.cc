#include "core/cron_day_words.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/cron_lists.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 13> kMonths = {
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::array<std::string_view, 5> kOrdinals = {"first", "second", "third", "fourth",
                                                       "fifth"};

using Parts = std::vector<std::string>;

std::string ordinal(int number) {
  const int last = number % 10;
  const bool teen = number / 10 == 1;
  const char* suffix = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  return fmt::format("{}{}", number, suffix);
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
      days.push_back(
          fmt::format("the {} {}", kOrdinals[n], kWeekdays[static_cast<std::size_t>(weekday)]));
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

}  // namespace

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

std::string month_words(const Cron& cron) {
  if (cron.months == kEveryMonth) return "";
  const std::vector<int> values = values_of(cron.months);
  const auto name = [](int month) { return kMonths[static_cast<std::size_t>(month)]; };
  if (is_run(values)) return fmt::format(" in {} to {}", name(values.front()), name(values.back()));
  Parts names;
  for (const int month : values) names.emplace_back(name(month));
  return " in " + enumerate(names);
}

}  // namespace tidemill
