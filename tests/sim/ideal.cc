#include "tests/sim/ideal.h"

#include <deque>

#include "core/run_machine.h"

namespace tidemill::sim {
namespace {

class Executor {
 public:
  Executor(const PlannedDag& planned, std::uint64_t seed) : planned_(planned) {
    RunOptions options;
    options.id = {1};
    options.seed = seed;
    run_ = make_run(*planned.dag, options, now());
  }

  Ideal execute() {
    feed(event::Start{});
    while (!is_terminal(run_.state)) {
      if (!ready_.empty()) {
        const TaskIndex task = ready_.front();
        ready_.pop_front();
        attempt(task);
      } else if (!looks_.empty()) {
        const TaskIndex task = looks_.front();
        looks_.pop_front();
        feed(event::Looked{task, run_.tasks[task].ready_at, event::Looked::Answer::there, ""});
      } else {
        CHECK(!run_.timers.empty());
        boot_us_ = std::max(boot_us_, run_.timers.begin()->at.us);
        feed(event::Wake{});
      }
    }
    Ideal ideal;
    ideal.state = run_.state;
    for (const TaskRun& task : run_.tasks) ideal.tasks.push_back(task.state);
    return ideal;
  }

 private:
  Now now() const { return {{1'700'000'000'000'000 + boot_us_}, {boot_us_}}; }

  void feed(const Event& event) {
    const Transition transition = advance(*planned_.dag, run_, event, now());
    CHECK(transition.verdict != Transition::Verdict::rejected);
    for (const Effect& effect : transition.effects) {
      if (const auto* look = std::get_if<effect::Look>(&effect)) looks_.push_back(look->task);
      if (const auto* ready = std::get_if<effect::Ready>(&effect)) ready_.push_back(ready->task);
    }
  }

  void attempt(TaskIndex task) {
    if (run_.tasks[task].state != TaskState::ready) return;
    const AttemptId id{++last_attempt_};
    const std::uint32_t recorded = run_.tasks[task].attempts;
    feed(event::Grant{task, id});
    feed(event::Started{task, id, now().wall});
    feed(event::Ended{task, id, outcome_of(planned_.behaviours[task], recorded)});
  }

  const PlannedDag& planned_;
  Run run_;
  std::deque<TaskIndex> ready_;
  std::deque<TaskIndex> looks_;
  std::int64_t boot_us_ = 1;
  std::int64_t last_attempt_ = 0;
};

}  // namespace

Ideal ideal_run(const PlannedDag& planned, std::uint64_t run_seed) {
  return Executor(planned, run_seed).execute();
}

}  // namespace tidemill::sim
