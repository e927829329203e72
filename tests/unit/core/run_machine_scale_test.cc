// Large runs: the work of the machine, counted in tasks and edges that it looks at, stays linear;
// and a waiting task stays small. Counted, not timed.
#include <fmt/format.h>
#include <malloc.h>

#include <deque>

#include "core/invariants.h"
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

constexpr Now kNow{{1'772'366'400'000'000}, {3'600'000'000}};

struct Shape {
  std::string name;
  Dag dag;
  std::size_t edges = 0;
};

Dag tasks_alone(std::size_t count) {
  Dag dag;
  dag.name = "scale";
  const auto policy = std::make_shared<const RetryPolicy>();
  dag.tasks.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    dag.tasks[i].id = fmt::format("t{}", i);
    dag.tasks[i].script = "true";
    dag.tasks[i].retry = policy;
  }
  dag.task_count = static_cast<std::uint32_t>(count);
  return dag;
}

void connect(Shape& shape, std::size_t from, std::size_t to) {
  shape.dag.tasks[to].upstream.push_back(static_cast<TaskIndex>(from));
  ++shape.edges;
}

Shape chain(std::size_t count) {
  Shape shape{fmt::format("chain of {}", count), tasks_alone(count)};
  for (std::size_t i = 1; i < count; ++i) connect(shape, i - 1, i);
  return shape;
}

// One task, many after it, one after all of them.
Shape diamond(std::size_t width, TriggerRule rule, bool are_setups) {
  Shape shape{fmt::format("diamond of {}, {}", width, to_word(rule)), tasks_alone(width + 2)};
  for (std::size_t i = 1; i <= width; ++i) {
    connect(shape, 0, i);
    connect(shape, i, width + 1);
    shape.dag.tasks[i].setup = are_setups;
  }
  shape.dag.tasks[width + 1].trigger_rule = rule;
  return shape;
}

Shape layers(std::size_t depth, std::size_t width) {
  Shape shape{fmt::format("{} layers of {}", depth, width), tasks_alone(depth * width)};
  for (std::size_t layer = 1; layer < depth; ++layer) {
    for (std::size_t to = 0; to < width; ++to) {
      for (std::size_t from = 0; from < width; ++from) {
        connect(shape, (layer - 1) * width + from, layer * width + to);
      }
    }
  }
  return shape;
}

struct Totals {
  std::size_t events = 0;
  std::size_t changed = 0;
  std::size_t effects = 0;
  std::size_t work = 0;
};

class Driver {
 public:
  explicit Driver(const Dag& dag) : dag_(dag), run_(make_run(dag, {}, kNow)) {}

  void on(const Event& event) {
    const Transition transition = advance(dag_, run_, event, kNow);
    EXPECT_EQ(transition.verdict, Transition::Verdict::applied) << transition.note;
    ++totals_.events;
    totals_.changed += transition.changed.size();
    totals_.effects += transition.effects.size();
    totals_.work += transition.work;
    for (const Effect& effect : transition.effects) {
      if (const auto* ready = std::get_if<effect::Ready>(&effect)) ready_.push_back(ready->task);
    }
  }

  void run_task(TaskIndex task, const Outcome& outcome) {
    const AttemptId attempt{++attempts_};
    on(event::Grant{task, attempt});
    on(event::Started{task, attempt, kNow.wall});
    on(event::Ended{task, attempt, outcome});
  }

  void run_all() {
    on(event::Start{});
    while (!ready_.empty()) {
      const TaskIndex task = ready_.front();
      ready_.pop_front();
      run_task(task, success());
    }
  }

  const Totals& totals() const { return totals_; }
  const tidemill::Run& run() const { return run_; }

 private:
  const Dag& dag_;
  tidemill::Run run_;
  std::deque<TaskIndex> ready_;
  std::int64_t attempts_ = 0;
  Totals totals_;
};

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  all.push_back(chain(50'000));
  all.push_back(diamond(50'000, TriggerRule::all_success, false));
  all.push_back(diamond(50'000, TriggerRule::all_done_setup_success, true));
  all.push_back(diamond(50'000, TriggerRule::none_failed_min_one_success, false));
  all.push_back(layers(100, 100));
  for (Shape& shape : all) shape.dag = derived(std::move(shape.dag));
  return all;
}

TEST(RunMachineScale, WorkIsLinearInTasksAndEdges) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    const std::size_t tasks = shape.dag.tasks.size();
    Driver driver(shape.dag);
    driver.run_all();
    EXPECT_EQ(driver.run().state, RunState::succeeded);
    EXPECT_EQ(check_invariants(shape.dag, driver.run()), std::vector<std::string>{});
    // Once released, once per edge that ends, once for the end of the run.
    EXPECT_LE(driver.totals().work, 2 * tasks + 2 * shape.edges);
    // Ready, dispatched, running, succeeded.
    EXPECT_EQ(driver.totals().changed, 4 * tasks);
    EXPECT_EQ(driver.totals().effects, tasks + 1);
  }
}

TEST(RunMachineScale, AFailureAtTheTopCascadesInOneStep) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    if (shape.dag.tasks.back().trigger_rule == TriggerRule::all_done_setup_success) continue;
    const std::size_t tasks = shape.dag.tasks.size();
    const std::size_t first_layer = shape.dag.tasks[1].upstream.empty() ? 100 : 1;
    Driver driver(shape.dag);
    driver.on(event::Start{});
    for (TaskIndex task = 0; task < first_layer; ++task) driver.run_task(task, exited(1));
    EXPECT_EQ(driver.run().state, RunState::failed);
    EXPECT_LE(driver.totals().work, 2 * tasks + 2 * shape.edges);
    EXPECT_EQ(driver.totals().changed, 4 * first_layer + tasks - first_layer);
  }
}

TEST(RunMachineScale, ACancelLooksAtEveryTaskOnce) {
  const Shape shape = [] {
    Shape made = layers(100, 100);
    made.dag = derived(std::move(made.dag));
    return made;
  }();
  Driver driver(shape.dag);
  driver.on(event::Start{});
  driver.on(event::Cancel{"ann", ""});
  EXPECT_EQ(driver.run().state, RunState::cancelled);
  EXPECT_LE(driver.totals().work, 4 * shape.dag.tasks.size() + 2 * shape.edges);
}

std::size_t live_heap() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(RunMachineScale, AWaitingTaskTakesLessThanAKibibyte) {
  constexpr std::size_t kTasks = 10'000;
  const std::size_t before = live_heap();
  const Dag dag = derived(layers(100, 100).dag);
  const std::size_t with_dag = live_heap();
  Driver driver(dag);
  driver.on(event::Start{});
  const std::size_t with_run = live_heap();
  RecordProperty("run_bytes_per_task", static_cast<int>((with_run - with_dag) / kTasks));
  RecordProperty("dag_bytes_per_task", static_cast<int>((with_dag - before) / kTasks));
  EXPECT_EQ(dag.tasks.size(), kTasks);
  EXPECT_LE(with_run - with_dag, kTasks * 1024);
  EXPECT_LE(sizeof(TaskRun), 256u);
}

}  // namespace
}  // namespace tidemill
