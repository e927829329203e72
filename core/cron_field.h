// One field of a cron expression: numbers, names, ranges, steps and lists, as bits.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemill {

struct CronField {
  std::string_view name;  // as errors call it
  int min = 0;
  int max = 0;                              // of a plain number
  int highest = 0;                          // of `*` and open steps: 6 for weekdays, where 7 is 0
  std::span<const std::string_view> names;  // the first stands for min
  std::string_view accepts;                 // "1-12 or JAN-DEC"
};

extern const CronField kSecondField;
extern const CronField kMinuteField;
extern const CronField kHourField;
extern const CronField kDayOfMonthField;
extern const CronField kMonthField;
extern const CronField kDayOfWeekField;

// "<field>: <element> <why>", the shape of every refusal of a value.
Error refuse_element(const CronField& field, std::string_view element, std::string_view why);

// The elements between the commas of a field; none is empty.
Result<std::vector<std::string_view>> split_cron_list(const CronField& field,
                                                      std::string_view text);

// A number or a name of the field.
Result<int> parse_cron_value(const CronField& field, std::string_view element,
                             std::string_view value);

// Bits of one element of the list: `*`, 5, 1-5, */15, 10-40/10, 5/15. Weekday 7 becomes bit 0.
Result<std::uint64_t> parse_cron_element(const CronField& field, std::string_view element);

// `*`, `*/2`, `0-23`, `0-23/2`, `0/2`: the element reaches over its whole field.
bool spans_field(const CronField& field, std::string_view element);

}  // namespace tidemill
