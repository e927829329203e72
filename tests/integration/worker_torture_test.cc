// Process trees that do not want to end. Each is stopped, or left by its own first process, and
// then not one process of it may be there, while a neighbour on the same supervisor is unhurt.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

#include "tests/support/supervisor_client.h"
#include "worker/process_table.h"

namespace tidemill::testing {
namespace {

// Every process of a tree sleeps for this odd time or has it among its arguments, so that it is
// found even when it hid all other traces. Two runs of this test at once do not meet.
std::string marks_of_this_run() { return fmt::format("98765.{:07}", ::getpid()); }
std::string mark_of(std::int64_t attempt) { return marks_of_this_run() + std::to_string(attempt); }

std::vector<pid_t> survivors(const std::string& mark) {
  std::vector<pid_t> found;
  for (const pid_t pid : list_processes()) {
    const std::string arguments = read_text("/proc/" + std::to_string(pid) + "/cmdline");
    if (arguments.find(mark) != std::string::npos && process_exists(pid)) found.push_back(pid);
  }
  return found;
}

// What is left, in words; empty = nothing.
std::string remains(const std::string& mark) {
  std::string text;
  for (const pid_t pid : survivors(mark)) {
    const auto stat = read_stat(pid);
    const std::string limits = read_text("/proc/" + std::to_string(pid) + "/limits");
    const auto locks = limits.find("Max file locks");
    text += stat ? fmt::format("pid {} {} state {} parent {} session {} {}\n", pid, stat->name,
                               stat->state, stat->parent, stat->session,
                               limits.substr(locks, limits.find('\n', locks) - locks))
                 : "";
  }
  return text;
}

struct Tree {
  const char* name;
  const char* script;  // MARK stands for the mark; READY is a file it makes once the tree stands
};

std::ostream& operator<<(std::ostream& out, const Tree& tree) { return out << tree.name; }

constexpr const char* kPythonDaemon = R"(exec python3 - MARK <<'END'
import os, signal, sys, time
for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(s, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir('/'); os.closerange(0, 64)
        os.execve('/bin/sleep', ['sleep', 'MARK'], {})
    os._exit(0)
os.wait()
open('READY', 'w')
time.sleep(98765)
END)";

constexpr const char* kComet = R"(exec python3 - MARK <<'END'
import os, sys, time
if os.fork() == 0:
    os.setsid()
    open('READY', 'w')
    while True:
        if os.fork(): os._exit(0)
time.sleep(98765)
END)";

const Tree kTrees[] = {
    {"Background", "sleep MARK & sleep MARK & touch READY; wait"},
    {"OwnSession", "setsid sleep MARK & touch READY; wait"},
    {"DoubleFork", "(setsid sh -c 'sleep MARK & sleep MARK &' MARK &); touch READY; sleep MARK"},
    {"IgnoresTerm", "trap '' TERM HUP INT; touch READY; while :; do sleep MARK; done"},
    {"ForkStorm", "touch READY; while :; do (setsid sh -c 'sleep 0.05; :' MARK &) ; done"},
    {"Comet", kComet},
    {"Stopped", "sleep MARK & touch READY; kill -STOP $!; kill -STOP $$; wait"},
    {"Nohup", "nohup sleep MARK >/dev/null 2>&1 & touch READY; exec sleep MARK"},
    {"EmptyEnvironment", "env -i setsid sleep MARK & touch READY; exec sleep MARK"},
    {"OrphanWithoutTraces",
     "(setsid env -i sh -c 'trap \"\" TERM; while :; do sleep MARK; done' MARK >/dev/null 2>&1 &); "
     "touch READY; exec sleep MARK"},
    {"PythonDaemon", kPythonDaemon},
    {"DeepAndWide",
     "d() { [ $1 = 0 ] || for i in 1 2 3; do (d $(($1 - 1)); exec setsid sleep MARK) & done; }; d "
     "4; touch READY; wait; sleep MARK"},
};

std::string fill_in(std::string script, const std::string& mark, const std::string& ready) {
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"MARK", mark}, {"READY", ready}}) {
    for (auto at = script.find(name); at != std::string::npos; at = script.find(name, at)) {
      script.replace(at, name.size(), value);
    }
  }
  return script;
}

class Torture : public ::testing::TestWithParam<Tree> {
 protected:
  void TearDown() override {
    for (const pid_t pid : survivors(marks_of_this_run())) kill_process(pid);
  }

  std::string ready(std::int64_t attempt) { return folder / ("ready" + std::to_string(attempt)); }

  void start(std::int64_t attempt, const char* script) {
    client.run(client.script(attempt, fill_in(script, mark_of(attempt), ready(attempt))));
    ASSERT_TRUE(wait_until([&] {
      client.pump();
      return ::access(ready(attempt).c_str(), F_OK) == 0;
    })) << client.log(attempt);
  }

  void start_neighbour() {
    start(1, "(setsid env -i sleep MARK &); sleep MARK & touch READY; wait; exec sleep MARK");
  }

  void expect_neighbour_unhurt() {
    EXPECT_EQ(survivors(mark_of(1)).size(), 3u) << "two sleeps and their shell";
    EXPECT_FALSE(client.has_exited(1));
    client.send(message::Kill{AttemptId{1}, Cause::cancelled, true});
    client.await_exit(1);
    EXPECT_TRUE(survivors(mark_of(1)).empty());
  }

  TemporaryDirectory folder;
  SupervisorClient client{folder / "worker"};
};

TEST_P(Torture, StopsToTheLastProcess) {
  start_neighbour();
  start(2, GetParam().script);
  client.send(message::Kill{AttemptId{2}, Cause::cancelled, false});
  const auto record = client.await_exit(2);
  EXPECT_EQ(remains(mark_of(2)), "") << "none may be there when the end is reported";
  EXPECT_EQ(record.cause, Cause::cancelled);
  expect_neighbour_unhurt();
}

TEST_P(Torture, LeavesNothingWhenKilledAtOnce) {
  start_neighbour();
  start(2, GetParam().script);
  client.send(message::Kill{AttemptId{2}, Cause::cancelled, true});
  client.await_exit(2);
  EXPECT_EQ(remains(mark_of(2)), "");
  expect_neighbour_unhurt();
}

TEST_P(Torture, LeavesNothingWhenItsFirstProcessIsKilledByAStranger) {
  start_neighbour();
  start(2, GetParam().script);
  kill_process(client.await_spawned(2).pid);
  const auto record = client.await_exit(2);
  EXPECT_EQ(remains(mark_of(2)), "");
  EXPECT_EQ(record.cause, Cause::signal) << "the cause is what happened to the first process";
  expect_neighbour_unhurt();
}

TEST_P(Torture, LeavesNothingWhenTheSupervisorDies) {
  start(2, GetParam().script);
  client.process().signal(SIGKILL);
  client.process().wait();
  client.restart();
  client.attach(4);
  const auto record = client.await_exit(2);
  EXPECT_EQ(remains(mark_of(2)), "");
  EXPECT_EQ(record.cause, Cause::lost);
  EXPECT_NE(record.message.find("supervisor died"), std::string::npos) << record.message;
  EXPECT_NE(client.log_text(2, "tidemill").find("lost: "), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Trees, Torture, ::testing::ValuesIn(kTrees),
                         [](const auto& instance) { return std::string(instance.param.name); });

class Leftovers : public Torture {};

TEST_F(Leftovers, AreEndedAfterASuccessAndNoted) {
  client.run(client.script(1, fill_in("(setsid sleep MARK >/dev/null 2>&1 &); (setsid sh -c 'trap "
                                      "\"\" TERM; while :; do sleep MARK; done' &); echo done",
                                      mark_of(1), "")));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::none);
  EXPECT_EQ(record.exit_code, 0);
  EXPECT_TRUE(survivors(mark_of(1)).empty());
  EXPECT_EQ(client.log_text(1), "done\n");
  EXPECT_NE(client.log_text(1, "tidemill").find("left behind"), std::string::npos) << client.log(1);
}

TEST_F(Leftovers, OneThatRemovedItsTagIsFoundByElimination) {
  client.run(
      client.script(1, fill_in("(setsid prlimit --locks=unlimited env -i sh -c 'trap \"\" TERM; "
                               "while :; do sleep MARK; done' >/dev/null 2>&1 &); sleep 0.2",
                               mark_of(1), "")));
  client.await_exit(1);
  EXPECT_TRUE(survivors(mark_of(1)).empty());
}

TEST_F(Leftovers, AZombieOfTheTaskIsNoLeftover) {
  // The end of the child is awaited, and left to be reaped by nobody.
  client.run(client.order(1, {"python3", "-c",
                              "import os\n"
                              "child = os.fork() or os._exit(0)\n"
                              "os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)\n"
                              "os.execvp('true', ['true'])\n"}));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::none);
  EXPECT_EQ(client.log(1), "");
}

}  // namespace
}  // namespace tidemill::testing
