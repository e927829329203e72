// Several planners as one, asked in order.
#pragma once

#include <vector>

#include "scheduler/planner.h"

namespace tidemill {

class Planners : public Planner {
 public:
  void add(Planner& planner) { all_.push_back(&planner); }

  void look(Engine& engine, Now now) override {
    for (Planner* planner : all_) planner->look(engine, now);
  }
  std::optional<WallTime> next_look() const override {
    std::optional<WallTime> next;
    for (const Planner* planner : all_) {
      const auto due = planner->next_look();
      if (due && (!next || *due < *next)) next = due;
    }
    return next;
  }
  bool has_rows() const override {
    for (const Planner* planner : all_) {
      if (planner->has_rows()) return true;
    }
    return false;
  }
  void take_rows(Batch& batch) override {
    for (Planner* planner : all_) planner->take_rows(batch);
  }
  void committed() override {
    for (Planner* planner : all_) planner->committed();
  }
  void on_run_ended(RunId run, RunState state) override {
    for (Planner* planner : all_) planner->on_run_ended(run, state);
  }

 private:
  std::vector<Planner*> all_;
};

}  // namespace tidemill
