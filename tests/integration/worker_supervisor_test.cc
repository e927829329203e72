// The supervisor as a real process: starting, ending, limits.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/supervisor_client.h"
#include "worker/process_table.h"

namespace tidemill::testing {
namespace {

class Supervisor : public ::testing::Test {
 protected:
  std::string write_script(const std::string& name, const std::string& content, unsigned mode) {
    std::ofstream(folder / name) << content;
    ::chmod((folder / name).c_str(), mode);
    return folder / name;
  }

  message::ExitRecord refused(std::int64_t attempt, std::vector<std::string> argv) {
    client.run(client.order(attempt, std::move(argv)));
    auto record = client.await_exit(attempt);
    EXPECT_EQ(record.cause, Cause::exec_failed);
    EXPECT_EQ(record.started_at.us, 0) << "it never exec'd";
    EXPECT_EQ(client.log_text(attempt, "tidemill"), "exec_failed: " + record.message + "\n");
    return record;
  }

  // The attempt of a script that set its trap before its timeout, and that timeout: a longer one
  // where the machine is too slow for the first.
  std::pair<std::int64_t, Duration> time_out(const std::string& trap, Duration grace) {
    for (std::int64_t attempt = 1;; ++attempt) {
      const std::string ready = folder / ("ready" + std::to_string(attempt));
      auto spawn = client.script(attempt,
                                 trap + "; : > " + ready + "; while :; do sleep 0.01; done");
      spawn.timeout = std::chrono::milliseconds(500) * (1 << (2 * attempt - 2));
      spawn.grace = grace;
      client.run(spawn);
      client.await_exit(attempt);
      if (std::filesystem::exists(ready) || attempt == 5) return {attempt, spawn.timeout};
    }
  }

  TemporaryDirectory folder;
  SupervisorClient client{folder / "worker"};
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(Supervisor, RunsAPlainTaskAndTellsHowItEnded) {
  client.run(client.order(1, {"true"}));
  EXPECT_GT(client.await_spawned(1).pid, 0);
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::none);
  EXPECT_EQ(record.exit_code, 0);
  EXPECT_GT(record.started_at.us, 0);
  EXPECT_GE(record.ended_at, record.started_at);
  EXPECT_EQ(client.log(1), "") << "a silent success has no log file";
}

TEST_F(Supervisor, SaysWhyInWordsAlsoInTheLog) {
  client.run(client.script(1, "echo out; echo err >&2; exit 3"));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::exit);
  EXPECT_EQ(record.exit_code, 3);
  EXPECT_EQ(record.message, "exit code 3");
  EXPECT_EQ(client.log_text(1, "stdout"), "out\n");
  EXPECT_EQ(client.log_text(1, "stderr"), "err\n");
  EXPECT_EQ(client.log_text(1, "tidemill"), "exit: exit code 3\n");
}

message::Lease lease_of(Duration stop, Duration kill) {
  const BootTime now = system_now().boot;
  return {now + stop, now + kill};
}

TEST_F(Supervisor, ALeaseEndsItsTasksAlsoWithoutAnAgent) {
  client.run(client.script(1, "trap '' TERM; sleep 98763"));
  client.await_spawned(1);
  client.send(lease_of(std::chrono::milliseconds(100), std::chrono::milliseconds(300)));
  client.detach();
  const auto record = [&] {
    client.attach(4);
    return client.await_exit(1);
  }();
  EXPECT_EQ(record.cause, Cause::lost);
  EXPECT_SAYS(record.message, "lease ended");
}

TEST_F(Supervisor, WhatWaitsForASlotIsDroppedAtTheLeasesEnd) {
  client.attach(1);
  client.run(client.script(1, "sleep 98764"));
  client.await_spawned(1);
  client.run(client.order(2, {"true"}));
  client.send(lease_of(Duration(0), Duration(0)));
  EXPECT_SAYS(client.await_exit(2).message, "the lease ended before it started");
  EXPECT_EQ(client.await_exit(1).cause, Cause::lost);
}

TEST_F(Supervisor, ARenewedLeaseLetsTasksStartAgain) {
  client.send(lease_of(Duration(-2), Duration(-1)));
  client.run(client.order(1, {"true"}));
  EXPECT_EQ(client.await_exit(1).cause, Cause::lost);
  client.send(lease_of(std::chrono::hours(1), std::chrono::hours(2)));
  client.run(client.order(2, {"true"}));
  EXPECT_EQ(client.await_exit(2).cause, Cause::none);
  client.send(message::Lease{});
  client.run(client.order(3, {"true"}));
  EXPECT_EQ(client.await_exit(3).cause, Cause::none);
}

TEST_F(Supervisor, NamesTheSignal) {
  client.run(client.script(1, "kill -SEGV $$"));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::signal);
  EXPECT_EQ(record.signal, SIGSEGV);
  EXPECT_SAYS(record.message, "SIGSEGV");
}

TEST_F(Supervisor, ExplainsAForeignKill) {
  client.run(client.script(1, "kill -KILL $$"));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.signal, SIGKILL);
  EXPECT_SAYS(record.message, "did not send");
}

TEST_F(Supervisor, RunsNoMoreThanItsSlotsAndTheUrgentFirst) {
  client.attach(1);
  ASSERT_EQ(::mkfifo((folder / "gate").c_str(), 0600), 0);
  client.run(client.script(
      1, "read line < " + folder.path() + "/gate; echo 1 >> " + folder.path() + "/order"));
  client.await_spawned(1);
  auto late = client.script(2, "echo 2 >> " + folder.path() + "/order");
  auto urgent = client.script(3, "echo 3 >> " + folder.path() + "/order");
  late.priority = 9;
  urgent.priority = 1;
  client.run(late);
  client.run(urgent);
  ChildProcess opener({"/bin/sh", "-c", "echo go > " + folder.path() + "/gate"});
  client.await_exit(2);
  EXPECT_EQ(read_text(folder / "order"), "1\n3\n2\n");
  EXPECT_EQ(opener.wait(), 0);
}

TEST_F(Supervisor, AWideAttemptRunsAloneWhenItAsksForMoreThanThereIs) {
  client.attach(2);
  auto wide = client.order(1, {"true"});
  wide.slots = 5;
  client.run(wide);
  EXPECT_EQ(client.await_exit(1).cause, Cause::none);
}

TEST_F(Supervisor, GivesATaskAFreshProcess) {
  client.run(client.script(
      1,
      "ls /proc/self/fd | tr '\\n' ' '; grep -E '^(SigBlk|SigIgn|NoNewPrivs)' /proc/self/status;"
      "umask; ulimit -c; until grep -qx 300 /proc/self/oom_score_adj; do sleep 0.01; done; "
      "readlink /proc/self/fd/0; pwd;"
      "echo $(($(ps -o sid= -p $$) - $$)) $(($(ps -o pgid= -p $$) - $$))"));
  client.await_exit(1);
  EXPECT_EQ(client.log_text(1),
            "0 1 2 3 SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nNoNewPrivs:\t1\n"
            "0022\n0\n/dev/null\n/\n0 0\n")
      << "descriptor 3 is the folder that ls reads";
}

TEST_F(Supervisor, ObeysUmaskAndDirectory) {
  auto spawn = client.script(1, "umask; pwd");
  spawn.umask = 077;
  spawn.directory = folder.path();
  client.run(spawn);
  client.await_exit(1);
  EXPECT_EQ(client.log_text(1), "0077\n" + folder.path() + "\n");
}

TEST_F(Supervisor, PassesArgumentsAndEnvironmentAsLiteralBytes) {
  const std::string nasty = "$(touch /tmp/x) `id` ; rm * '; -- {{7*7}} ${HOME} %n \xff\n-e";
  auto spawn = client.order(1, {"printf", "%s|%s", nasty, "-n"});
  client.run(spawn);
  client.await_exit(1);
  EXPECT_EQ(client.log_text(1), nasty + "|-n\n");
  auto env = client.order(2, {"printenv", "NASTY"});
  env.env.emplace_back("NASTY", nasty);
  client.run(env);
  client.await_exit(2);
  EXPECT_EQ(client.log_text(2), nasty + "\n");
}

// What cannot be executed ------------------------------------------------------------------------

TEST_F(Supervisor, AMissingProgramIsNamed) {
  EXPECT_SAYS(refused(1, {"no-such-program"}).message, "\"no-such-program\" in PATH");
  EXPECT_SAYS(refused(2, {"/no/such/file"}).message, "no file /no/such/file");
  EXPECT_SAYS(refused(3, {write_script("bad", "#!/no/interpreter -x\n", 0755)}).message,
              "/no/interpreter");
}

TEST_F(Supervisor, AProgramThatMayNotRunIsNamed) {
  EXPECT_SAYS(refused(1, {write_script("plain", "#!/bin/sh\n", 0644)}).message, "chmod +x");
  EXPECT_SAYS(refused(2, {folder.path()}).message, "is a directory");
}

TEST_F(Supervisor, AFileThatIsNoProgramIsNamed) {
  EXPECT_SAYS(refused(1, {write_script("text", "just text\n", 0755)}).message, "#!/bin/sh");
}

TEST_F(Supervisor, TooManyArgumentsAreCounted) {
  EXPECT_SAYS(refused(1, {"true", std::string(200'000, 'x')}).message, "128 KiB");
  EXPECT_SAYS(refused(2, {"true", std::string("a\0b", 3)}).message, "NUL");
}

TEST_F(Supervisor, AMissingDirectoryIsNamed) {
  auto spawn = client.order(1, {"true"});
  spawn.directory = "/no/such/folder";
  client.run(spawn);
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::exec_failed);
  EXPECT_SAYS(record.message, "/no/such/folder");
}

TEST_F(Supervisor, RefusalsTakeNoSlotAndDoNotStopTheQueue) {
  client.attach(1);
  for (int i = 1; i <= 50; ++i)
    client.run(client.order(i, {i % 2 == 0 ? "true" : "no-such-program"}));
  for (int i = 1; i <= 50; ++i) {
    EXPECT_EQ(client.await_exit(i).cause, i % 2 == 0 ? Cause::none : Cause::exec_failed);
  }
}

// Ending -----------------------------------------------------------------------------------------

TEST_F(Supervisor, ATimeoutSendsTermFirst) {
  const auto [attempt, timeout] = time_out("trap 'echo bye; exit 0' TERM", std::chrono::hours(1));
  const auto record = client.await_exit(attempt);
  EXPECT_EQ(record.cause, Cause::timeout);
  EXPECT_SAYS(record.message, "timed out after " + format_duration(timeout));
  EXPECT_EQ(client.log_text(attempt), "bye\n");
}

TEST_F(Supervisor, AfterTheGraceComesTheKill) {
  const auto record = client.await_exit(
      time_out("trap '' TERM", std::chrono::milliseconds(200)).first);
  EXPECT_EQ(record.cause, Cause::timeout);
  EXPECT_EQ(record.signal, SIGKILL);
  EXPECT_SAYS(record.message, "did not end within 200ms");
}

TEST_F(Supervisor, CancellingWhatWaitsNeverStartsIt) {
  client.attach(1);
  client.run(client.order(1, {"sleep", "98762"}));
  client.await_spawned(1);
  client.run(client.script(2, "touch " + folder.path() + "/ran"));
  client.send(message::Kill{AttemptId{2}, Cause::cancelled, false});
  const auto record = client.await_exit(2);
  EXPECT_EQ(record.cause, Cause::cancelled);
  EXPECT_EQ(record.started_at.us, 0);
  client.send(message::Kill{AttemptId{1}, Cause::cancelled, true});
  EXPECT_EQ(client.await_exit(1).signal, SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST_F(Supervisor, ASpawnOfAKnownAttemptIsIgnored) {
  const auto spawn = client.script(1, "echo once >> " + folder.path() + "/ledger");
  for (int i = 0; i < 3; ++i) client.run(spawn);
  client.await_exit(1);
  client.run(spawn);
  client.run(client.order(2, {"true"}));
  client.await_exit(2);
  EXPECT_EQ(read_text(folder / "ledger"), "once\n");
}

TEST_F(Supervisor, ATaskOverItsMemoryIsKilledWithBothNumbers) {
  auto spawn = client.order(
      1, {"python3", "-c", "import time; x = bytearray(200 << 20); time.sleep(98761)"});
  spawn.memory_limit = 100u << 20;
  client.run(spawn);
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::oom);
  EXPECT_SAYS(record.message, "of its 100 MiB limit");
  EXPECT_GT(record.usage.peak_memory, 100u << 20);
}

TEST_F(Supervisor, MemoryOfTheWholeTreeCountsButSharedPagesOnce) {
  // Four processes that share 60 MiB stay below 150 MiB; four of 60 MiB each do not.
  const std::string tree =
      "import os, time\nx = bytearray(b'1') * (60 << 20)\n"
      "for i in range(3):\n  if os.fork() == 0:\n    {}\n    time.sleep(98761)\n    "
      "os._exit(0)\n{}\n";
  auto shares = client.order(
      1, {"python3", "-c",
          "import time\n" + fmt::format(fmt::runtime(tree), "pass", "time.sleep(2)")});
  auto copies = client.order(2, {"python3", "-c",
                                 fmt::format(fmt::runtime(tree), "y = bytearray(b'2') * (60 << 20)",
                                             "time.sleep(98761)")});
  for (auto* spawn : {&shares, &copies}) {
    spawn->memory_limit = 150u << 20;
    client.run(*spawn);
  }
  EXPECT_EQ(client.await_exit(2).cause, Cause::oom);
  EXPECT_EQ(client.await_exit(1).cause, Cause::none);
}

TEST_F(Supervisor, CountsTimeAndMemory) {
  client.run(client.order(1, {"python3", "-c", "x = bytearray(64 << 20); sum(range(3000000))"}));
  const auto record = client.await_exit(1);
  EXPECT_GT(record.usage.cpu.count(), 1000);
  EXPECT_GE(record.usage.peak_memory, 64u << 20);
}

// The agent's side -------------------------------------------------------------------------------

TEST_F(Supervisor, GarbageFromTheAgentDropsItAndHurtsNobody) {
  client.run(client.order(1, {"sleep", "98760"}));
  const auto pid = static_cast<pid_t>(client.await_spawned(1).pid);
  {
    const Fd raw = connect_unix(client.directory() + "/supervisor.sock").value();
    ASSERT_TRUE(write_all(raw.get(), "GET / HTTP/1.1\r\n\r\n").ok());
    char byte = 0;
    EXPECT_LE(::read(raw.get(), &byte, 1), 0) << "dropped";
  }
  client.attach(4);
  EXPECT_TRUE(process_exists(pid));
  ASSERT_EQ(client.inventory()->attempts.size(), 1u);
  client.send(message::Kill{AttemptId{1}, Cause::cancelled, true});
  client.await_exit(1);
}

TEST_F(Supervisor, SpeakingBeforeAttachIsRefused) {
  Channel channel(connect_unix(client.directory() + "/supervisor.sock").value());
  channel.send(client.order(1, {"true"}));
  ASSERT_TRUE(channel.flush().ok());
  EXPECT_TRUE(wait_until([&] { return !channel.receive().ok(); }));
}

TEST_F(Supervisor, TerminationEndsItsTasksAndReportsThemAsLost) {
  client.run(client.order(1, {"sleep", "98759"}));
  const auto pid = static_cast<pid_t>(client.await_spawned(1).pid);
  client.process().signal(SIGTERM);
  EXPECT_EQ(client.process().wait(), 0);
  EXPECT_FALSE(process_exists(pid));
  client.restart();
  client.attach(1);
  EXPECT_EQ(client.await_exit(1).cause, Cause::lost);
}

TEST_F(Supervisor, LeaveEndsItOnceNothingRuns) {
  client.run(client.order(1, {"true"}));
  client.await_exit(1);
  client.send(message::Leave{});
  EXPECT_EQ(client.process().wait(), 0);
}

}  // namespace
}  // namespace tidemill::testing
