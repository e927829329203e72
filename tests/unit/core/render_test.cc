#include "core/render.h"

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

Template text(std::string_view source) { return Template::parse(source).value(); }

RunOptions options() {
  RunOptions made;
  made.id = RunId{42};
  made.seed = 7;
  made.params = {{"floor", Json(0.75)}, {"word", Json("a b; rm -rf $(pwd) ${{ params.floor }}")}};
  return made;
}

std::string variable(const RenderedTask& task, std::string_view name) {
  for (const auto& [key, value] : task.env) {
    if (key == name) return value;
  }
  return "(not set)";
}

// extract has left outputs, a metric and an artifact; train is about to run.
RunFixture trained(const DagOption& change, const RunOptions& with_options = options()) {
  RunFixture run(dag("extract -> train; other -> train", change), with_options);
  run.start();
  Outcome outcome = success();
  outcome.result.outputs = {{"rows", "1"}, {"rows", "1200"}};
  outcome.result.metrics = {{.name = "spread", .value = 0.25, .slice = {}}};
  outcome.result.artifacts = {{"listings", "abc123", 9, true}};
  run.attempt("extract", outcome);
  run.succeed("other");
  return run;
}

Result<RenderedTask> render(const RunFixture& run, std::string_view id, std::uint32_t attempt = 1) {
  return render_task(run.dag(), run.run(), run.index(id), attempt);
}

TEST(Render, ArgumentsAreFilledInAndNeverSplit) {
  const RunFixture run = trained(with("train", [](TaskSpec& spec) {
    spec.script.clear();
    spec.argv = {text("python3"), text("--floor=${{ params.floor }}"), text("${{ params.word }}"),
                 text("${{ tasks.extract.outputs.rows }}"), text("${{ tasks.extract.state }}")};
  }));
  const RenderedTask task = render(run, "train").value();
  EXPECT_EQ(task.argv, (std::vector<std::string>{"python3", "--floor=0.75",
                                                 "a b; rm -rf $(pwd) ${{ params.floor }}", "1200",
                                                 "succeeded"}));
  EXPECT_EQ(task.script, "");
}

TEST(Render, AScriptIsPassedOnUntouched) {
  const std::string script = "echo ${{ params.word }} $TIDEMILL_PARAM_WORD\n";
  const RunFixture run = trained(with("train", [&](TaskSpec& spec) { spec.script = script; }));
  const RenderedTask task = render(run, "train").value();
  EXPECT_EQ(task.script, script);
  EXPECT_TRUE(task.argv.empty());
}

TEST(Render, APlainLineNeedsNoShellUnlessOneIsAskedFor) {
  const RunFixture plain = trained(
      with("train", [](TaskSpec& spec) { spec.script = "./a.sh x\n"; }));
  EXPECT_EQ(render(plain, "train").value().argv, (std::vector<std::string>{"./a.sh", "x"}));
  EXPECT_EQ(render(plain, "train").value().script, "");
  const RunFixture shell = trained(with("train", [](TaskSpec& spec) {
    spec.script = "./a.sh x\n";
    spec.shell = "bash";
  }));
  EXPECT_TRUE(render(shell, "train").value().argv.empty());
}

TEST(Render, TheEnvironmentSaysWhoTheTaskIs) {
  RunOptions scheduled = options();
  scheduled.scheduled_for = parse_rfc3339("2026-03-01T03:00:00Z").value();
  scheduled.interval_start = parse_rfc3339("2026-02-28T03:00:00Z").value();
  scheduled.interval_end = scheduled.scheduled_for;
  const RunFixture run = trained([](Dag&) {}, scheduled);
  const RenderedTask task = render(run, "train", 3).value();
  EXPECT_EQ(variable(task, "TIDEMILL_RUN_ID"), "42");
  EXPECT_EQ(variable(task, "TIDEMILL_DAG"), "test");
  EXPECT_EQ(variable(task, "TIDEMILL_TASK"), "train");
  EXPECT_EQ(variable(task, "TIDEMILL_ATTEMPT"), "3");
  EXPECT_EQ(variable(task, "TIDEMILL_PARAM_FLOOR"), "0.75");
  EXPECT_EQ(variable(task, "TIDEMILL_LOGICAL_TIME"), "2026-03-01T03:00:00Z");
  EXPECT_EQ(variable(task, "TIDEMILL_INTERVAL_START"), "2026-02-28T03:00:00Z");
  EXPECT_EQ(variable(task, "TIDEMILL_INTERVAL_END"), "2026-03-01T03:00:00Z");
  EXPECT_TRUE(std::is_sorted(task.env.begin(), task.env.end()));
}

TEST(Render, AnIntervalIsSetOnlyWhenTheRunHasOne) {
  const RenderedTask task = render(trained([](Dag&) {}), "train").value();
  EXPECT_EQ(variable(task, "TIDEMILL_INTERVAL_START"), "(not set)");
}

TEST(Render, TheSeedIsTheSameForEveryAttemptAndDiffersBetweenTasksAndRuns) {
  const RunFixture run = trained([](Dag&) {});
  const std::string seed = variable(render(run, "train", 1).value(), "TIDEMILL_SEED");
  EXPECT_EQ(variable(render(run, "train", 2).value(), "TIDEMILL_SEED"), seed);
  EXPECT_NE(variable(render(run, "extract", 1).value(), "TIDEMILL_SEED"), seed);
  RunOptions other = options();
  other.seed = 8;
  EXPECT_NE(variable(render(trained([](Dag&) {}, other), "train").value(), "TIDEMILL_SEED"), seed);
  EXPECT_LT(std::stoll(seed), 1LL << 31);
}

TEST(Render, LaterVariablesWinAndMayUseEarlierOnes) {
  const RunFixture run = trained(with("train", [](TaskSpec& spec) {
    spec.env = {{"MODE", text("slow")},
                {"ROWS", text("${{ tasks.extract.outputs.rows }}")},
                {"MODE", text("${{ env.MODE }}-${{ env.ROWS }}")},
                {"TIDEMILL_DAG", text("mine")}};
    spec.script.clear();
    spec.argv = {text("run"), text("${{ env.MODE }}")};
  }));
  const RenderedTask task = render(run, "train").value();
  EXPECT_EQ(variable(task, "MODE"), "slow-1200");
  EXPECT_EQ(variable(task, "TIDEMILL_DAG"), "mine");
  EXPECT_EQ(task.argv[1], "slow-1200");
  std::set<std::string> names;
  for (const auto& [name, value] : task.env) EXPECT_TRUE(names.insert(name).second) << name;
}

TEST(Render, ConditionsSeeTheEnvironmentToo) {
  RunFixture run(
      dag("train", condition("train", "env.MODE == 'fast'"), with("train", [](TaskSpec& spec) {
            spec.env = {{"MODE", text("fast")}};
          })));
  EXPECT_EQ(run.start(), "ready train");
}

TEST(Render, InputsAreFoundByTheirArtifact) {
  const auto wants = [](const char* artifact) {
    return [artifact](Dag& d) {
      task(d, "train").inputs = {{"data", d.find("extract"), artifact}};
    };
  };
  const RenderedTask task = render(trained(wants("listings")), "train").value();
  ASSERT_EQ(task.inputs.size(), 1u);
  EXPECT_EQ(task.inputs[0].name, "data");
  EXPECT_EQ(task.inputs[0].hash, "abc123");
  EXPECT_TRUE(task.inputs[0].is_directory);
  const auto missing = render(trained(wants("model")), "train");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "input data: extract left no artifact model (succeeded)");
}

TEST(Render, ANameThatIsNotKnownIsAnErrorAndNeverEmpty) {
  const RunFixture run = trained(with("train", [](TaskSpec& spec) {
    spec.env = {{"LOSS", text("${{ tasks.extract.metrics.loss }}")}};
  }));
  const auto result = render(run, "train");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("env.LOSS"), std::string::npos) << result.error().message;
}

TEST(Render, ATaskThatHasNotEndedHasNoNames) {
  RunFixture run(dag("extract -> train"));
  run.start();
  const ExprLookup lookup = run_lookup(run.dag(), run.run());
  EXPECT_EQ(lookup({"tasks", "extract", "state"}), std::nullopt);
  EXPECT_EQ(lookup({"tasks", "extract", "outputs"}), std::nullopt);
  run.fail("extract");
  EXPECT_EQ(lookup({"tasks", "extract", "state"}), Json("failed"));
  EXPECT_EQ(lookup({"tasks", "extract", "outputs"}), Json(Json::Object{}));
  EXPECT_EQ(lookup({"tasks", "nobody", "state"}), std::nullopt);
  EXPECT_EQ(lookup({"run", "nothing"}), std::nullopt);
  EXPECT_EQ(lookup({}), std::nullopt);
}

TEST(Render, TheContextIsOneDocument) {
  const RunFixture run = trained([](Dag& d) {
    task(d, "train").inputs = {{"data", d.find("extract"), "listings"}};
  });
  const RenderedTask task = render(run, "train", 2).value();
  const Json context = parse_json(task.context_json).value();
  EXPECT_EQ(context.find("run")->find("id")->as_int(), 42);
  EXPECT_EQ(context.find("task")->as_string(), "train");
  EXPECT_EQ(context.find("attempt")->as_int(), 2);
  EXPECT_EQ(context.find("params")->find("floor")->as_double(), 0.75);
  const Json& extract = *context.find("upstream")->find("extract");
  EXPECT_EQ(extract.find("state")->as_string(), "succeeded");
  EXPECT_EQ(extract.find("outputs")->dump(), R"({"rows":"1200"})");
  EXPECT_EQ(extract.find("metrics")->dump(), R"({"spread":0.25})");
  EXPECT_EQ(context.find("inputs")->dump(), R"({"data":{"hash":"abc123","is_directory":true}})");
}

TEST(Render, AClosingHookIsToldHowTheRunWent) {
  RunFixture run(dag("train", hooks({"failure"})));
  run.start();
  run.fail("train");
  EXPECT_EQ(variable(render(run, "hook.failure").value(), "TIDEMILL_RUN_STATE"), "failed");
}

}  // namespace
}  // namespace tidemill
