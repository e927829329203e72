#include "core/alert/story_blocked.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

constexpr auto kSeeAll = [](const std::string&) { return true; };

class World {
 public:
  void add(std::string_view name, std::string_view triggers = "",
           std::string_view task = "{run: 'true'}") {
    const std::string_view key = triggers.empty() ? "" : "triggers: ";
    kept_.push_back(
        good_dag(fmt::format("name: {}\n{}{}\ntasks: {{a: {}}}\n", name, key, triggers, task)));
  }
  std::string blocked(const TroubleSource& source,
                      const std::function<bool(const std::string&)>& may_see = kSeeAll) {
    std::vector<const Dag*> dags;
    for (const DagPtr& dag : kept_) dags.push_back(dag.get());
    StoryBlocked blocked;
    add_blocked_dags(dags, source, may_see, blocked);
    return in_words(blocked);
  }

 private:
  std::vector<DagPtr> kept_;
};

TEST(BlockedDags, AreThoseThatStartAfterASuccess) {
  World world;
  world.add("churn");
  world.add("report", "{dag: churn, states: [succeeded]}");
  world.add("repair", "{dag: churn, states: [failed]}");
  world.add("other", "{dag: etl}");
  EXPECT_EQ(world.blocked({"churn", RunState::failed, {}}), "report (starts after churn)");
  EXPECT_EQ(world.blocked({"churn", RunState::running, {}}),
            "report (starts after churn), repair (starts after churn)")
      << "how it ends is not known";
}

TEST(BlockedDags, FollowDatasetsAndWhatThoseStart) {
  World world;
  world.add("titles");
  world.add("train", "{dataset: titles}", "{run: 'true', publish: {dataset: model}}");
  world.add("serve", "{dataset: model}");
  world.add("mail", "{dag: serve}");
  EXPECT_EQ(world.blocked({"titles", RunState::failed, {"titles"}}),
            "train (starts by updates of titles), serve (starts by updates of model), "
            "mail (starts after serve)");
  EXPECT_EQ(world.blocked({"titles", RunState::failed, {}}), "") << "it was updated all the same";
}

TEST(BlockedDags, EndWhereTheyBegan) {
  World world;
  world.add("a", "{dag: b}");
  world.add("b", "{dag: a}");
  EXPECT_EQ(world.blocked({"a", RunState::failed, {}}), "b (starts after a)");
}

TEST(BlockedDags, NamesThatTheReaderMayNotSeeAreCountedAndNeverTold) {
  World world;
  world.add("churn");
  world.add("payroll", "{dag: churn}");
  world.add("report", "{dag: payroll}");
  EXPECT_EQ(world.blocked({"churn", RunState::failed, {}},
                          [](const std::string& dag) { return dag != "payroll"; }),
            "report (starts after another DAG); 1 further DAG");
}

TEST(BlockedDags, HeldBackIsWhatWasNotUpdated) {
  const DagPtr dag = good_dag(
      "tasks: {a: {run: 'true', publish: {dataset: one}}, b: {run: 'true', publish: {dataset: "
      "two}, needs: [a]}}\n");
  tidemill::Run run;
  run.tasks.resize(2);
  run.tasks[0].state = TaskState::succeeded;
  run.tasks[1].state = TaskState::failed;
  EXPECT_EQ(datasets_held_back(*dag, run), std::set<std::string>{"two"});
}

}  // namespace
}  // namespace tidemill
