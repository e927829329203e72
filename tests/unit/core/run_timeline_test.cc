#include "core/run_timeline.h"

#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

WallTime at(std::int64_t seconds) { return {seconds * 1'000'000}; }

// Feeds "second task state attempt" lines.
RunTimeline timeline(std::size_t tasks, const std::vector<std::string>& changes) {
  RunTimeline made(tasks, at(10));
  std::int64_t seq = 0;
  for (const std::string& change : changes) {
    const auto space = change.find(' ');
    const std::string body = "[[0," + change.substr(space + 1) + "]]";
    EXPECT_TRUE(
        made.apply({++seq, at(std::stoll(change.substr(0, space))), "tasks", {}, {}, body}).ok())
        << change;
  }
  return made;
}

std::string shown(const TaskStory& story) {
  std::string text;
  for (const TaskPhase& phase : story.phases) {
    text += std::string(to_word(phase.state)) + " " + std::to_string(phase.from.us / 1'000'000);
    text += phase.until.us == 0 ? "…" : "-" + std::to_string(phase.until.us / 1'000'000);
    text += phase.attempt ? " #" + std::to_string(phase.attempt.value) + "; " : "; ";
  }
  return text + (story.ended_at.us == 0 ? "open"
                                        : "ended " + std::to_string(story.ended_at.us / 1'000'000));
}

TEST(RunTimeline, TellsWhereTheTimeOfATaskWent) {
  const RunTimeline told = timeline(
      2,
      {"11 0,\"ready\",0", "13 0,\"dispatched\",7", "14 0,\"running\",7", "20 0,\"retry_wait\",7",
       "30 0,\"ready\",7", "31 0,\"dispatched\",9", "31 0,\"running\",9", "35 0,\"succeeded\",9"});
  EXPECT_EQ(shown(told.tasks()[0]),
            "waiting 10-11; ready 11-13; dispatched 13-14 #7; running 14-20 #7; retry_wait 20-30; "
            "ready 30-31; dispatched 31-31 #9; running 31-35 #9; ended 35");
  EXPECT_EQ(shown(told.tasks()[1]), "waiting 10…; open");
}

TEST(RunTimeline, ATaskThatWasClearedHasAGapAndIsOpenAgain) {
  const RunTimeline told = timeline(
      1, {"11 0,\"ready\",0", "12 0,\"dispatched\",7", "13 0,\"running\",7", "14 0,\"failed\",7",
          "14 0,\"failed\",7", "60 0,\"waiting\",7", "60 0,\"ready\",7"});
  EXPECT_EQ(shown(told.tasks()[0]),
            "waiting 10-11; ready 11-12; dispatched 12-13 #7; running 13-14 #7; waiting 60-60; "
            "ready 60…; open");
}

TEST(RunTimeline, ADamagedEventIsRefusedAndOthersAreOfNoConcern) {
  RunTimeline told(1, at(10));
  EXPECT_FALSE(told.apply({1, at(11), "tasks", {}, {}, R"([[0,1,"ready",0]])"}).ok());
  EXPECT_FALSE(told.apply({1, at(11), "tasks", {}, {}, R"([[0,0,"raedy",0]])"}).ok());
  EXPECT_TRUE(told.apply({1, at(11), "run", {}, {}, R"(["running",""])"}).ok());
  EXPECT_EQ(shown(told.tasks()[0]), "waiting 10…; open");
}

TEST(RunTimeline, TheWorkerKnowsBestWhenAProcessBegan) {
  const std::vector<std::string> seen = {"11 0,\"ready\",0", "12 0,\"dispatched\",7"};
  RunTimeline both = timeline(1, {seen[0], seen[1], "20 0,\"running\",7", "20 0,\"failed\",7"});
  both.began(0, AttemptId{7}, at(13));
  EXPECT_EQ(shown(both.tasks()[0]),
            "waiting 10-11; ready 11-12; dispatched 12-13 #7; running 13-20 #7; ended 20");
  RunTimeline end_alone = timeline(1, {seen[0], seen[1], "20 0,\"failed\",7"});
  end_alone.began(0, AttemptId{7}, at(13));
  EXPECT_EQ(shown(end_alone.tasks()[0]), shown(both.tasks()[0]));
  RunTimeline goes_on = timeline(1, {seen[0], seen[1], "14 0,\"running\",7"});
  goes_on.began(0, AttemptId{7}, at(13));
  EXPECT_EQ(shown(goes_on.tasks()[0]),
            "waiting 10-11; ready 11-12; dispatched 12-13 #7; running 13… #7; open");
  // What cannot be is not taken.
  for (const std::int64_t wrong : {5, 50}) {
    RunTimeline kept = timeline(1, {seen[0], seen[1], "20 0,\"failed\",7"});
    kept.began(0, AttemptId{7}, at(wrong));
    kept.began(0, AttemptId{8}, at(13));
    EXPECT_EQ(shown(kept.tasks()[0]), "waiting 10-11; ready 11-12; dispatched 12-20 #7; ended 20");
  }
}

std::string path_of(const Dag& dag, const RunTimeline& told) {
  std::string text;
  for (const TaskIndex task : critical_path(dag, told.tasks())) {
    text += (text.empty() ? "" : " ") + dag.tasks[task].id;
  }
  return text;
}

TEST(CriticalPath, LeadsBackThroughTheUpstreamsThatEndedLast) {
  const Dag made = dag("a, b -> c -> d; b -> e");
  const TaskIndex a = made.find("a"), b = made.find("b"), c = made.find("c"), d = made.find("d"),
                  e = made.find("e");
  const auto ran = [](TaskIndex task, int begin, int end) {
    return std::vector{std::to_string(begin) + " " + std::to_string(task) + ",\"running\",1",
                       std::to_string(end) + " " + std::to_string(task) + ",\"succeeded\",1"};
  };
  std::vector<std::string> changes;
  const auto add = [&](const std::vector<std::string>& more) {
    changes.insert(changes.end(), more.begin(), more.end());
  };
  add(ran(a, 10, 30));
  add(ran(b, 10, 20));
  add(ran(c, 30, 40));
  add(ran(e, 20, 45));
  EXPECT_EQ(path_of(made, timeline(made.tasks.size(), changes)), "b e");
  changes.push_back("40 " + std::to_string(d) + ",\"running\",5");
  EXPECT_EQ(path_of(made, timeline(made.tasks.size(), changes)), "a c d");
  changes.push_back("50 " + std::to_string(d) + ",\"failed\",5");
  EXPECT_EQ(path_of(made, timeline(made.tasks.size(), changes)), "a c d");
}

TEST(CriticalPath, OfARunInWhichNothingBeganIsEmpty) {
  const Dag made = dag("a -> b");
  EXPECT_EQ(path_of(made, timeline(2, {})), "");
  EXPECT_EQ(path_of(made, timeline(2, {"11 0,\"skipped\",0", "11 1,\"skipped\",0"})), "");
}

AttemptEnd ended(Cause cause, std::int64_t id = 7) {
  return {AttemptId{id}, 1, cause, 3, 9, "", at(14), at(20)};
}

TEST(AttemptWords, SayWhyItEnded) {
  EXPECT_EQ(attempt_end_words(ended(Cause::none)), "succeeded in 6s");
  EXPECT_EQ(attempt_end_words(ended(Cause::exit)), "exit code 3, after 6s");
  EXPECT_EQ(attempt_end_words(ended(Cause::signal)), "killed by signal 9, after 6s");
  AttemptEnd lost = ended(Cause::lost);
  lost.started_at = {};
  lost.message = "the worker was not heard";
  EXPECT_EQ(attempt_end_words(lost),
            "lost with its worker: the worker was not heard, before it began");
}

TEST(AttemptWords, SayWhatCameNext) {
  Dag made = dag("a", retries(2));
  const TaskSpec& spec = made.tasks[0];
  TaskRun task;
  const std::vector<std::string> first = {"11 0,\"ready\",0", "13 0,\"dispatched\",7",
                                          "14 0,\"running\",7"};
  const auto after = [&](std::vector<std::string> more, Cause cause = Cause::exit) {
    more.insert(more.begin(), first.begin(), first.end());
    return what_came_next(spec, task, timeline(1, more).tasks()[0], ended(cause), at(22));
  };
  task.retry_at = at(30);
  EXPECT_EQ(after({"20 0,\"retry_wait\",7"}), "the next attempt is due in 8s");
  EXPECT_EQ(after({"20 0,\"retry_wait\",7", "30 0,\"ready\",7"}), "tried again after 10s");
  EXPECT_EQ(after({"20 0,\"ready\",7"}, Cause::lost), "tried again at once");
  EXPECT_EQ(after({"20 0,\"succeeded\",7", "60 0,\"waiting\",7"}, Cause::none),
            "cleared by hand, to run again");
  task.state = TaskState::succeeded;
  EXPECT_EQ(after({"20 0,\"succeeded\",7"}, Cause::none), "");
  task.state = TaskState::failed;
  task.retries = 2;
  EXPECT_EQ(after({"20 0,\"failed\",7"}), "2 of 2 retries used");
  task.retries = 1;
  task.reason = "exit code 78 asks for no retry";
  EXPECT_EQ(after({"20 0,\"failed\",7"}), "no retry: exit code 78 asks for no retry");
  task.state = TaskState::cancelled;
  EXPECT_EQ(after({"20 0,\"cancelled\",7"}, Cause::cancelled), "the task is cancelled");
}

}  // namespace
}  // namespace tidemill
