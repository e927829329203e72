// Any bytes as the name of a time zone: the zone of that name, or an error. Apart from the other
// times, because looking for the nearest of 600 names is slow under sanitizers.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/zone.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name(reinterpret_cast<const char*>(data), size);
  const auto zone = tidemill::load_zone(name);
  if (zone.ok()) CHECK((*zone)->name() == name);
  return 0;
}
