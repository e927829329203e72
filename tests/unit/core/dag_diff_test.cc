#include "core/dag_diff.h"

#include <fmt/format.h>

#include "base/text.h"
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

std::string text(const DagDiff& diff) {
  std::vector<std::string> lines;
  for (const std::string& id : diff.removed) lines.push_back("- " + id);
  for (const std::string& id : diff.added) lines.push_back("+ " + id);
  for (const TaskDiff& task : diff.changed) {
    std::string line = "~ " + task.id + ":";
    for (const std::string_view field : task.fields) line += fmt::format(" {}", field);
    lines.push_back(std::move(line));
  }
  for (const std::string_view field : diff.fields) lines.push_back(std::string(field));
  return join(lines, "; ");
}

TEST(DagDiff, OfTheSameDagIsEmpty) {
  const Dag one = dag("a -> b, c -> d", retries(2), hooks({"start", "exit"}));
  EXPECT_EQ(text(diff_dags(one, one)), "");
  EXPECT_TRUE(diff_dags(one, one).empty());
}

TEST(DagDiff, OrderAndPositionMeanNothing) {
  EXPECT_EQ(text(diff_dags(dag("a; b; a, b -> c"), dag("b; a; b, a -> c"))), "");
}

TEST(DagDiff, NamesTasksAndTheirFields) {
  const Dag before = dag("a -> b -> c");
  const Dag after = dag("a -> c -> d", retries(1), hooks({"exit"}), with("c", [](TaskSpec& task) {
                          task.script = "echo 2";
                          task.env = {{"X", Template("1")}};
                        }));
  EXPECT_EQ(text(diff_dags(before, after)),
            "- b; + d; + hook.exit; ~ a: retry; ~ c: run needs retry env");
}

// One field at a time: each is seen, and by its own name alone.
TEST(DagDiff, EveryFieldOfATaskIsSeen) {
  using Change = std::function<void(TaskSpec&)>;
  const std::vector<std::pair<std::string, Change>> changes = {
      {"description", [](TaskSpec& t) { t.description = "x"; }},
      {"run", [](TaskSpec& t) { t.script = "x"; }},
      {"command", [](TaskSpec& t) { t.argv = {Template("x")}; }},
      {"shell", [](TaskSpec& t) { t.shell = "bash"; }},
      {"cwd", [](TaskSpec& t) { t.cwd = "x"; }},
      {"umask", [](TaskSpec& t) { t.umask = 7; }},
      {"trigger_rule", [](TaskSpec& t) { t.trigger_rule = TriggerRule::always; }},
      {"if", [](TaskSpec& t) { t.condition = Expr::parse("true").value(); }},
      {"setup", [](TaskSpec& t) { t.setup = true; }},
      {"allow_failure", [](TaskSpec& t) { t.allow_failure = true; }},
      {"timeout", [](TaskSpec& t) { t.timeout = std::chrono::seconds(1); }},
      {"queue_timeout", [](TaskSpec& t) { t.queue_timeout = std::chrono::seconds(1); }},
      {"grace", [](TaskSpec& t) { t.grace = std::chrono::seconds(1); }},
      {"secrets",
       [](TaskSpec& t) {
         t.secrets = {{"A", "b"}};
       }},
      {"runs_on", [](TaskSpec& t) { t.runs_on = {"gpu"}; }},
      {"pool", [](TaskSpec& t) { t.pool = "p"; }},
      {"slots", [](TaskSpec& t) { t.slots = 2; }},
      {"priority", [](TaskSpec& t) { t.priority = 1; }},
      {"resources", [](TaskSpec& t) { t.resources.memory = 1; }},
      {"outputs", [](TaskSpec& t) { t.outputs = {"x"}; }},
      {"metrics", [](TaskSpec& t) { t.metrics = {"x"}; }},
      {"artifacts",
       [](TaskSpec& t) {
         t.artifacts = {{"x", "y"}};
       }},
      {"inputs",
       [](TaskSpec& t) {
         t.inputs = {{"x", 0, "y"}};
       }},
      {"expect", [](TaskSpec& t) { t.expect.emplace_back().name = "x"; }},
  };
  const Dag before = dag("a -> b");
  for (const auto& [field, change] : changes) {
    EXPECT_EQ(text(diff_dags(before, dag("a -> b", with("b", change)))), "~ b: " + field);
  }
}

TEST(DagDiff, SeesWhatIsNotATask) {
  Dag after = dag("a", run_timeout(std::chrono::minutes(1)));
  after.max_active_runs = 3;
  after.pools = {{"p", 2}};
  ParamSpec param;
  param.name = "day";
  after.params = {param};
  EXPECT_EQ(text(diff_dags(dag("a"), after)), "max_active_runs; timeout; params; pools");
}

TEST(ParamDiffs, TellWhatChangedAndHideSecrets) {
  Dag dag;
  ParamSpec token;
  token.name = "token";
  token.type = ParamType::secret;
  dag.params = {token};
  const Json::Object before = {{"day", Json("2026-01-01")},
                               {"gone", Json(1)},
                               {"same", Json(true)},
                               {"token", Json("hush")}};
  const Json::Object after = {{"day", Json("2026-01-02")},
                              {"new", Json()},
                              {"same", Json(true)},
                              {"token", Json("hush-hush")}};
  const std::vector<ParamDiff> expected = {{"day", Json("2026-01-01"), Json("2026-01-02")},
                                           {"new", std::nullopt, Json()},
                                           {"token", Json("***"), Json("***")},
                                           {"gone", Json(1), std::nullopt}};
  EXPECT_EQ(diff_params(dag, before, dag, after), expected);
}

}  // namespace
}  // namespace tidemill
