// Any bytes as a cron expression: refused in one printable sentence, or a schedule whose moments
// rise, match it, and can be put in words.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "base/zone.h"
#include "core/schedule.h"

namespace tidemill {
namespace {

constexpr WallTime kStart{
    1'774'735'200'000'000};  // 2026-03-28T22:00:00Z, before a change in Berlin

void check_sentence(std::string_view text) {
  CHECK(!text.empty() && text.size() < 1000);
  CHECK(!find_invalid_utf8(text));
  for (const char c : text) CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

void check_schedule(const Cron& cron, DstPolicy dst) {
  Schedule schedule;
  schedule.cron = cron;
  schedule.timezone = "Europe/Berlin";
  schedule.dst = dst;
  static const ZonePtr zone = load_zone("Europe/Berlin").value();
  WallTime after = kStart;
  for (const WallTime t : due_between(schedule, *zone, kStart, {INT64_MAX}, 20)) {
    CHECK(t > after);
    CHECK(next_due(schedule, *zone, after) == t);
    after = t;
  }
  CHECK(after > kStart);
  CHECK(last_due(schedule, *zone, kStart, after) == after);
  CHECK(!in_words(schedule).empty());
}

void check_text(std::string_view text) {
  const auto cron = parse_cron(text);
  if (!cron.ok()) return check_sentence(cron.error().message);
  CHECK(next_match(*cron, 0, 146'097 * kDayS));
  check_schedule(*cron, {});
  check_schedule(*cron, {.gap = DstPolicy::Gap::run_after, .fold = DstPolicy::Fold::both});
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tidemill::check_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
