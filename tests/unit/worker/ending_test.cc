#include "worker/ending.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace tidemill {
namespace {

int exited(int code) { return code << 8; }
int signalled(int signal) { return signal; }

TEST(Ending, ExitCodes) {
  EXPECT_EQ(ending_of({.wait_status = exited(0)}).cause, Cause::none);
  const Ending ending = ending_of({.wait_status = exited(3)});
  EXPECT_EQ(ending.cause, Cause::exit);
  EXPECT_EQ(ending.exit_code, 3);
  EXPECT_EQ(ending.message, "exit code 3");
}

TEST(Ending, ShellsOwnCodesAreExplained) {
  EXPECT_NE(ending_of({.wait_status = exited(127)}).message.find("did not find"),
            std::string::npos);
  EXPECT_NE(ending_of({.wait_status = exited(139)}).message.find("SIGSEGV"), std::string::npos);
}

TEST(Ending, AKillIsNeverABareNumber) {
  const Ending foreign = ending_of({.wait_status = signalled(SIGKILL)});
  EXPECT_EQ(foreign.cause, Cause::signal);
  EXPECT_NE(foreign.message.find("did not send"), std::string::npos);
  const Ending oom = ending_of({.wait_status = signalled(SIGKILL),
                                .oom = OomEvidence::own,
                                .peak_memory = 2ull << 30,
                                .memory_limit = 1ull << 30});
  EXPECT_EQ(oom.cause, Cause::oom);
  EXPECT_NE(oom.message.find("2 GiB"), std::string::npos) << oom.message;
}

TEST(Ending, OfAKillOnlyWhatIsKnownIsSaid) {
  const auto words = [](OomEvidence evidence) {
    return ending_of({.wait_status = signalled(SIGKILL), .oom = evidence}).message;
  };
  EXPECT_EQ(words(OomEvidence::none),
            "killed by SIGKILL, which Tidemill did not send; the kernel's counters show no kill "
            "for lack of memory");
  EXPECT_EQ(words(OomEvidence::unknown),
            "killed by SIGKILL, which Tidemill did not send; whether memory ran out is not known, "
            "there is no counter of the kernel to read");
  EXPECT_EQ(words(OomEvidence::host),
            "killed by SIGKILL while the kernel was killing for lack of memory on this host");
  EXPECT_EQ(words(OomEvidence::own), "the kernel killed it for lack of memory");
}

TEST(Ending, AShellThatSawItsCommandKilledForMemoryIsOomToo) {
  EXPECT_EQ(ending_of({.wait_status = exited(137), .oom = OomEvidence::own}).cause, Cause::oom);
  EXPECT_EQ(ending_of({.wait_status = exited(137)}).cause, Cause::exit);
  EXPECT_EQ(ending_of({.wait_status = exited(1), .oom = OomEvidence::own}).cause, Cause::exit);
}

TEST(Ending, WhatWeDidWinsOverHowItEnded) {
  for (const int status : {exited(0), exited(1), signalled(SIGTERM), signalled(SIGKILL)}) {
    const Ending ending = ending_of({.wait_status = status,
                                     .stopped_for = Cause::timeout,
                                     .killed = status == signalled(SIGKILL),
                                     .timeout = std::chrono::minutes(5),
                                     .grace = std::chrono::seconds(10)});
    EXPECT_EQ(ending.cause, Cause::timeout);
    EXPECT_NE(ending.message.find("timed out after 5m"), std::string::npos) << ending.message;
    EXPECT_EQ(ending.message.find("was killed") != std::string::npos, status == signalled(SIGKILL));
  }
}

}  // namespace
}  // namespace tidemill
