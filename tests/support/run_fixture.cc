#include "tests/support/run_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tuple>

#include "base/text.h"
#include "core/invariants.h"

namespace tidemill {
namespace {

// 2026-03-01T12:00:00Z, and a machine that has been up for an hour.
constexpr Now kBegin{{1'772'366'400'000'000}, {3'600'000'000}};

constexpr std::pair<const char*, HookKind> kHooks[] = {{"start", HookKind::start},
                                                       {"success", HookKind::success},
                                                       {"failure", HookKind::failure},
                                                       {"cancel", HookKind::cancel},
                                                       {"exit", HookKind::exit}};

TaskIndex add_task(Dag& dag, std::string_view id) {
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    if (dag.tasks[i].id == id) return i;
  }
  TaskSpec spec;
  spec.id = std::string(id);
  spec.script = "true";
  spec.retry = std::make_shared<const RetryPolicy>();
  dag.tasks.push_back(std::move(spec));
  return static_cast<TaskIndex>(dag.tasks.size() - 1);
}

std::vector<TaskIndex> add_link(Dag& dag, std::string_view names) {
  std::vector<TaskIndex> link;
  for (const std::string_view name : split(names, ',')) link.push_back(add_task(dag, trim(name)));
  return link;
}

void connect(Dag& dag, const std::vector<TaskIndex>& from, const std::vector<TaskIndex>& to) {
  for (const TaskIndex downstream : to) {
    for (const TaskIndex upstream : from) dag.tasks[downstream].upstream.push_back(upstream);
  }
}

void add_chain(Dag& dag, std::string_view text) {
  std::vector<TaskIndex> before;
  while (!text.empty()) {
    const std::size_t arrow = text.find("->");
    const std::vector<TaskIndex> link = add_link(dag, text.substr(0, arrow));
    connect(dag, before, link);
    before = link;
    text = arrow == std::string_view::npos ? "" : text.substr(arrow + 2);
  }
}

void derive(Dag& dag) {
  dag.by_id.clear();
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    dag.by_id.emplace_back(dag.tasks[i].id, i);
    dag.tasks[i].downstream.clear();
  }
  std::sort(dag.by_id.begin(), dag.by_id.end());
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    for (const TaskIndex upstream : dag.tasks[i].upstream)
      dag.tasks[upstream].downstream.push_back(i);
  }
}

std::string span_text(Duration d) {
  return (d < Duration{} ? "-" : "+") + format_duration(d < Duration{} ? -d : d);
}

}  // namespace

Dag make_dag(std::string_view text, const std::vector<DagOption>& options) {
  Dag dag;
  dag.name = "test";
  for (const std::string_view chain : split(text, ';')) add_chain(dag, trim(chain));
  dag.task_count = static_cast<std::uint32_t>(dag.tasks.size());
  derive(dag);
  for (const DagOption& option : options) option(dag);
  derive(dag);
  return dag;
}

Dag derived(Dag dag) {
  derive(dag);
  return dag;
}

TaskSpec& task(Dag& dag, std::string_view id) {
  for (TaskSpec& spec : dag.tasks) {
    if (spec.id == id) return spec;
  }
  ADD_FAILURE() << "no task " << id;
  return dag.tasks.front();
}

DagOption with(std::string id, std::function<void(TaskSpec&)> change) {
  return [=](Dag& dag) { change(task(dag, id)); };
}

DagOption rule(std::string id, TriggerRule rule) {
  return with(std::move(id), [rule](TaskSpec& spec) { spec.trigger_rule = rule; });
}

DagOption needs(std::string id, std::string expression) {
  return [=](Dag& dag) {
    const Expr expr = Expr::parse_needs(expression).value();
    TaskSpec& spec = task(dag, id);
    spec.upstream.clear();
    for (const std::string& upstream : needs_tasks(expr)) {
      spec.upstream.push_back(dag.find(upstream));
    }
    spec.needs_expr = expr;
  };
}

DagOption condition(std::string id, std::string expression) {
  return with(std::move(id),
              [=](TaskSpec& spec) { spec.condition = Expr::parse(expression).value(); });
}

DagOption tolerated(std::string id) {
  return with(std::move(id), [](TaskSpec& spec) { spec.allow_failure = true; });
}

DagOption retries(int limit, Duration delay) {
  return [=](Dag& dag) {
    RetryPolicy policy;
    policy.limit = limit;
    policy.delay = delay;
    policy.jitter = 0;
    for (TaskSpec& spec : dag.tasks) spec.retry = std::make_shared<const RetryPolicy>(policy);
  };
}

DagOption queue_timeout(std::string id, Duration limit) {
  return with(std::move(id), [limit](TaskSpec& spec) { spec.queue_timeout = limit; });
}

DagOption run_timeout(Duration limit) {
  return [limit](Dag& dag) { dag.timeout = limit; };
}

DagOption deadline(Duration after, Deadline::From from) {
  return [=](Dag& dag) { dag.deadline = Deadline{after, from}; };
}

DagOption hooks(std::vector<std::string> kinds) {
  return [=](Dag& dag) {
    for (const auto& [word, kind] : kHooks) {
      if (std::find(kinds.begin(), kinds.end(), word) == kinds.end()) continue;
      const TaskIndex hook = add_task(dag, std::string("hook.") + word);
      dag.tasks[hook].hook = kind;
      dag.hooks[static_cast<std::size_t>(kind)] = hook;
    }
  };
}

Outcome success() { return {}; }

Outcome exited(int code) {
  Outcome outcome;
  outcome.cause = code == 0 ? Cause::none : Cause::exit;
  outcome.exit_code = code;
  return outcome;
}

Outcome ended_by(Cause cause) {
  Outcome outcome;
  outcome.cause = cause;
  return outcome;
}

RunFixture::RunFixture(Dag dag, RunOptions options) : dag_(std::move(dag)), now_(kBegin) {
  if (!options.id) options.id = RunId{1};
  run_ = make_run(dag_, options, now_);
  check({});
}

TaskIndex RunFixture::index(std::string_view id) const {
  const TaskIndex found = dag_.find(id);
  EXPECT_NE(found, kNoTask) << id;
  return found == kNoTask ? 0 : found;
}

std::string RunFixture::grant(std::string_view id) {
  return on(event::Grant{index(id), next_attempt()});
}

std::string RunFixture::started(std::string_view id) {
  return on(event::Started{index(id), of(id).attempt, now_.wall});
}

std::string RunFixture::ended(std::string_view id, Outcome outcome) {
  outcome.ended_at = now_.wall;
  return on(event::Ended{index(id), of(id).attempt, std::move(outcome)});
}

std::string RunFixture::refused(std::string_view id, std::string message) {
  return on(event::Refused{index(id), std::move(message)});
}

std::string RunFixture::cancel(std::string by, std::string reason) {
  return on(event::Cancel{std::move(by), std::move(reason)});
}

std::string RunFixture::wake_after(Duration time) {
  pass(time);
  return on(event::Wake{});
}

void RunFixture::pass(Duration time) { now_ = {now_.wall + time, now_.boot + time}; }

std::string RunFixture::attempt(std::string_view id, const Outcome& outcome) {
  std::string effects;
  for (const std::string& part : {grant(id), started(id), ended(id, outcome)}) {
    if (!effects.empty() && !part.empty()) effects += "; ";
    effects += part;
  }
  return effects;
}

std::string RunFixture::on(const Event& event) {
  last_ = advance(dag_, run_, event, now_);
  follow(event, last_);
  check(last_);
  std::string effects;
  for (const Effect& effect : last_.effects) {
    effects += (effects.empty() ? "" : "; ") + text(effect);
  }
  if (last_.verdict == Transition::Verdict::applied) return effects;
  const char* verdict = last_.verdict == Transition::Verdict::ignored ? "ignored: " : "rejected: ";
  return verdict + last_.note + (effects.empty() ? "" : "; ") + effects;
}

void RunFixture::recover() { run_ = rebuilt(dag_, run_, now_); }

// Keeps what a shell would: the queue of ready tasks and the attempts that were asked to stop.
void RunFixture::follow(const Event& event, const Transition& transition) {
  const auto* grant = std::get_if<event::Grant>(&event);
  if (grant != nullptr && transition.verdict == Transition::Verdict::applied) {
    EXPECT_EQ(queue_.erase(grant->task), 1u) << "granted, but never said to be ready";
  }
  for (const Effect& effect : transition.effects) {
    if (const auto* ready = std::get_if<effect::Ready>(&effect)) {
      EXPECT_TRUE(queue_.insert(ready->task).second) << "said to be ready twice";
    } else if (const auto* unready = std::get_if<effect::Unready>(&effect)) {
      EXPECT_EQ(queue_.erase(unready->task), 1u) << "said to be no longer ready, but was not";
    } else if (const auto* stop = std::get_if<effect::Stop>(&effect)) {
      EXPECT_TRUE(is_live(run_.tasks[stop->task].state));
      EXPECT_EQ(run_.tasks[stop->task].attempt, stop->attempt);
      stops_.insert(stop->attempt);
    } else if (std::holds_alternative<effect::RunEnded>(effect)) {
      ++run_ends_;
    }
  }
}

void RunFixture::check(const Transition& transition) {
  for (const std::string& broken : check_invariants(dag_, run_)) ADD_FAILURE() << broken;
  EXPECT_EQ(run_ends_, static_cast<int>(run_.reopened) + (is_terminal(run_.state) ? 1 : 0));
  const std::set<TaskIndex> once(transition.changed.begin(), transition.changed.end());
  EXPECT_EQ(once.size(), transition.changed.size()) << "a task is reported as changed twice";
  // What a crash would make us do again is exactly what was asked for and is still to be done.
  std::set<TaskIndex> ready;
  for (const Effect& effect : pending_effects(dag_, run_)) {
    if (const auto* again = std::get_if<effect::Ready>(&effect)) ready.insert(again->task);
    if (const auto* stop = std::get_if<effect::Stop>(&effect)) {
      EXPECT_TRUE(stops_.contains(stop->attempt)) << "a stop that was never asked for";
    }
  }
  EXPECT_EQ(ready, queue_);
  if (checks_recovery_) {
    const Run again = rebuilt(dag_, run_, now_);
    EXPECT_TRUE(is_same(again, run_)) << "recovered:\n" << dump_run(again) << dump_run(run_);
  }
}

std::string RunFixture::text(const Effect& effect) const {
  const auto id = [this](TaskIndex i) { return dag_.tasks[i].id; };
  if (const auto* e = std::get_if<effect::Ready>(&effect)) return "ready " + id(e->task);
  if (const auto* e = std::get_if<effect::Unready>(&effect)) return "unready " + id(e->task);
  if (const auto* e = std::get_if<effect::Stop>(&effect)) {
    return fmt::format("stop {}#{} ({})", id(e->task), run_.tasks[e->task].attempts,
                       to_word(e->why));
  }
  if (const auto* e = std::get_if<effect::Look>(&effect)) return "look for " + id(e->task);
  if (const auto* e = std::get_if<effect::WakeAt>(&effect)) {
    return "wake at " + span_text(e->at - now_.boot);
  }
  if (const auto* e = std::get_if<effect::RunEnded>(&effect)) {
    return fmt::format("run {}", to_word(e->state));
  }
  return "deadline missed";
}

std::string RunFixture::states() const {
  std::string text;
  for (TaskIndex i = 0; i < dag_.tasks.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", dag_.tasks[i].id,
                        to_word(run_.tasks[i].state));
  }
  return text;
}

Run rebuilt(const Dag& dag, const Run& run, Now now) {
  Run rows = run;
  rows.timers.clear();
  rows.open = 12345;
  for (TaskRun& task : rows.tasks) {
    task.upstream = {99, 99, 99, 99, 99, 99};
    task.ready_since = {-1};
  }
  rows.timeout_left = Duration(-1);
  restore_derived(dag, rows, now);
  return rows;
}

namespace {

bool is_same(const TaskRun& a, const TaskRun& b) {
  const auto fields = [](const TaskRun& t) {
    return std::tie(t.state, t.cause, t.tolerated, t.pruned, t.retries, t.losses, t.attempts,
                    t.exit_code, t.memory_factor, t.attempt, t.upstream, t.ready_since, t.gives_up,
                    t.ready_at, t.started_at, t.ended_at, t.retry_at, t.reason, t.result,
                    t.attempts_before, t.clears, t.marked, t.on_stop);
  };
  return fields(a) == fields(b);
}

}  // namespace

bool is_same(const Run& a, const Run& b) {
  const auto fields = [](const Run& r) {
    return std::tie(r.id, r.state, r.seed, r.cancelling, r.timed_out, r.deadline_missed, r.reason,
                    r.created_at, r.scheduled_for, r.started_at, r.ended_at, r.timers, r.open,
                    r.paused, r.paused_at, r.pause_note, r.timeout_shift, r.timeout_left,
                    r.reopened);
  };
  return fields(a) == fields(b) &&
         std::equal(a.tasks.begin(), a.tasks.end(), b.tasks.begin(), b.tasks.end(),
                    [](const TaskRun& x, const TaskRun& y) { return is_same(x, y); });
}

std::string dump_run(const Run& run) {
  std::string text = fmt::format("{} {} {} {} open={}\n", to_word(run.state), run.cancelling,
                                 run.timed_out, run.deadline_missed, run.open);
  for (const RunTimer& timer : run.timers) {
    text += fmt::format("timer {} {} {}\n", timer.at.us, static_cast<int>(timer.kind), timer.task);
  }
  for (const TaskRun& task : run.tasks) {
    const UpstreamCounts& u = task.upstream;
    text += fmt::format("{} {} since={} retries={} losses={} attempts={} {} {} {} {} {} {} {}\n",
                        to_word(task.state), to_word(task.cause), task.ready_since.us, task.retries,
                        task.losses, task.attempts, u.total, u.succeeded, u.failed,
                        u.upstream_failed, u.skipped, u.cancelled, task.reason);
  }
  return text;
}

}  // namespace tidemill
