#include "scheduler/storage/alert_report_rows.h"

namespace tidemill {
namespace {

Result<AlertState> known_state(const Statement& row, const std::string& word) {
  const auto state = alert_state_from(word);
  if (!state) return damaged(row.path(), "a change of an alert has the state " + word);
  return *state;
}

}  // namespace

Result<std::vector<AlertChangeRecord>> read_alert_changes(Database& database, WallTime from,
                                                          int limit) {
  Statement rows = TRY(database.prepare(
      "SELECT c.alert_id, a.dag, a.task, a.cause, c.at_us, c.before, c.state, c.count, c.by"
      " FROM alert_changes c JOIN alerts a USING (alert_id)"
      " WHERE c.at_us >= ? ORDER BY c.at_us, c.change_id LIMIT ?"));
  rows.bind(from.us, limit);
  std::vector<AlertChangeRecord> found;
  while (TRY(rows.step())) {
    AlertChangeRecord change;
    change.alert = rows.integer(0);
    change.key = {rows.text(1), rows.text(2), rows.text(3)};
    change.at = {rows.integer(4)};
    const std::string before = rows.text(5);
    if (!before.empty()) change.before = TRY(known_state(rows, before));
    change.state = TRY(known_state(rows, rows.text(6)));
    change.count = static_cast<std::uint64_t>(rows.integer(7));
    change.by = rows.text(8);
    found.push_back(std::move(change));
  }
  return found;
}

Result<std::vector<PageRow>> read_pages(Database& database, WallTime from, int limit) {
  Statement rows = TRY(database.prepare(
      "SELECT a.dag, o.person, o.sent_at FROM outbox o JOIN alerts a USING (alert_id)"
      " WHERE o.kind = 'tell' AND o.sent_at >= ? ORDER BY o.sent_at LIMIT ?"));
  rows.bind(from.us, limit);
  std::vector<PageRow> found;
  while (TRY(rows.step())) {
    found.push_back({rows.text(0), {rows.text(1), WallTime{rows.integer(2)}}});
  }
  return found;
}

Result<std::vector<OpenAlerts>> count_open_alerts(Database& database) {
  Statement rows = TRY(
      database.prepare("SELECT state, severity, count(*) FROM alerts WHERE state <> 'resolved'"
                       " GROUP BY state, severity"));
  std::vector<OpenAlerts> found;
  while (TRY(rows.step())) {
    OpenAlerts open;
    open.state = TRY(known_state(rows, rows.text(0)));
    const auto severity = alert_severity_from(rows.text(1));
    if (!severity) return damaged(rows.path(), "an alert has the severity " + rows.text(1));
    open.severity = *severity;
    open.count = rows.integer(2);
    found.push_back(open);
  }
  return found;
}

}  // namespace tidemill
