#include <fmt/format.h>

#include <array>
#include <bit>
#include <vector>

#include "base/text.h"
#include "core/cron.h"
#include "core/cron_charset.h"
#include "core/cron_days.h"
#include "core/cron_field.h"

namespace tidemill {
namespace {

constexpr std::size_t kLongestText = 1000;
constexpr std::uint32_t kAllHours = 0xff'ffff;

struct Macro {
  std::string_view name;
  std::string_view expression;
};

constexpr std::array<Macro, 7> kMacros = {{{"@yearly", "0 0 1 1 *"},
                                           {"@annually", "0 0 1 1 *"},
                                           {"@monthly", "0 0 1 * *"},
                                           {"@weekly", "0 0 * * 0"},
                                           {"@daily", "0 0 * * *"},
                                           {"@midnight", "0 0 * * *"},
                                           {"@hourly", "0 * * * *"}}};

Result<std::string_view> expand_macro(std::string_view text) {
  const std::string wanted = to_lower_ascii(text);
  for (const Macro& macro : kMacros) {
    if (macro.name == wanted) return macro.expression;
  }
  constexpr std::string_view kKnown =
      "use @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly";
  const std::string shown = printable(text, 40);
  if (wanted.starts_with("@every")) {
    return invalid(fmt::format("cron: {} is an interval; write it as every: 15m", shown));
  }
  if (wanted.starts_with("@reboot")) {
    return invalid(fmt::format("cron: {} is no time of the calendar; {}", shown, kKnown));
  }
  return invalid(fmt::format("cron: {} is not known; {}", shown, kKnown));
}

Result<std::vector<std::string_view>> split_fields(std::string_view text) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t length = std::min(text.find_first_of(" \t"), text.size());
    fields.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  if (!fields.empty() && fields[0].find("TZ=") != std::string_view::npos) {
    return invalid("cron: a zone does not belong into the expression; write timezone: beside it");
  }
  if (fields.size() == 5 || fields.size() == 6) return fields;
  return invalid(fmt::format(
      "cron: {}, but it needs 5 (minute hour day-of-month month day-of-week), or 6 with the second "
      "first{}",
      plural(static_cast<std::int64_t>(fields.size()), "field"),
      fields.size() == 7 ? "; a field for the year is not supported" : ""));
}

Result<std::uint64_t> parse_plain_field(const CronField& field, std::string_view text) {
  std::uint64_t bits = 0;
  for (const std::string_view element : TRY(split_cron_list(field, text))) {
    bits |= TRY(parse_cron_element(field, element));
  }
  return bits;
}

Status parse_hours(Cron& cron, std::string_view text) {
  cron.hours = static_cast<std::uint32_t>(TRY(parse_plain_field(kHourField, text)));
  const bool steps_over_day = std::popcount(cron.hours) > 1 && spans_field(kHourField, text);
  cron.follows_elapsed_time = cron.hours == kAllHours || steps_over_day;
  return Ok{};
}

// The calendar repeats after 400 years, so what does not match in these never does.
bool ever_matches(const Cron& cron) {
  for (int year = 2000; year < 2400; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      if (matching_days(cron, year, month) != 0) return true;
    }
  }
  return false;
}

Error never_fires(std::string_view of_month, std::string_view month, std::string_view of_week) {
  const bool by_number = of_month != "*" && of_month != "?";
  return invalid(fmt::format("{}: {} with month {} never comes, so the schedule could never fire{}",
                             by_number ? kDayOfMonthField.name : kDayOfWeekField.name,
                             printable(by_number ? of_month : of_week, 40), printable(month, 40),
                             by_number ? "; L is the last day of a month" : ""));
}

}  // namespace

Result<Cron> parse_cron(std::string_view text) {
  if (text.size() > kLongestText) {
    return invalid(fmt::format("cron: {} bytes are too long; at most {} are accepted", text.size(),
                               kLongestText));
  }
  TRY(check_cron_charset(text));
  Cron cron;
  cron.text = trim(text);
  const std::string_view expression = cron.text.starts_with('@') ? TRY(expand_macro(cron.text))
                                                                 : std::string_view(cron.text);
  std::vector<std::string_view> fields = TRY(split_fields(expression));
  cron.has_seconds = fields.size() == 6;
  if (cron.has_seconds) {
    cron.seconds = TRY(parse_plain_field(kSecondField, fields[0]));
    fields.erase(fields.begin());
  }
  cron.minutes = TRY(parse_plain_field(kMinuteField, fields[0]));
  TRY(parse_hours(cron, fields[1]));
  cron.months = static_cast<std::uint16_t>(TRY(parse_plain_field(kMonthField, fields[3])));
  TRY(parse_cron_days(cron, fields[2], fields[4]));
  if (!ever_matches(cron)) return never_fires(fields[2], fields[3], fields[4]);
  return cron;
}

}  // namespace tidemill
