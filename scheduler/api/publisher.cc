#include "scheduler/api/publisher.h"

#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

std::string topic_of(RunId run) { return fmt::format("run:{}", run.value); }

Json task_event(const TaskRow& row) {
  Json json;
  json.set("run", row.run.value);
  json.set("task", row.task);
  json.set("state", to_word(row.state));
  json.set("cause", to_word(row.cause));
  json.set("attempts", row.attempts);
  json.set("reason", text_or_null(row.reason));
  json.set("ready_at", time_or_null(row.ready_at));
  json.set("started_at", time_or_null(row.started_at));
  json.set("ended_at", time_or_null(row.ended_at));
  json.set("retry_at", time_or_null(row.retry_at));
  return json;
}

Json dag_event(const DagRow& row, Json::Array changed) {
  Json json = dag_json(row);
  json.set("changed", std::move(changed));
  return json;
}

Json worker_event(const WorkerRow& row) {
  Json json;
  json.set("worker", row.name);
  json.set("slots", row.slots);
  json.set("last_seen", time_or_null(row.last_seen));
  return json;
}

// What the operations of scheduler/alerts answer.
Json::Array alerts_in(const Operation& operation) {
  const auto& outcome = operation.outcome;
  if (!outcome || !outcome->ok() || !(*outcome)->is_object()) return {};
  const Json* alerts = (*outcome)->find("alerts");
  return alerts == nullptr ? Json::Array() : alerts->as_array();
}

// The rotation in which somebody else is on call by hand; nullptr = this is about something else.
const Json* rotation_in(const Operation& operation) {
  const auto& outcome = operation.outcome;
  if (!outcome || !outcome->ok() || !(*outcome)->is_object()) return nullptr;
  return (*outcome)->find("oncall");
}

// What is about the scheduler itself is for those who may read every dag.
std::string dag_of_alert(const Json& alert) {
  const std::string& dag = alert.find("dag")->as_string();
  return dag.empty() ? http::kEveryDag : dag;
}

}  // namespace

std::string Publisher::dag_of(RunId run) const {
  const auto known = dags_.find(run);
  return known == dags_.end() ? std::string() : known->second;
}

Publisher::ShownDag Publisher::shown(const DagRow& row) {
  return {row.version, row.state, row.paused, row.file, row.findings};
}

void Publisher::tell_dags(const Batch& batch, std::vector<http::HubEvent>& events) {
  for (const DagRow& row : batch.timetable.dags) {
    const auto known = shown_dags_.find(row.name);
    Json::Array changed;
    if (known == shown_dags_.end()) {
      changed.emplace_back("new");
    } else {
      const ShownDag& before = known->second;
      if (before.version != row.version) changed.emplace_back("version");
      if (before.state != row.state) changed.emplace_back("state");
      if (before.paused != row.paused) changed.emplace_back("paused");
      if (before.file != row.file) changed.emplace_back("file");
      if (before.findings != row.findings) changed.emplace_back("findings");
    }
    if (changed.empty()) continue;
    shown_dags_[row.name] = shown(row);
    events.push_back({"dags", "dag", row.name, dag_event(row, std::move(changed)).dump()});
  }
}

// The row of a task that waits is also written when nothing of that changed.
void Publisher::tell_question(const TaskRow& row, const std::string& dag,
                              std::vector<http::HubEvent>& events) {
  const bool asks = row.state == TaskState::awaiting_input;
  const bool changed = asks ? asking_.insert({row.run, row.task}).second
                            : asking_.erase({row.run, row.task}) > 0;
  if (!changed && !earlier_.contains(row.run)) return;
  Json json;
  json.set("run", row.run.value);
  json.set("task", row.task);
  json.set("state", to_word(row.state));
  events.push_back({"approvals", "approval", dag, json.dump()});
}

void Publisher::on_commit(const Batch& batch) {
  if (hub_ == nullptr) return;
  std::vector<http::HubEvent> events;
  tell_dags(batch, events);
  const auto tell_runs = [&](bool ended) {
    for (const RunWrite& write : batch.runs) {
      if (is_terminal(write.row.state) != ended) continue;
      const std::string& dag = write.row.dag_name;
      // The same for all readers of this dag, whatever else they may see.
      const auto sees_this = [&dag](const std::string& other) { return other == dag; };
      const std::string data = run_json(write.row, write.row.ended_at, sees_this).dump();
      events.push_back({"runs", "run", dag, data});
      events.push_back({topic_of(write.row.id), "run", dag, data});
    }
  };
  for (const RunWrite& write : batch.runs) dags_[write.row.id] = write.row.dag_name;
  tell_runs(false);
  for (const TaskWrite& write : batch.tasks) {
    const std::string dag = dag_of(write.row.run);
    // Without a name nobody could tell who may see it.
    if (dag.empty()) continue;
    events.push_back({topic_of(write.row.run), "task", dag, task_event(write.row).dump()});
    tell_question(write.row, dag, events);
  }
  // The end of a run comes after the ends of its tasks, so who waits for it has seen them.
  tell_runs(true);
  for (const auto& operation : batch.operations) {
    for (const Json& alert : alerts_in(*operation)) {
      events.push_back({"alerts", "alert", dag_of_alert(alert), alert.dump()});
    }
    if (const Json* rotation = rotation_in(*operation)) {
      Json json;
      json.set("rotation", *rotation);
      events.push_back({"alerts", "oncall", http::kEveryDag, json.dump()});
    }
  }
  for (const WorkerRow& row : batch.workers) {
    events.push_back({"workers", "worker", "", worker_event(row).dump()});
  }
  if (!events.empty()) hub_->publish(std::move(events));
}

void Publisher::on_progress(RunId run, TaskIndex task, double fraction, const std::string& text) {
  const std::string dag = dag_of(run);
  if (hub_ == nullptr || dag.empty()) return;
  Json json;
  json.set("run", run.value);
  json.set("task", task);
  json.set("fraction", fraction);
  json.set("text", text);
  hub_->publish({{topic_of(run), "progress", dag, json.dump()}});
}

void Publisher::on_run_ended(RunId run, RunState) {
  dags_.erase(run);
  earlier_.erase(run);
}

void Publisher::on_note(const std::string& text) {
  log_(text);
  if (hub_ == nullptr) return;
  Json json;
  json.set("text", text);
  // The sentence may name any dag.
  hub_->publish({{"notes", "note", http::kEveryDag, json.dump()}});
}

}  // namespace tidemill::api
