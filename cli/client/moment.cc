#include "cli/client/moment.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill::client {

Result<WallTime> parse_moment(const std::string& option, const std::string& text) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  if (const auto date = parse_date(text); date.ok()) return WallTime{*date * kDayUs};
  const auto time = parse_rfc3339(text);
  if (time.ok()) return *time;
  return invalid(fmt::format("{} {}: write a date as 2026-11-22 or a time as 2026-11-22T08:54:03Z",
                             option, printable(text)));
}

Result<WallTime> parse_later(const std::string& option, const std::string& text, WallTime now) {
  if (const auto duration = parse_duration(text); duration.ok()) return now + *duration;
  auto moment = parse_moment(option, text);
  if (moment.ok()) return moment;
  return invalid(moment.error().message + ", or how long, as 90d");
}

}  // namespace tidemill::client
