#include "scheduler/storage/alert_rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemill {
namespace {

constexpr const char* kAlertColumns =
    "alert_id, dag, task, cause, state, severity, facts, what, signature, policy, raised_at,"
    " state_since, count, first_run, last_run, reopened, episode_over, by, comment, until, step,"
    " round, told, digested, timer, due_at";

std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t loaded(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::string facts_text(const std::vector<AlertFact>& facts) {
  std::string text;
  for (const AlertFact fact : facts) {
    if (!text.empty()) text += ',';
    text += to_word(fact);
  }
  return text;
}

Result<std::vector<AlertFact>> parse_facts(const std::string& text) {
  std::vector<AlertFact> facts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto fact = alert_fact_from(std::string_view(text).substr(begin, end - begin));
    if (!fact) return corrupt("an alert has a fact that nobody knows: " + text);
    facts.push_back(*fact);
    begin = end + 1;
  }
  return facts;
}

Status read_state(const Statement& s, Alert& alert) {
  alert.state = TRY(known(s, 4, alert_state_from));
  alert.severity = TRY(known(s, 5, alert_severity_from));
  alert.timer = TRY(known(s, 24, alert_timer_from));
  alert.facts = TRY(parse_facts(s.text(6)));
  return Ok{};
}

Result<AlertRow> read_alert_row(const Statement& s) {
  AlertRow row;
  Alert& alert = row.alert;
  row.id = s.integer(0);
  alert.key = {s.text(1), s.text(2), s.text(3)};
  TRY(read_state(s, alert));
  row.what = s.text(7);
  alert.signature = s.text(8);
  row.policy = s.text(9);
  alert.raised_at = {s.integer(10)};
  alert.state_since = {s.integer(11)};
  alert.count = loaded(s.integer(12));
  alert.first_run = loaded(s.integer(13));
  alert.last_run = loaded(s.integer(14));
  alert.reopened = s.small(15);
  alert.episode_over = s.integer(16) != 0;
  alert.by = s.text(17);
  alert.comment = s.text(18);
  alert.until = {s.integer(19)};
  alert.step = s.small(20);
  alert.round = s.small(21);
  alert.told = s.integer(22) != 0;
  alert.counted_at_digest = loaded(s.integer(23));
  alert.due_at = {s.integer(25)};
  return row;
}

Result<Statement> select_alerts(Database& database, const std::string& rest) {
  return database.prepare(fmt::format("SELECT {} FROM alerts {}", kAlertColumns, rest));
}

}  // namespace

Result<std::vector<AlertRow>> read_alerts(Database& database, const AlertFilter& filter) {
  Statement rows = TRY(
      select_alerts(database,
                    "WHERE (?1 = 0 OR dag = ?2) AND (?3 = '' OR state = ?3)"
                    " AND (?4 = 0 OR state <> 'resolved') AND (?5 = 0 OR alert_id < ?5)"
                    " ORDER BY alert_id DESC LIMIT ?6"));
  const std::string dag = filter.dag.value_or("");
  const std::string_view state = filter.state ? to_word(*filter.state) : std::string_view();
  rows.bind(filter.dag.has_value(), dag, state, filter.open_only, filter.before, filter.limit);
  return all_rows<AlertRow>(rows, read_alert_row);
}

Result<std::vector<AlertRow>> read_alerts_in(Database& database, std::optional<AlertState> state) {
  AlertFilter filter;
  filter.state = state;
  filter.limit = 10'000;
  return read_alerts(database, filter);
}

Result<std::vector<AlertRow>> read_open_alerts(Database& database, const std::string& dag) {
  Statement rows = TRY(
      select_alerts(database, "WHERE dag = ? AND state <> 'resolved' ORDER BY alert_id DESC"));
  rows.bind(dag);
  return all_rows<AlertRow>(rows, read_alert_row);
}

Result<std::optional<AlertRow>> read_alert(Database& database, std::int64_t id) {
  Statement row = TRY(select_alerts(database, "WHERE alert_id = ?"));
  return one_row<AlertRow>(row.bind(id), read_alert_row);
}

Result<std::optional<AlertRow>> find_alert(Database& database, const AlertKey& key) {
  Statement row = TRY(select_alerts(database, "WHERE dag = ? AND task = ? AND cause = ?"));
  return one_row<AlertRow>(row.bind(key.dag, key.task, key.cause), read_alert_row);
}

Result<std::vector<AlertRow>> read_due_alerts(Database& database, WallTime now, int limit) {
  Statement rows = TRY(
      select_alerts(database, "WHERE due_at <> 0 AND due_at <= ? ORDER BY due_at LIMIT ?"));
  rows.bind(now.us, limit);
  return all_rows<AlertRow>(rows, read_alert_row);
}

Result<std::optional<WallTime>> next_alert_due(Database& database) {
  Statement row = TRY(database.prepare("SELECT min(due_at) FROM alerts WHERE due_at <> 0"));
  if (!TRY(row.step()) || row.is_null(0)) return std::optional<WallTime>();
  return std::optional<WallTime>(WallTime{row.integer(0)});
}

Status write_alert(Database& database, AlertRow& row) {
  const Alert& alert = row.alert;
  Statement put = TRY(database.prepare(
      "INSERT INTO alerts VALUES (nullif(?,0),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
      " ON CONFLICT (dag, task, cause) DO UPDATE SET state = excluded.state,"
      " severity = excluded.severity, facts = excluded.facts, what = excluded.what,"
      " signature = excluded.signature, policy = excluded.policy, raised_at = excluded.raised_at,"
      " state_since = excluded.state_since, count = excluded.count,"
      " first_run = excluded.first_run, last_run = excluded.last_run,"
      " reopened = excluded.reopened, episode_over = excluded.episode_over, by = excluded.by,"
      " comment = excluded.comment, until = excluded.until, step = excluded.step,"
      " round = excluded.round, told = excluded.told, digested = excluded.digested,"
      " timer = excluded.timer, due_at = excluded.due_at RETURNING alert_id"));
  const std::string facts = facts_text(alert.facts);
  put.bind(row.id, alert.key.dag, alert.key.task, alert.key.cause, to_word(alert.state),
           to_word(alert.severity), facts, row.what, alert.signature, row.policy,
           alert.raised_at.us, alert.state_since.us, stored(alert.count), stored(alert.first_run),
           stored(alert.last_run), alert.reopened, alert.episode_over, alert.by, alert.comment,
           alert.until.us, alert.step, alert.round, alert.told, stored(alert.counted_at_digest),
           to_word(alert.timer), alert.due_at.us);
  if (!TRY(put.step())) return damaged(put.path(), "an alert was stored without an id");
  row.id = put.integer(0);
  return put.run();
}

Status add_alert_event(Database& database, std::int64_t id, WallTime at, const std::string& text) {
  Statement add = TRY(
      database.prepare("INSERT INTO alert_events SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3"
                       " FROM alert_events WHERE alert_id = ?1"));
  return add.bind(id, at.us, text).run();
}

Result<std::vector<AlertEventRow>> read_alert_events(Database& database, std::int64_t id) {
  Statement rows = TRY(database.prepare(
      "SELECT seq, at_us, text FROM alert_events WHERE alert_id = ? ORDER BY seq"));
  rows.bind(id);
  std::vector<AlertEventRow> found;
  while (TRY(rows.step())) {
    found.push_back({rows.integer(0), {rows.integer(1)}, rows.text(2)});
  }
  return found;
}

}  // namespace tidemill
