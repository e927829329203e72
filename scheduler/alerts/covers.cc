#include "scheduler/alerts/covers.h"

#include <fmt/format.h>

#include <set>

namespace tidemill {
namespace {

constexpr int kMostSilences = 10'000;

std::string name_of(const SilenceRow& row) {
  return fmt::format("{} {} of {}", to_word(row.silence.kind), row.id, row.silence.owner);
}

std::string scope_of(const AlertKey& key) {
  return key.task.empty() ? key.dag : key.dag + "/" + key.task;
}

}  // namespace

Status Covers::note_end(const SilenceRow& row, const std::string& text) {
  for (const AlertRow& alert : TRY(read_alerts_in(database_, AlertState::suppressed))) {
    if (!matches(row.silence, alert.alert)) continue;
    TRY(add_alert_event(database_, alert.id, now_, text));
  }
  return Ok{};
}

Status Covers::end(const SilenceRow& row, const std::string& by) {
  TRY(end_silence(database_, row.id, now_, by));
  forget();
  if (row.state != SilenceRow::State::active) return Ok{};
  const std::string ended = by.empty() ? "is over" : "was ended by " + by;
  return note_end(row, fmt::format("{} {}: {}", name_of(row), ended, row.silence.reason));
}

Result<bool> Covers::move() {
  const auto due = TRY(read_due_silences(database_, now_));
  for (const SilenceRow& row : due) {
    if (row.silence.ends_at <= now_) {
      TRY(end(row, ""));
    } else {
      TRY(begin_silence(database_, row.id));
    }
  }
  forget();
  return !due.empty();
}

Result<std::string> Covers::silenced(const Alert& alert) {
  if (!known_) {
    active_.clear();
    for (SilenceRow& row : TRY(read_silences(database_, true, kMostSilences))) {
      if (row.state == SilenceRow::State::active) active_.push_back(std::move(row));
    }
    known_ = true;
  }
  for (const SilenceRow& row : active_) {
    if (!matches(row.silence, alert)) continue;
    return fmt::format("{} until {}: {}", name_of(row), format_rfc3339(row.silence.ends_at),
                       row.silence.reason);
  }
  return std::string();
}

Result<std::string> Covers::explained(const Alert& alert) {
  if (alert.last_run == 0 || alert.key.dag.empty()) return std::string();
  const auto led_by = TRY(read_leading_runs(database_, alert.last_run));
  std::set<std::string> dags = {alert.key.dag};
  for (const LeadingRun& run : led_by) dags.insert(run.dag);
  std::vector<Alert> open;
  for (const std::string& dag : dags) {
    for (AlertRow& row : TRY(read_open_alerts(database_, dag))) {
      open.push_back(std::move(row.alert));
    }
  }
  const Alert* above = explained_by(alert, led_by, open);
  if (above == nullptr) return std::string();
  return fmt::format("the open alert about {} ({}) explains it", scope_of(above->key),
                     above->key.cause);
}

Result<std::string> Covers::why(const Alert& alert) {
  std::string why = TRY(silenced(alert));
  return why.empty() ? explained(alert) : Result<std::string>(std::move(why));
}

}  // namespace tidemill
