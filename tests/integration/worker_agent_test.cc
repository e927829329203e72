// The agent as a real process between a scheduler played by the test and a real supervisor.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "tests/support/agent_fixture.h"

namespace tidemill::testing {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

class Agent : public ::testing::Test {
 protected:
  void SetUp() override { worker.start_agent(); }
  AgentFixture worker;
};

TEST_F(Agent, SaysHelloWithWhatItHas) {
  EXPECT_EQ(worker.hello().worker, "local");
  EXPECT_EQ(worker.hello().slots, 2);
  EXPECT_FALSE(worker.hello().boot_id.empty());
  EXPECT_TRUE(worker.hello().attempts.empty());
  EXPECT_GT(worker.hello().capacity.memory, 0u);
}

TEST_F(Agent, RunsAPlainTask) {
  worker.send(worker.order(1, {"true"}));
  EXPECT_GT(worker.await_started(1).pid, 0);
  const Outcome outcome = worker.await_end(1);
  EXPECT_EQ(outcome.cause, Cause::none) << outcome.message;
  EXPECT_TRUE(outcome.result.empty());
}

// The task contract ------------------------------------------------------------------------------

TEST_F(Agent, GivesTheTaskItsFilesAndCollectsThem) {
  auto start = worker.script(1, R"(
    echo "rows=12" >> "$TIDEMILL_OUTPUT"
    printf 'text<<END\nline 1\nline 2\nEND\n' >> "$TIDEMILL_OUTPUT"
    echo '{"name": "accuracy", "value": 0.75, "slice": "de", "step": 3}' >> "$TIDEMILL_METRICS"
    echo '{"check": "no_nulls", "success": false, "actual": 4}' >> "$TIDEMILL_CHECKS"
    echo '# Done' > "$TIDEMILL_SUMMARY"
    cat "$TIDEMILL_CONTEXT"
    test -d "$TIDEMILL_CHECKPOINT" && test -d "$TIDEMILL_OUT" && test -z "$TIDEMILL_RESUME"
  )");
  start.outputs = {"rows", "text"};
  const Outcome outcome = worker.run(start);
  ASSERT_EQ(outcome.cause, Cause::none) << outcome.message << worker.log(1);
  ASSERT_EQ(outcome.result.outputs.size(), 2u);
  EXPECT_EQ(outcome.result.outputs[0].second, "12");
  EXPECT_EQ(outcome.result.outputs[1].second, "line 1\nline 2");
  ASSERT_EQ(outcome.result.metrics.size(), 1u);
  EXPECT_EQ(outcome.result.metrics[0].value, 0.75);
  EXPECT_EQ(outcome.result.metrics[0].slice, "de");
  EXPECT_EQ(outcome.result.metrics[0].step, 3);
  ASSERT_EQ(outcome.result.checks.size(), 1u);
  EXPECT_FALSE(outcome.result.checks[0].success);
  EXPECT_EQ(outcome.result.checks[0].actual, "4");
  EXPECT_EQ(outcome.result.summary, "# Done\n");
  EXPECT_EQ(worker.log_text(1, "stdout").substr(0, 14), "{\"attempt\": 1}");
}

TEST_F(Agent, NothingOfOneAttemptReachesTheNext) {
  for (std::int64_t i = 1; i <= 8; ++i) {
    auto start = worker.script(i,
                               "find \"$(dirname \"$TIDEMILL_OUTPUT\")\" \"$TIDEMILL_CHECKPOINT\" "
                               "-mindepth 1 | wc -l; cat \"$TIDEMILL_CONTEXT\";"
                               "echo x=$TIDEMILL_ATTEMPT_ID > \"$TIDEMILL_OUTPUT\"; touch "
                               "\"$TIDEMILL_OUT/f\" \"$TIDEMILL_CHECKPOINT/g\"");
    start.outputs = {"x"};
    const Outcome outcome = worker.run(start);
    ASSERT_EQ(outcome.cause, Cause::none);
    EXPECT_EQ(outcome.result.outputs.at(0).second, std::to_string(i));
    EXPECT_EQ(worker.log_text(i, "stdout"), "2\n{\"attempt\": " + std::to_string(i) + "}\n")
        << "context.json and out/ alone";
    worker.acknowledge(i);
  }
}

TEST_F(Agent, UndeclaredAndBrokenLinesAreNotedInTheLog) {
  const Outcome outcome = worker.run(worker.script(
      1, "echo secret=1 > \"$TIDEMILL_OUTPUT\"; echo nonsense > \"$TIDEMILL_METRICS\""));
  EXPECT_EQ(outcome.cause, Cause::none);
  EXPECT_TRUE(outcome.result.empty());
  EXPECT_SAYS(worker.log_text(1, "tidemill"), "\"secret\" is not declared");
  EXPECT_SAYS(worker.log_text(1, "tidemill"), "TIDEMILL_METRICS: line 1");
}

TEST_F(Agent, FilesThatAreNoneAreNotRead) {
  auto start = worker.script(
      1,
      "mkfifo \"$TIDEMILL_OUTPUT\"; ln -s /etc/passwd \"$TIDEMILL_SUMMARY\"; mkdir "
      "\"$TIDEMILL_METRICS\"; head -c 3000000 /dev/zero > \"$TIDEMILL_CHECKS\"");
  const Outcome outcome = worker.run(start);
  EXPECT_EQ(outcome.cause, Cause::none);
  EXPECT_TRUE(outcome.result.empty());
  EXPECT_SAYS(worker.log_text(1, "tidemill"), "no plain file");
}

TEST_F(Agent, ArtifactsAreStoredAndHandedOnReadOnly) {
  auto make = worker.script(
      1,
      "echo weights > \"$TIDEMILL_OUT/model.bin\"; mkdir -p \"$TIDEMILL_OUT/data/sub\"; echo 1 > "
      "\"$TIDEMILL_OUT/data/sub/x\"; echo left > \"$TIDEMILL_OUT/undeclared\"");
  make.artifacts = {{"model", "model.bin"}, {"data", "data"}};
  const Outcome made = worker.run(make);
  ASSERT_EQ(made.result.artifacts.size(), 2u) << made.message;
  EXPECT_EQ(made.result.artifacts[0].hash, sha256_hex("weights\n"));
  EXPECT_TRUE(made.result.artifacts[1].is_directory);
  worker.acknowledge(1);
  auto use = worker.script(
      2,
      "cat \"$TIDEMILL_IN/model\" \"$TIDEMILL_IN/data/sub/x\"; stat -c %a \"$TIDEMILL_IN/model\"");
  use.inputs = {{"model", made.result.artifacts[0].hash, false},
                {"data", made.result.artifacts[1].hash, true}};
  EXPECT_EQ(worker.run(use).cause, Cause::none);
  EXPECT_EQ(worker.log_text(2, "stdout"), "weights\n1\n444\n");
}

TEST_F(Agent, AnArtifactThatLeadsOutIsRefusedInWords) {
  auto start = worker.script(1, "ln -s /etc/passwd \"$TIDEMILL_OUT/model\"");
  start.artifacts = {{"model", "model"}, {"none", "none"}};
  const Outcome outcome = worker.run(start);
  EXPECT_EQ(outcome.cause, Cause::none) << "the core decides what a missing artifact means";
  EXPECT_TRUE(outcome.result.artifacts.empty());
  EXPECT_SAYS(outcome.message, "symbolic link");
  EXPECT_SAYS(outcome.message, "artifact none is missing (none was not written)");
  EXPECT_SAYS(worker.log_text(1, "tidemill"), "contract: " + outcome.message);
}

TEST_F(Agent, AFolderThatLeadsOutIsRefused) {
  std::filesystem::create_directories(worker.data() + "/mine");
  std::ofstream(worker.data() + "/mine/precious") << "x";
  auto start = worker.script(1, "rmdir \"$TIDEMILL_OUT\"; ln -s \"$PWD/mine\" \"$TIDEMILL_OUT\"");
  start.artifacts = {{"a", "precious"}};
  const Outcome outcome = worker.run(start);
  EXPECT_TRUE(outcome.result.artifacts.empty());
  EXPECT_SAYS(outcome.message, "symbolic link");
  EXPECT_EQ(read_text(worker.data() + "/mine/precious"), "x");
}

TEST_F(Agent, ABrokenPromiseStandsInTheLog) {
  auto start = worker.order(1, {"true"});
  start.outputs = {"rows"};
  EXPECT_EQ(worker.run(start).cause, Cause::none) << "the core judges";
  EXPECT_SAYS(worker.log_text(1, "tidemill"), "contract: output rows is missing");
}

TEST_F(Agent, WhatAFailedAttemptLeftIsGoneWhenItsEndIsKnown) {
  auto failed = worker.script(1,
                              "echo $TIDEMILL_OUT; mkdir \"$TIDEMILL_OUT/d\"; echo big > "
                              "\"$TIDEMILL_OUT/d/part\"; chmod 0 \"$TIDEMILL_OUT/d\"; exit 1");
  EXPECT_EQ(worker.run(failed).cause, Cause::exit);
  auto broken = worker.script(2, "echo $TIDEMILL_OUT; echo big > \"$TIDEMILL_OUT/part\"");
  broken.artifacts = {{"model", "model"}};
  worker.run(broken);
  for (const std::int64_t attempt : {1, 2}) {
    std::string out = worker.log_text(attempt, "stdout");
    ASSERT_FALSE(out.empty());
    out.pop_back();
    EXPECT_TRUE(std::filesystem::is_empty(out)) << out;
  }
}

TEST_F(Agent, FoldersAreForNobodyElse) {
  auto start = worker.script(1, "echo hello; echo x > \"$TIDEMILL_OUT/x\"");
  start.artifacts = {{"x", "x"}};
  ASSERT_EQ(worker.run(start).result.artifacts.size(), 1u);
  for (const char* folder : {"logs", "logs/1", "objects", "objects/new", "worker",
                             "worker/attempts", "worker/attempts/1"}) {
    struct stat st {};
    ASSERT_EQ(::stat((worker.data() + "/" + folder).c_str(), &st), 0) << folder;
    EXPECT_EQ(st.st_mode & 0777, 0700u) << folder;
  }
}

TEST(AgentSetup, AControlGroupThatIsNoneEndsItInWords) {
  TemporaryDirectory folder;
  ChildProcess agent({worker_process(), "worker", "--data-dir", folder / "data", "--slots", "1"},
                     {"TIDEMILL_CGROUP=/nonexistent"}, folder / "log");
  const int status = agent.wait();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_SAYS(read_text(folder / "log"), "TIDEMILL_CGROUP=/nonexistent is no cgroup v2 folder");
}

TEST_F(Agent, AMissingInputEndsTheAttemptBeforeItStarts) {
  auto start = worker.order(1, {"true"});
  start.inputs = {{"model", std::string(64, 'a'), false}};
  const Outcome outcome = worker.run(start);
  EXPECT_EQ(outcome.cause, Cause::lost);
  EXPECT_EQ(outcome.started_at.us, 0);
  EXPECT_SAYS(outcome.message, "input model");
}

TEST_F(Agent, ACheckpointIsFoundAgainByTheNextAttemptAndGoneAfterSuccess) {
  const auto attempt = [&](std::int64_t id, const char* script) {
    auto start = worker.script(id, script);
    start.task_index = 7;
    const Outcome outcome = worker.run(start);
    worker.acknowledge(id);
    return outcome.cause;
  };
  EXPECT_EQ(
      attempt(1, "echo $TIDEMILL_CHECKPOINT; echo 3 > \"$TIDEMILL_CHECKPOINT/epoch\"; exit 1"),
      Cause::exit);
  worker.agent().signal(SIGKILL);
  worker.agent().wait();
  worker.start_agent();
  EXPECT_EQ(attempt(2,
                    "echo $TIDEMILL_CHECKPOINT; cat \"$TIDEMILL_CHECKPOINT/epoch\"; test "
                    "\"$TIDEMILL_RESUME\" = 1"),
            Cause::none);
  EXPECT_EQ(worker.log_text(2, "stdout"), worker.log_text(1, "stdout") + "3\n")
      << "under the same path";
  EXPECT_EQ(
      attempt(3, "test -z \"$TIDEMILL_RESUME\" && test -z \"$(ls \"$TIDEMILL_CHECKPOINT\")\""),
      Cause::none);
}

TEST_F(Agent, ProgressIsPassedOn) {
  worker.send(worker.script(
      1, "echo '0.25 a quarter' > \"$TIDEMILL_PROGRESS\"; until [ -e done ]; do sleep 0.01; done"));
  ASSERT_TRUE(wait_until([&] {
    worker.pump();
    return !worker.progress().empty();
  }));
  EXPECT_EQ(worker.progress()[0].fraction, 0.25);
  EXPECT_EQ(worker.progress()[0].text, "a quarter");
  std::ofstream(worker.data() + "/done") << "";
  worker.await_end(1);
}

// Commands ---------------------------------------------------------------------------------------

TEST_F(Agent, AScriptStopsAtItsFirstFailure) {
  EXPECT_EQ(worker.run(worker.script(1, "echo one\nfalse\necho two")).exit_code, 1);
  EXPECT_EQ(worker.log_text(1, "stdout"), "one\n");
  auto bash = worker.script(2, "false | true; echo two");
  bash.shell = "bash";
  EXPECT_EQ(worker.run(bash).exit_code, 1) << "pipefail";
  EXPECT_EQ(worker.run(worker.script(3, "no-such-command")).exit_code, 127);
  EXPECT_SAYS(worker.log_text(3, "stderr"), "task3: ");
}

TEST_F(Agent, AFirstLineOrShellNamesTheInterpreter) {
  EXPECT_EQ(
      worker
          .run(worker.script(1, "#!/usr/bin/env python3\nimport sys\nprint('hello'); sys.exit(4)"))
          .exit_code,
      4);
  EXPECT_EQ(worker.log_text(1, "stdout"), "hello\n");
  auto python = worker.script(2, "print('shell')");
  python.shell = "python3";
  EXPECT_EQ(worker.run(python).cause, Cause::none);
  EXPECT_EQ(worker.log_text(2, "stdout"), "shell\n");
}

TEST_F(Agent, ALongScriptRunsAsAFile) {
  EXPECT_EQ(worker.run(worker.script(1, "exit 6\n" + std::string(300'000, '#'))).exit_code, 6);
}

TEST_F(Agent, SecretsArriveAndAreMasked) {
  auto start = worker.script(1, "echo \"token $TOKEN\"; test \"$TOKEN\" = hush-hush");
  start.secrets = {{"TOKEN", "hush-hush"}};
  EXPECT_EQ(worker.run(start).cause, Cause::none);
  EXPECT_EQ(worker.log_text(1, "stdout"), "token ***\n");
  for (const auto& [path, content] : files_below(worker.data())) {
    EXPECT_EQ(content.find("hush-hush"), std::string::npos) << path;
  }
}

constexpr const char* kTellsEverything = R"(
    printf 'key=%s\n%s=1\n' "$TOKEN" "$TOKEN" > "$TIDEMILL_OUTPUT"
    echo "{\"name\": \"m $TOKEN\", \"value\": 1, \"slice\": \"$TOKEN\"}" > "$TIDEMILL_METRICS"
    echo "{\"check\": \"c\", \"success\": true, \"actual\": \"hush\\u002dhush\"}" > "$TIDEMILL_CHECKS"
    echo "# $TOKEN" > "$TIDEMILL_SUMMARY")";

void expect_masked(AgentFixture& worker, const Outcome& outcome) {
  ASSERT_EQ(outcome.cause, Cause::none) << outcome.message;
  EXPECT_EQ(outcome.result.outputs.at(0).second, "***");
  EXPECT_EQ(outcome.result.metrics.at(0).name, "m ***");
  EXPECT_EQ(outcome.result.metrics.at(0).slice, "***");
  EXPECT_EQ(outcome.result.checks.at(0).actual, "***");
  EXPECT_EQ(outcome.result.summary, "# ***\n");
  EXPECT_EQ(worker.log(1).find("hush"), std::string::npos) << worker.log(1);
}

TEST_F(Agent, SecretsAreMaskedInWhatATaskReports) {
  auto start = worker.script(
      1,
      std::string(
          "echo \"0.5 $TOKEN\" > \"$TIDEMILL_PROGRESS\"; until [ -e done ]; do sleep 0.01; done") +
          kTellsEverything);
  start.outputs = {"key"};
  start.secrets = {{"TOKEN", "hush-hush"}};
  worker.send(start);
  ASSERT_TRUE(wait_until([&] {
    worker.pump();
    return !worker.progress().empty();
  }));
  EXPECT_EQ(worker.progress()[0].text, "***");
  std::ofstream(worker.data() + "/done") << "";
  expect_masked(worker, worker.await_end(1));
}

TEST_F(Agent, AnAgentThatComesLaterMasksThemToo) {
  auto start = worker.script(
      1, std::string("until [ -e done ]; do sleep 0.01; done") + kTellsEverything);
  start.outputs = {"key"};
  start.secrets = {{"TOKEN", "hush-hush"}};
  worker.send(start);
  worker.await_started(1);
  worker.agent().signal(SIGKILL);
  worker.agent().wait();
  worker.start_agent();
  // Once it runs under the second, it ends under a third.
  worker.agent().signal(SIGKILL);
  worker.agent().wait();
  std::ofstream(worker.data() + "/done") << "";
  worker.start_agent();
  expect_masked(worker, worker.await_end(1));
}

TEST_F(Agent, OnlyTheHostsNamedVariablesReachATask) {
  AgentFixture other;
  other.start_agent(1, {"LEAKED=1", "AWS_SECRET_ACCESS_KEY=x", "LANG=C.UTF-8"});
  other.run(other.script(1, "env | cut -d= -f1 | sort | tr '\\n' ' '; echo $LANG"));
  const std::string names = other.log_text(1, "stdout");
  EXPECT_EQ(names.find("LEAKED"), std::string::npos) << names;
  EXPECT_EQ(names.find("AWS"), std::string::npos) << names;
  EXPECT_SAYS(names, "C.UTF-8");
  EXPECT_SAYS(names, "TIDEMILL_ATTEMPT_ID");
}

// The scheduler's side ---------------------------------------------------------------------------

TEST_F(Agent, StopEndsTheTask) {
  worker.send(worker.order(1, {"sleep", "98758"}));
  worker.await_started(1);
  worker.send(message::Stop{AttemptId{1}, Cause::timeout, false});
  EXPECT_EQ(worker.await_end(1).cause, Cause::timeout);
}

TEST_F(Agent, DrainingStartsNothingNewAndShutdownEndsBothProcesses) {
  worker.send(worker.script(1, "until [ -e done ]; do sleep 0.01; done"));
  worker.await_started(1);
  const pid_t supervisor = worker.supervisor_pid();
  ASSERT_GT(supervisor, 1);
  worker.send(message::Drain{});
  const Outcome refused = worker.run(worker.order(2, {"true"}));
  EXPECT_EQ(refused.cause, Cause::lost);
  EXPECT_SAYS(refused.message, "drained");
  worker.acknowledge(2);
  worker.send(message::Shutdown{});
  std::ofstream(worker.data() + "/done") << "";
  EXPECT_EQ(worker.await_end(1).cause, Cause::none);
  worker.acknowledge(1);
  EXPECT_EQ(worker.agent().wait(), 0);
  EXPECT_TRUE(wait_until([&] { return !process_exists(supervisor); }));
}

TEST_F(Agent, WhatIsBeingStoppedIsNotHandedToTheNextSupervisor) {
  const pid_t supervisor = worker.supervisor_pid();
  ASSERT_GT(supervisor, 1);
  ASSERT_EQ(::kill(supervisor, SIGSTOP), 0);
  worker.send(worker.script(1, "touch began"));
  worker.send(message::Stop{AttemptId{1}, Cause::cancelled, false});
  // Its end comes from the agent alone, and says that the two before it were read.
  auto lacking = worker.order(2, {"true"});
  lacking.inputs = {{"model", std::string(64, 'a'), false}};
  EXPECT_EQ(worker.run(lacking).cause, Cause::lost);
  ASSERT_EQ(::kill(supervisor, SIGKILL), 0);
  const Outcome outcome = worker.await_end(1);
  EXPECT_EQ(outcome.cause, Cause::cancelled);
  EXPECT_EQ(outcome.message, "cancelled before it started");
  EXPECT_EQ(outcome.started_at, WallTime{});
  EXPECT_FALSE(std::filesystem::exists(worker.data() + "/began"));
}

TEST_F(Agent, ABrokenExpectationIsSaidInTheLog) {
  auto start = worker.script(1, "echo rows=3 > \"$TIDEMILL_OUTPUT\"; touch \"$TIDEMILL_OUT/x\"");
  start.outputs = {"rows"};
  start.expect = {{"rows", ExpectRule::Op::ge, 1000, 0, std::nullopt, ">= 1000"}};
  EXPECT_EQ(worker.run(start).cause, Cause::none) << "the verdict is the scheduler's";
  EXPECT_SAYS(worker.log_text(1, "tidemill"), "contract: rows should be >= 1000, but is");
}

TEST_F(Agent, ASupervisorThatDoesNotComeUpIsNamedWithItsReason) {
  worker.agent().signal(SIGKILL);
  worker.agent().wait();
  const pid_t supervisor = worker.supervisor_pid();
  if (supervisor > 1) ::kill(supervisor, SIGKILL);
  const std::string journal = worker.worker_directory() + "/supervisor.journal";
  std::filesystem::remove(journal);
  std::filesystem::create_directory(journal);
  worker.disconnect();
  ChildProcess agent(
      {worker_process(), "worker", "--data-dir", worker.data(), "--lease-ms", "2000"}, {},
      worker.folder() / "second.log");
  EXPECT_EQ(WEXITSTATUS(agent.wait()), 1);
  const std::string said = read_text(worker.folder() / "second.log");
  EXPECT_SAYS(said, "its supervisor did not come up");
  EXPECT_SAYS(said, "supervisor.journal");
}

TEST_F(Agent, AnOlderSchedulerIsRefused) {
  worker.welcome(7);
  worker.run(worker.order(1, {"true"}));
  worker.welcome(6);
  EXPECT_TRUE(wait_until([&] {
    worker.pump();
    return !worker.connected();
  })) << "the agent hangs up";
  EXPECT_TRUE(wait_until([&] {
    return read_text(worker.folder() / "agent.log").find("epoch 6") != std::string::npos;
  }));
  worker.welcome(7);
  worker.run(worker.order(2, {"true"}));
}

TEST_F(Agent, ASchedulerOfAnotherVersionIsRefusedInWords) {
  worker.send(message::Welcome{message::kProtocolVersion + 1, 1, 0, {}});
  EXPECT_TRUE(wait_until([&] {
    return read_text(worker.folder() / "agent.log").find("speaks protocol") != std::string::npos;
  }));
}

TEST_F(Agent, WelcomeMayChangeTheSlots) {
  worker.send(message::Welcome{message::kProtocolVersion, 1, 3, {}});
  for (std::int64_t i = 1; i <= 3; ++i)
    worker.send(worker.script(
        i, "touch up" + std::to_string(i) +
               "; until [ -e up1 ] && [ -e up2 ] && [ -e up3 ]; do sleep 0.01; done"));
  for (std::int64_t i = 1; i <= 3; ++i)
    EXPECT_EQ(worker.await_end(i).cause, Cause::none) << "all three at once";
}

TEST_F(Agent, TheEndOfItsLeaseEndsWhatDoesNotOutliveIt) {
  worker.send(worker.order(1, {"sleep", "98761"}));
  worker.await_started(1);
  auto enduring = worker.order(2, {"sleep", "98762"});
  enduring.outlives_lease = true;
  worker.send(enduring);
  const auto pid = static_cast<pid_t>(worker.await_started(2).pid);
  worker.send(message::Welcome{message::kProtocolVersion, 1, 0, std::chrono::milliseconds(300)});
  const Outcome outcome = worker.await_end(1);
  EXPECT_EQ(outcome.cause, Cause::lost);
  EXPECT_SAYS(outcome.message, "lease ended");
  EXPECT_FALSE(worker.has_ended(2));
  EXPECT_TRUE(process_exists(pid));
  worker.send(worker.order(3, {"true"}));
  EXPECT_SAYS(worker.await_end(3).message, "the lease ended before it started");
}

TEST_F(Agent, ARefusalIsSaidInTheWordsOfTheScheduler) {
  worker.send(message::Refused{"another worker named local is connected"});
  ASSERT_TRUE(wait_until([&] {
    return read_text(worker.folder() / "agent.log").find("another worker named local") !=
           std::string::npos;
  }));
}

TEST_F(Agent, ASecondOneRefusesAndNamesTheFirst) {
  ChildProcess second({worker_process(), "worker", "--data-dir", worker.data()}, {},
                      worker.folder() / "second.log");
  EXPECT_EQ(WEXITSTATUS(second.wait()), 1);
  EXPECT_SAYS(read_text(worker.folder() / "second.log"), std::to_string(worker.agent().pid()));
}

TEST(AgentLease, WithoutASchedulerItGoesAndItsTasksStay) {
  AgentFixture worker;
  worker.start_agent(1, {}, 600);
  ASSERT_TRUE(wait_until([&] {
    worker.pump();
    return worker.heartbeats() >= 2;
  })) << "six in a lease";
  worker.send(worker.order(1, {"sleep", "98757"}));
  const auto pid = worker.await_started(1).pid;
  worker.stop_listening();
  EXPECT_EQ(WEXITSTATUS(worker.agent().wait()), 1);
  EXPECT_TRUE(process_exists(static_cast<pid_t>(pid)));
  EXPECT_SAYS(read_text(worker.folder() / "agent.log"), "no scheduler");
}

TEST(AgentLoad, ThousandsOfTasksAllEndOnce) {
  AgentFixture worker;
  worker.start_agent(4);
  constexpr std::int64_t kTasks = 1000;
  for (std::int64_t i = 1; i <= kTasks; ++i)
    worker.queue(worker.order(i, {i % 10 == 0 ? "false" : "true"}));
  for (std::int64_t i = 1; i <= kTasks; ++i) {
    EXPECT_EQ(worker.await_end(i).exit_code, i % 10 == 0 ? 1 : 0);
    worker.queue(message::Acknowledge{{AttemptId{i}}});
  }
  EXPECT_EQ(worker.run(worker.order(kTasks + 1, {"true"})).cause, Cause::none);
}

}  // namespace
}  // namespace tidemill::testing
