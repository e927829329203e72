// The DAG and the run as JSON for programs, defaults included; times as RFC 3339 or null, durations
// as whole milliseconds, tasks by name. Environment and commands are left out: they may hold what
// nobody should print.
#include "base/check.h"
#include "core/dump.h"
#include "core/graph.h"
#include "core/params.h"

namespace tidemill {
namespace {

Json texts(const std::vector<std::string>& values) {
  Json::Array array;
  for (const std::string& value : values) array.emplace_back(value);
  return array;
}

Json names(const Dag& dag, const std::vector<TaskIndex>& tasks) {
  Json::Array array;
  for (const TaskIndex task : tasks) array.emplace_back(dag.tasks[task].id);
  return array;
}

Json milliseconds(Duration duration) { return std::int64_t{duration.count() / 1000}; }

Json time_or_null(WallTime time) {
  return time == WallTime{} ? Json() : Json(format_rfc3339(time));
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json retry_to_json(const RetryPolicy& retry) {
  Json json;
  json.set("limit", retry.limit);
  json.set("delay_ms", milliseconds(retry.delay));
  json.set("backoff", retry.backoff);
  json.set("max_delay_ms", milliseconds(retry.max_delay));
  json.set("jitter", retry.jitter);
  return json;
}

Json resources_to_json(const Resources& resources) {
  Json json;
  json.set("cpu", resources.cpu);
  json.set("memory", static_cast<std::int64_t>(resources.memory));
  json.set("gpu", resources.gpu);
  return json;
}

Json task_to_json(const Dag& dag, const TaskSpec& spec) {
  Json json;
  json.set("id", spec.id);
  json.set("description", spec.description);
  json.set("needs", names(dag, spec.upstream));
  json.set("trigger_rule", to_word(spec.trigger_rule));
  json.set("needs_expression", text_or_null(spec.needs_expr.text()));
  json.set("if", text_or_null(spec.condition.text()));
  json.set("setup", spec.setup);
  json.set("allow_failure", spec.allow_failure);
  if (spec.retry != nullptr) json.set("retry", retry_to_json(*spec.retry));
  json.set("timeout_ms", milliseconds(spec.timeout));
  json.set("queue_timeout_ms", milliseconds(spec.queue_timeout));
  json.set("grace_ms", milliseconds(spec.grace));
  json.set("runs_on", texts(spec.runs_on));
  json.set("pool", text_or_null(spec.pool));
  json.set("slots", spec.slots);
  json.set("priority", spec.priority);
  json.set("resources", resources_to_json(spec.resources));
  json.set("outputs", texts(spec.outputs));
  json.set("metrics", texts(spec.metrics));
  json.set("uses", spec.wait_for ? Json("wait_for") : spec.approval ? Json("approval") : Json());
  json.set("publishes", text_or_null(spec.publishes));
  return json;
}

Json task_run_to_json(const TaskSpec& spec, const TaskRun& task) {
  Json json;
  json.set("id", spec.id);
  json.set("state", to_word(task.state));
  json.set("cause", task.cause == Cause::none ? Json() : Json(to_word(task.cause)));
  json.set("reason", text_or_null(task.reason));
  json.set("tolerated", task.tolerated);
  json.set("pruned", task.pruned);
  json.set("attempts", task.attempts);
  json.set("retries", unsigned{task.retries});
  json.set("losses", unsigned{task.losses});
  json.set("clears", task.clears);
  json.set("marked", task.marked);
  json.set("exit_code", task.exit_code);
  json.set("attempt", task.attempt ? Json(task.attempt.value) : Json());
  json.set("ready_at", time_or_null(task.ready_at));
  json.set("started_at", time_or_null(task.started_at));
  json.set("ended_at", time_or_null(task.ended_at));
  json.set("retry_at", time_or_null(task.retry_at));
  json.set("result", task.result == nullptr ? Json() : result_to_json(*task.result));
  return json;
}

// A default that is a secret is not shown.
Json default_of(const ParamSpec& spec) {
  if (!spec.default_value || spec.default_value->is_null()) return {};
  return is_secret(spec) ? Json("***") : *spec.default_value;
}

Json param_to_json(const ParamSpec& spec) {
  Json json;
  json.set("name", spec.name);
  json.set("type", to_word(spec.type));
  json.set("items", spec.items ? Json(to_word(*spec.items)) : Json());
  json.set("required", spec.required);
  json.set("default", default_of(spec));
  json.set("enum", is_secret(spec) ? Json(Json::Array{}) : Json(spec.allowed));
  json.set("minimum", spec.minimum ? Json(*spec.minimum) : Json());
  json.set("maximum", spec.maximum ? Json(*spec.maximum) : Json());
  json.set("min_length", spec.min_length ? Json(*spec.min_length) : Json());
  json.set("max_length", spec.max_length ? Json(*spec.max_length) : Json());
  json.set("pattern", text_or_null(spec.pattern));
  json.set("description", text_or_null(spec.description));
  return json;
}

Json triggers_to_json(const Dag& dag) {
  Json::Array triggers;
  for (const DagTrigger& trigger : dag.dag_triggers) {
    Json one;
    Json::Array states;
    for (const RunState state : trigger.states) states.emplace_back(to_word(state));
    one.set("dag", trigger.dag);
    one.set("states", std::move(states));
    triggers.push_back(std::move(one));
  }
  for (const DatasetTrigger& trigger : dag.dataset_triggers) {
    Json one;
    one.set("datasets", texts(trigger.datasets));
    one.set("when", trigger.any ? "any" : "all");
    triggers.push_back(std::move(one));
  }
  for (const std::string& secret : dag.webhook_secrets) {
    Json one;
    one.set("webhook", secret);
    triggers.push_back(std::move(one));
  }
  return triggers;
}

}  // namespace

Json result_to_json(const TaskResult& result) {
  Json outputs{Json::Object{}};
  for (const auto& [name, value] : result.outputs) outputs.set(name, value);
  Json::Array metrics;
  for (const Metric& metric : result.metrics) {
    Json one;
    one.set("name", metric.name);
    one.set("value", metric.value);
    one.set("slice", text_or_null(metric.slice));
    one.set("step", metric.step < 0 ? Json() : Json(metric.step));
    metrics.push_back(std::move(one));
  }
  Json::Array artifacts;
  for (const Artifact& artifact : result.artifacts) {
    Json one;
    one.set("name", artifact.name);
    one.set("hash", artifact.hash);
    one.set("bytes", static_cast<std::int64_t>(artifact.bytes));
    one.set("is_directory", artifact.is_directory);
    artifacts.push_back(std::move(one));
  }
  Json::Array checks;
  for (const CheckResult& check : result.checks) {
    Json one;
    one.set("check", check.check);
    one.set("success", check.success);
    one.set("severity", check.severity);
    one.set("column", text_or_null(check.column));
    one.set("expected", text_or_null(check.expected));
    one.set("actual", text_or_null(check.actual));
    checks.push_back(std::move(one));
  }
  Json json;
  json.set("outputs", std::move(outputs));
  json.set("metrics", std::move(metrics));
  json.set("artifacts", std::move(artifacts));
  json.set("checks", std::move(checks));
  json.set("summary", text_or_null(result.summary));
  return json;
}

Json params_to_json(const std::vector<ParamSpec>& specs) {
  Json::Array all;
  for (const ParamSpec& spec : specs) all.push_back(param_to_json(spec));
  return Json(std::move(all));
}

Json dag_to_json(const Dag& dag) {
  Json json;
  json.set("name", dag.name);
  json.set("description", dag.description);
  json.set("owner", dag.owner);
  json.set("tags", texts(dag.tags));
  json.set("content_hash", dag.content_hash);
  Json::Array schedules;
  for (const Schedule& schedule : dag.schedules) {
    Json one;
    one.set("text", schedule.text);
    one.set("timezone", schedule.timezone);
    schedules.push_back(std::move(one));
  }
  json.set("schedules", std::move(schedules));
  json.set("triggers", triggers_to_json(dag));
  json.set("params", params_to_json(dag.params));
  json.set("max_active_runs", dag.max_active_runs);
  json.set("max_active_tasks", dag.max_active_tasks);
  json.set("timeout_ms", milliseconds(dag.timeout));
  json.set("priority", dag.priority);
  Json::Array pools;
  for (const PoolSpec& pool : dag.pools) {
    Json one;
    one.set("name", pool.name);
    one.set("slots", pool.slots);
    pools.push_back(std::move(one));
  }
  json.set("pools", std::move(pools));
  const std::vector<std::uint32_t> levels = task_levels(dag);
  Json::Array tasks, hooks;
  for (TaskIndex task = 0; task < dag.tasks.size(); ++task) {
    Json one = task_to_json(dag, dag.tasks[task]);
    if (task < dag.task_count) one.set("level", levels[task]);
    (task < dag.task_count ? tasks : hooks).push_back(std::move(one));
  }
  json.set("tasks", std::move(tasks));
  json.set("hooks", std::move(hooks));
  return json;
}

Json run_to_json(const Dag& dag, const Run& run) {
  CHECK(run.tasks.size() == dag.tasks.size());
  Json json;
  json.set("id", run.id.value);
  json.set("dag", dag.name);
  json.set("content_hash", dag.content_hash);
  json.set("state", to_word(run.state));
  json.set("reason", text_or_null(run.reason));
  json.set("cancelling", run.cancelling);
  json.set("timed_out", run.timed_out);
  json.set("deadline_missed", run.deadline_missed);
  json.set("paused", run.paused);
  json.set("pause_note", text_or_null(run.pause_note));
  json.set("reopened", run.reopened);
  json.set("params", Json(shown_params(dag, run.params)));
  json.set("created_at", time_or_null(run.created_at));
  json.set("scheduled_for", time_or_null(run.scheduled_for));
  json.set("interval_start", time_or_null(run.interval_start));
  json.set("interval_end", time_or_null(run.interval_end));
  json.set("started_at", time_or_null(run.started_at));
  json.set("ended_at", time_or_null(run.ended_at));
  Json::Array tasks;
  for (TaskIndex task = 0; task < dag.tasks.size(); ++task) {
    tasks.push_back(task_run_to_json(dag.tasks[task], run.tasks[task]));
  }
  json.set("tasks", std::move(tasks));
  return json;
}

}  // namespace tidemill
