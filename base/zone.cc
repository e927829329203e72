#include "base/zone.h"

#include <algorithm>

namespace tidemill {
namespace {

// No zone was ever further from UTC than this.
constexpr std::int64_t kLargestOffsetS = std::int64_t{26} * 3600;

using Periods = std::vector<Zone::Period>;

Periods::const_iterator period_of(const Periods& periods, std::int64_t utc_s) {
  const auto after = std::upper_bound(
      periods.begin() + 1, periods.end(), utc_s,
      [](std::int64_t s, const Zone::Period& period) { return s < period.begin_s; });
  return after - 1;
}

}  // namespace

Zone::Zone(std::string name, std::vector<Period> periods)
    : name_(std::move(name)), periods_(std::move(periods)) {
  CHECK(!periods_.empty());
  CHECK(std::is_sorted(periods_.begin(), periods_.end(),
                       [](const Period& a, const Period& b) { return a.begin_s <= b.begin_s; }));
}

const Zone::Period& Zone::period_at(std::int64_t utc_s) const {
  return *period_of(periods_, utc_s);
}

Zone::Lookup Zone::to_utc(LocalTime local) const {
  Lookup found{.kind = Lookup::Kind::gap};
  bool seen = false;
  auto period = period_of(periods_, local.s - kLargestOffsetS);
  const auto end = period_of(periods_, local.s + kLargestOffsetS) + 1;
  for (; period != end; ++period) {
    const std::int64_t utc = local.s - period->offset_s;
    const bool begun = period == periods_.begin() || utc >= period->begin_s;
    const bool over = period + 1 != periods_.end() && utc >= (period + 1)->begin_s;
    if (begun && !over) {
      found.kind = seen ? Lookup::Kind::fold : Lookup::Kind::unique;
      if (!seen) found.first_s = utc;
      found.second_s = utc;
      seen = true;
    } else if (!begun && !seen &&
               utc + period->offset_s >= period->begin_s + (period - 1)->offset_s) {
      // The clock went from before this local time to after it at the moment this period began.
      found.first_s = found.second_s = period->begin_s;
    }
  }
  return found;
}

ZonePtr utc_zone() {
  static const ZonePtr utc = std::make_shared<const Zone>("UTC",
                                                          std::vector<Zone::Period>{{0, 0, "UTC"}});
  return utc;
}

}  // namespace tidemill
