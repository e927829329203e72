#include "scheduler/storage/silence_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMostLeadingRuns = 32;

constexpr const char* kSilenceColumns =
    "silence_id, kind, dag, task, cause, severities, owner, reason, starts_at, ends_at, state,"
    " created_at, ended_at, ended_by";

std::string severities_text(const std::vector<AlertSeverity>& severities) {
  std::string text;
  for (const AlertSeverity severity : severities) {
    if (!text.empty()) text += ',';
    text += to_word(severity);
  }
  return text;
}

Result<std::vector<AlertSeverity>> parse_severities(const Statement& s, const std::string& text) {
  std::vector<AlertSeverity> severities;
  if (text.empty()) return severities;
  for (const std::string_view word : split(text, ',')) {
    const auto severity = alert_severity_from(word);
    if (!severity) return damaged(s.path(), "a silence has the severity " + std::string(word));
    severities.push_back(*severity);
  }
  return severities;
}

Result<SilenceRow::State> parse_state(const Statement& s, const std::string& word) {
  using State = SilenceRow::State;
  for (const State state : {State::waiting, State::active, State::over}) {
    if (to_word(state) == word) return state;
  }
  return damaged(s.path(), "a silence has the state " + word);
}

Result<SilenceRow> read_silence_row(const Statement& s) {
  SilenceRow row;
  row.id = s.integer(0);
  const auto kind = silence_kind_from(s.text(1));
  if (!kind) return damaged(s.path(), "a silence has the kind " + s.text(1));
  const std::string severities = s.text(5);
  row.silence.kind = *kind;
  row.silence.dag = s.text(2);
  row.silence.task = s.text(3);
  row.silence.cause = s.text(4);
  row.silence.severities = TRY(parse_severities(s, severities));
  row.silence.owner = s.text(6);
  row.silence.reason = s.text(7);
  row.silence.starts_at = {s.integer(8)};
  row.silence.ends_at = {s.integer(9)};
  row.state = TRY(parse_state(s, s.text(10)));
  row.created_at = {s.integer(11)};
  row.ended_at = {s.integer(12)};
  row.ended_by = s.text(13);
  return row;
}

Result<Statement> select_silences(Database& database, const std::string& rest) {
  return database.prepare(fmt::format("SELECT {} FROM silences {}", kSilenceColumns, rest));
}

// The runs that started this one directly.
Result<std::vector<LeadingRun>> read_starters(Database& database, std::uint64_t run) {
  Statement rows = TRY(database.prepare(
      "SELECT source, source_run FROM dag_starts WHERE run_id = ?1 AND run_id > 0 UNION"
      " SELECT update_of.value ->> 'dag', update_of.value ->> 'run' FROM dataset_starts,"
      " json_each(dataset_starts.updates) AS update_of WHERE run_id = ?1 AND run_id > 0"));
  rows.bind(static_cast<std::int64_t>(run));
  std::vector<LeadingRun> found;
  while (TRY(rows.step())) {
    found.push_back({rows.text(0), static_cast<std::uint64_t>(rows.integer(1))});
  }
  return found;
}

}  // namespace

std::string_view to_word(SilenceRow::State state) {
  switch (state) {
    case SilenceRow::State::waiting:
      return "waiting";
    case SilenceRow::State::active:
      return "active";
    case SilenceRow::State::over:
      return "over";
  }
  return "";
}

Result<std::vector<SilenceRow>> read_silences(Database& database, bool open_only, int limit) {
  Statement rows = TRY(
      select_silences(database, open_only ? "WHERE state <> 'over' ORDER BY silence_id DESC LIMIT ?"
                                          : "ORDER BY silence_id DESC LIMIT ?"));
  rows.bind(limit);
  return all_rows<SilenceRow>(rows, read_silence_row);
}

Result<std::optional<SilenceRow>> read_silence(Database& database, std::int64_t id) {
  Statement row = TRY(select_silences(database, "WHERE silence_id = ?"));
  return one_row<SilenceRow>(row.bind(id), read_silence_row);
}

Result<std::vector<SilenceRow>> read_due_silences(Database& database, WallTime now) {
  Statement rows = TRY(
      select_silences(database,
                      "WHERE state <> 'over' AND (ends_at <= ?1 OR (state = 'waiting' AND"
                      " starts_at <= ?1)) ORDER BY silence_id"));
  rows.bind(now.us);
  return all_rows<SilenceRow>(rows, read_silence_row);
}

Result<std::optional<WallTime>> next_silence_due(Database& database) {
  Statement row = TRY(
      database.prepare("SELECT min(CASE state WHEN 'waiting' THEN starts_at ELSE ends_at END)"
                       " FROM silences WHERE state <> 'over'"));
  if (!TRY(row.step()) || row.is_null(0)) return std::optional<WallTime>();
  return std::optional<WallTime>(WallTime{row.integer(0)});
}

Status add_silence(Database& database, SilenceRow& row) {
  Statement put = TRY(
      database.prepare("INSERT INTO silences VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,0,'')"
                       " RETURNING silence_id"));
  const Silence& silence = row.silence;
  const std::string severities = severities_text(silence.severities);
  put.bind(to_word(silence.kind), silence.dag, silence.task, silence.cause, severities,
           silence.owner, silence.reason, silence.starts_at.us, silence.ends_at.us,
           to_word(row.state), row.created_at.us);
  if (!TRY(put.step())) return damaged(put.path(), "a silence was stored without an id");
  row.id = put.integer(0);
  return put.run();
}

Status begin_silence(Database& database, std::int64_t id) {
  Statement put = TRY(
      database.prepare("UPDATE silences SET state = 'active' WHERE silence_id = ?"));
  return put.bind(id).run();
}

Status end_silence(Database& database, std::int64_t id, WallTime at, const std::string& by) {
  Statement put = TRY(
      database.prepare("UPDATE silences SET state = 'over', ended_at = ?, ended_by = ?"
                       " WHERE silence_id = ?"));
  return put.bind(at.us, by, id).run();
}

Result<std::vector<LeadingRun>> read_leading_runs(Database& database, std::uint64_t run) {
  std::vector<LeadingRun> found = TRY(read_starters(database, run));
  for (std::size_t next = 0; next < found.size() && found.size() < kMostLeadingRuns; ++next) {
    for (LeadingRun& more : TRY(read_starters(database, found[next].run))) {
      const bool known = std::any_of(found.begin(), found.end(), [&more](const LeadingRun& one) {
        return one.run == more.run;
      });
      if (!known && found.size() < kMostLeadingRuns) found.push_back(std::move(more));
    }
  }
  return found;
}

}  // namespace tidemill
