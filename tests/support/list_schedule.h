// How long a run takes when its tasks take exactly as long as they are known to: the real order of
// Placement with a clock of numbers. Starting a task costs nothing, so the figures are exact.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "base/check.h"
#include "core/graph.h"
#include "core/placement.h"
#include "core/way_ahead.h"

namespace tidemill::test {

class ListSchedule {
 public:
  enum class Past { unknown, known };  // unknown: in the order in which tasks become ready

  // `took` by task. `ahead`: how many are granted beyond the slots.
  ListSchedule(const Dag& dag, std::vector<Duration> took, int slots, int ahead, Past past)
      : dag_(dag), took_(std::move(took)), slots_(static_cast<std::size_t>(slots)) {
    CHECK(took_.size() == dag.task_count);
    if (past == Past::known) ways_ = way_ahead(dag, TaskHistory(took_.begin(), took_.end()));
    WorkerView worker;
    worker.id = WorkerId{1};
    worker.slots = slots;
    worker.queue_ahead = ahead;
    placement_.set_worker(worker);
  }

  Duration makespan() {
    std::vector<std::size_t> unmet(dag_.task_count);
    for (TaskIndex task = 0; task < dag_.task_count; ++task) {
      unmet[task] = dag_.tasks[task].upstream.size();
      if (unmet[task] == 0) placement_.add_ready(ready(task));
    }
    place();
    while (!ends_.empty()) {
      now_ = ends_.begin()->first;
      for (const TaskIndex task : take_ended()) {
        for (const TaskIndex next : dag_.tasks[task].downstream) {
          if (--unmet[next] == 0) placement_.add_ready(ready(next));
        }
      }
      place();
    }
    CHECK(placement_.ready_count() == 0 && started_.size() == dag_.task_count);
    return now_ - BootTime{};
  }

  // In order of start.
  const std::vector<TaskIndex>& started() const { return started_; }

 private:
  ReadyTask ready(TaskIndex task) const {
    ReadyTask made;
    made.run = RunId{1};
    made.task = task;
    made.since = now_;
    if (!ways_.way.empty()) {
      made.way = ways_.way[task];
      made.expected = ways_.expected[task];
    }
    return made;
  }

  void place() {
    for (const Grant& grant : placement_.place(now_)) granted_.push_back(grant.task);
    while (ends_.size() < slots_ && !granted_.empty()) {
      ends_.emplace(now_ + took_[granted_.front()], granted_.front());
      started_.push_back(granted_.front());
      granted_.pop_front();
    }
  }

  std::vector<TaskIndex> take_ended() {
    std::vector<TaskIndex> ended;
    while (!ends_.empty() && ends_.begin()->first == now_) {
      ended.push_back(ends_.begin()->second);
      CHECK(placement_.release(RunId{1}, ended.back()));
      ends_.erase(ends_.begin());
    }
    return ended;
  }

  const Dag& dag_;
  std::vector<Duration> took_;
  std::size_t slots_;
  WayAhead ways_;
  Placement placement_;
  BootTime now_{};
  std::deque<TaskIndex> granted_;  // to the worker, in order
  std::set<std::pair<BootTime, TaskIndex>> ends_;
  std::vector<TaskIndex> started_;
};

// A dag whose tasks take known times.
struct Trace {
  Dag dag;
  std::vector<Duration> took;

  TaskIndex add(Duration time) {
    took.push_back(time);
    dag.tasks.emplace_back();
    return dag.task_count++;
  }
  void connect(TaskIndex from, TaskIndex to) {
    dag.tasks[from].downstream.push_back(to);
    dag.tasks[to].upstream.push_back(from);
  }
  double seconds_of(ListSchedule::Past past, int slots, int ahead = 0) const {
    return std::chrono::duration<double>(ListSchedule(dag, took, slots, ahead, past).makespan())
        .count();
  }
  // No schedule is faster: the longest chain, and the work over the slots.
  double bound(int slots) const {
    double work = 0;
    for (const Duration time : took) work += std::chrono::duration<double>(time).count();
    return std::max(std::chrono::duration<double>(longest_chain(dag, took)).count(), work / slots);
  }
};

}  // namespace tidemill::test
