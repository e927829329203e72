// The figures of this scheduler for Prometheus (text format 0.0.4). Labels never hold run ids or
// free text, so their number stays bounded by dags and words. Counters begin at zero with each
// start, as Prometheus expects. on_commit() runs on the scheduler's thread, text() on any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/access.h"
#include "scheduler/engine.h"
#include "scheduler/observer.h"

namespace tidemill::api {

class Metrics : public Observer {
 public:
  explicit Metrics(const std::string& version);
  ~Metrics() override;
  // A run of an earlier scheduler that goes on; what is written of its tasks does not name its dag.
  void know(RunId run, const std::string& dag) { dags_[run] = dag; }

  void on_commit(const Batch& batch) override;
  void on_run_ended(RunId run, RunState state) override;

  // What is taken from the engine at the moment of a scrape.
  struct Snapshot {
    std::int64_t unfinished_runs = 0, ready_tasks = 0, live_attempts = 0;
    std::int64_t workers_connected = 0, workers_away = 0, slots = 0;
    std::int64_t wal_bytes = 0;
    WallTime now;
  };
  static Snapshot look(const Engine& engine, Now now);
  // Series of dags for which `may_see` says no are left out.
  using MaySee = std::function<bool(const std::string& dag)>;
  std::string text(const Snapshot& snapshot, const MaySee& may_see) const;

 private:
  void count_attempt(const AttemptRow& row);
  void count_run(const RunRow& row);
  void count_alerts(const Operation& operation);
  void count_notification(const Operation& operation);

  struct Families;
  std::unique_ptr<Families> families_;
  std::map<RunId, std::string> dags_;  // of runs that go on
};

}  // namespace tidemill::api
