#include "scheduler/api/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace tidemill::api {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

double seconds(WallTime t) { return static_cast<double>(t.us) / 1e6; }
double seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }

Histogram::BucketBoundaries run_buckets() {
  return {1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600};
}
Histogram::BucketBoundaries alert_buckets() { return {60, 300, 600, 3600}; }
Histogram::BucketBoundaries lag_buckets() { return {0.1, 0.5, 1, 5, 30, 120, 900, 3600}; }
Histogram::BucketBoundaries delay_buckets() { return {0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600}; }

Family<Counter>& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
Family<Histogram>& histogram(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  Family<Gauge>& build_info = gauge(registry, "tidemill_build_info", "Always 1; the build");
  Family<Counter>& runs = counter(registry, "tidemill_runs_total", "Runs that ended");
  Family<Histogram>& run_duration = histogram(registry, "tidemill_run_duration_seconds",
                                              "From the start to the end of a run");
  Family<Gauge>& last_success = gauge(registry, "tidemill_run_last_success_timestamp_seconds",
                                      "When a run of the dag last succeeded");
  Family<Counter>& attempts = counter(registry, "tidemill_attempts_total", "Attempts that ended");
  Family<Histogram>& delay = histogram(registry, "tidemill_schedule_delay_seconds",
                                       "From the instant a run was due to its start");
  Family<Counter>& commits = counter(registry, "tidemill_commits_total",
                                     "Transactions that were written");
  Family<Counter>& notifications = counter(registry, "tidemill_notifications_total",
                                           "Tries to send messages about alerts");
  Family<Histogram>& notification_lag = histogram(registry, "tidemill_notification_lag_seconds",
                                                  "From the writing of a message to its sending");
  Family<Gauge>& last_scrape = gauge(registry, "tidemill_scheduler_last_loop_timestamp_seconds",
                                     "When the scheduler's loop last turned");
  Family<Gauge>& unfinished = gauge(registry, "tidemill_unfinished_runs",
                                    "Runs that are queued or running");
  Family<Gauge>& queue = gauge(registry, "tidemill_queue_tasks", "Tasks that wait for a slot");
  Family<Gauge>& live = gauge(registry, "tidemill_live_attempts",
                              "Attempts that were granted and have not ended");
  Family<Gauge>& slots = gauge(registry, "tidemill_worker_slots", "Slots of the connected workers");
  Family<Gauge>& workers = gauge(registry, "tidemill_workers", "Workers by state");
  Family<Gauge>& wal = gauge(registry, "tidemill_wal_bytes",
                             "Size of the write-ahead log of the database");
  Family<Histogram>& alert_response = histogram(
      registry, "tidemill_alert_response_seconds",
      "From when an alert was raised until somebody took it");
  Family<Histogram>& alert_resolution = histogram(
      registry, "tidemill_alert_resolution_seconds",
      "From when an alert was raised until it was over");
  const WallTime started_at = system_now().wall;
  std::map<std::int64_t, WallTime> alert_changes{};  // the last one that was counted, by alert

  void count_alert(const Json& alert);
};

// An alert is told of for many reasons; it counts when its state has changed since this scheduler
// began.
void Metrics::Families::count_alert(const Json& alert) {
  const auto raised = parse_rfc3339(alert.find("raised_at")->as_string());
  const auto since = parse_rfc3339(alert.find("state_since")->as_string());
  if (!raised.ok() || !since.ok() || *since < started_at) return;
  WallTime& counted = alert_changes[alert.find("alert")->as_int()];
  if (counted == *since) return;
  counted = *since;
  const std::string& state = alert.find("state")->as_string();
  const double passed = seconds(std::max(*since - *raised, Duration(0)));
  if (state == "acknowledged") alert_response.Add({}, alert_buckets()).Observe(passed);
  if (state == "resolved") alert_resolution.Add({}, alert_buckets()).Observe(passed);
}

Metrics::Metrics(const std::string& version) : families_(std::make_unique<Families>()) {
  families_->build_info.Add({{"version", version}}).Set(1);
}
Metrics::~Metrics() = default;

void Metrics::on_commit(const Batch& batch) {
  families_->commits.Add({}).Increment();
  for (const RunWrite& write : batch.runs) {
    dags_[write.row.id] = write.row.dag_name;
    if (is_terminal(write.row.state)) count_run(write.row);
  }
  for (const AttemptRow& row : batch.attempts) count_attempt(row);
  for (const auto& operation : batch.operations) {
    count_alerts(*operation);
    count_notification(*operation);
  }
}

// What every operation answers that changed alerts.
void Metrics::count_alerts(const Operation& operation) {
  const auto& outcome = operation.outcome;
  if (!outcome || !outcome->ok() || !(*outcome)->is_object()) return;
  const Json* alerts = (*outcome)->find("alerts");
  if (alerts == nullptr) return;
  for (const Json& alert : alerts->as_array()) families_->count_alert(alert);
}

// What the courier's operations answer.
void Metrics::count_notification(const Operation& operation) {
  const auto& outcome = operation.outcome;
  if (!outcome || !outcome->ok() || !(*outcome)->is_object()) return;
  const Json* told = (*outcome)->find("notification");
  if (told == nullptr) return;
  const std::map<std::string, std::string> channel = {
      {"channel", told->find("channel")->as_string()}};
  auto labels = channel;
  labels["result"] = told->find("result")->as_string();
  families_->notifications.Add(labels).Increment();
  const Json* lag = told->find("lag_us");
  if (lag != nullptr) {
    families_->notification_lag.Add(channel, lag_buckets())
        .Observe(seconds(Duration(lag->as_int())));
  }
}

void Metrics::count_run(const RunRow& row) {
  const std::map<std::string, std::string> dag = {{"dag", row.dag_name}};
  families_->runs.Add({{"dag", row.dag_name}, {"result", std::string(to_word(row.state))}})
      .Increment();
  if (row.started_at.us == 0) return;
  families_->run_duration.Add(dag, run_buckets()).Observe(seconds(row.ended_at - row.started_at));
  if (row.state == RunState::succeeded) {
    families_->last_success.Add(dag).Set(seconds(row.ended_at));
  }
  // A run by hand is due when it is made, and the instant of a backfill may be years ago.
  if (row.trigger_kind == TriggerKind::schedule && row.scheduled_for.us != 0) {
    families_->delay.Add({}, delay_buckets()).Observe(seconds(row.started_at - row.scheduled_for));
  }
}

void Metrics::count_attempt(const AttemptRow& row) {
  const auto dag = dags_.find(row.run);
  const bool well = row.cause == Cause::none;
  families_->attempts
      .Add({{"dag", dag == dags_.end() ? "" : dag->second},
            {"result", well ? "succeeded" : "failed"},
            {"cause", std::string(to_word(row.cause))}})
      .Increment();
}

void Metrics::on_run_ended(RunId run, RunState) { dags_.erase(run); }

Metrics::Snapshot Metrics::look(const Engine& engine, Now now) {
  Snapshot snapshot;
  snapshot.unfinished_runs = static_cast<std::int64_t>(engine.live_runs());
  snapshot.ready_tasks = static_cast<std::int64_t>(engine.placement().ready_count());
  snapshot.live_attempts = static_cast<std::int64_t>(engine.live_attempts());
  for (const auto& [id, worker] : engine.workers().all()) {
    ++(worker.link ? snapshot.workers_connected : snapshot.workers_away);
    if (worker.link) snapshot.slots += worker.view.slots;
  }
  snapshot.now = now.wall;
  return snapshot;
}

std::string Metrics::text(const Snapshot& snapshot, const MaySee& may_see) const {
  Families& f = *families_;
  const auto set = [](Family<Gauge>& family, std::int64_t value,
                      const std::map<std::string, std::string>& labels = {}) {
    family.Add(labels).Set(static_cast<double>(value));
  };
  set(f.unfinished, snapshot.unfinished_runs);
  set(f.queue, snapshot.ready_tasks);
  set(f.live, snapshot.live_attempts);
  set(f.slots, snapshot.slots);
  set(f.workers, snapshot.workers_connected, {{"state", "connected"}});
  set(f.workers, snapshot.workers_away, {{"state", "away"}});
  set(f.wal, snapshot.wal_bytes);
  f.last_scrape.Add({}).Set(seconds(snapshot.now));
  auto collected = f.registry.Collect();
  for (prometheus::MetricFamily& family : collected) {
    std::erase_if(family.metric, [&](const prometheus::ClientMetric& metric) {
      return std::any_of(metric.label.begin(), metric.label.end(), [&](const auto& label) {
        return label.name == "dag" && !may_see(label.value);
      });
    });
  }
  std::erase_if(collected, [](const auto& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(collected);
}

}  // namespace tidemill::api
