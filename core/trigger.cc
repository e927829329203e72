#include "core/trigger.h"

#include "base/check.h"

namespace tidemill {
namespace {

using Verdict = TriggerVerdict::Kind;

// The letters of the table in the DAG format's documentation. A cancelled upstream counts as
// failed.
struct Tally {
  std::uint32_t u, s, f, uf, k;
  bool all_terminal;

  explicit Tally(const UpstreamCounts& counts)
      : u(counts.total),
        s(counts.succeeded),
        f(counts.failed + counts.cancelled),
        uf(counts.upstream_failed),
        k(counts.skipped),
        all_terminal(counts.terminal() == counts.total) {}

  bool any_failure() const { return f + uf > 0; }
};

// For the rules that say nothing before every upstream has ended.
Verdict when_all_ended(const Tally& t, Verdict verdict) {
  return t.all_terminal ? verdict : Verdict::wait;
}

Verdict run_if(bool condition) { return condition ? Verdict::run : Verdict::wait; }

// Nothing succeeded and everything has ended.
Verdict without_success(const Tally& t) {
  return t.k == t.u ? Verdict::skip : Verdict::upstream_failed;
}

Verdict decide_setup(const Tally& all, const Tally& setup) {
  if (!all.all_terminal) return Verdict::wait;
  if (setup.s > 0) return Verdict::run;
  return without_success(setup);
}

}  // namespace

TriggerVerdict::Kind decide_rule(TriggerRule rule, const UpstreamCounts& all,
                                 const UpstreamCounts& setup) {
  const Tally t(all);
  if (t.u == 0) return Verdict::run;
  switch (rule) {
    case TriggerRule::all_success:
      if (t.any_failure()) return Verdict::upstream_failed;
      return t.k > 0 ? Verdict::skip : run_if(t.s == t.u);
    case TriggerRule::all_failed:
      return t.s + t.k > 0 ? Verdict::skip : run_if(t.f + t.uf == t.u);
    case TriggerRule::all_done:
      return run_if(t.all_terminal);
    case TriggerRule::all_done_min_one_success:
      return when_all_ended(t, t.s > 0 ? Verdict::run : without_success(t));
    case TriggerRule::all_skipped:
      return t.s + t.f + t.uf > 0 ? Verdict::skip : run_if(t.k == t.u);
    case TriggerRule::one_success:
      return t.s > 0 ? Verdict::run : when_all_ended(t, without_success(t));
    case TriggerRule::one_failed:
      return t.any_failure() ? Verdict::run : when_all_ended(t, Verdict::skip);
    case TriggerRule::one_done:
      return t.s + t.f > 0 ? Verdict::run : when_all_ended(t, Verdict::skip);
    case TriggerRule::none_failed:
      return t.any_failure() ? Verdict::upstream_failed : run_if(t.s + t.k == t.u);
    case TriggerRule::none_failed_min_one_success:
      if (t.any_failure()) return Verdict::upstream_failed;
      return when_all_ended(t, t.s > 0 ? Verdict::run : Verdict::skip);
    case TriggerRule::none_skipped:
      return t.k > 0 ? Verdict::skip : run_if(t.all_terminal);
    case TriggerRule::all_done_setup_success:
      return decide_setup(t, Tally(setup));
    case TriggerRule::always:
      return Verdict::run;
  }
  UNREACHABLE();
}

namespace {

// Counted only once, when everything has ended, so that many setups cost no more than few.
UpstreamCounts count_setups(const Dag& dag, const Run& run, TaskIndex task) {
  UpstreamCounts counts;
  for (const TaskIndex upstream : dag.tasks[task].upstream) {
    const TaskRun& state = run.tasks[upstream];
    if (state.pruned || !dag.tasks[upstream].setup) continue;
    ++counts.total;
    counts.add(state.state);
  }
  return counts;
}

Verdict decide_expression(const Dag& dag, const Run& run, TaskIndex task) {
  if (run.tasks[task].upstream.total == 0) return Verdict::run;
  const std::optional<bool> decided = decide_needs(
      dag.tasks[task].needs_expr, [&](std::string_view id) {
        const TaskIndex upstream = dag.find(id);
        CHECK(upstream != kNoTask);
        const TaskRun& state = run.tasks[upstream];
        return state.pruned ? TaskState::succeeded : state.state;
      });
  if (!decided) return Verdict::wait;
  return *decided ? Verdict::run : Verdict::skip;
}

}  // namespace

TriggerVerdict::Kind decide_trigger(const Dag& dag, const Run& run, TaskIndex task) {
  const TaskSpec& spec = dag.tasks[task];
  if (!spec.needs_expr.empty()) return decide_expression(dag, run, task);
  const UpstreamCounts& counts = run.tasks[task].upstream;
  const bool needs_setups = spec.trigger_rule == TriggerRule::all_done_setup_success &&
                            counts.terminal() == counts.total;
  return decide_rule(spec.trigger_rule, counts,
                     needs_setups ? count_setups(dag, run, task) : UpstreamCounts{});
}

}  // namespace tidemill
