// Alerts as rows: what the feed brought, the alerts themselves, and their timelines. On any
// connection; what writes, inside a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert/alert.h"
#include "core/alert/run_alerts.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

struct AlertRow {
  std::int64_t id = 0;  // 0 = not stored yet
  Alert alert;
  std::string what;    // is wrong, a sentence
  std::string policy;  // name; empty = it is only shown
};

struct AlertFeedRow {
  std::int64_t seq = 0;
  std::string kind;  // task_failed, ended, late, repaired, dag
  std::int64_t run = 0, task = -1;
  std::string dag;
};

struct AlertEventRow {
  std::int64_t seq = 0;
  WallTime at;
  std::string text;
};

// Oldest first, at most `limit`.
Result<std::vector<AlertFeedRow>> read_alert_feed(Database& database, int limit);
Status drop_alert_feed(Database& database, std::int64_t up_to_seq);

// What a feed row of a run speaks of, as far as it is stored; none when the run was removed since.
Result<std::optional<RunNews>> read_run_news(Database& database, const AlertFeedRow& feed);
// The version of a run, for its `alerts:`; none when the run was removed.
struct RunSource {
  std::string dag, source, directory;
};
Result<std::optional<RunSource>> read_run_source(Database& database, std::int64_t run);

struct FileNews {
  bool broken = false;
  std::string finding;  // the first thing that is wrong
};
// The file of a DAG as it is now; none when the DAG is unknown.
Result<std::optional<FileNews>> read_file_news(Database& database, const std::string& dag);

struct AlertFilter {
  std::optional<std::string> dag;
  std::optional<AlertState> state;
  bool open_only = true;
  std::int64_t before = 0;  // ids below it; 0 = from the newest
  int limit = 100;
};
// Open ones first by urgency is the reader's matter: these come by id, newest first.
Result<std::vector<AlertRow>> read_alerts(Database& database, const AlertFilter& filter);
// All that are open, or in one state; the newest 10,000 when there are more.
Result<std::vector<AlertRow>> read_alerts_in(Database& database, std::optional<AlertState> state);
// All that are open about one dag, without looking at others.
Result<std::vector<AlertRow>> read_open_alerts(Database& database, const std::string& dag);
Result<std::optional<AlertRow>> read_alert(Database& database, std::int64_t id);
Result<std::optional<AlertRow>> find_alert(Database& database, const AlertKey& key);
Result<std::vector<AlertRow>> read_due_alerts(Database& database, WallTime now, int limit);
// When the next timer is due; none when there is no timer.
Result<std::optional<WallTime>> next_alert_due(Database& database);

// Inserts or updates by `id`, which it sets.
Status write_alert(Database& database, AlertRow& row);
Status add_alert_event(Database& database, std::int64_t id, WallTime at, const std::string& text);
Result<std::vector<AlertEventRow>> read_alert_events(Database& database, std::int64_t id);

}  // namespace tidemill
