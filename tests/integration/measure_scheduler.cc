// Prints what the scheduler alone can do: `measure_scheduler fan|chain TASKS [DIRECTORY]` or
// `measure_scheduler recovery RUNS [DIRECTORY]`, with an
// agent that runs nothing, full durability. A measurement, not a test.
#include <cstdio>
#include <cstdlib>

#include "base/hash.h"
#include "scheduler/scheduler.h"
#include "tests/support/fake_agent.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

DagPtr shape(const std::string& kind, std::uint32_t count) {
  Dag dag;
  dag.name = kind;
  dag.source = fmt::format("{} {}", kind, count);
  dag.content_hash = sha256_hex(dag.source);
  const auto retry = std::make_shared<const RetryPolicy>();
  for (std::uint32_t i = 0; i < count; ++i) {
    TaskSpec task;
    task.id = fmt::format("t{}", i);
    task.script = "true";
    task.retry = retry;
    if (kind == "chain" && i > 0) task.upstream = {i - 1};
    if (kind == "chain" && i + 1 < count) task.downstream = {i + 1};
    dag.tasks.push_back(std::move(task));
  }
  dag.task_count = count;
  return std::make_shared<const Dag>(std::move(dag));
}

SchedulerConfig config_for(const std::string& directory) {
  SchedulerConfig config;
  config.data_dir = directory;
  config.load_dag = [](const DagVersionRow& row, const std::string&) -> Result<DagPtr> {
    return shape(row.name, static_cast<std::uint32_t>(row.task_ids.size()));
  };
  return config;
}

// `runs` ended and 1,000 open runs of 100 tasks each, left by a killed scheduler.
int measure_recovery(std::uint32_t runs, const std::string& directory) {
  SubmitRequest request;
  request.dag = shape("fan", 100);
  const_cast<Dag&>(*request.dag).max_active_runs = 1'000'000;
  request.directory = "/tmp";
  {
    auto scheduler = Scheduler::open(config_for(directory)).value();
    {
      FakeAgent agent(directory + "/run/scheduler.sock", 2);
      for (std::uint32_t i = 0; i < runs; ++i) {
        CHECK(scheduler->submit(request).ok());
        if (i % 50 == 49) CHECK(scheduler->run_until_idle().ok());
      }
      CHECK(scheduler->run_until_idle().ok());
    }
    for (int i = 0; i < 1000; ++i) CHECK(scheduler->submit(request).ok());
  }
  const BootTime begin = system_now().boot;
  auto scheduler = Scheduler::open(config_for(directory)).value();
  fmt::print("recovery of {} open runs beside {} attempts: {}\n", scheduler->recovered().size(),
             runs * 100, format_duration(system_now().boot - begin));
  return 0;
}

int measure(const std::string& kind, std::uint32_t count, const std::string& directory) {
  auto scheduler = Scheduler::open(config_for(directory)).value();
  FakeAgent agent(directory + "/run/scheduler.sock", 2);
  SubmitRequest request;
  request.dag = shape(kind, count);
  request.directory = "/tmp";
  const BootTime begin = system_now().boot;
  CHECK(scheduler->submit(request).ok());
  const BootTime submitted = system_now().boot;
  CHECK(scheduler->run_until_idle().ok());
  const BootTime end = system_now().boot;
  const auto& f = scheduler->figures();
  const double seconds = static_cast<double>((end - begin).count()) / 1e6;
  fmt::print("{} of {}: {:.3f} s, {:.0f} tasks/s, submit {}\n", kind, count, seconds,
             count / seconds, format_duration(submitted - begin));
  fmt::print("turns {} commits {} (inline {}, mean {}, longest {}) rows {} ({:.2f} a task)\n",
             f.turns, f.commits, f.inline_commits,
             format_duration(f.commit_time / std::max<std::int64_t>(f.inline_commits, 1)),
             format_duration(f.longest_commit), f.rows, static_cast<double>(f.rows) / count);
  fmt::print("longest turn {}; hand-off {:.0f} us a task\n", format_duration(f.longest_turn),
             seconds * 1e6 / count);
  CHECK(scheduler->close().ok());
  return 0;
}

}  // namespace
}  // namespace tidemill

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  tidemill::testing::TemporaryDirectory folder;
  const std::string directory = argc > 3 ? argv[3] : folder / "data";
  if (std::string(argv[1]) == "recovery") {
    return tidemill::measure_recovery(static_cast<std::uint32_t>(std::atoi(argv[2])), directory);
  }
  return tidemill::measure(argv[1], static_cast<std::uint32_t>(std::atoi(argv[2])), directory);
}
