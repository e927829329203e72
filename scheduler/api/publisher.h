// Turns what was committed into server-sent events. Runs on the scheduler's thread; publish() of
// the hub never waits.
//
//   topic runs        a run began, changed or ended
//   topic run:12      changes of the run and of each of its tasks, and progress
//   topic dags        a dag is new, has another version, broke, was mended, paused or is gone
//   topic alerts      an alert was raised, taken or ended, or counted once more
//   topic approvals   a task asks people or waits for something outside, or did until now
//   topic workers     a worker came or went
//   topic notes       sentences for the operator
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "scheduler/http/event_hub.h"
#include "scheduler/observer.h"

namespace tidemill::api {

class Publisher : public Observer {
 public:
  // `log` gets every note as well, for the daemon's own log.
  explicit Publisher(std::function<void(const std::string&)> log) : log_(std::move(log)) {}
  // Nothing is published before, and nothing after disconnect(), which comes before the hub ends:
  // the last commits of a scheduler that stops come after its server is gone. Both on the
  // scheduler's thread, or while nobody turns it.
  void connect(http::EventHub& hub) { hub_ = &hub; }
  void disconnect() { hub_ = nullptr; }
  // A run of an earlier scheduler that goes on; what is written of its tasks does not name its dag.
  void know(RunId run, const std::string& dag) {
    dags_[run] = dag;
    earlier_.insert(run);
  }

  // A dag as earlier schedulers left it, so that only what changes from now on is told.
  void know(const DagRow& row) { shown_dags_[row.name] = shown(row); }

  void on_commit(const Batch& batch) override;
  void on_progress(RunId run, TaskIndex task, double fraction, const std::string& text) override;
  void on_run_ended(RunId run, RunState state) override;
  void on_note(const std::string& text) override;

 private:
  // What readers are told of a dag; its rows are also written when nothing of it changed.
  struct ShownDag {
    std::int64_t version = 0;
    DagRow::State state = DagRow::State::ok;
    bool paused = false;
    std::string file, findings;
  };
  static ShownDag shown(const DagRow& row);
  std::string dag_of(RunId run) const;
  void tell_dags(const Batch& batch, std::vector<http::HubEvent>& events);
  void tell_question(const TaskRow& row, const std::string& dag,
                     std::vector<http::HubEvent>& events);

  std::function<void(const std::string&)> log_;
  http::EventHub* hub_ = nullptr;
  std::map<RunId, std::string> dags_;  // of runs that go on
  std::map<std::string, ShownDag> shown_dags_;
  std::set<std::pair<RunId, TaskIndex>> asking_;
  std::set<RunId> earlier_;  // whose tasks may ask since before this scheduler began
};

}  // namespace tidemill::api
