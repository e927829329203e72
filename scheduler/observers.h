// Tells several observers what happens, in order.
#pragma once

#include <string>
#include <vector>

#include "scheduler/observer.h"

namespace tidemill {

class Observers : public Observer {
 public:
  void add(Observer& observer) { all_.push_back(&observer); }
  void on_commit(const Batch& batch) override {
    for (Observer* observer : all_) observer->on_commit(batch);
  }
  void on_progress(RunId run, TaskIndex task, double fraction, const std::string& text) override {
    for (Observer* observer : all_) observer->on_progress(run, task, fraction, text);
  }
  void on_run_ended(RunId run, RunState state) override {
    for (Observer* observer : all_) observer->on_run_ended(run, state);
  }
  void on_deadline_missed(RunId run) override {
    for (Observer* observer : all_) observer->on_deadline_missed(run);
  }
  void on_note(const std::string& text) override {
    for (Observer* observer : all_) observer->on_note(text);
  }

 private:
  std::vector<Observer*> all_;
};

}  // namespace tidemill
