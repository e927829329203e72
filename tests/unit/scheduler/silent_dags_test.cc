#include "scheduler/alerts/silent_dags.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tidemill {
namespace {

using std::chrono::hours;

class Silence : public ::testing::Test {
 protected:
  void know(const std::string& name, Duration every) {
    auto dag = std::make_shared<Dag>();
    dag->name = name;
    dag->expect_run_every = every;
    dag->alerts.severity = "critical";
    dag->alerts.policy = "night";
    auto known = std::make_shared<DagView>();
    known->row.name = name;
    known->row.first_seen = now_;
    known->dag = dag;
    dags_[name] = known;
  }
  // "daily+" is silent, "daily-" is not.
  std::string look() {
    CatalogView view;
    for (const auto& [name, dag] : dags_) view.dags[name] = dag;
    view.freezes = freezes_;
    const auto found = watch_.look(view, now_, [this](const std::string& dag) -> Result<WallTime> {
      ++lookups_;
      return stored_[dag];
    });
    std::vector<std::string> said;
    for (const Trouble& trouble : found.value()) {
      said.push_back(trouble.key.dag + (trouble.holds ? "+" : "-"));
    }
    return join(said, " ");
  }
  void succeed(const std::string& name, RunState state = RunState::succeeded) {
    Batch batch;
    RunWrite write;
    write.row.dag_name = name;
    write.row.state = state;
    write.row.ended_at = now_;
    batch.runs.push_back(write);
    watch_.on_commit(batch);
  }

  SilentDags watch_;
  WallTime now_{1'000'000'000'000'000};
  std::map<std::string, std::shared_ptr<DagView>> dags_;
  std::map<std::string, WallTime> stored_;
  std::vector<FreezeRow> freezes_;
  int lookups_ = 0;
};

TEST_F(Silence, BeginsWhenTheTimeIsOverAndEndsWithASuccess) {
  know("daily", hours(26));
  know("any", {});
  EXPECT_EQ(look(), "daily-");
  now_ = now_ + hours(26);
  EXPECT_EQ(look(), "daily-");
  now_ = now_ + Duration(1);
  EXPECT_EQ(look(), "daily+");
  succeed("daily", RunState::failed);
  EXPECT_EQ(look(), "daily+") << "a failure is no sign of health";
  succeed("daily", RunState::partial);
  EXPECT_EQ(look(), "daily-");
  EXPECT_EQ(lookups_, 1) << "rows are asked once";
}

TEST_F(Silence, CountsFromTheLastSuccessThatIsStored) {
  know("daily", hours(26));
  now_ = now_ + hours(100);
  stored_["daily"] = now_ - hours(20);
  EXPECT_EQ(look(), "daily-");
  now_ = now_ + hours(7);
  EXPECT_EQ(look(), "daily+");
}

TEST_F(Silence, WhatIsPausedOrFrozenMayBeSilent) {
  know("daily", hours(26));
  now_ = now_ + hours(27);
  dags_["daily"]->row.paused = true;
  EXPECT_EQ(look(), "");
  dags_["daily"]->row.paused = false;
  freezes_.push_back({});
  freezes_.back().from = now_;
  EXPECT_EQ(look(), "");
  freezes_.back().until = now_;
  EXPECT_EQ(look(), "daily-") << "it is over, and there is time to run";
  now_ = now_ + hours(27);
  EXPECT_EQ(look(), "daily+");
}

TEST_F(Silence, EndsWhenItIsNotWatchedAnyMore) {
  know("daily", hours(26));
  now_ = now_ + hours(27);
  EXPECT_EQ(look(), "daily+");
  dags_["daily"]->row.state = DagRow::State::gone;
  EXPECT_EQ(look(), "daily-");
  EXPECT_EQ(look(), "");
}

TEST_F(Silence, IsAsUrgentAsTheDagSaysAndGoesToItsPolicy) {
  know("daily", hours(26));
  now_ = now_ + hours(27);
  CatalogView view;
  view.dags["daily"] = dags_["daily"];
  const auto found = watch_.look(view, now_, [](const std::string&) { return WallTime{}; });
  EXPECT_EQ(found.value().at(0).severity, AlertSeverity::critical);
  EXPECT_EQ(found.value().at(0).policy, "night");
}

}  // namespace
}  // namespace tidemill
