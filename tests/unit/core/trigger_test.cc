// The thirteen trigger rules against an oracle that reads the table of the DAG format word by word,
// over every combination of upstream states, up to four upstreams.
#include "core/trigger.h"

#include <algorithm>
#include <map>

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using Kind = TriggerVerdict::Kind;
using States = std::vector<TaskState>;
using Setups = std::vector<bool>;

constexpr TaskState kEnds[] = {TaskState::succeeded, TaskState::failed, TaskState::upstream_failed,
                               TaskState::skipped, TaskState::cancelled};

// The oracle
// ----------------------------------------------------------------------------------------

bool is_success(TaskState s) { return s == TaskState::succeeded; }
bool is_failure(TaskState s) { return s == TaskState::failed || s == TaskState::cancelled; }
bool is_failure_or_follows(TaskState s) { return is_failure(s) || s == TaskState::upstream_failed; }
bool is_skip(TaskState s) { return s == TaskState::skipped; }
bool is_success_or_failure(TaskState s) { return is_success(s) || is_failure(s); }

template <typename P>
bool any(const States& states, P p) {
  return std::any_of(states.begin(), states.end(), p);
}
template <typename P>
bool all(const States& states, P p) {
  return std::all_of(states.begin(), states.end(), p);
}

// "all terminal and all K → skipped; all terminal, S = 0, not all K → upstream_failed".
Kind no_success(const States& ends) {
  return all(ends, is_skip) ? Kind::skip : Kind::upstream_failed;
}

States setups_of(const States& ends, const Setups& setups) {
  States chosen;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (setups[i]) chosen.push_back(ends[i]);
  }
  return chosen;
}

// What the table says once every upstream has ended.
Kind final_verdict(TriggerRule rule, const States& ends, const Setups& setups) {
  switch (rule) {
    case TriggerRule::all_success:
      if (all(ends, is_success)) return Kind::run;
      return any(ends, is_failure_or_follows) ? Kind::upstream_failed : Kind::skip;
    case TriggerRule::all_failed:
      return all(ends, is_failure_or_follows) ? Kind::run : Kind::skip;
    case TriggerRule::all_done:
      return Kind::run;
    case TriggerRule::all_done_min_one_success:
      return any(ends, is_success) ? Kind::run : no_success(ends);
    case TriggerRule::all_skipped:
      return all(ends, is_skip) ? Kind::run : Kind::skip;
    case TriggerRule::one_success:
      return any(ends, is_success) ? Kind::run : no_success(ends);
    case TriggerRule::one_failed:
      return any(ends, is_failure_or_follows) ? Kind::run : Kind::skip;
    case TriggerRule::one_done:
      return any(ends, is_success_or_failure) ? Kind::run : Kind::skip;
    case TriggerRule::none_failed:
      return any(ends, is_failure_or_follows) ? Kind::upstream_failed : Kind::run;
    case TriggerRule::none_failed_min_one_success:
      if (any(ends, is_failure_or_follows)) return Kind::upstream_failed;
      return any(ends, is_success) ? Kind::run : Kind::skip;
    case TriggerRule::none_skipped:
      return any(ends, is_skip) ? Kind::skip : Kind::run;
    case TriggerRule::all_done_setup_success: {
      const States chosen = setups_of(ends, setups);
      if (any(chosen, is_success)) return Kind::run;
      return all(chosen, is_skip) ? Kind::skip : Kind::upstream_failed;
    }
    case TriggerRule::always:
      return Kind::run;
  }
  UNREACHABLE();
}

// The cells of the table that say "at once".
bool is_at_once(TriggerRule rule, Kind verdict) {
  switch (rule) {
    case TriggerRule::all_success:
    case TriggerRule::none_failed:
    case TriggerRule::none_failed_min_one_success:
      return verdict == Kind::upstream_failed;
    case TriggerRule::all_failed:
    case TriggerRule::all_skipped:
    case TriggerRule::none_skipped:
      return verdict == Kind::skip;
    case TriggerRule::one_success:
    case TriggerRule::one_failed:
    case TriggerRule::one_done:
    case TriggerRule::always:
      return verdict == Kind::run;
    case TriggerRule::all_done:
    case TriggerRule::all_done_min_one_success:
    case TriggerRule::all_done_setup_success:
      return false;
  }
  UNREACHABLE();
}

// Every verdict that is still possible, by trying every way in which the others may end.
std::set<Kind> possible(TriggerRule rule, States states, const Setups& setups,
                        std::size_t from = 0) {
  while (from < states.size() && is_terminal(states[from])) ++from;
  if (from == states.size()) return {final_verdict(rule, states, setups)};
  std::set<Kind> verdicts;
  for (const TaskState end : kEnds) {
    states[from] = end;
    verdicts.merge(possible(rule, states, setups, from + 1));
  }
  return verdicts;
}

Kind expected(TriggerRule rule, const States& states, const Setups& setups) {
  if (states.empty()) return Kind::run;
  const bool ended = all(states, [](TaskState s) { return is_terminal(s); });
  if (ended) return final_verdict(rule, states, setups);
  // "skipped when any K and no F/UF yet": the one cell that goes by what came first.
  if (rule == TriggerRule::all_success && any(states, is_skip) &&
      !any(states, is_failure_or_follows)) {
    return Kind::skip;
  }
  const std::set<Kind> verdicts = possible(rule, states, setups);
  const bool certain = verdicts.size() == 1 && is_at_once(rule, *verdicts.begin());
  return certain ? *verdicts.begin() : Kind::wait;
}

// What is tested
// ------------------------------------------------------------------------------------

UpstreamCounts count(const States& states) {
  UpstreamCounts counts;
  counts.total = static_cast<std::uint32_t>(states.size());
  for (const TaskState state : states) counts.add(state);
  return counts;
}

std::string words(TriggerRule rule, const States& states, const Setups& setups) {
  std::string text(to_word(rule));
  for (std::size_t i = 0; i < states.size(); ++i) {
    text += std::string(" ") + std::string(to_word(states[i])) + (setups[i] ? " (setup)" : "");
  }
  return text;
}

// All states that are not terminal look the same to the oracle, so it is asked once for all of
// them.
class Oracle {
 public:
  Kind ask(TriggerRule rule, States states, const Setups& setups) {
    for (TaskState& state : states) {
      if (!is_terminal(state)) state = TaskState::waiting;
    }
    const auto [place, is_new] = answers_.try_emplace({rule, states, setups});
    if (is_new) place->second = expected(rule, states, setups);
    return place->second;
  }

 private:
  std::map<std::tuple<TriggerRule, States, Setups>, Kind> answers_;
};

void check_combination(Oracle& oracle, const States& states) {
  const std::size_t masks = std::size_t{1} << states.size();
  for (int r = 0; r < kTriggerRuleCount; ++r) {
    const auto rule = static_cast<TriggerRule>(r);
    const bool speaks_of_setups = rule == TriggerRule::all_done_setup_success;
    for (std::size_t mask = 0; mask < (speaks_of_setups ? masks : 1); ++mask) {
      Setups setups;
      for (std::size_t i = 0; i < states.size(); ++i) setups.push_back((mask >> i & 1) != 0);
      const Kind verdict = decide_rule(rule, count(states), count(setups_of(states, setups)));
      ASSERT_EQ(verdict, oracle.ask(rule, states, setups)) << words(rule, states, setups);
    }
  }
}

TEST(TriggerRules, AllCombinationsOfUpToFourUpstreamsAgreeWithTheTable) {
  Oracle oracle;
  std::size_t combinations = 0;
  for (std::size_t upstreams = 0; upstreams <= 4; ++upstreams) {
    std::size_t total = 1;
    for (std::size_t i = 0; i < upstreams; ++i) total *= kTaskStateCount;
    for (std::size_t code = 0; code < total; ++code, ++combinations) {
      States states;
      for (std::size_t i = 0, rest = code; i < upstreams; ++i, rest /= kTaskStateCount) {
        states.push_back(static_cast<TaskState>(rest % kTaskStateCount));
      }
      ASSERT_NO_FATAL_FAILURE(check_combination(oracle, states));
    }
  }
  EXPECT_EQ(combinations, 1u + 11 + 121 + 1331 + 14641);
}

// A decision once made stays the decision, whatever comes next (but for the one cell above).
TEST(TriggerRules, NoDecisionIsEverTakenBack) {
  for (int r = 0; r < kTriggerRuleCount; ++r) {
    const auto rule = static_cast<TriggerRule>(r);
    for (const TaskState first : kEnds) {
      for (const TaskState second : kEnds) {
        const Kind before = decide_rule(rule, count({first, TaskState::running}), {});
        const Kind after = decide_rule(rule, count({first, second}), {});
        const bool by_order = rule == TriggerRule::all_success && before == Kind::skip;
        if (before == Kind::wait || by_order) continue;
        EXPECT_EQ(before, after) << to_word(rule);
      }
    }
  }
}

// Within a run
// ----------------------------------------------------------------------------------------

Run run_in(const Dag& dag, const std::map<std::string, TaskState>& states) {
  const Now now{{1'772'366'400'000'000}, {1}};
  Run run = make_run(dag, {}, now);
  run.state = RunState::running;
  for (const auto& [id, state] : states) run.tasks[dag.find(id)].state = state;
  restore_derived(dag, run, now);
  return run;
}

TEST(Trigger, SetupsAreCountedOnlyAmongUpstreamsOfTheRun) {
  const Dag d = dag("boot, other -> clean", rule("clean", TriggerRule::all_done_setup_success),
                    with("boot", [](TaskSpec& spec) { spec.setup = true; }));
  const auto decide = [&d](TaskState boot, TaskState other) {
    const auto run = run_in(d, {{"boot", boot}, {"other", other}});
    return decide_trigger(d, run, d.find("clean"));
  };
  EXPECT_EQ(decide(TaskState::succeeded, TaskState::running), Kind::wait);
  EXPECT_EQ(decide(TaskState::succeeded, TaskState::failed), Kind::run);
  EXPECT_EQ(decide(TaskState::skipped, TaskState::succeeded), Kind::skip);
  EXPECT_EQ(decide(TaskState::failed, TaskState::succeeded), Kind::upstream_failed);
}

TEST(Trigger, LeftOutUpstreamsAreNotCounted) {
  const Dag d = dag("a, b -> join", rule("join", TriggerRule::none_skipped));
  RunOptions options;
  options.only = {d.find("a"), d.find("join")};
  RunFixture run(d, options);
  run.start();
  EXPECT_EQ(run.succeed("a"), "ready join");
}

TEST(Trigger, ExplainsInOneClause) {
  const Dag d = dag("a, b, c -> join; a -> solo; a -> any; lone",
                    rule("any", TriggerRule::one_failed));
  const auto run = run_in(
      d, {{"a", TaskState::succeeded}, {"b", TaskState::running}, {"c", TaskState::succeeded}});
  const auto why = [&](const char* id) { return explain_trigger(d, run, d.find(id)).why; };
  EXPECT_EQ(why("join"), "2 of 3 upstreams succeeded, 1 still running (b)");
  EXPECT_EQ(why("solo"), "a succeeded");
  EXPECT_EQ(why("any"), "a succeeded, and one_failed needs one upstream to fail");
  EXPECT_EQ(why("lone"), "it has no upstreams");
}

TEST(Trigger, NamesAFewOfManyUpstreams) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += (i == 0 ? "t" : ", t") + std::to_string(i);
  const Dag d = dag(text + " -> join");
  const auto run = run_in(d, {{"t0", TaskState::failed}});
  const TriggerVerdict verdict = explain_trigger(d, run, d.find("join"));
  EXPECT_EQ(verdict.kind, Kind::upstream_failed);
  EXPECT_EQ(verdict.why, "t0 failed");
  const auto later = run_in(d, {{"t0", TaskState::succeeded}});
  EXPECT_EQ(explain_trigger(d, later, d.find("join")).why,
            "1 of 50 upstreams succeeded, 49 still waiting (t1, t2, t3 and 46 more)");
}

// What is open when it is decided will have gone on when somebody reads the reason.
TEST(Trigger, TellsOnlyWhatSettledIt) {
  const auto why = [](TriggerRule chosen, const std::map<std::string, TaskState>& states) {
    const Dag d = dag("a, b, c -> join", rule("join", chosen));
    return explain_trigger(d, run_in(d, states), d.find("join")).why;
  };
  const auto skipped = TaskState::skipped, failed = TaskState::failed;
  EXPECT_EQ(why(TriggerRule::all_success, {{"a", TaskState::ready}, {"b", skipped}}),
            "b was skipped, and all_success needs every upstream to succeed");
  EXPECT_EQ(why(TriggerRule::all_success, {{"b", skipped}, {"c", TaskState::cancelled}}),
            "c was cancelled");
  EXPECT_EQ(
      why(TriggerRule::none_failed, {{"a", TaskState::upstream_failed}, {"b", failed}}),
      "b failed, a did not run, and none_failed needs every upstream to succeed or be skipped");
  EXPECT_EQ(why(TriggerRule::all_failed, {{"a", failed}, {"b", TaskState::succeeded}}),
            "b succeeded, and all_failed needs every upstream to fail");
  EXPECT_EQ(why(TriggerRule::one_success, {{"a", failed}, {"b", failed}, {"c", skipped}}),
            "a, b failed, c was skipped, and one_success needs one upstream to succeed");
}

TEST(Trigger, AFalseExpressionTellsWhatEnded) {
  const Dag d = dag("a; b; c; join", needs("join", "a.failed && (b || c)"));
  const auto run = run_in(d, {{"a", TaskState::succeeded}, {"b", TaskState::running}});
  EXPECT_EQ(explain_trigger(d, run, d.find("join")).why,
            "needs: a.failed && (b || c) is false: a succeeded");
}

TEST(Trigger, SaysSoWhenThereIsNoSetup) {
  const Dag d = dag("a -> clean", rule("clean", TriggerRule::all_done_setup_success));
  const auto run = run_in(d, {{"a", TaskState::succeeded}});
  const TriggerVerdict verdict = explain_trigger(d, run, d.find("clean"));
  EXPECT_EQ(verdict.kind, Kind::skip);
  EXPECT_EQ(
      verdict.why,
      "a succeeded, and all_done_setup_success needs one upstream with setup: true to succeed; "
      "none of them is a setup");
}

// The expression form: every combination, against two-valued evaluation of every completion.
TEST(Trigger, NeedsExpressionsAreDecidedAsSoonAsTheyAreCertain) {
  const std::map<std::string, std::function<bool(TaskState, TaskState)>> cases = {
      {"a && b", [](TaskState a, TaskState b) { return is_success(a) && is_success(b); }},
      {"a || b", [](TaskState a, TaskState b) { return is_success(a) || is_success(b); }},
      {"a.failed && !b.skipped",
       [](TaskState a, TaskState b) { return a == TaskState::failed && !is_skip(b); }},
      {"!(a || b.upstream_failed)",
       [](TaskState a, TaskState b) {
         return !(is_success(a) || b == TaskState::upstream_failed);
       }},
      {"a.cancelled || b.failed",
       [](TaskState a, TaskState b) {
         return a == TaskState::cancelled || b == TaskState::failed;
       }},
  };
  for (const auto& [text, truth] : cases) {
    const Dag d = dag("a; b; join", needs("join", text));
    for (int i = 0; i < kTaskStateCount * kTaskStateCount; ++i) {
      const auto a = static_cast<TaskState>(i / kTaskStateCount);
      const auto b = static_cast<TaskState>(i % kTaskStateCount);
      std::set<bool> possible_values;
      for (const TaskState end_a : kEnds) {
        for (const TaskState end_b : kEnds) {
          possible_values.insert(truth(is_terminal(a) ? a : end_a, is_terminal(b) ? b : end_b));
        }
      }
      const Kind want = possible_values.size() == 2 ? Kind::wait
                        : *possible_values.begin()  ? Kind::run
                                                    : Kind::skip;
      const auto run = run_in(d, {{"a", a}, {"b", b}});
      EXPECT_EQ(decide_trigger(d, run, d.find("join")), want)
          << text << " with " << to_word(a) << ", " << to_word(b);
    }
  }
}

}  // namespace
}  // namespace tidemill
