#include "scheduler/rerun.h"

#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

constexpr std::int64_t kVersion = 4;

Dag with_params(Dag dag, const std::vector<std::pair<std::string, ParamType>>& params) {
  dag.params.clear();
  for (const auto& [name, type] : params) {
    ParamSpec spec;
    spec.name = name;
    spec.type = type;
    spec.default_value = type == ParamType::integer ? Json(5) : Json("default");
    dag.params.push_back(std::move(spec));
  }
  for (const TaskSpec& task : dag.tasks) dag.content_hash += task.id + ",";
  return dag;
}

// Run 12 of "a -> b; c": a and c succeeded, b failed.
struct Earlier {
  Dag dag;
  DagVersionRow version;
  StoredRun run;

  Earlier() : dag(with_params(tidemill::dag("a -> b; c"), {{"n", ParamType::integer}})) {
    version = dag_version_row(dag, kVersion, {1});
    run.row.id = {12};
    run.row.version = kVersion;
    run.row.dag_name = dag.name;
    run.row.state = RunState::failed;
    run.row.params = R"({"n":7})";
    run.row.seed = 99;
    run.row.scheduled_for = {1000};
    run.row.interval_start = {400};
    run.row.interval_end = {1000};
    run.row.directory = "/dags";
    run.tasks.resize(dag.tasks.size());
    set("a", TaskState::succeeded);
    set("b", TaskState::failed);
    set("c", TaskState::succeeded);
    auto result = std::make_shared<TaskResult>();
    result->outputs = {{"rows", "3"}};
    run.results = {{dag.find("a"), result}};
  }
  void set(std::string_view id, TaskState state) { run.tasks[dag.find(id)].state = state; }

  Result<Rerun> rerun(const Dag& on, Json::Object params = {}, bool from_failed = false) const {
    return plan_rerun({run, version, dag, std::make_shared<const Dag>(on), std::move(params),
                       from_failed, "ann"});
  }
};

TEST(Rerun, OnTheSameVersionRepeatsEverything) {
  const Earlier earlier;
  const Rerun rerun = earlier.rerun(earlier.dag).value();
  EXPECT_TRUE(rerun.tasks.empty());
  EXPECT_TRUE(rerun.params.empty());
  EXPECT_EQ(rerun.request.known_version, kVersion);
  EXPECT_EQ(rerun.request.options.seed, 99u);
  EXPECT_EQ(rerun.request.options.scheduled_for, WallTime{1000});
  EXPECT_EQ(rerun.request.options.interval_start, WallTime{400});
  EXPECT_EQ(Json(rerun.request.options.params).dump(), R"({"n":7})");
  EXPECT_TRUE(rerun.request.options.reuse.empty());
}

TEST(Rerun, ChangedParametersAreCheckedAndShown) {
  const Earlier earlier;
  const Rerun rerun = earlier.rerun(earlier.dag, {{"n", Json(8)}}).value();
  EXPECT_EQ(rerun.params, (std::vector<ParamDiff>{{"n", Json(7), Json(8)}}));
  const auto wrong = earlier.rerun(earlier.dag, {{"n", Json("many")}, {"m", Json(1)}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid);
  EXPECT_NE(wrong.error().message.find("n must be"), std::string::npos) << wrong.error().message;
  EXPECT_NE(wrong.error().message.find("; m "), std::string::npos) << wrong.error().message;
}

TEST(Rerun, OnANewerVersionTakesWhatStillFits) {
  const Earlier earlier;
  const Dag newer = with_params(dag("a -> b -> d"), {{"n", ParamType::string}});
  const Rerun rerun = earlier.rerun(newer).value();
  EXPECT_EQ(rerun.request.known_version, 0);
  EXPECT_EQ(Json(rerun.request.options.params).dump(), R"({"n":"default"})");
  EXPECT_EQ(rerun.params, (std::vector<ParamDiff>{{"n", Json(7), Json("default")}}));
  EXPECT_EQ(rerun.tasks.removed, std::vector<std::string>{"c"});
  EXPECT_EQ(rerun.tasks.added, std::vector<std::string>{"d"});
  EXPECT_EQ(rerun.tasks.fields, std::vector<std::string_view>{"params"});
}

TEST(Rerun, FromFailedTakesOverWhatStandsOnNothingThatRunsAgain) {
  const Earlier earlier;
  const Rerun rerun = earlier.rerun(earlier.dag, {}, true).value();
  const RunOptions& options = rerun.request.options;
  ASSERT_EQ(options.reuse.size(), 2u);
  EXPECT_EQ(options.reuse[0].first, earlier.dag.find("a"));
  EXPECT_EQ(options.reuse[0].second->outputs.size(), 1u);
  EXPECT_EQ(options.reuse[1].first, earlier.dag.find("c"));
  EXPECT_EQ(options.reused_from, RunId{12});
}

TEST(Rerun, OfAnotherDagOrOfResultsThatStillComeIsRefused) {
  Earlier earlier;
  Dag other = earlier.dag;
  other.name = "other";
  EXPECT_EQ(earlier.rerun(other).error().message, "run 12 is of test, not of other");
  earlier.run.row.state = RunState::running;
  EXPECT_TRUE(earlier.rerun(earlier.dag).ok());
  EXPECT_EQ(earlier.rerun(earlier.dag, {}, true).error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace tidemill
