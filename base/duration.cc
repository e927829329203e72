#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/time.h"

namespace tidemill {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t us;
};

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kLongest = 3650 * kDay;
constexpr std::array<Unit, 5> kUnits = {
    {{"ms", kMs}, {"s", kSecond}, {"m", kMinute}, {"h", kHour}, {"d", kDay}}};

std::string format_magnitude(std::uint64_t us) {
  const auto of = [us](std::int64_t unit) { return us / static_cast<std::uint64_t>(unit); };
  if (us == 0) return "0ms";
  if (us < kMs) return fmt::format("0.{:03}ms", us);
  if (us < kSecond) return fmt::format("{}ms", of(kMs));
  const bool tenths_tell = us < 10 * kSecond && us % kSecond != 0;
  if (tenths_tell) return fmt::format("{}.{}s", of(kSecond), of(kSecond / 10) % 10);
  if (us < kMinute) return fmt::format("{}s", of(kSecond));
  if (us < kHour) return fmt::format("{}m {:02}s", of(kMinute), of(kSecond) % 60);
  if (us < kDay) return fmt::format("{}h {:02}m", of(kHour), of(kMinute) % 60);
  return fmt::format("{}d {}h", of(kDay), of(kHour) % 24);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return invalid(fmt::format("duration \"{}\": {}", printable(text, 40), why));
  };
  constexpr std::string_view kForm =
      "write one whole number and one unit (ms, s, m, h or d), such as 500ms, 30s, 15m, 2h or 7d";
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& candidate) {
    return candidate.suffix == text.substr(digits);
  });
  if (digits == 0 || unit == kUnits.end()) return refuse(kForm);
  // Nineteen digits may overflow; leading zeros are no reason to refuse, but nobody needs so many.
  const auto count = to_int(text.substr(0, digits));
  if (!count || *count > kLongest / unit->us) return refuse("the longest duration is 3650d");
  return Duration(*count * unit->us);
}

// Every figure is cut, not rounded, so that 59.97 s never shows as "60s".
std::string format_duration(Duration d) {
  const std::int64_t us = d.count();
  if (us >= 0) return format_magnitude(static_cast<std::uint64_t>(us));
  return "-" + format_magnitude(0 - static_cast<std::uint64_t>(us));
}

}  // namespace tidemill
