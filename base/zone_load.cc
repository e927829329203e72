// The only file that knows date-tz. It must be compiled through the CMake target, whose definitions
// fix the layout of the library's classes.
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/text.h"
#include "base/zone.h"

namespace tidemill {
namespace {

constexpr std::int64_t kEpochS = 0;
constexpr std::int64_t kYear2038S = 2'145'916'800;
constexpr std::size_t kLongestName = 64;

// "localtime" is whatever this machine is set to, so a DAG file with it would not mean one thing.
bool is_offered(std::string_view name) { return name != "localtime"; }

std::vector<std::string_view> known_names(const date::tzdb& database) {
  std::vector<std::string_view> names;
  for (const date::time_zone& zone : database.zones) {
    if (is_offered(zone.name())) names.push_back(zone.name());
  }
  return names;
}

// The name with another spelling of case, the zone of a city, or a near misspelling, in that order.
// Short abbreviations are left out of the last: the nearest to PST would be EST.
std::optional<std::string> suggestion(std::string_view name, const date::tzdb& database) {
  const std::vector<std::string_view> names = known_names(database);
  const std::string wanted = to_lower_ascii(name);
  std::string as_city = "/" + wanted;
  std::replace(as_city.begin(), as_city.end(), ' ', '_');
  for (const std::string_view candidate : names) {
    if (to_lower_ascii(candidate) == wanted) return std::string(candidate);
  }
  for (const std::string_view candidate : names) {
    if (to_lower_ascii(candidate).ends_with(as_city)) return std::string(candidate);
  }
  return name.size() < 5 ? std::nullopt : nearest(name, names);
}

Error unknown_zone(std::string_view name, const date::tzdb& database) {
  const auto near = suggestion(name, database);
  return invalid(fmt::format(
      "time zone \"{}\" is not known; {}", printable(name, 64),
      near ? fmt::format("did you mean {}?", *near)
           : "use a name of the IANA time zone database, such as UTC or Europe/Berlin"));
}

std::vector<Zone::Period> read_periods(const date::time_zone& zone) {
  std::vector<Zone::Period> periods;
  date::sys_seconds at{std::chrono::seconds(kEpochS)};
  while (at.time_since_epoch().count() < kYear2038S) {
    const date::sys_info info = zone.get_info(at);
    CHECK(info.end > at);
    periods.push_back({info.begin.time_since_epoch().count(),
                       static_cast<std::int32_t>(info.offset.count()), info.abbrev});
    at = info.end;
  }
  return periods;
}

Result<ZonePtr> read_zone(std::string_view name) {
  try {
    const date::tzdb& database = date::get_tzdb();
    const auto zone = std::find_if(database.zones.begin(), database.zones.end(),
                                   [&](const auto& candidate) { return candidate.name() == name; });
    if (zone == database.zones.end() || !is_offered(name)) return unknown_zone(name, database);
    return ZonePtr(std::make_shared<const Zone>(std::string(name), read_periods(*zone)));
  } catch (const std::exception& error) {
    return unavailable(
        fmt::format("cannot read the time zone database ({}); install the package tzdata",
                    printable(error.what(), 200)));
  }
}

// Zones that were asked for stay in memory: there are at most 598 of about 4 KiB each.
class Cache {
 public:
  Result<ZonePtr> get(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto known = zones_.find(name);
    if (known != zones_.end()) return known->second;
    ZonePtr zone = TRY(read_zone(name));
    zones_.emplace(name, zone);
    return zone;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, ZonePtr, std::less<>> zones_;
};

}  // namespace

Result<ZonePtr> load_zone(std::string_view name) {
  if (name == "UTC") return utc_zone();
  if (name.empty()) return invalid("time zone is empty; write UTC or a name such as Europe/Berlin");
  if (name.size() > kLongestName) {
    return invalid(fmt::format("time zone \"{}\" is longer than {} bytes, so it is no zone's name",
                               printable(name, 40), kLongestName));
  }
  static Cache cache;
  return cache.get(name);
}

}  // namespace tidemill
