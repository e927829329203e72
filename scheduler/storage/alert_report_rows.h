// What reports about alerts are made of. On any connection, read only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/alert/alert_report.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// Changes from then on, in the order in which they happened; at most `limit`, the oldest.
Result<std::vector<AlertChangeRecord>> read_alert_changes(Database& database, WallTime from,
                                                          int limit);

struct PageRow {
  std::string dag;  // that the alert is about; empty = the scheduler
  PageRecord page;
};
// Messages that woke somebody, from then on; at most `limit`, the oldest.
Result<std::vector<PageRow>> read_pages(Database& database, WallTime from, int limit);

struct OpenAlerts {
  AlertState state = AlertState::firing;
  AlertSeverity severity = AlertSeverity::error;
  std::int64_t count = 0;
};
Result<std::vector<OpenAlerts>> count_open_alerts(Database& database);

}  // namespace tidemill
