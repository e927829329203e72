#include "scheduler/api/words.h"

namespace tidemill::api {

Json time_or_null(WallTime time) { return time.us == 0 ? Json() : Json(format_rfc3339(time)); }

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json texts(const std::vector<std::string>& list) { return Json::Array(list.begin(), list.end()); }

Json number(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

Json milliseconds_between(WallTime begin, WallTime end, WallTime now) {
  if (begin.us == 0) return {};
  const Duration taken = (end.us == 0 ? now : end) - begin;
  return std::max<std::int64_t>(taken.count() / 1000, 0);
}

Json task_state_words() {
  Json::Array words;
  for (int i = 0; i < kTaskStateCount; ++i) words.emplace_back(to_word(static_cast<TaskState>(i)));
  return Json(std::move(words));
}

Json run_state_words() {
  Json::Array words;
  for (const RunState state : {RunState::queued, RunState::running, RunState::succeeded,
                               RunState::partial, RunState::failed, RunState::cancelled}) {
    words.emplace_back(to_word(state));
  }
  return Json(std::move(words));
}

namespace {

// "run 7 of extract" and "update of listings (run 7 of extract)" name a dag that not everybody who
// sees this run may see.
std::string shown_origin(const RunRow& row, const MaySee& may_see) {
  std::string origin = row.origin;
  if (row.trigger_kind != TriggerKind::dag && row.trigger_kind != TriggerKind::dataset) {
    return origin;
  }
  for (auto at = origin.find("run "); at != std::string::npos; at = origin.find("run ", at + 1)) {
    const auto of = origin.find(" of ", at);
    if (of == std::string::npos) break;
    const auto end = std::min(origin.find(')', of), origin.size());
    if (!may_see(origin.substr(of + 4, end - of - 4))) origin.erase(of, end - of);
  }
  return origin;
}

}  // namespace

Json run_json(const RunRow& row, WallTime now, const MaySee& may_see) {
  Json tasks;
  tasks.set("total", row.tasks.total);
  tasks.set("succeeded", row.tasks.succeeded);
  tasks.set("failed", row.tasks.failed);
  tasks.set("other_end", row.tasks.other_end);
  Json json;
  json.set("run", row.id.value);
  json.set("dag", row.dag_name);
  json.set("version", row.version);
  json.set("state", to_word(row.state));
  json.set("reason", text_or_null(row.reason));
  json.set("trigger", to_word(row.trigger_kind));
  json.set("origin", shown_origin(row, may_see));
  json.set("paused", row.paused);
  json.set("cancelling", row.cancelling);
  json.set("deadline_missed", row.deadline_missed);
  json.set("created_at", time_or_null(row.created_at));
  json.set("scheduled_for", time_or_null(row.scheduled_for));
  json.set("interval_start", time_or_null(row.interval_start));
  json.set("interval_end", time_or_null(row.interval_end));
  json.set("started_at", time_or_null(row.started_at));
  json.set("ended_at", time_or_null(row.ended_at));
  json.set("duration_ms", milliseconds_between(row.started_at, row.ended_at, now));
  json.set("tasks", std::move(tasks));
  return json;
}

Json dag_json(const DagRow& row) {
  Json json;
  json.set("dag", row.name);
  json.set("file", row.file);
  json.set("state", to_word(row.state));
  json.set("version", row.version == 0 ? Json() : Json(row.version));
  json.set("paused", row.paused);
  json.set("paused_by", text_or_null(row.paused_by));
  json.set("paused_reason", text_or_null(row.paused_reason));
  return json;
}

Json attempt_json(const AttemptRow& row) {
  Json json;
  json.set("number", row.number);
  json.set("attempt", row.attempt.value);
  json.set("worker", row.worker.value);
  json.set("cause", to_word(row.cause));
  json.set("exit_code", row.exit_code);
  json.set("signal", row.signal);
  json.set("message", text_or_null(row.message));
  json.set("granted_at", time_or_null(row.granted_at));
  json.set("started_at", time_or_null(row.started_at));
  json.set("ended_at", time_or_null(row.ended_at));
  json.set("duration_ms", milliseconds_between(row.started_at, row.ended_at, row.ended_at));
  json.set("cpu_ms", row.usage.cpu.count() / 1000);
  json.set("peak_memory", static_cast<std::int64_t>(row.usage.peak_memory));
  json.set("log_bytes", static_cast<std::int64_t>(row.usage.log_bytes));
  json.set("log_dropped", static_cast<std::int64_t>(row.usage.log_dropped));
  return json;
}

Json event_json(const EventRow& row) {
  Json json;
  json.set("seq", row.seq);
  json.set("at", time_or_null(row.at));
  json.set("kind", row.kind);
  json.set("task", row.task ? Json(*row.task) : Json());
  json.set("attempt", row.attempt ? Json(*row.attempt) : Json());
  // A body that is no JSON can only be damage; it is shown as it is.
  auto body = parse_json(row.body);
  json.set("body", body.ok() ? std::move(*body) : Json(row.body));
  return json;
}

Json diff_json(const DagDiff& diff) {
  Json::Array changed;
  for (const TaskDiff& task : diff.changed) {
    Json one;
    one.set("task", task.id);
    one.set("fields", Json::Array(task.fields.begin(), task.fields.end()));
    changed.push_back(std::move(one));
  }
  Json json;
  json.set("added", Json::Array(diff.added.begin(), diff.added.end()));
  json.set("removed", Json::Array(diff.removed.begin(), diff.removed.end()));
  json.set("changed", std::move(changed));
  json.set("fields", Json::Array(diff.fields.begin(), diff.fields.end()));
  return json;
}

Json params_json(const std::vector<ParamDiff>& diff) {
  Json::Array params;
  for (const ParamDiff& param : diff) {
    Json one;
    one.set("param", param.name);
    one.set("before", param.before.value_or(Json()));
    one.set("after", param.after.value_or(Json()));
    params.push_back(std::move(one));
  }
  return Json(std::move(params));
}

}  // namespace tidemill::api
