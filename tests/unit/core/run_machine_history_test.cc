// Random DAGs under random histories: late, repeated and senseless messages, time that jumps,
// crashes, cancels, and people who pause, clear and mark. After every step the fixture checks the
// invariants, that recovery gives the same run, and that the effects tell the shell neither too
// much nor too little; here, that every run ends once, and once more each time it is reopened, and
// that a clear or mark changes exactly what its preview says.
#include <fmt/format.h>

#include <map>
#include <random>

#include "core/approval.h"
#include "core/invariants.h"
#include "core/wait_for.h"
#include "tests/support/run_fixture.h"
#include "tests/support/seed.h"

namespace tidemill {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  std::mt19937_64 random_;
};

std::string random_needs(Dice& dice, int task) {
  static const std::vector<std::string> kWords = {
      "", ".succeeded", ".failed", ".skipped", ".done", ".upstream_failed", ".cancelled"};
  std::string text;
  const auto operands = 1 + dice.below(3);
  for (std::uint64_t i = 0; i < operands; ++i) {
    if (i > 0) text += dice.one_in(2) ? " && " : " || ";
    if (dice.one_in(3)) text += "!";
    text += fmt::format("t{}{}", dice.below(static_cast<std::uint64_t>(task)), dice.pick(kWords));
  }
  // A mix of && and || without parentheses is fine: && binds tighter.
  return text;
}

void shape_task(Dice& dice, Dag& dag, int task) {
  TaskSpec& spec = dag.tasks[static_cast<std::size_t>(task)];
  spec.trigger_rule = static_cast<TriggerRule>(dice.one_in(2) ? 0 : dice.below(kTriggerRuleCount));
  spec.allow_failure = dice.one_in(6);
  spec.setup = dice.one_in(4);
  if (dice.one_in(5)) spec.queue_timeout = seconds(1 + dice.below(120));
  if (dice.one_in(8))
    spec.condition = Expr::parse(dice.one_in(2) ? "false" : "run.id == 1").value();
  if (task == 0) return;
  if (dice.one_in(6)) {
    needs(spec.id, random_needs(dice, task))(dag);
    return;
  }
  for (int upstream = 0; upstream < task; ++upstream) {
    if (dice.one_in(3)) spec.upstream.push_back(static_cast<TaskIndex>(upstream));
  }
}

void shape_retries(Dice& dice, Dag& dag) {
  for (TaskSpec& spec : dag.tasks) {
    auto policy = std::make_shared<RetryPolicy>();
    policy->limit = static_cast<int>(dice.below(3));
    policy->delay = seconds(dice.below(30));
    spec.retry = policy;
  }
}

Dag random_dag(Dice& dice) {
  std::string text;
  const int tasks = 1 + static_cast<int>(dice.below(10));
  for (int i = 0; i < tasks; ++i) text += fmt::format("{}t{}", i == 0 ? "" : "; ", i);
  Dag dag = make_dag(text, {});
  for (int i = 0; i < tasks; ++i) shape_task(dice, dag, i);
  std::vector<std::string> kinds;
  for (const char* kind : {"start", "success", "failure", "cancel", "exit"}) {
    if (dice.one_in(3)) kinds.push_back(kind);
  }
  hooks(kinds)(dag);
  shape_retries(dice, dag);
  if (dice.one_in(4)) dag.timeout = minutes(1 + dice.below(10));
  if (dice.one_in(4)) {
    dag.deadline = Deadline{minutes(1 + dice.below(5)), static_cast<Deadline::From>(dice.below(3))};
  }
  // Once more, so that ids and downstreams are derived of what was added.
  return derived(std::move(dag));
}

enum class Waits { none, approvals, files };

std::shared_ptr<const ApprovalSpec> random_approval(Dice& dice) {
  ApprovalSpec approval;
  if (dice.one_in(2)) approval.timeout = seconds(1 + dice.below(120));
  approval.approve_by_default = dice.one_in(2);
  return std::make_shared<const ApprovalSpec>(std::move(approval));
}

std::shared_ptr<const WaitSpec> random_wait(Dice& dice) {
  WaitSpec wait;
  wait.kind = dice.one_in(3) ? WaitSpec::Kind::time : WaitSpec::Kind::file;
  wait.target = Template(wait.kind == WaitSpec::Kind::time ? "90s" : "in.csv");
  if (dice.one_in(2)) wait.timeout = seconds(1 + dice.below(120));
  wait.skip_on_timeout = dice.one_in(2);
  return std::make_shared<const WaitSpec>(std::move(wait));
}

// Of the ordinary tasks, half only wait.
Dag with_waits(Dice& dice, Dag dag, Waits kind) {
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    if (!dice.one_in(2)) continue;
    TaskSpec& spec = dag.tasks[i];
    spec.retry = std::make_shared<const RetryPolicy>();
    spec.queue_timeout = {};
    if (kind == Waits::approvals) {
      spec.approval = random_approval(dice);
    } else {
      spec.wait_for = random_wait(dice);
    }
  }
  return dag;
}

RunOptions random_options(Dice& dice, const Dag& dag) {
  RunOptions options;
  options.id = RunId{1};
  options.seed = dice.below(1000);
  if (dice.one_in(8)) {
    for (TaskIndex i = 0; i < dag.task_count; ++i) {
      if (dice.one_in(2)) options.only.push_back(i);
    }
  }
  if (dice.one_in(8)) {
    for (TaskIndex i = 0; i < dag.task_count; ++i) {
      if (dice.one_in(2)) options.reuse.emplace_back(i, nullptr);
    }
  }
  return options;
}

Outcome random_outcome(Dice& dice, const RunFixture& run) {
  Outcome outcome;
  if (dice.one_in(4)) {
    outcome.cause = static_cast<Cause>(dice.below(kCauseCount));
  } else if (dice.one_in(3)) {
    outcome.cause = Cause::exit;
    outcome.exit_code = dice.pick(std::vector<int>{1, 2, 75, 78, 99});
  }
  if (dice.one_in(2)) outcome.started_at = run.now().wall;
  return outcome;
}

// What comes from outside to a task that waits.
Event answer_to(Dice& dice, const RunFixture& run, TaskIndex task) {
  if (run.dag().tasks[task].approval != nullptr) {
    return event::Decided{task, !dice.one_in(3), {}, "ann", "as agreed"};
  }
  using Answer = event::Looked::Answer;
  static const std::vector<Answer> kAnswers = {Answer::there, Answer::not_yet, Answer::not_yet,
                                               Answer::never};
  const WallTime since = dice.one_in(6) ? WallTime{1} : run.run().tasks[task].ready_at;
  return event::Looked{task, since, dice.pick(kAnswers), dice.one_in(2) ? "404" : "500"};
}

// What a shell and a worker would do next, most of the time.
Event sensible_event(Dice& dice, RunFixture& run) {
  std::vector<Event> events;
  if (run.run().paused) events.push_back(event::Resume{"ann", ""});
  if (run.run().state == RunState::queued && !run.run().paused) events.push_back(event::Start{});
  for (const TaskIndex task : run.queue()) {
    events.push_back(event::Grant{task, run.next_attempt()});
  }
  for (TaskIndex i = 0; i < run.run().tasks.size(); ++i) {
    const TaskRun& task = run.run().tasks[i];
    if (task.state == TaskState::awaiting_input) events.push_back(answer_to(dice, run, i));
    if (!is_live(task.state)) continue;
    if (task.state == TaskState::dispatched) {
      events.push_back(event::Started{i, task.attempt, run.now().wall});
    }
    events.push_back(event::Ended{i, task.attempt, random_outcome(dice, run)});
  }
  if (events.empty() || dice.one_in(6)) {
    run.pass(seconds(dice.below(60)));
    return event::Wake{};
  }
  return dice.pick(events);
}

AttemptId old_attempt(const RunFixture& run, TaskIndex task) {
  return task < run.run().tasks.size() ? run.run().tasks[task].attempt : AttemptId{1};
}

std::vector<TaskIndex> random_tasks(Dice& dice, const Dag& dag) {
  std::vector<TaskIndex> tasks;
  const auto count = dice.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    tasks.push_back(static_cast<TaskIndex>(dice.below(dag.tasks.size())));
  }
  return tasks;
}

// What a person asks for, whether it makes sense or not.
Event control_event(Dice& dice, const RunFixture& run) {
  std::vector<TaskIndex> tasks = random_tasks(dice, run.dag());
  switch (dice.below(8)) {
    case 0:
      return event::Pause{"ann", "the table is locked"};
    case 1:
      return event::Resume{"ann", ""};
    case 2:
    case 3:
    case 4:
      return event::Clear{std::move(tasks), static_cast<ClearReach>(dice.below(5)), "ann", "again"};
    case 5:
    case 6: {
      static const std::vector<TaskState> kTo = {TaskState::succeeded, TaskState::skipped,
                                                 TaskState::failed, TaskState::waiting};
      return event::Mark{std::move(tasks), dice.pick(kTo), "ann", "checked by hand"};
    }
    default:
      return event::Hurry{std::move(tasks), "ann", ""};
  }
}

// Anything at all, about any task and any attempt.
Event senseless_event(Dice& dice, RunFixture& run) {
  const auto task = static_cast<TaskIndex>(dice.below(run.dag().tasks.size() + 1));
  const AttemptId attempt{static_cast<std::int64_t>(dice.below(12))};
  switch (dice.below(kEventCount)) {
    case 0:
      return event::Start{};
    // The database hands an attempt id out once, so another task's id cannot come.
    case 1:
      return event::Grant{task, old_attempt(run, task)};
    case 2:
      return event::Started{task, attempt, run.now().wall};
    case 3:
      return event::Ended{task, attempt, random_outcome(dice, run)};
    case 4:
      return event::Refused{task, "cannot be rendered"};
    case 5:
      return event::Wake{};
    case 6:
      return dice.one_in(4) ? Event(event::Cancel{"ann", ""}) : Event(event::Wake{});
    case 7:
      return event::Looked{task, run.now().wall, event::Looked::Answer::there, ""};
    case 8:
      return event::Decided{task, dice.one_in(2), {}, "bob", ""};
    default:
      return control_event(dice, run);
  }
}

// What a clear or mark says beforehand that it will do; nullopt = it is neither.
std::optional<Result<ClearPlan>> preview(const Dag& dag, const tidemill::Run& run,
                                         const Event& event) {
  if (const auto* clear = std::get_if<event::Clear>(&event)) {
    return plan_clear(dag, run, clear->tasks, clear->reach);
  }
  if (const auto* mark = std::get_if<event::Mark>(&event)) {
    return plan_mark(dag, run, mark->tasks, mark->to);
  }
  return std::nullopt;
}

void expect_exactly(const ClearPlan& plan, const RunFixture& run, const tidemill::Run& before) {
  std::set<TaskIndex> to_reset, reset(run.last().reset.begin(), run.last().reset.end());
  EXPECT_EQ(plan.reopens, is_terminal(before.state));
  for (const PlannedChange& change : plan.tasks) {
    const TaskRun& after = run.run().tasks[change.task];
    EXPECT_EQ(change.live, is_live(before.tasks[change.task].state));
    if (change.live) {
      EXPECT_EQ(after.on_stop, change.to);
    } else if (change.to == TaskState::waiting) {
      to_reset.insert(change.task);
      EXPECT_EQ(after.clears, before.tasks[change.task].clears + 1);
    } else {
      EXPECT_EQ(after.state, change.to);
      EXPECT_TRUE(after.marked);
    }
  }
  EXPECT_EQ(reset, to_reset);
}

// Nothing may change when a message is not applied.
void step(RunFixture& run, const Event& event) {
  const tidemill::Run before = run.run();
  const auto planned = preview(run.dag(), before, event);
  run.on(event);
  const bool applied = run.last().verdict == Transition::Verdict::applied;
  if (planned) {
    EXPECT_EQ(planned->ok(), applied) << run.last().note;
    if (applied) expect_exactly(**planned, run, before);
  }
  if (applied) return;
  EXPECT_TRUE(is_same(run.run(), before)) << run.last().note;
  EXPECT_TRUE(run.last().changed.empty());
  EXPECT_FALSE(run.last().run_changed);
}

// Brings the run to its end as a patient shell would.
void finish(Dice& dice, RunFixture& run) {
  for (int steps = 0; !is_terminal(run.run().state); ++steps) {
    ASSERT_LT(steps, 20'000) << "the run does not end: " << run.states();
    step(run, sensible_event(dice, run));
  }
}

// How often each thing came about: a history in which nothing happens proves nothing.
struct Seen {
  std::map<RunState, int> ends;
  std::map<TaskState, int> tasks;
  std::map<Cause, int> causes;
  int reopened = 0, cleared = 0, cleared_live = 0, marked = 0;
};

void one_history(std::uint64_t seed, Seen& seen, Waits waits = Waits::none) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Dice dice(seed);
  Dag dag = random_dag(dice);
  if (waits != Waits::none) dag = with_waits(dice, std::move(dag), waits);
  RunFixture run(dag, random_options(dice, dag));
  // Looks begin anew after a crash, so their timers are others then.
  if (waits == Waits::files) run.skip_recovery_check();
  const std::uint64_t steps = dice.below(60);
  for (std::uint64_t i = 0; i < steps; ++i) {
    if (dice.one_in(20)) run.recover();
    step(run, dice.one_in(4) ? senseless_event(dice, run) : sensible_event(dice, run));
  }
  finish(dice, run);
  EXPECT_TRUE(run.queue().empty());
  for (int i = 0; i < 10; ++i) step(run, senseless_event(dice, run));
  for (std::uint64_t i = dice.below(20); i > 0; --i) step(run, sensible_event(dice, run));
  finish(dice, run);
  EXPECT_TRUE(run.queue().empty());
  EXPECT_EQ(run.run_ends(), static_cast<int>(run.run().reopened) + 1);
  seen.reopened += run.run().reopened > 0 ? 1 : 0;
  ++seen.ends[run.run().state];
  for (const TaskRun& task : run.run().tasks) {
    ++seen.tasks[task.state];
    ++seen.causes[task.cause];
    seen.cleared += task.clears > 0 ? 1 : 0;
    seen.cleared_live += task.clears > 0 && task.attempts > 1 ? 1 : 0;
    seen.marked += task.marked ? 1 : 0;
  }
}

TEST(RunMachineHistory, TenThousandRandomHistoriesEndOnceAndBreakNothing) {
  const std::uint64_t first = testing::first_seed();
  Seen seen;
  for (std::uint64_t i = 0; i < 10'000 && !HasFailure(); ++i) one_history(first + i, seen);
  if (HasFailure()) return;
  for (const RunState state :
       {RunState::succeeded, RunState::partial, RunState::failed, RunState::cancelled}) {
    EXPECT_GT(seen.ends[state], 100) << to_word(state);
  }
  for (const TaskState state : {TaskState::succeeded, TaskState::failed, TaskState::upstream_failed,
                                TaskState::skipped, TaskState::cancelled}) {
    EXPECT_GT(seen.tasks[state], 1000) << to_word(state);
  }
  for (const Cause cause : {Cause::exit, Cause::signal, Cause::timeout, Cause::oom,
                            Cause::exec_failed, Cause::cancelled, Cause::lost, Cause::contract}) {
    EXPECT_GT(seen.causes[cause], 20) << to_word(cause);
  }
  for (const int happened : {seen.reopened, seen.cleared, seen.cleared_live, seen.marked}) {
    EXPECT_GT(happened, 1000);
  }
}

TEST(RunMachineHistory, TasksThatWaitEndOnceToo) {
  const std::uint64_t first = testing::first_seed();
  Seen seen;
  for (std::uint64_t i = 0; i < 4'000 && !HasFailure(); ++i) {
    one_history(first + i, seen, i % 2 == 0 ? Waits::approvals : Waits::files);
  }
  if (HasFailure()) return;
  EXPECT_GT(seen.causes[Cause::gate], 100);
  EXPECT_GT(seen.causes[Cause::timeout], 100);
  for (const TaskState state : {TaskState::succeeded, TaskState::failed, TaskState::skipped}) {
    EXPECT_GT(seen.tasks[state], 1000) << to_word(state);
  }
}

// The same history twice, once with a wall clock that jumps by days between any two steps (I25).
void one_history_on_two_clocks(std::uint64_t seed) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Dice dice(seed);
  const Dag dag = random_dag(dice);
  const RunOptions options = random_options(dice, dag);
  RunFixture steady(dag, options);
  RunFixture jumping(dag, options);
  jumping.skip_recovery_check();
  for (int i = 0; i < 40; ++i) {
    const BootTime before = steady.now().boot;
    const Event event = dice.one_in(6) ? senseless_event(dice, steady)
                                       : sensible_event(dice, steady);
    jumping.pass(steady.now().boot - before);
    jumping.shift_wall_clock(std::chrono::hours(24) *
                             (static_cast<int>(dice.below(20'001)) - 10'000));
    EXPECT_EQ(steady.on(event), jumping.on(event));
    EXPECT_EQ(steady.states(), jumping.states());
  }
}

TEST(RunMachineHistory, TheWallClockDecidesNothing) {
  const std::uint64_t first = testing::first_seed();
  for (std::uint64_t i = 0; i < 2'000 && !HasFailure(); ++i) one_history_on_two_clocks(first + i);
}

}  // namespace
}  // namespace tidemill
