#include "worker/spawn_queue.h"

#include <gtest/gtest.h>

#include "worker/task_environment.h"

namespace tidemill {
namespace {

message::Spawn spawn(std::int64_t attempt, int priority) {
  message::Spawn result;
  result.attempt = AttemptId{attempt};
  result.priority = priority;
  return result;
}

TEST(SpawnQueue, ByPriorityThenByAge) {
  SpawnQueue queue;
  for (const auto& [attempt, priority] : {std::pair{5, 5}, {3, 5}, {9, 1}, {4, 9}})
    queue.add(spawn(attempt, priority));
  std::string order;
  while (!queue.empty()) order += std::to_string(queue.take_first().attempt.value);
  EXPECT_EQ(order, "9354");
}

TEST(SpawnQueue, OneCanBeTakenOut) {
  SpawnQueue queue;
  queue.add(spawn(1, 5));
  queue.add(spawn(2, 5));
  EXPECT_TRUE(queue.contains(AttemptId{1}));
  EXPECT_EQ(queue.remove(AttemptId{1})->attempt, AttemptId{1});
  EXPECT_FALSE(queue.remove(AttemptId{1}));
  EXPECT_FALSE(queue.contains(AttemptId{1}));
  EXPECT_EQ(queue.size(), 1u);
}

std::string value_of(const message::Variables& env, std::string_view name) {
  std::string found = "unset";
  for (const auto& [key, value] : env) {
    if (key == name) found = found == "unset" ? value : "twice";
  }
  return found;
}

TEST(TaskEnvironment, LaterOnesWinAndThePathsAlways) {
  message::Start start;
  start.env = {{"HOME", "/dag"}, {"TIDEMILL_OUT", "/etc"}, {"TOKEN", "env"}};
  start.secrets = {{"TOKEN", "secret"}};
  const auto env = make_environment(start, {"/w/1", "/c/1", false},
                                    {{"HOME", "/root"}, {"PATH", "/bin"}});
  EXPECT_EQ(value_of(env, "HOME"), "/dag");
  EXPECT_EQ(value_of(env, "PATH"), "/bin");
  EXPECT_EQ(value_of(env, "TOKEN"), "secret");
  EXPECT_EQ(value_of(env, "TIDEMILL_OUT"), "/w/1/out");
  EXPECT_EQ(value_of(env, "TIDEMILL_CHECKPOINT"), "/c/1");
  EXPECT_EQ(value_of(env, "TIDEMILL_RESUME"), "unset");
  EXPECT_EQ(value_of(make_environment(start, {"/w", "/c", true}, {}), "TIDEMILL_RESUME"), "1");
}

}  // namespace
}  // namespace tidemill
