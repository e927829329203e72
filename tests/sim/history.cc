#include "tests/sim/history.h"

#include "base/json.h"
#include "core/invariants.h"
#include "core/trigger.h"

namespace tidemill::sim {
namespace {

class Replay {
 public:
  Replay(const Dag& dag, Trace& trace)
      : dag_(dag), trace_(trace), states_(dag.tasks.size(), TaskState::waiting) {}

  void take(const EventRow& event) {
    by_hand_ = last_kind_ == "clear" || last_kind_ == "mark";
    by_mark_ = last_kind_ == "mark";
    last_kind_ = event.kind;
    if (event.kind == "tasks") take_changes(event);
  }

  void compare(const std::vector<TaskRow>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].state == states_[i]) continue;
      trace_.broken("I7 the events of run {} leave task {} as {} and its row says {}",
                    rows[i].run.value, i, to_word(states_[i]), to_word(rows[i].state));
    }
  }

 private:
  void take_changes(const EventRow& event) {
    const auto body = parse_json(event.body);
    if (!body.ok() || !body->is_array()) {
      return trace_.broken("event {} of run {} is no JSON array", event.seq, event.run.value);
    }
    for (const Json& change : body->as_array()) {
      const auto task = static_cast<TaskIndex>(change.as_array()[1].as_int());
      const auto state = task_state_from(change.as_array()[2].as_string());
      if (!state || task >= states_.size()) {
        return trace_.broken("event {} of run {} names an unknown task or state", event.seq,
                             event.run.value);
      }
      step(event.run, task, *state);
    }
    for (const auto& [task, to] : std::exchange(unclear_, {})) {
      if (!fits_rule(task, to)) report(event.run, task, to);
    }
  }

  void step(RunId run, TaskIndex task, TaskState to) {
    const TaskState from = states_[task];
    states_[task] = to;
    if (from == to) return;  // another column of the row changed
    // A live task takes its edge when its attempt is gone, long after it was asked for.
    const bool asked = by_hand_ || is_live(from);
    if (!is_legal_edge(from, to) && !(asked && is_hand_edge(from, to))) {
      trace_.broken("I6 task {} of run {} went from {} to {}", task, run.value, to_word(from),
                    to_word(to));
    }
    const bool by_rule = from == TaskState::waiting && to != TaskState::cancelled &&
                         task < dag_.task_count && dag_.hook(HookKind::start) == kNoTask;
    const bool marked = by_mark_ && (to == TaskState::succeeded || to == TaskState::skipped ||
                                     to == TaskState::failed);
    if (!by_rule || marked || fits_rule(task, to)) return;
    // Tasks that were cleared together are told of before those that they led to, so what decided
    // one of them may stand behind it.
    if (by_hand_) {
      unclear_.emplace_back(task, to);
    } else {
      report(run, task, to);
    }
  }

  bool fits_rule(TaskIndex task, TaskState to) const {
    UpstreamCounts all, setup;
    for (const TaskIndex upstream : dag_.tasks[task].upstream) {
      ++all.total;
      all.add(states_[upstream]);
      if (!dag_.tasks[upstream].setup) continue;
      ++setup.total;
      setup.add(states_[upstream]);
    }
    using Kind = TriggerVerdict::Kind;
    const Kind verdict = decide_rule(dag_.tasks[task].trigger_rule, all, setup);
    const bool begins = to == TaskState::ready || to == TaskState::awaiting_input;
    // all_success goes by what ended first; of ends in one turn the event does not tell.
    const bool skipped_first = to == TaskState::skipped && all.skipped > 0 &&
                               dag_.tasks[task].trigger_rule == TriggerRule::all_success;
    return skipped_first || (verdict == Kind::run && begins) ||
           (verdict == Kind::skip && to == TaskState::skipped) ||
           (verdict == Kind::upstream_failed && to == TaskState::upstream_failed);
  }

  void report(RunId run, TaskIndex task, TaskState to) {
    std::string upstreams;
    for (const TaskIndex upstream : dag_.tasks[task].upstream) {
      upstreams += fmt::format(" {}={}", upstream, to_word(states_[upstream]));
    }
    trace_.broken("I5 task {} of run {} became {} against its rule {}:{}", task, run.value,
                  to_word(to), to_word(dag_.tasks[task].trigger_rule), upstreams);
  }

  const Dag& dag_;
  Trace& trace_;
  std::vector<TaskState> states_;
  std::string_view last_kind_;
  bool by_hand_ = false;  // the changes follow upon a clear or mark
  bool by_mark_ = false;
  std::vector<std::pair<TaskIndex, TaskState>> unclear_;  // of the event that is looked at
};

}  // namespace

void check_history(const Dag& dag, const std::vector<EventRow>& events,
                   const std::vector<TaskRow>& rows, Trace& trace) {
  Replay replay(dag, trace);
  std::int64_t seq = 0;
  for (const EventRow& event : events) {
    if (event.seq != ++seq) trace.broken("event {} of run {} is missing", seq, event.run.value);
    replay.take(event);
  }
  replay.compare(rows);
}

}  // namespace tidemill::sim
