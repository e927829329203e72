#include "core/history.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

WallTime at(std::int64_t seconds) { return {seconds * 1'000'000}; }

// What one run went through: b fails, is cleared by hand and succeeds then.
std::vector<HistoryEvent> story() {
  return {
      {1, at(10), "run", {}, {}, R"(["queued",""])"},
      {2, at(11), "run", {}, {}, R"(["running",""])"},
      {3, at(11), "tasks", {}, {}, R"([[0,0,"ready",0],[500000,0,"dispatched",7]])"},
      {4, at(12), "tasks", {}, {}, R"([[0,0,"running",7]])"},
      {5, at(13), "tasks", {}, {}, R"([[0,0,"succeeded",7],[0,1,"ready",0]])"},
      {6, at(14), "pause", {}, {}, R"({"by":"ann","reason":"the table is locked"})"},
      {7, at(14), "run", {}, {}, R"(["running",""])"},
      {8, at(15), "resume", {}, {}, R"({"by":"ben","reason":""})"},
      {9, at(15), "run", {}, {}, R"(["running",""])"},
      {10, at(16), "tasks", {}, {}, R"([[0,1,"dispatched",8],[1,1,"running",8],[2,1,"failed",8]])"},
      {11, at(17), "run", {}, {}, R"(["failed","b failed"])"},
      {12, at(18), "late", 1, 8, R"({"cause":"exit"})"},
      {13,
       at(20),
       "clear",
       {},
       {},
       R"({"by":"ann","reason":"mended","tasks":["b"],"reach":"failed"})"},
      {14, at(20), "tasks", {}, {}, R"([[0,1,"waiting",8],[0,1,"ready",8]])"},
      {15, at(20), "run", {}, {}, R"(["queued",""])"},
  };
}

RunPast past_at(WallTime until, std::vector<HistoryChange>* told = nullptr) {
  History history({"a", "b"}, until);
  std::vector<HistoryChange> changes;
  for (const HistoryEvent& event : story()) EXPECT_TRUE(history.apply(event, changes).ok());
  if (told != nullptr) *told = changes;
  return history.past();
}

TEST(History, TellsEveryTaskAsItWasAtEachMoment) {
  RunPast past = past_at(at(11));
  EXPECT_EQ(past.state, RunState::running);
  EXPECT_EQ(past.tasks[0].state, TaskState::ready);
  EXPECT_EQ(past.tasks[1].state, TaskState::waiting);
  EXPECT_EQ(past.tasks[1].since, WallTime{});

  past = past_at(at(12));
  EXPECT_EQ(past.tasks[0].state, TaskState::running);
  EXPECT_EQ(past.tasks[0].attempt, AttemptId{7});
  EXPECT_EQ(past.tasks[0].since, at(12));

  EXPECT_TRUE(past_at(at(14)).paused);
  EXPECT_FALSE(past_at(at(15)).paused);
  EXPECT_EQ(past_at(at(19)).state, RunState::failed);
  EXPECT_EQ(past_at(at(19)).reason, "b failed");
  EXPECT_EQ(past_at(at(19)).tasks[1].state, TaskState::failed);
  EXPECT_EQ(past_at(at(20)).state, RunState::queued);
  EXPECT_EQ(past_at(at(20)).tasks[1].state, TaskState::ready);
}

TEST(History, AChangeInsideAnEventCountsFromItsOwnMoment) {
  const WallTime begin = at(11);
  EXPECT_EQ(past_at(begin + Duration(499'999)).tasks[0].state, TaskState::ready);
  EXPECT_EQ(past_at(begin + Duration(500'000)).tasks[0].state, TaskState::dispatched);
}

TEST(History, NothingHasHappenedBeforeTheFirstEvent) {
  std::vector<HistoryChange> told;
  const RunPast past = past_at(at(9), &told);
  EXPECT_EQ(past.since, WallTime{});
  EXPECT_TRUE(told.empty());
}

TEST(History, SaysEachChangeInOneSentence) {
  std::vector<HistoryChange> told;
  past_at(WallTime{INT64_MAX}, &told);
  std::string text;
  for (const HistoryChange& change : told) text += change.sentence + "\n";
  EXPECT_EQ(text,
            "the run is queued\n"
            "the run began\n"
            "a may start\n"
            "a was given to a worker, attempt 7\n"
            "a began, attempt 7\n"
            "a succeeded\n"
            "b may start\n"
            "the run is paused by ann: the table is locked\n"
            "ben lets the run go on\n"
            "b was given to a worker, attempt 8\n"
            "b began, attempt 8\n"
            "b failed\n"
            "the run failed: b failed\n"
            "a late report on attempt 8 of b is kept as evidence: exit\n"
            "ann clears b (reach failed): mended\n"
            "b waits for its upstreams again\n"
            "b may start\n"
            "the run is taken up again and queued\n");
}

TEST(History, ACancelEndsAPauseAndSaysWhy) {
  History history({"a"}, WallTime{INT64_MAX});
  std::vector<HistoryChange> told;
  ASSERT_TRUE(history.apply({1, at(1), "run", {}, {}, R"(["running",""])"}, told).ok());
  ASSERT_TRUE(history.apply({2, at(2), "pause", {}, {}, R"({"by":"ann","reason":""})"}, told).ok());
  EXPECT_TRUE(history.past().paused);
  ASSERT_TRUE(
      history.apply({3, at(3), "run", {}, {}, R"(["running","cancelled by ann"])"}, told).ok());
  EXPECT_FALSE(history.past().paused);
  EXPECT_EQ(told.back().sentence, "the run is told: cancelled by ann");
}

TEST(History, RefusesWhatNoBuildOfOursWrote) {
  for (const char* body :
       {"", "{}", "[1]", "[[0,0,\"ready\"]]", "[[0,2,\"ready\",0]]", "[[0,-1,\"ready\",0]]",
        "[[0,0,\"asleep\",0]]", "[[\"0\",0,\"ready\",0]]"}) {
    History history({"a", "b"}, WallTime{INT64_MAX});
    std::vector<HistoryChange> told;
    const Status applied = history.apply({4, at(1), "tasks", {}, {}, body}, told);
    ASSERT_FALSE(applied.ok()) << body;
    EXPECT_EQ(applied.error().code, ErrorCode::corrupt);
    EXPECT_NE(applied.error().message.find("event 4"), std::string::npos);
  }
  for (const char* body : {"[]", "[\"asleep\",\"\"]", "[\"failed\"]", "[\"failed\",1]"}) {
    History history({"a"}, WallTime{INT64_MAX});
    std::vector<HistoryChange> told;
    EXPECT_FALSE(history.apply({4, at(1), "run", {}, {}, body}, told).ok()) << body;
  }
}

}  // namespace
}  // namespace tidemill
