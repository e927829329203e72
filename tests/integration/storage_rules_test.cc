// The database as the second line of defence: it refuses what the machine must never ask for.
#include <gtest/gtest.h>

#include "core/invariants.h"
#include "scheduler/storage/sqlite.h"
#include "tests/support/storage_fixture.h"

namespace tidemill {
namespace {

class StorageRules : public StorageFixture {
 protected:
  // A second, ordinary connection: rules must hold for anybody who writes.
  Database raw() {
    Database database = Database::open(path(), OpenMode::read_write).value();
    EXPECT_TRUE(database.execute("PRAGMA foreign_keys=ON").ok());
    return database;
  }
  std::string refusal(const std::string& sql) {
    Database database = raw();
    const Status done = database.execute(sql);
    return done.ok() ? "" : done.error().message;
  }

  // SQL values of a task row that satisfies every CHECK in any state.
  static std::string insert_task(int run, int task, std::string_view state) {
    return fmt::format(
        "INSERT INTO tasks (run_id, task_index, state, cause, tolerated, pruned, reused, retries,"
        " losses, attempts, exit_code, memory_factor, attempt_id, worker_id, ready_at, granted_at,"
        " started_at, ended_at, retry_at, reason)"
        " VALUES ({},{},'{}','none',0,0,0,0,0,1,0,1.0,{},1,1,1,1,0,1,'')",
        run, task, state, run * 100 + task);
  }
  static std::string insert_event(int run, int seq, std::string_view kind) {
    return fmt::format("INSERT INTO events VALUES ({},{},1,'{}',NULL,NULL,'{{}}');", run, seq,
                       kind);
  }
  // Of a row that was put into `from` by force, with what comes before the change.
  bool allows(Database& database, TaskState from, TaskState to, const std::string& before) {
    EXPECT_TRUE(database
                    .execute("BEGIN; DROP TRIGGER tasks_first; DROP TRIGGER tasks_fence;"
                             " DROP TRIGGER tasks_on_stop;" +
                             insert_task(1, 0, to_word(from)) + ";" + before)
                    .ok());
    const bool allowed = database
                             .execute(fmt::format("UPDATE tasks SET state='{}', control_seq=7",
                                                  to_word(to)))
                             .ok();
    EXPECT_TRUE(database.execute("ROLLBACK").ok());
    return allowed;
  }
};

TEST_F(StorageRules, AllPairsOfStatesAgreeWithTheCore) {
  Database database = raw();
  commit(batch_of_runs({new_run(1)}));
  int legal = 0;
  for (int from = 0; from < kTaskStateCount; ++from) {
    for (int to = 0; to < kTaskStateCount; ++to) {
      const auto a = static_cast<TaskState>(from);
      const auto b = static_cast<TaskState>(to);
      // The row is put into its state by force; only the change is under test.
      ASSERT_TRUE(database
                      .execute("BEGIN; DROP TRIGGER tasks_first; DROP TRIGGER tasks_fence;" +
                               insert_task(1, 0, to_word(a)))
                      .ok());
      const bool allowed = database.execute(fmt::format("UPDATE tasks SET state='{}'", to_word(b)))
                               .ok();
      ASSERT_TRUE(database.execute("ROLLBACK").ok());
      EXPECT_EQ(allowed, from == to || is_legal_edge(a, b)) << to_word(a) << " to " << to_word(b);
      legal += allowed && from != to ? 1 : 0;
    }
  }
  EXPECT_GT(legal, 15) << "the table of edges must not be empty";
}

// A clear or mark opens exactly the edges of is_hand_edge(); of a live task only once it was asked
// to stop for that.
TEST_F(StorageRules, AllPairsByHandAgreeWithTheCore) {
  Database database = raw();
  commit(batch_of_runs({new_run(1)}));
  for (int from = 0; from < kTaskStateCount; ++from) {
    for (int to = 0; to < kTaskStateCount; ++to) {
      const auto a = static_cast<TaskState>(from);
      const auto b = static_cast<TaskState>(to);
      const bool by_rule = from == to || is_legal_edge(a, b);
      const bool by_hand = is_hand_edge(a, b);
      EXPECT_EQ(allows(database, a, b, insert_event(1, 7, "clear")),
                by_rule || (by_hand && !is_live(a)))
          << to_word(a) << " to " << to_word(b);
      const bool may_lead_there = b == TaskState::waiting || b == TaskState::succeeded ||
                                  b == TaskState::skipped || b == TaskState::failed;
      if (!is_live(a) || !may_lead_there) continue;
      const std::string asked = fmt::format("UPDATE tasks SET on_stop='{}'", to_word(b));
      EXPECT_TRUE(allows(database, a, b, asked)) << to_word(a) << " to " << to_word(b);
    }
  }
}

TEST_F(StorageRules, OnlyAControlEventOfTheSameTransactionLeavesAnEnd) {
  Database database = raw();
  commit(batch_of_runs({new_run(1)}));
  const auto from = TaskState::failed, to = TaskState::waiting;
  EXPECT_FALSE(allows(database, from, to, "")) << "without an event";
  EXPECT_FALSE(allows(database, from, to, insert_event(1, 6, "clear"))) << "another event";
  EXPECT_FALSE(allows(database, from, to, insert_event(1, 7, "pause"))) << "an event that does not";
  EXPECT_FALSE(
      allows(database, from, to, insert_event(1, 7, "clear") + insert_event(1, 8, "tasks")))
      << "an event of an earlier transaction";
  EXPECT_FALSE(
      allows(database, from, to, insert_event(1, 7, "clear") + "UPDATE tasks SET control_seq=7"))
      << "an event that was used up";
  EXPECT_TRUE(allows(database, from, to, insert_event(1, 7, "clear") + insert_event(1, 9, "mark")));
}

TEST_F(StorageRules, WhatAStopLeadsToIsSetByHandOnly) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch;
  batch.tasks = {{std::nullopt, task_row(1, 0, TaskState::ready)},
                 {TaskState::ready, live_row(1, 0, TaskState::running, 5)}};
  batch.tasks[1].row.state = TaskState::dispatched;
  commit(batch);
  const std::string change = "UPDATE tasks SET on_stop='waiting', control_seq=3";
  EXPECT_NE(refusal(change), "");
  EXPECT_EQ(refusal(insert_event(1, 3, "mark") + change), "");
  EXPECT_EQ(refusal("UPDATE tasks SET on_stop=''"), "") << "it may be taken back";
}

TEST_F(StorageRules, FirstStatesAgreeWithTheCore) {
  commit(batch_of_runs({new_run(1)}));
  Database database = raw();
  for (int to = 0; to < kTaskStateCount; ++to) {
    const auto state = static_cast<TaskState>(to);
    ASSERT_TRUE(database.execute("BEGIN").ok());
    const bool allowed = database.execute(insert_task(1, 0, to_word(state))).ok();
    ASSERT_TRUE(database.execute("ROLLBACK").ok());
    const bool expected = state == TaskState::waiting || is_legal_edge(TaskState::waiting, state);
    EXPECT_EQ(allowed, expected) << to_word(state);
  }
}

TEST_F(StorageRules, UnknownWordsAreRefused) {
  commit(batch_of_runs({new_run(1)}));
  Database database = raw();
  EXPECT_FALSE(database.execute(insert_task(1, 0, "sleeping")).ok());
  // Without the triggers, which see it first, the column itself refuses it.
  ASSERT_TRUE(database.execute("BEGIN; DROP TRIGGER tasks_first").ok());
  EXPECT_FALSE(database.execute(insert_task(1, 0, "sleeping")).ok());
  ASSERT_TRUE(database.execute("ROLLBACK").ok());
  EXPECT_NE(refusal("UPDATE runs SET state='sleeping'"), "");
}

TEST_F(StorageRules, ARunIsReopenedOnlyByHand) {
  commit(batch_of_runs({new_run(1)}));
  EXPECT_EQ(refusal("UPDATE runs SET state='running'"), "");
  EXPECT_NE(refusal("UPDATE runs SET state='queued'"), "");
  EXPECT_EQ(refusal("UPDATE runs SET state='failed'"), "");
  EXPECT_NE(refusal("UPDATE runs SET state='running'"), "");
  EXPECT_NE(refusal("UPDATE runs SET state='succeeded'"), "");
  const std::string reopen = "UPDATE runs SET state='queued', reopened=reopened+1, control_seq=4";
  EXPECT_NE(refusal(reopen), "") << "without its event";
  EXPECT_NE(refusal(insert_event(1, 3, "clear") + reopen), "") << "with another event";
  EXPECT_NE(refusal(insert_event(1, 4, "clear") + "UPDATE runs SET state='queued', control_seq=4"),
            "")
      << "without being counted";
  EXPECT_EQ(refusal(reopen), "");
  EXPECT_NE(refusal("UPDATE runs SET state='failed'; " + reopen), "") << "twice by one event";
}

TEST_F(StorageRules, ALiveTaskNeedsAnAttemptAndAWorker) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch;
  batch.tasks.push_back({std::nullopt, task_row(1, 0, TaskState::ready)});
  commit(batch);
  EXPECT_NE(refusal("UPDATE tasks SET state='dispatched'"), "");
  EXPECT_NE(refusal("UPDATE tasks SET state='dispatched', attempt_id=5, attempts=1, granted_at=1"),
            "")
      << "without a worker";
  EXPECT_EQ(refusal("UPDATE tasks SET state='dispatched', attempt_id=5, attempts=1, granted_at=1,"
                    " worker_id=1"),
            "");
}

TEST_F(StorageRules, OneAttemptServesOneTask) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch;
  for (TaskIndex task : {0u, 1u}) {
    batch.tasks.push_back({std::nullopt, task_row(1, task, TaskState::ready)});
    batch.tasks.push_back({TaskState::ready, live_row(1, task, TaskState::dispatched, 5)});
  }
  const Status done = writer_->commit(batch);
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("UNIQUE"), std::string::npos) << done.error().message;
}

TEST_F(StorageRules, TheFencingTokenOnlyRisesAndOnlyWithAGrant) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch;
  TaskRow wait = live_row(1, 0, TaskState::retry_wait, 50);
  wait.retry_at = {9};
  TaskRow again = live_row(1, 0, TaskState::ready, 50);
  batch.tasks = {{std::nullopt, task_row(1, 0, TaskState::ready)},
                 {TaskState::ready, live_row(1, 0, TaskState::dispatched, 50)},
                 {TaskState::dispatched, wait},
                 {TaskState::retry_wait, again}};
  commit(batch);
  EXPECT_NE(refusal("UPDATE tasks SET attempt_id=51, attempts=2"), "") << "without a grant";
  const std::string grant = "UPDATE tasks SET state='dispatched', granted_at=1, worker_id=1,";
  EXPECT_NE(refusal(grant + "attempt_id=49, attempts=2"), "") << "an older attempt";
  EXPECT_NE(refusal(grant + "attempt_id=51, attempts=3"), "") << "a gap in the numbers";
  EXPECT_EQ(refusal(grant + "attempt_id=51, attempts=2"), "");
}

TEST_F(StorageRules, AWriteOnAnUnexpectedStateFailsTheBatch) {
  commit(batch_of_runs({new_run(1)}));
  Batch first;
  first.tasks.push_back({std::nullopt, task_row(1, 0, TaskState::ready)});
  commit(first);
  Batch stale;
  stale.tasks.push_back({TaskState::retry_wait, task_row(1, 0, TaskState::cancelled)});
  const Status done = writer_->commit(stale);
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("not as it was last written"), std::string::npos);
}

TEST_F(StorageRules, HistoryIsNeverChanged) {
  end_run_with_attempt(1, 10);
  Batch batch;
  batch.events.push_back({{1}, 1, {1}, "tasks", std::nullopt, std::nullopt, "[]"});
  commit(batch);
  EXPECT_NE(refusal("UPDATE attempts SET cause='lost'"), "");
  EXPECT_NE(refusal("DELETE FROM attempts"), "");
  EXPECT_NE(refusal("UPDATE events SET body='x'"), "");
  EXPECT_NE(refusal("DELETE FROM events"), "");
  EXPECT_NE(refusal("UPDATE dag_versions SET source='x'"), "");
  EXPECT_NE(refusal("UPDATE meta SET next_attempt=0"), "");
  EXPECT_NE(refusal("DELETE FROM meta"), "");
}

TEST_F(StorageRules, RowsOfUnknownRunsAreRefused) {
  EXPECT_NE(refusal(insert_task(9, 0, "ready")).find("FOREIGN KEY"), std::string::npos);
}

}  // namespace
}  // namespace tidemill
