// Any bytes as a time, a date or a duration: what is accepted is written back as
// something that reads the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/time.h"

namespace tidemill {
namespace {

void check_text(std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (time.ok()) CHECK(parse_rfc3339(format_rfc3339(*time)).value() == *time);
  const auto date = parse_date(text);
  if (date.ok()) CHECK(format_date(*date) == text);
  const auto time_of_day = parse_time_of_day(text);
  if (time_of_day.ok()) {
    CHECK(parse_time_of_day(format_time_of_day(*time_of_day)).value() == *time_of_day);
  }
  const auto duration = parse_duration(text);
  if (duration.ok()) CHECK(duration->count() >= 0 && !format_duration(*duration).empty());
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tidemill::check_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
