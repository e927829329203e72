#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "core/cron_lists.h"
#include "core/cron_words.h"
#include "core/schedule.h"

namespace tidemill {
namespace {

constexpr std::size_t kMostListed = 3;

// The first few, and how many more there are.
template <typename Value, typename Format>
std::string list_some(const std::vector<Value>& values, Format format) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < values.size() && i < kMostListed; ++i) {
    parts.emplace_back(format(values[i]));
  }
  if (values.size() > kMostListed) {
    parts.push_back(fmt::format("{} more", values.size() - kMostListed));
  }
  return parts.empty() ? "never" : enumerate(parts);
}

// "15 minutes", "1 day", "90 seconds": the largest unit that fits without a rest.
std::string interval_words(Duration every) {
  struct Unit {
    std::int64_t us;
    std::string_view name;
  };
  constexpr std::array<Unit, 4> kUnits = {{{86'400'000'000, "day"},
                                           {3'600'000'000, "hour"},
                                           {60'000'000, "minute"},
                                           {1'000'000, "second"}}};
  for (const Unit& unit : kUnits) {
    if (every.count() == unit.us) return std::string(unit.name);
    if (every.count() % unit.us == 0) return plural(every.count() / unit.us, unit.name);
  }
  return plural(every.count() / 1000, "millisecond");
}

std::string every_words(const Schedule& schedule) {
  std::string words = "every " + interval_words(schedule.every);
  if (schedule.anchor.us != 0) words += ", counted from " + format_rfc3339(schedule.anchor);
  return words;
}

std::string calendar_words(const Calendar& calendar) {
  std::string words;
  switch (calendar.days) {
    case Calendar::Days::business_days:
      words = "on business days";
      break;
    case Calendar::Days::first_business_day:
      words = "on the first business day of the month";
      break;
    case Calendar::Days::last_business_day:
      words = "on the last business day of the month";
      break;
  }
  if (!calendar.holidays.empty()) {
    const auto count = static_cast<std::int64_t>(calendar.holidays.size());
    words += fmt::format(" ({} known)", plural(count, "holiday"));
  }
  return words;
}

std::string at_time(std::int32_t time_of_day_s) {
  return " at " + format_time_of_day(time_of_day_s);
}

std::string local_words(const Schedule& schedule) {
  switch (schedule.kind) {
    case Schedule::Kind::cron:
      return in_words(schedule.cron);
    case Schedule::Kind::dates:
      return "on " + list_some(schedule.dates, format_date) + at_time(schedule.time_of_day_s);
    case Schedule::Kind::calendar:
      return calendar_words(schedule.calendar) + at_time(schedule.calendar.time_of_day_s);
    case Schedule::Kind::every:
    case Schedule::Kind::at:
      break;
  }
  UNREACHABLE();
}

// "Every 5 minutes" needs no zone.
bool is_same_everywhere(const Schedule& schedule) {
  const Cron& cron = schedule.cron;
  return schedule.kind == Schedule::Kind::cron && cron.hours == kEveryHour &&
         cron.months == kEveryMonth && !cron.day_of_month_restricted &&
         !cron.day_of_week_restricted;
}

// Only what differs from the usual is worth a reader's time.
std::string policy_words(const Schedule& schedule) {
  const bool elapsed = schedule.kind == Schedule::Kind::cron && schedule.cron.follows_elapsed_time;
  if (elapsed) return "";
  std::string words;
  if (schedule.dst.gap == DstPolicy::Gap::skip) words += ", not when the clock skips that time";
  if (schedule.dst.fold == DstPolicy::Fold::both)
    words += ", twice when the clock repeats that time";
  return words;
}

}  // namespace

std::string in_words(const Schedule& schedule) {
  if (schedule.kind == Schedule::Kind::every) return every_words(schedule);
  if (schedule.kind == Schedule::Kind::at)
    return "at " + list_some(schedule.instants, format_rfc3339);
  if (is_same_everywhere(schedule)) return local_words(schedule);
  return local_words(schedule) + " " + schedule.timezone + policy_words(schedule);
}

}  // namespace tidemill
