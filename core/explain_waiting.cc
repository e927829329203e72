// Why a task waits: which upstreams have not decided it, and what they in turn do.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "core/explain_words.h"
#include "core/graph.h"

namespace tidemill {
namespace {

std::vector<TaskIndex> open_upstreams(const Subject& subject) {
  std::vector<TaskIndex> open;
  for (const TaskIndex upstream : subject.spec().upstream) {
    const TaskRun& state = subject.run.tasks[upstream];
    if (!state.pruned && !is_terminal(state.state)) open.push_back(upstream);
  }
  // What is under way says more than what waits itself.
  std::stable_sort(open.begin(), open.end(), [&](TaskIndex a, TaskIndex b) {
    return subject.run.tasks[a].state > subject.run.tasks[b].state;
  });
  return open;
}

std::string name_and_state(const Subject& subject, TaskIndex task) {
  return fmt::format("{} ({})", subject.dag.tasks[task].id,
                     state_clause(subject.run.tasks[task], subject.now.wall));
}

// From the task up through waiting ones to the first that is under way.
std::vector<TaskIndex> way_to_the_active(const Subject& subject) {
  const auto state = [&](TaskIndex task) { return subject.run.tasks[task].state; };
  return path_upstream(
      subject.dag, subject.index, [&](TaskIndex t) { return state(t) == TaskState::waiting; },
      [&](TaskIndex t) { return !is_terminal(state(t)) && state(t) != TaskState::waiting; },
      [&](TaskIndex a, TaskIndex b) { return state(a) > state(b); });
}

std::string chain_sentence(const Subject& subject, const std::vector<TaskIndex>& way) {
  const std::string last = name_and_state(subject, way.back());
  const std::string& first = subject.dag.tasks[way[1]].id;
  if (way.size() == 3) return fmt::format("{}, which waits for {}", first, last);
  return fmt::format("{} and, {} tasks up, for {}", first, way.size() - 1, last);
}

std::string upstream_sentence(const Subject& subject, const std::vector<TaskIndex>& open) {
  const bool all_wait = subject.run.tasks[open.front()].state == TaskState::waiting;
  const std::vector<TaskIndex> way = all_wait ? way_to_the_active(subject) : open;
  if (open.size() == 1 && all_wait && way.size() > 2) return chain_sentence(subject, way);
  std::vector<std::string> shown;
  for (const TaskIndex upstream : open) shown.push_back(name_and_state(subject, upstream));
  if (open.size() == 1) return shown.front();
  std::string text = fmt::format("{} of {}: {}", open.size(),
                                 plural(std::ssize(subject.spec().upstream), "upstream"),
                                 list_some(shown));
  if (all_wait && way.size() > 2) {
    text += fmt::format("; under way is {}", name_and_state(subject, way.back()));
  }
  return text;
}

std::string_view hook_moment(HookKind kind) {
  switch (kind) {
    case HookKind::start:
      return "when the run starts";
    case HookKind::success:
      return "after the other tasks, if the run succeeds";
    case HookKind::failure:
      return "after the other tasks, if the run fails";
    case HookKind::cancel:
      return "after the other tasks, if the run is cancelled";
    case HookKind::exit:
      return "last, whatever the run's end";
    case HookKind::none:
      break;
  }
  UNREACHABLE();
}

std::string why_queued(const Subject& subject) {
  const Run& run = subject.run;
  if (run.paused) {
    return "has not started: it is " + pause_clause(run, subject.now.wall);
  }
  if (run.reopened > 0) return "was taken up again and waits for its turn";
  return "has not started; it is queued for " + time_since(run.created_at, subject.now.wall);
}

}  // namespace

Explanation explain_waiting(const Subject& subject) {
  const Run& run = subject.run;
  Explanation said;
  const std::string waits = subject.name() + " waits";
  const TaskIndex start = subject.dag.hook(HookKind::start);
  if (!subject.state().reason.empty()) said.details.push_back(subject.state().reason);
  if (run.state == RunState::queued) {
    said.sentence = fmt::format("{} because run {} {}", waits, run.id.value, why_queued(subject));
    return said;
  }
  if (run.cancelling) {
    said.sentence = fmt::format("{} until what still runs has been stopped: {}", waits,
                                run.reason.empty() ? "the run is being cancelled" : run.reason);
    return said;
  }
  if (subject.spec().hook != HookKind::none) {
    said.sentence = fmt::format("{}: it runs {}", waits, hook_moment(subject.spec().hook));
    return said;
  }
  if (start != kNoTask && !is_terminal(run.tasks[start].state)) {
    said.sentence = fmt::format("{} for the start hook ({})", waits,
                                state_clause(run.tasks[start], subject.now.wall));
    return said;
  }
  const std::vector<TaskIndex> open = open_upstreams(subject);
  said.sentence = open.empty() ? subject.name() + " is decided in the next turn of the scheduler"
                               : waits + " for " + upstream_sentence(subject, open);
  if (run.paused) {
    said.details.push_back("the run is " + pause_clause(run, subject.now.wall));
  }
  if (!subject.spec().upstream.empty()) said.details.push_back(rule_clause(subject));
  if (!open.empty()) said.details.push_back("next check: when one of its upstreams ends");
  return said;
}

}  // namespace tidemill
