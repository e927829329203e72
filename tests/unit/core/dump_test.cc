#include "core/dump.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/dag_sketch.h"
#include "tests/support/golden.h"

namespace tidemill::test {
namespace {

// Something of everything that a picture can show.
Dag listing_category() {
  Dag dag = sketch(
      "extract -> check -> train -> evaluate -> publish; check -> challenger -> evaluate; "
      "extract -> audit; evaluate -> report; audit -> report");
  dag.name = "listing_category";
  dag.description = "Detect a listing's category.\nFrom \"title\" & <description>.";
  dag.owner = "data-science";
  dag.tags = {"ml", "listings"};
  dag.content_hash = "f00d";
  dag.pools = {{"gpu", 2}};
  Schedule schedule;
  schedule.text = "0 3 * * *";
  schedule.timezone = "Europe/Berlin";
  dag.schedules.push_back(schedule);

  TaskSpec& train = task_of(dag, "train");
  train.pool = "gpu";
  train.slots = 2;
  train.runs_on = {"cuda", "eu"};
  train.resources = {1.5, std::uint64_t{2} << 30, 1};
  train.retry = retries(2);
  train.timeout = std::chrono::minutes(30);
  train.priority = 1;
  train.metrics = {"accuracy"};
  task_of(dag, "audit").allow_failure = true;
  task_of(dag, "extract").setup = true;
  task_of(dag, "extract").outputs = {"rows"};
  task_of(dag, "evaluate").trigger_rule = TriggerRule::one_success;
  task_of(dag, "report").needs_expr = Expr::parse_needs("evaluate.succeeded && !audit.failed")
                                          .value();
  task_of(dag, "publish").condition = Expr::parse("params.mode == \"full\"").value();
  add_hook(dag, HookKind::failure, "hook.failure");
  return dag;
}

Run half_done(const Dag& dag) {
  Run run;
  run.id = RunId{7};
  run.state = RunState::running;
  run.params = {{"mode", "full"}, {"token", "hunter2"}};
  run.created_at = run.scheduled_for = {1'790'000'000'000'000};
  run.started_at = run.created_at + std::chrono::milliseconds(1500);
  run.tasks.resize(dag.tasks.size());
  TaskRun& extract = run.tasks[index_of(dag, "extract")];
  extract.state = TaskState::succeeded;
  extract.attempts = 1;
  extract.attempt = AttemptId{41};
  extract.started_at = run.started_at;
  extract.ended_at = run.started_at + std::chrono::seconds(12);
  TaskResult result;
  result.outputs = {{"rows", "1200"}};
  result.metrics = {{"accuracy", 0.75, "", -1, true}, {"loss", 0.5, "eu", 3, false}};
  result.artifacts = {{"listings", "abc123", 4096, false}};
  extract.result = std::make_shared<const TaskResult>(result);
  TaskRun& train = run.tasks[index_of(dag, "train")];
  train.state = TaskState::retry_wait;
  train.cause = Cause::oom;
  train.reason = "out of memory; retry 1 of 2";
  train.attempts = 1;
  train.retries = 1;
  train.exit_code = 137;
  train.retry_at = run.started_at + std::chrono::minutes(1);
  TaskState state = TaskState::waiting;
  for (TaskIndex task = 3; task < dag.tasks.size(); ++task) {
    run.tasks[task].state = state;
    state = static_cast<TaskState>((static_cast<int>(state) + 3) % kTaskStateCount);
  }
  return run;
}

Run waiting(std::size_t tasks) {
  Run run;
  run.tasks.resize(tasks);
  return run;
}

TEST(Dump, PicturesOfADag) {
  const Dag dag = listing_category();
  expect_golden("dump/listing_category.txt", dag_to_text(dag));
  expect_golden("dump/listing_category.dot", dag_to_dot(dag));
  expect_golden("dump/listing_category.mmd", dag_to_mermaid(dag));
  expect_golden("dump/listing_category.json", dag_to_json(dag).dump(true) + "\n");
}

TEST(Dump, PicturesOfARun) {
  Dag dag = listing_category();
  ParamSpec token;
  token.name = "token";
  token.type = ParamType::secret;
  dag.params = {token};
  const auto run = half_done(dag);
  expect_golden("dump/run.dot", dag_to_dot(dag, &run));
  const std::string json = run_to_json(dag, run).dump(true) + "\n";
  expect_golden("dump/run.json", json);
  EXPECT_EQ(json.find("hunter2"), std::string::npos) << "a secret was shown";
}

TEST(Dump, ADagWithoutTasksIsStillAPicture) {
  Dag dag;
  dag.name = "empty";
  EXPECT_EQ(dag_to_text(dag), "empty: 0 tasks in 0 levels\n");
  EXPECT_EQ(dag_to_mermaid(dag), "flowchart LR\n");
  EXPECT_TRUE(dag_to_dot(dag).starts_with("digraph \"empty\" {\n"));
}

// A fan of many, then a long chain, then two ends.
Dag big(std::uint32_t wide, std::uint32_t deep) {
  Dag dag;
  dag.name = "big";
  dag.task_count = 1 + wide + deep + 2;
  dag.tasks.resize(dag.task_count);
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    dag.tasks[task].id = fmt::format("t{}", task);
  }
  for (TaskIndex task = 1; task <= wide; ++task) {
    add_edge(dag, 0, task);
    add_edge(dag, task, wide + 1);
  }
  for (TaskIndex task = wide + 1; task < wide + deep; ++task) add_edge(dag, task, task + 1);
  add_edge(dag, wide + deep, wide + deep + 1);
  add_edge(dag, wide + deep, wide + deep + 2);
  return dag;
}

TEST(Dump, TenThousandTasksFitOnAScreen) {
  EXPECT_EQ(dag_to_text(big(8'000, 2'000)),
            "big: 10003 tasks in 2003 levels\n"
            "          0        1 task  t0\n"
            "          1    8000 tasks  t1, t2, t3, t4, …, t8000\n"
            "     2-2001    2000 tasks  t8001 -> t8002 -> t8003 -> t8004 -> … -> t10000\n"
            "       2002       2 tasks  t10001, t10002\n");
}

// The grammar of the DOT language as far as we use it: quoted strings end, on their own line, and
// nothing of a text reaches the outside of its quotes.
void expect_quoted(const std::string& dot) {
  bool inside = false;
  for (std::size_t i = 0; i < dot.size(); ++i) {
    if (inside && dot[i] == '\\') {
      ++i;
      continue;
    }
    if (dot[i] == '"') inside = !inside;
    ASSERT_FALSE(inside && (dot[i] == '\n' || static_cast<unsigned char>(dot[i]) < 0x20));
    ASSERT_TRUE(inside || dot.compare(i, 4, "EVIL") != 0) << dot;
  }
  ASSERT_FALSE(inside);
}

TEST(Dump, TextsOfTheAuthorStayInsideTheirLabels) {
  for (const char* name : {"a\"];EVIL[\"", "a\\", "a\\\"EVIL", "a\nEVIL", "\x1b[31mEVIL", "a\\N",
                           "<b>EVIL</b>", "a#quot;EVIL", "`EVIL`"}) {
    Dag dag = sketch("x -> y");
    dag.name = name;
    dag.tasks[0].id = name;
    const auto run = waiting(2);
    ASSERT_NO_FATAL_FAILURE(expect_quoted(dag_to_dot(dag, &run))) << name;
    const std::string mermaid = dag_to_mermaid(dag);
    EXPECT_EQ(std::count(mermaid.begin(), mermaid.end(), '"'), 4) << mermaid;
    EXPECT_EQ(std::count(mermaid.begin(), mermaid.end(), '\n'), 4) << mermaid;
    EXPECT_EQ(mermaid.find("<b>"), std::string::npos);
    EXPECT_EQ(dag_to_text(dag).find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace tidemill::test
