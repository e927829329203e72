#include "core/cron_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};

struct Range {
  int low = 0;
  int high = 0;
  int step = 1;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Sunday is 7 where it ends a range, so that FRI-SUN is Friday to Sunday.
Result<int> parse_range_end(const CronField& field, std::string_view element, std::string_view text,
                            int low) {
  const int high = TRY(parse_cron_value(field, element, text));
  return &field == &kDayOfWeekField && high == 0 && low > 0 && !is_number(text) ? 7 : high;
}

Error runs_backwards(const CronField& field, std::string_view element, const Range& range) {
  return refuse_element(field, element,
                        fmt::format("runs backwards; write {}-{},{}-{}", range.low, field.highest,
                                    field.min, range.high));
}

Result<Range> parse_bounds(const CronField& field, std::string_view element,
                           std::string_view bounds, bool has_step) {
  if (bounds == "*") return Range{field.min, field.highest};
  const std::size_t dash = bounds.find('-', 1);
  Range range;
  range.low = TRY(parse_cron_value(field, element, bounds.substr(0, dash)));
  range.high = has_step ? std::max(range.low, field.highest) : range.low;
  if (dash == std::string_view::npos) return range;
  range.high = TRY(parse_range_end(field, element, bounds.substr(dash + 1), range.low));
  if (range.low > range.high) return runs_backwards(field, element, range);
  return range;
}

Result<int> parse_step(const CronField& field, std::string_view element, std::string_view text) {
  const int longest = field.highest - field.min;
  const auto step = is_number(text) ? to_int(text) : std::nullopt;
  if (step && *step >= 1 && *step <= longest) return static_cast<int>(*step);
  return refuse_element(field, element,
                        fmt::format("has step \"{}\"; a step here is a whole number from 1 to {}",
                                    printable(text, 24), longest));
}

Result<Range> parse_range(const CronField& field, std::string_view element) {
  const std::size_t slash = element.find('/');
  const bool has_step = slash != std::string_view::npos;
  Range range = TRY(parse_bounds(field, element, element.substr(0, slash), has_step));
  if (has_step) range.step = TRY(parse_step(field, element, element.substr(slash + 1)));
  return range;
}

}  // namespace

const CronField kSecondField{"second", 0, 59, 59, {}, "0-59"};
const CronField kMinuteField{"minute", 0, 59, 59, {}, "0-59"};
const CronField kHourField{"hour", 0, 23, 23, {}, "0-23"};
const CronField kDayOfMonthField{"day-of-month", 1, 31, 31, {}, "1-31, L, LW or 15W"};
const CronField kMonthField{"month", 1, 12, 12, kMonthNames, "1-12 or JAN-DEC"};
const CronField kDayOfWeekField{
    "day-of-week", 0, 7, 6, kWeekdayNames, "0-7 (0 and 7 are Sunday), SUN-SAT, 5L or 5#2"};

Error refuse_element(const CronField& field, std::string_view element, std::string_view why) {
  return invalid(fmt::format("{}: {} {}", field.name, printable(element, 40), why));
}

Result<std::vector<std::string_view>> split_cron_list(const CronField& field,
                                                      std::string_view text) {
  std::vector<std::string_view> elements = split(text, ',');
  for (const std::string_view element : elements) {
    if (element.empty()) {
      return refuse_element(field, text, "has an empty place between its commas");
    }
  }
  return elements;
}

Result<int> parse_cron_value(const CronField& field, std::string_view element,
                             std::string_view value) {
  const auto named = std::find(field.names.begin(), field.names.end(), to_lower_ascii(value));
  if (named != field.names.end()) {
    return field.min + static_cast<int>(named - field.names.begin());
  }
  if (!is_number(value)) {
    return refuse_element(field, element, fmt::format("is not understood; use {}", field.accepts));
  }
  const auto number = to_int(value);
  if (number && *number >= field.min && *number <= field.max) return static_cast<int>(*number);
  return refuse_element(
      field, value,
      fmt::format("is not in {}-{}{}", field.min, field.max,
                  value == element ? "" : fmt::format(", in {}", printable(element, 40))));
}

Result<std::uint64_t> parse_cron_element(const CronField& field, std::string_view element) {
  const Range range = TRY(parse_range(field, element));
  std::uint64_t bits = 0;
  for (int value = range.low; value <= range.high; value += range.step) {
    bits |= std::uint64_t{1} << (value > field.highest ? field.min : value);
  }
  return bits;
}

bool spans_field(const CronField& field, std::string_view element) {
  const auto range = parse_range(field, element);
  return range.ok() && range->low == field.min && range->high >= field.highest;
}

}  // namespace tidemill
