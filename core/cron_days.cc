#include "core/cron_days.h"

#include "base/text.h"
#include "core/cron_field.h"

namespace tidemill {
namespace {

constexpr std::uint32_t kAllDaysOfMonth = 0xffff'fffe;
constexpr std::uint8_t kAllDaysOfWeek = 0x7f;

Status add_day_of_month(Cron& cron, std::string_view element) {
  const std::string lower = to_lower_ascii(element);
  if (lower == "l") {
    cron.last_day = true;
  } else if (lower == "lw" || lower == "wl") {
    cron.last_business_day = true;
  } else if (lower.ends_with('w')) {
    const std::string_view day = element.substr(0, element.size() - 1);
    cron.nearest_business_days |= std::uint32_t{1}
                                  << TRY(parse_cron_value(kDayOfMonthField, element, day));
  } else {
    cron.days_of_month |= static_cast<std::uint32_t>(
        TRY(parse_cron_element(kDayOfMonthField, element)));
  }
  return Ok{};
}

Status add_nth_weekday(Cron& cron, std::string_view element, std::size_t hash) {
  const CronField& field = kDayOfWeekField;
  const int weekday = TRY(parse_cron_value(field, element, element.substr(0, hash)));
  const std::string_view n = element.substr(hash + 1);
  if (n.size() != 1 || n[0] < '1' || n[0] > '5') {
    return refuse_element(field, element, "has no number from 1 to 5 after the #");
  }
  auto& weekdays = cron.nth_weekdays[static_cast<std::size_t>(n[0] - '1')];
  weekdays = static_cast<std::uint8_t>(weekdays | 1 << weekday % 7);
  return Ok{};
}

Status add_last_weekday(Cron& cron, std::string_view element) {
  const CronField& field = kDayOfWeekField;
  const std::string_view name = element.substr(0, element.size() - 1);
  if (name.empty()) return refuse_element(field, element, "needs a weekday before it, as in 5L");
  const int weekday = TRY(parse_cron_value(field, element, name));
  cron.last_weekdays = static_cast<std::uint8_t>(cron.last_weekdays | 1 << weekday % 7);
  return Ok{};
}

Status add_day_of_week(Cron& cron, std::string_view element) {
  const std::size_t hash = element.find('#');
  if (hash != std::string_view::npos) return add_nth_weekday(cron, element, hash);
  if (element.back() == 'L' || element.back() == 'l') return add_last_weekday(cron, element);
  const std::uint64_t bits = TRY(parse_cron_element(kDayOfWeekField, element));
  cron.days_of_week = static_cast<std::uint8_t>(cron.days_of_week | bits);
  return Ok{};
}

}  // namespace

Status parse_cron_days(Cron& cron, std::string_view of_month, std::string_view of_week) {
  if (of_month == "?") of_month = "*";
  if (of_week == "?") of_week = "*";
  for (const std::string_view element : TRY(split_cron_list(kDayOfMonthField, of_month))) {
    TRY(add_day_of_month(cron, element));
  }
  for (const std::string_view element : TRY(split_cron_list(kDayOfWeekField, of_week))) {
    TRY(add_day_of_week(cron, element));
  }
  cron.day_of_month_restricted = cron.days_of_month != kAllDaysOfMonth;
  cron.day_of_week_restricted = cron.days_of_week != kAllDaysOfWeek;
  return Ok{};
}

}  // namespace tidemill
