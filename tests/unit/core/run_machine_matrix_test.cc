// Every state of a task against every event, as a golden file; docs/state_machine.md is made of the
// same answers. UPDATE_GOLDEN=1 rewrites both.
#include <fmt/format.h>

#include <set>

#include "core/invariants.h"
#include "core/wait_for.h"
#include "tests/support/golden.h"
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Now kNow{{1'772'366'400'000'000}, {3'600'000'000}};
constexpr auto kThere = event::Looked::Answer::there;
constexpr auto kNotYet = event::Looked::Answer::not_yet;
constexpr auto kNever = event::Looked::Answer::never;
constexpr AttemptId kOlder{10}, kLast{20}, kNewer{30};

struct Case {
  std::string name;
  Event event;
  Duration later{};         // time that passes before
  bool cancelling = false;  // the run is being cancelled when it happens
  // What a person did before.
  std::optional<Event> before = {};
};

// train is the task that is looked at; audit keeps the run open.
Dag matrix_dag() {
  return dag("extract -> train -> publish; audit", retries(5, seconds(30)),
             queue_timeout("train", minutes(10)));
}

Outcome outcome(Cause cause, int code = 0) {
  Outcome made;
  made.cause = cause;
  made.exit_code = code;
  return made;
}

// The same, but train waits for a file: what is awaiting_input is looked at with this one.
Dag waiting_dag() {
  return dag("extract -> train -> publish; audit", retries(5, seconds(30)),
             with("train", [](TaskSpec& task) {
               WaitSpec wait;
               wait.target = Template("in.csv");
               wait.timeout = minutes(10);
               wait.skip_on_timeout = true;
               task.wait_for = std::make_shared<const WaitSpec>(wait);
             }));
}

std::vector<Case> cases(TaskIndex train) {
  const auto ended = [train](AttemptId attempt, Outcome how) {
    return event::Ended{train, attempt, std::move(how)};
  };
  return {
      {"Start", event::Start{}},
      {"Grant, new attempt", event::Grant{train, kNewer}},
      {"Grant, same attempt", event::Grant{train, kLast}},
      {"Grant, older attempt", event::Grant{train, kOlder}},
      {"Started", event::Started{train, kLast, kNow.wall}},
      {"Started, older attempt", event::Started{train, kOlder, kNow.wall}},
      {"Started, unknown attempt", event::Started{train, kNewer, kNow.wall}},
      {"Ended, success", ended(kLast, outcome(Cause::none))},
      {"Ended, exit 1", ended(kLast, outcome(Cause::exit, 1))},
      {"Ended, exit 75 (retry)", ended(kLast, outcome(Cause::exit, 75))},
      {"Ended, exit 78 (no retry)", ended(kLast, outcome(Cause::exit, 78))},
      {"Ended, exit 99 (skip)", ended(kLast, outcome(Cause::exit, 99))},
      {"Ended, could not start", ended(kLast, outcome(Cause::exec_failed))},
      {"Ended, lost", ended(kLast, outcome(Cause::lost))},
      {"Ended, stopped", ended(kLast, outcome(Cause::cancelled))},
      {"Ended, older attempt", ended(kOlder, outcome(Cause::none))},
      {"Ended, unknown attempt", ended(kNewer, outcome(Cause::none))},
      {"Refused", event::Refused{train, "no such input"}},
      {"Wake, nothing due", event::Wake{}},
      {"Wake, timer due", event::Wake{}, minutes(10)},
      {"Looked, it is there", event::Looked{train, kNow.wall, kThere, ""}},
      {"Looked, not yet", event::Looked{train, kNow.wall, kNotYet, "there is no such file"}},
      {"Looked, never", event::Looked{train, kNow.wall, kNever, "it is no address"}},
      {"Looked, for an earlier wait", event::Looked{train, {7}, kThere, ""}},
      {"Decided", event::Decided{train, true, {}, "ann", ""}},
      {"Cancel", event::Cancel{"ann", ""}},
      {"Pause", event::Pause{"ann", "why"}},
      {"Resume", event::Resume{"ann", ""}},
      {"Clear", event::Clear{{train}, ClearReach::only, "ann", "why"}},
      {"Clear, downstream", event::Clear{{train}, ClearReach::downstream, "ann", "why"}},
      {"Clear, failed", event::Clear{{train}, ClearReach::failed, "ann", "why"}},
      {"Mark succeeded", event::Mark{{train}, TaskState::succeeded, "ann", "why"}},
      {"Mark skipped", event::Mark{{train}, TaskState::skipped, "ann", "why"}},
      {"Mark failed", event::Mark{{train}, TaskState::failed, "ann", "why"}},
      {"Hurry", event::Hurry{{train}, "ann", ""}},
      {"while cancelling: Ended, success", ended(kLast, outcome(Cause::none)), {}, true},
      {"while cancelling: Ended, exit 1", ended(kLast, outcome(Cause::exit, 1)), {}, true},
      {"while cancelling: Ended, exit 78", ended(kLast, outcome(Cause::exit, 78)), {}, true},
      {"while cancelling: Ended, lost", ended(kLast, outcome(Cause::lost)), {}, true},
      {"while cancelling: Ended, stopped", ended(kLast, outcome(Cause::cancelled)), {}, true},
      {"while cancelling: Started", event::Started{train, kLast, kNow.wall}, {}, true},
      {"while cancelling: Cancel", event::Cancel{"bob", ""}, {}, true},
      {"while cancelling: Pause", event::Pause{"bob", ""}, {}, true},
      {"while cancelling: Clear", event::Clear{{train}, ClearReach::only, "bob", ""}, {}, true},
      {"while cancelling: Mark", event::Mark{{train}, TaskState::failed, "bob", ""}, {}, true},
      {"while paused: Grant", event::Grant{train, kNewer}, {}, false, event::Pause{"ann", ""}},
      {"while paused: Wake, timer due", event::Wake{}, minutes(10), false, event::Pause{"ann", ""}},
      {"while paused: Resume", event::Resume{"ann", ""}, {}, false, event::Pause{"ann", ""}},
      {"while paused: Pause", event::Pause{"bob", ""}, {}, false, event::Pause{"ann", ""}},
      {"while paused: Cancel", event::Cancel{"bob", ""}, {}, false, event::Pause{"ann", ""}},
      {"once cleared: Ended, stopped",
       ended(kLast, outcome(Cause::cancelled)),
       {},
       false,
       event::Clear{{train}, ClearReach::only, "ann", ""}},
      {"once cleared: Ended, success",
       ended(kLast, outcome(Cause::none)),
       {},
       false,
       event::Clear{{train}, ClearReach::only, "ann", ""}},
      {"once cleared: Cancel",
       event::Cancel{"bob", ""},
       {},
       false,
       event::Clear{{train}, ClearReach::only, "ann", ""}},
      {"once marked succeeded: Ended, stopped",
       ended(kLast, outcome(Cause::cancelled)),
       {},
       false,
       event::Mark{{train}, TaskState::succeeded, "ann", ""}},
      {"once marked failed: Ended, success",
       ended(kLast, outcome(Cause::none)),
       {},
       false,
       event::Mark{{train}, TaskState::failed, "ann", ""}},
  };
}

void give_attempts(TaskRun& task, std::uint16_t retries, std::uint32_t attempts) {
  task.retries = retries;
  task.attempts = attempts;
  task.attempt = kLast;
}

// An ordinary task in this state: its second attempt, if it has any.
TaskRun task_in(TaskState state) {
  TaskRun task;
  task.state = state;
  if (state != TaskState::waiting) task.ready_at = kNow.wall;
  if (is_terminal(state)) task.ended_at = kNow.wall;
  if (state == TaskState::ready || state == TaskState::retry_wait) give_attempts(task, 2, 2);
  if (is_live(state)) give_attempts(task, 1, 2);
  if (state == TaskState::succeeded || state == TaskState::failed) give_attempts(task, 1, 2);
  if (state == TaskState::running) task.started_at = kNow.wall;
  if (state == TaskState::failed || state == TaskState::retry_wait) task.cause = Cause::exit;
  if (state == TaskState::retry_wait) task.retry_at = kNow.wall + seconds(30);
  if (state == TaskState::failed || state == TaskState::skipped) task.reason = "for a reason";
  return task;
}

// What the one upstream of a task in this state must be.
TaskState upstream_of(TaskState state) {
  if (state == TaskState::waiting) return TaskState::running;
  if (state == TaskState::skipped) return TaskState::skipped;
  return state == TaskState::upstream_failed ? TaskState::failed : TaskState::succeeded;
}

TaskRun neighbour_in(TaskState state) {
  TaskRun task = task_in(state);
  if (task.attempt) task.attempt = AttemptId{5};
  return task;
}

Run run_with(const Dag& dag, TaskState state) {
  Run run = make_run(dag, {}, kNow);
  advance(dag, run, event::Start{}, kNow);
  run.tasks[dag.find("extract")] = neighbour_in(upstream_of(state));
  run.tasks[dag.find("train")] = task_in(state);
  restore_derived(dag, run, kNow);
  TaskRun& publish = run.tasks[dag.find("publish")];
  // What follows from an end has happened long ago.
  if (is_terminal(state)) {
    publish = neighbour_in(state == TaskState::succeeded   ? TaskState::ready
                           : state == TaskState::skipped   ? TaskState::skipped
                           : state == TaskState::cancelled ? TaskState::cancelled
                                                           : TaskState::upstream_failed);
    publish.attempt = {};
    publish.attempts = publish.retries = 0;
    restore_derived(dag, run, kNow);
  }
  return run;
}

std::string effects_text(const Dag& dag, const std::vector<Effect>& effects, Now now) {
  std::string text;
  const auto add = [&text](const std::string& effect) {
    text += (text.empty() ? "" : "; ") + effect;
  };
  for (const Effect& effect : effects) {
    if (const auto* ready = std::get_if<effect::Ready>(&effect)) {
      add("ready " + dag.tasks[ready->task].id);
    } else if (const auto* unready = std::get_if<effect::Unready>(&effect)) {
      add("unready " + dag.tasks[unready->task].id);
    } else if (const auto* stop = std::get_if<effect::Stop>(&effect)) {
      add(fmt::format("stop {} ({})", dag.tasks[stop->task].id, to_word(stop->why)));
    } else if (const auto* wake = std::get_if<effect::WakeAt>(&effect)) {
      add("wake at +" + format_duration(wake->at - now.boot));
    } else if (const auto* look = std::get_if<effect::Look>(&effect)) {
      add("look for " + dag.tasks[look->task].id);
    } else if (const auto* end = std::get_if<effect::RunEnded>(&effect)) {
      add(fmt::format("run {}", to_word(end->state)));
    } else {
      add("deadline missed");
    }
  }
  return text;
}

struct Answer {
  TaskState from, to;
  Transition transition;
  std::string effects;

  // "-> succeeded", "stays", "ignored", "rejected".
  std::string result() const {
    if (transition.verdict == Transition::Verdict::ignored) return "ignored";
    if (transition.verdict == Transition::Verdict::rejected) return "rejected";
    return from == to ? "stays" : fmt::format("-> {}", to_word(to));
  }
};

Answer ask(const Dag& dag, TaskState state, const Case& happening) {
  Run run = run_with(dag, state);
  EXPECT_EQ(check_invariants(dag, run), std::vector<std::string>{}) << to_word(state);
  if (happening.cancelling) advance(dag, run, event::Cancel{"ann", ""}, kNow);
  if (happening.before) advance(dag, run, *happening.before, kNow);
  const TaskIndex train = dag.find("train");
  Answer answer;
  answer.from = run.tasks[train].state;
  const Now now{kNow.wall + happening.later, kNow.boot + happening.later};
  answer.transition = advance(dag, run, happening.event, now);
  answer.to = run.tasks[train].state;
  answer.effects = effects_text(dag, answer.transition.effects, now);
  EXPECT_EQ(check_invariants(dag, run), std::vector<std::string>{})
      << to_word(state) << ", " << happening.name;
  if (answer.transition.verdict != Transition::Verdict::applied) {
    EXPECT_EQ(answer.from, answer.to);
    EXPECT_TRUE(answer.transition.changed.empty());
    EXPECT_FALSE(answer.transition.note.empty());
  }
  return answer;
}

using Edges = std::set<std::pair<TaskState, TaskState>>;

struct Matrix {
  std::vector<std::string> names;            // of the events
  std::vector<std::vector<Answer>> answers;  // [state][event]
  Edges edges;
};

// A task that was reset went by way of `waiting`.
void add_edges(const Dag& dag, const Answer& answer, Edges& edges) {
  const auto& reset = answer.transition.reset;
  TaskState from = answer.from;
  if (std::find(reset.begin(), reset.end(), dag.find("train")) != reset.end()) {
    edges.emplace(from, TaskState::waiting);
    from = TaskState::waiting;
  }
  if (from != answer.to) edges.emplace(from, answer.to);
}

Matrix whole_matrix() {
  const Dag runs = matrix_dag();
  const Dag waits = waiting_dag();
  Matrix matrix;
  for (const Case& happening : cases(runs.find("train"))) matrix.names.push_back(happening.name);
  for (int i = 0; i < kTaskStateCount; ++i) {
    const Dag& dag = static_cast<TaskState>(i) == TaskState::awaiting_input ? waits : runs;
    std::vector<Answer>& row = matrix.answers.emplace_back();
    for (const Case& happening : cases(dag.find("train"))) {
      row.push_back(ask(dag, static_cast<TaskState>(i), happening));
      add_edges(dag, row.back(), matrix.edges);
    }
  }
  return matrix;
}

// A waiting task moves when its upstreams end; these are the ways.
Edges edges_out_of_waiting() {
  Edges edges;
  const auto follow = [&edges](const std::string& condition_text, const Outcome& upstream) {
    RunFixture run(condition_text.empty()
                       ? dag("extract -> train; audit")
                       : dag("extract -> train; audit", condition("train", condition_text)));
    run.start();
    run.attempt("extract", upstream);
    edges.emplace(TaskState::waiting, run.state("train"));
  };
  follow("", outcome(Cause::none));
  follow("", outcome(Cause::exit, 1));
  follow("", outcome(Cause::exit, 99));
  follow("1 % 0 == 0", outcome(Cause::none));
  RunFixture run(waiting_dag());
  run.skip_recovery_check();
  run.start();
  run.succeed("extract");
  edges.emplace(TaskState::waiting, run.state("train"));
  return edges;
}

std::string golden_text(const Matrix& matrix) {
  std::string text;
  for (int i = 0; i < kTaskStateCount; ++i) {
    text += fmt::format("{}\n", to_word(static_cast<TaskState>(i)));
    for (std::size_t j = 0; j < matrix.names.size(); ++j) {
      const Answer& answer = matrix.answers[static_cast<std::size_t>(i)][j];
      const std::string& detail = answer.transition.note.empty() ? answer.effects
                                                                 : answer.transition.note;
      std::string line = fmt::format("  {:37} {:18} {}", matrix.names[j], answer.result(), detail);
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
  }
  return text;
}

TEST(RunMachineMatrix, EveryStateHasAnAnswerToEveryEvent) {
  test::expect_golden("transitions.txt", golden_text(whole_matrix()));
}

TEST(RunMachineMatrix, TheLegalEdgesAreExactlyThoseThatHappen) {
  Edges happening = whole_matrix().edges;
  happening.merge(edges_out_of_waiting());
  Edges legal;
  for (int from = 0; from < kTaskStateCount; ++from) {
    for (int to = 0; to < kTaskStateCount; ++to) {
      const std::pair edge(static_cast<TaskState>(from), static_cast<TaskState>(to));
      if (is_legal_edge(edge.first, edge.second) || is_hand_edge(edge.first, edge.second)) {
        legal.insert(edge);
      }
    }
  }
  EXPECT_EQ(happening, legal);
}

// The page
// -----------------------------------------------------------------------------------------

constexpr const char* kIntroduction = R"(# The state machine of a task

Made by `tests/unit/core/run_machine_matrix_test.cc` from the run machine itself (`core/run_machine.h`);
`UPDATE_GOLDEN=1` writes it anew. A run is changed by one function, `advance`: dag, run, event and time
in; changed rows and effects out.

)";

constexpr const char* kLegend = R"(
## Every state, every event

The task has one upstream, may be retried, and waits at most ten minutes for a worker; the one that is
awaiting_input waits at most ten minutes for a file. *state* = it
moves there; `=` = it stays, and something else follows (an effect, another task); `-` = the event is
late or repeated: ignored, nothing changes; `x` = it must not happen: rejected, nothing changes. The
same with all effects and reasons: `tests/golden/transitions.txt`.

)";

constexpr const char* kRules = R"(
## What the table cannot show

- A live attempt (dispatched, running) is never declared gone: a cancel or a timeout asks for its stop,
  the row's `cause` says why, and the task moves when its worker reports the end.
- An older attempt's messages change nothing, whatever they say.
- While a run is being cancelled no attempt of its body begins. A success, a skip or a final failure
  that arrives all the same is recorded as what it was.
- Edges back from an end, and into one without an attempt, are taken by hand only (clear, mark), each
  with an event that says who and why. A run that has ended is queued again by them.
- The run ends when every task and every hook has ended. It is *failed* if any failure is not allowed
  or the run timed out, else *cancelled* if any task is, else *partial* if a failure was allowed or a
  closing hook failed, else *succeeded*.
- What a crash may have swallowed is derived from the rows: *ready* for ready tasks, *stop* for live
  ones with a cause, and the earliest timer.
)";

std::string diagram(const Edges& edges) {
  std::string text = "```mermaid\nstateDiagram-v2\n  [*] --> waiting\n";
  for (const auto& [from, to] : edges) {
    const char* label = is_hand_edge(from, to) ? ": by hand" : "";
    text += fmt::format("  {} --> {}{}\n", to_word(from), to_word(to), label);
  }
  for (int i = 0; i < kTaskStateCount; ++i) {
    const auto state = static_cast<TaskState>(i);
    if (is_terminal(state)) text += fmt::format("  {} --> [*]\n", to_word(state));
  }
  return text + "```\n";
}

std::string cell(const Answer& answer) {
  if (answer.transition.verdict == Transition::Verdict::ignored) return "-";
  if (answer.transition.verdict == Transition::Verdict::rejected) return "x";
  return answer.from == answer.to ? "=" : fmt::format("*{}*", to_word(answer.to));
}

std::string table(const Matrix& matrix) {
  std::string text = "| event |";
  std::string rule = "|---|";
  for (int i = 0; i < kTaskStateCount; ++i) {
    text += fmt::format(" {} |", to_word(static_cast<TaskState>(i)));
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (std::size_t j = 0; j < matrix.names.size(); ++j) {
    text += fmt::format("| {} |", matrix.names[j]);
    for (const std::vector<Answer>& row : matrix.answers)
      text += fmt::format(" {} |", cell(row[j]));
    text += "\n";
  }
  return text;
}

TEST(RunMachineMatrix, ThePageInTheManualIsMadeOfIt) {
  const Matrix matrix = whole_matrix();
  Edges edges = matrix.edges;
  edges.merge(edges_out_of_waiting());
  test::expect_golden("../../docs/state_machine.md",
                      kIntroduction + diagram(edges) + kLegend + table(matrix) + kRules);
}

}  // namespace
}  // namespace tidemill
