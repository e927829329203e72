// kill -9 of scheduler, agent and supervisor at every named point and at moments in between. The
// ledger that the tasks write is the oracle: nothing runs twice at once, nothing that succeeded
// runs again, every end is recorded once, and the same command finishes the run.
#include <gtest/gtest.h>

#include "tests/faults/faulty_run.h"

namespace tidemill {
namespace {

struct FaultPoint {
  const char* name;
  bool kills_supervisor;
};

// FP6 dies with half a frame sent, in whichever process gets there first.
constexpr FaultPoint kPoints[] = {{"FP1", false}, {"FP2", false},  {"FP3", false},  {"FP4", false},
                                  {"FP5", false}, {"FP6", true},   {"FP7", false},  {"FP8", true},
                                  {"FP9", true},  {"FP10", true},  {"FP11", true},  {"FP12", true},
                                  {"FP13", true}, {"FP14", false}, {"FP15", false}, {"FP16", true},
                                  {"FP17", false}};

class KillAtPoint : public ::testing::TestWithParam<FaultPoint> {};

TEST_P(KillAtPoint, TheRunGoesOnAsIfNothingHadHappened) {
  int hurt = 0;
  for (const int pass : {1, 2, 3, 5, 8}) {
    SCOPED_TRACE(fmt::format("{}:{}", GetParam().name, pass));
    FaultyRun run;
    run.run_with_fault_point(GetParam().name, pass);
    hurt += run.was_hurt() ? 1 : 0;
    run.expect_all_is_well(GetParam().kills_supervisor);
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
  EXPECT_GE(hurt, 1) << "no process ever passed " << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, KillAtPoint, ::testing::ValuesIn(kPoints),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

struct Victim {
  const char* name;
  const char* lock_file;
};
constexpr Victim kVictims[] = {{"scheduler", "scheduler.lock"},
                               {"agent", "worker/agent.lock"},
                               {"supervisor", "worker/supervisor.lock"}};

class KillAtMoment : public ::testing::TestWithParam<Victim> {};

TEST_P(KillAtMoment, TheRunGoesOnAsIfNothingHadHappened) {
  int hurt = 0;
  for (const std::size_t lines : {1u, 4u, 7u, 11u, 14u}) {
    SCOPED_TRACE(fmt::format("{} after {} lines", GetParam().name, lines));
    FaultyRun run;
    run.run_and_kill(GetParam().lock_file, lines);
    hurt += run.was_hurt() ? 1 : 0;
    run.expect_all_is_well(std::string(GetParam().name) == "supervisor");
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
  EXPECT_EQ(hurt, 5);
}

INSTANTIATE_TEST_SUITE_P(EveryProcess, KillAtMoment, ::testing::ValuesIn(kVictims),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

}  // namespace
}  // namespace tidemill
