// How alerts went over a time: how fast somebody took them and they were over, who was told how
// often and when, and which of them are noise. Pure; terms as in PagerDuty's insights (MTTA, MTTR).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/zone.h"
#include "core/alert/alert.h"

namespace tidemill {

// One change of an alert's state.
struct AlertChangeRecord {
  std::int64_t alert = 0;
  AlertKey key;
  WallTime at;
  std::optional<AlertState> before;  // none = it was made
  AlertState state = AlertState::firing;
  std::uint64_t count = 0;  // how often it was raised in this episode by then
  std::string by;           // empty = Tidemill
};

struct PageRecord {
  std::string person;  // empty = a channel without a person
  WallTime at;
};

struct ReportRange {
  WallTime from, until;  // from <= t < until
  ZonePtr zone;          // of working hours; null = UTC
  // Local seconds of the day, Monday to Friday.
  std::int32_t work_from_s = 9 * 3600, work_until_s = 18 * 3600;
};

struct AlertReport {
  // Episodes that began in the range: from raised to resolved. One that is reopened is another.
  std::size_t episodes = 0;
  std::size_t acknowledged = 0;  // snoozed counts
  std::size_t resolved = 0;
  std::size_t resolved_alone = 0;  // by Tidemill, because what was wrong is right again
  std::size_t out_of_hours = 0;
  std::optional<Duration> mean_to_acknowledge, mean_to_resolve;

  struct Noise {
    AlertKey key;
    std::size_t episodes = 0;
    std::uint64_t raised = 0;  // times
    bool flaps = false;        // kFlaps episodes within a day
  };
  std::vector<Noise> noisiest;  // most episodes first, then most raised; at most kNoisiest
  std::size_t flapping = 0;     // keys

  struct Pages {
    std::string person;
    std::size_t pages = 0, out_of_hours = 0;
    double per_week = 0;
  };
  std::vector<Pages> pages;  // most first
};
inline constexpr std::size_t kFlaps = 3;
inline constexpr std::size_t kNoisiest = 20;

// Changes in the order in which they happened, from the beginning of the range on and beyond its
// end, so that ends after it are known.
AlertReport report_alerts(const std::vector<AlertChangeRecord>& changes,
                          const std::vector<PageRecord>& pages, const ReportRange& range);

bool is_working_time(const ReportRange& range, WallTime t);

// "what,name,value" lines for a spreadsheet.
std::string to_csv(const AlertReport& report);

}  // namespace tidemill
