// The supervisor as a real process: starting, ending, logging.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/support/supervisor_client.h"

namespace tidemill::testing {
namespace {

class Supervisor : public ::testing::Test {
 protected:
  TemporaryDirectory folder;
  SupervisorClient client{folder / "worker"};
};

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

TEST_F(Supervisor, NamesTheSignal) {
  client.run(client.script(1, "kill -SEGV $$"));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::signal);
  EXPECT_EQ(record.signal, SIGSEGV);
  EXPECT_NE(record.message.find("SIGSEGV"), std::string::npos) << record.message;
}

TEST_F(Supervisor, ExplainsAForeignKill) {
  client.run(client.script(1, "kill -KILL $$"));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.signal, SIGKILL);
  EXPECT_NE(record.message.find("did not send"), std::string::npos) << record.message;
}

TEST_F(Supervisor, RunsNoMoreThanItsSlotsAndTheUrgentFirst) {
  client.attach(1);
  client.run(client.script(1, "read line < " + folder.path() + "/gate; echo 1 >> " + folder.path() + "/order"));
  ASSERT_EQ(::mkfifo((folder / "gate").c_str(), 0600), 0);
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

TEST_F(Supervisor, GivesATaskOnlyItsThreeDescriptors) {
  client.run(client.script(1, "ls /proc/self/fd | tr '\\n' ' '; cat /proc/self/status | grep -E '^(SigBlk|SigIgn|NoNewPrivs)'"));
  client.await_exit(1);
  const std::string text = client.log_text(1);
  EXPECT_EQ(text.substr(0, 8), "0 1 2 3 ") << "3 is the folder that ls reads: " << text;
  EXPECT_EQ(text.substr(8, 1), "S") << text;
  EXPECT_NE(text.find("SigBlk:\t0000000000000000"), std::string::npos) << text;
  EXPECT_NE(text.find("SigIgn:\t0000000000000000"), std::string::npos) << text;
  EXPECT_NE(text.find("NoNewPrivs:\t1"), std::string::npos) << text;
}

}  // namespace
}  // namespace tidemill::testing
