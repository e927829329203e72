#include "tests/faults/faulty_run.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/fd.h"
#include "base/text.h"
#include "scheduler/data_lock.h"

namespace tidemill {
namespace {

// A task that began waits while the ledger has as many lines as the file `hold` says.
// Every task holds a lock as long as any process of it lives, so two of one task at once show up
// whatever the clocks say.
constexpr const char* kScript = R"(
      exec 9>"$LEDGER.$TIDEMILL_TASK"
      flock -n 9 || echo "OVERLAP $TIDEMILL_TASK" >> "$LEDGER"
      echo "S $TIDEMILL_ATTEMPT_ID $TIDEMILL_TASK" >> "$LEDGER"
      while read -r most 2>/dev/null < "$LEDGER.hold" && test $(wc -l < "$LEDGER") -ge $most; do
        sleep 0.01
      done
      sleep 0.0$((TIDEMILL_ATTEMPT_ID % 3 + 1))
      echo "value=$TIDEMILL_TASK" >> "$TIDEMILL_OUTPUT"
      echo "E $TIDEMILL_ATTEMPT_ID $TIDEMILL_TASK" >> "$LEDGER"
)";

struct Shape {
  const char* id;
  const char* needs;
};
constexpr Shape kTasks[] = {{"a", ""},  {"b", ""},     {"c", ""},     {"d", "a"}, {"e", "a, b"},
                            {"f", "c"}, {"g", "d, e"}, {"h", "f, g"}, {"i", "h"}};

std::string dag_text(const std::string& ledger) {
  std::string text = fmt::format(
      "version: 1\nname: faulty\nenv: {{LEDGER: {}}}\n"
      "defaults: {{retry: {{limit: 1, delay: 20ms, jitter: 0}}}}\ntasks:\n",
      ledger);
  for (const Shape& task : kTasks) {
    text += fmt::format("  {}:\n    needs: [{}]\n    outputs: [value]\n    run: |{}", task.id,
                        task.needs, kScript);
  }
  return text;
}

}  // namespace

FaultyRun::FaultyRun() : data_dir_(folder_ / "data") {
  const Status written = write_file_atomic(folder_ / "faulty.yaml", dag_text(folder_ / "ledger"));
  EXPECT_TRUE(written.ok());
}

FaultyRun::~FaultyRun() {
  for (const char* lock : {"scheduler.lock", "worker/agent.lock", "worker/supervisor.lock"}) {
    if (const auto pid = pid_in(lock); pid > 1) testing::kill_process(pid);
  }
}

std::vector<std::string> FaultyRun::command() const {
  return {TIDEMILL_BINARY, "run", folder_ / "faulty.yaml", "--data-dir", data_dir_, "--slots", "3"};
}

std::int64_t FaultyRun::pid_in(const std::string& lock_file) const {
  const std::string path = data_dir_ + "/" + lock_file;
  if (!is_locked(path)) return 0;
  return to_int(trim(testing::read_text(path))).value_or(0);
}

void FaultyRun::run_with_fault_point(const std::string& point, int pass) {
  const std::string mark = folder_ / "fired";
  testing::ChildProcess first(
      command(),
      {fmt::format("TIDEMILL_FAULT_POINT={}:{}", point, pass), "TIDEMILL_FAULT_ONCE=" + mark},
      folder_ / "output");
  finish(first);
  hurt_ = ::access(mark.c_str(), F_OK) == 0;
}

void FaultyRun::run_and_kill(const std::string& lock_file, std::size_t lines) {
  // The run cannot be over before it is hurt.
  const std::string hold = folder_ / "ledger.hold";
  EXPECT_TRUE(write_file_atomic(hold, std::to_string(lines) + "\n").ok());
  testing::ChildProcess first(command(), {}, folder_ / "output");
  const bool came = testing::wait_until([&] { return ledger_lines() >= lines || is_finished(); });
  EXPECT_TRUE(came) << testing::read_text(folder_ / "output");
  const std::int64_t pid = pid_in(lock_file);
  if (pid > 1) {
    testing::kill_process(pid);
    hurt_ = true;
  }
  EXPECT_EQ(::unlink(hold.c_str()), 0);
  finish(first);
}

// Gives the command again as long as the run is not over: what a person would do.
void FaultyRun::finish(testing::ChildProcess& first) {
  first.wait();
  rounds_ = 1;
  while (!is_finished() && rounds_ < 5 && !::testing::Test::HasFailure()) {
    ++rounds_;
    testing::ChildProcess again(command(), {}, folder_ / "output");
    again.wait();
  }
  EXPECT_TRUE(is_finished()) << testing::read_text(folder_ / "output");
}

bool FaultyRun::is_finished() const {
  auto reader = RunReader::open(data_dir_ + "/tidemill.db");
  if (!reader.ok()) return false;
  const auto row = reader->run({1});
  return row.ok() && is_terminal(row->state);
}

std::size_t FaultyRun::ledger_lines() const {
  const std::string text = testing::read_text(folder_ / "ledger");
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::vector<FaultyRun::Line> FaultyRun::ledger() const {
  std::vector<Line> lines;
  const std::string text = testing::read_text(folder_ / "ledger");
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    const auto words = split(line, ' ');
    if (words.size() != 3) {
      ADD_FAILURE() << "ledger: " << line;
      continue;
    }
    lines.push_back({words[0][0], {to_int(words[1]).value_or(0)}, std::string(words[2])});
  }
  return lines;
}

void FaultyRun::expect_all_is_well(bool tasks_may_die) {
  auto opened = RunReader::open(data_dir_ + "/tidemill.db");
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  RunReader& reader = *opened;
  const StoredRun run = reader.stored_run({1}).value();
  EXPECT_EQ(run.row.state, RunState::succeeded) << run.row.reason << "\n"
                                                << testing::read_text(folder_ / "output");
  for (const TaskRow& task : run.tasks) {
    EXPECT_EQ(task.state, TaskState::succeeded) << "task " << task.task << ": " << task.reason;
  }
  EXPECT_EQ(reader.runs("", {}, 10).value().size(), 1u) << "the run must be resumed, not repeated";
  expect_ledger_fits(reader, run, tasks_may_die);
}

void FaultyRun::expect_ledger_fits(RunReader& reader, const StoredRun& run, bool tasks_may_die) {
  std::map<AttemptId, AttemptRow> recorded;
  std::map<TaskIndex, AttemptId> succeeded;
  const std::vector<AttemptRow> attempts = reader.attempts({1}).value();
  for (const AttemptRow& row : attempts) {
    recorded[row.attempt] = row;
    if (row.cause != Cause::none) continue;
    EXPECT_FALSE(succeeded.contains(row.task)) << "task " << row.task << " succeeded twice";
    succeeded[row.task] = row.attempt;
  }
  std::set<AttemptId> started, ended;
  for (const Line& line : ledger()) {
    EXPECT_TRUE(recorded.contains(line.attempt))
        << "attempt " << line.attempt.value << " ran and is not recorded";
    if (line.kind == 'E') {
      ended.insert(line.attempt);
      continue;
    }
    EXPECT_TRUE(started.insert(line.attempt).second)
        << "attempt " << line.attempt.value << " started twice";
    const auto before = succeeded.find(recorded[line.attempt].task);
    EXPECT_FALSE(before != succeeded.end() && before->second < line.attempt)
        << line.task << " ran again after it had succeeded";
  }
  for (const AttemptId attempt : ended) {
    const Cause cause = recorded[attempt].cause;
    EXPECT_TRUE(cause == Cause::none || (tasks_may_die && cause == Cause::lost))
        << "attempt " << attempt.value << " ended well and is recorded as " << to_word(cause);
  }
  for (const auto& [task, attempt] : succeeded) {
    EXPECT_TRUE(ended.contains(attempt))
        << "attempt " << attempt.value << " succeeded without running to its end";
  }
  EXPECT_EQ(succeeded.size(), run.tasks.size());
}

}  // namespace tidemill
