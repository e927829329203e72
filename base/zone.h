// A time zone as a value: the list of moments at which its offset changes. Made once by
// load_zone() from the system's tzdata (the shell's work), then a pure table for the core.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tidemill {

// Seconds since 1970-01-01T00:00:00 on the wall clock of some zone; no zone of its own.
struct LocalTime {
  std::int64_t s = 0;
  auto operator<=>(const LocalTime&) const = default;
};

class Zone {
 public:
  struct Period {
    std::int64_t begin_s;  // UTC seconds from which this offset holds
    std::int32_t offset_s;
    std::string abbreviation;
  };
  // What a local time means: one moment; none (a gap, skipped by the clock); or two (a fold).
  struct Lookup {
    enum class Kind { unique, gap, fold } kind = Kind::unique;
    std::int64_t first_s =
        0;  // unique and fold: the earlier UTC moment; gap: the moment of the change
    std::int64_t second_s = 0;  // fold: the later UTC moment; otherwise equal to first_s
  };

  // Periods in rising order of begin_s; the first one also covers everything before it.
  Zone(std::string name, std::vector<Period> periods);

  const std::string& name() const { return name_; }
  const Period& period_at(std::int64_t utc_s) const;
  LocalTime to_local(std::int64_t utc_s) const { return {utc_s + period_at(utc_s).offset_s}; }
  Lookup to_utc(LocalTime local) const;
  const std::vector<Period>& periods() const { return periods_; }

 private:
  std::string name_;
  std::vector<Period> periods_;
};

using ZonePtr = std::shared_ptr<const Zone>;

// UTC, always there.
ZonePtr utc_zone();

// An IANA name, from the system's tzdata, for years 1970 to 2037 (Debian's reader ignores the rule
// for later years; callers warn about dates beyond). Unknown names are an error with the nearest
// known one; a name is never used as a path. Thread-safe.
Result<ZonePtr> load_zone(std::string_view name);

}  // namespace tidemill
