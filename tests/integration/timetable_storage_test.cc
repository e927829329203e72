// Rows about time come back as they were written, and the database refuses what must never be.
#include "tests/support/timetable_storage.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class TimetableRowsTest : public TimetableStorage {};

TEST_F(TimetableRowsTest, ADagComesBackAsItWasWritten) {
  DagRow row = dag_row();
  row.paused = true;
  row.paused_by = "ann";
  row.paused_reason = "load";
  row.paused_at = {5};
  row.state = DagRow::State::broken;
  row.findings = R"([{"rule":"cycle"}])";
  row.last_seen = {7};
  Batch batch;
  batch.timetable.dags = {row};
  DagRow never_good = dag_row();
  never_good.name = "broken";
  never_good.version = 0;
  batch.timetable.dags.push_back(never_good);
  commit(batch);
  const DagRow got = times().dag("hello").value().value();
  EXPECT_EQ(got.file, "hello.yaml");
  EXPECT_EQ(got.version, 1);
  EXPECT_TRUE(got.paused);
  EXPECT_EQ(got.paused_by, "ann");
  EXPECT_EQ(got.paused_reason, "load");
  EXPECT_EQ(got.paused_at.us, 5);
  EXPECT_EQ(got.state, DagRow::State::broken);
  EXPECT_EQ(got.findings, row.findings);
  EXPECT_EQ(got.first_seen, kStart);
  EXPECT_EQ(got.last_seen.us, 7);
  EXPECT_EQ(got.schedule_hash, row.schedule_hash);
  const auto all = times().dags().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "broken");
  EXPECT_EQ(all[0].version, 0);
  EXPECT_FALSE(times().dag("other").value());
}

TEST_F(TimetableRowsTest, SchedulesComeBackAndMoveOnlyForward) {
  ScheduleRow ended = schedule_row();
  ended.key = "old";
  ended.active = false;
  Batch batch;
  batch.timetable.schedules = {ended};
  batch.timetable.decided = {{"hello", key(), hour(3)}};
  commit(batch);
  const auto rows = times().schedules("hello").value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].key, key());
  EXPECT_EQ(rows[0].text, "0 * * * *");
  EXPECT_EQ(rows[0].timezone, "UTC");
  EXPECT_EQ(rows[0].since, kStart);
  EXPECT_EQ(rows[0].decided_until, hour(3));
  EXPECT_FALSE(rows[1].active);
  EXPECT_EQ(times().known_schedules("hello").value().size(), 2U);
  Batch back;
  back.timetable.decided = {{"hello", key(), hour(2)}};
  const Status done = writer_->commit(back);
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("not as it was last written"), std::string::npos);
}

TEST_F(TimetableRowsTest, AnInstantComesBackAndIsNeverDecidedTwice) {
  InstantRow row = instant(1, Decision::run, 1);
  row.label = "2026-05-04 01:00 UTC";
  row.reason = "why";
  commit(batch_of(row));
  const auto rows = times().instants("hello", kStart, hour(2), 10).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].label, row.label);
  EXPECT_EQ(rows[0].reason, "why");
  EXPECT_EQ(rows[0].run, RunId{1});
  EXPECT_EQ(rows[0].interval_start, kStart);
  EXPECT_EQ(rows[0].interval_end, hour(1));
  EXPECT_EQ(rows[0].decided_at, hour(1));
  EXPECT_TRUE(times().instants("hello", kStart, hour(1), 10).value().empty());
  const Status twice = writer_->commit(batch_of(instant(1, Decision::run, 2)));
  ASSERT_FALSE(twice.ok());
  EXPECT_NE(twice.error().message.find("UNIQUE"), std::string::npos) << twice.error().message;
  EXPECT_FALSE(reader().run({2}).ok()) << "the run goes back with its instant";
}

TEST_F(TimetableRowsTest, EveryDecisionIsStoredAndOnlyBecomesARunOnce) {
  for (int i = 1; i < kDecisionCount; ++i) {
    commit(batch_of(instant(i, static_cast<Decision>(i))));
  }
  for (int i = 1; i < kDecisionCount; ++i) {
    const std::string where = fmt::format(" WHERE instant={}", hour(i).us);
    EXPECT_NE(refusal("UPDATE instants SET reason='other'" + where), "");
    EXPECT_NE(refusal("UPDATE instants SET decision='missed'" + where), "");
    EXPECT_NE(refusal("UPDATE instants SET decision='run'" + where), "") << "without a run";
    EXPECT_NE(refusal("UPDATE instants SET decision='run', run_id=99" + where), "")
        << "with one that does not exist";
    InstantRow row = instant(i, Decision::run, i);
    row.write = InstantRow::Write::replaces;
    row.decided_at = hour(50);
    commit(batch_of(row));
    EXPECT_NE(refusal("UPDATE instants SET run_id=run_id+1" + where), "");
    EXPECT_NE(refusal("UPDATE instants SET decision='missed', run_id=0" + where), "");
  }
  const auto stored = times().instants("hello", kStart, hour(50), 99).value();
  for (const InstantRow& row : stored) {
    EXPECT_EQ(row.decision, Decision::run);
    EXPECT_EQ(row.decided_at, hour(50));
  }
}

TEST_F(TimetableRowsTest, UnknownWordsAndOrphansAreRefused) {
  const auto insert = [&](std::string_view dag, std::string_view decision, int run) {
    return fmt::format("INSERT INTO instants VALUES ('{}','{}',1,'',0,1,'{}',{},'',0)", dag, key(),
                       decision, run);
  };
  EXPECT_NE(refusal(insert("hello", "maybe", 0)), "");
  EXPECT_NE(refusal(insert("hello", "missed", 4)), "");
  EXPECT_NE(refusal(insert("hello", "run", 0)), "");
  EXPECT_NE(refusal(insert("hello", "run", 4)), "");
  EXPECT_NE(refusal(insert("other", "missed", 0)), "");
  EXPECT_EQ(refusal(insert("hello", "missed", 0)), "");
  for (const char* table : {"dags", "schedules"}) {
    EXPECT_NE(refusal(fmt::format("DELETE FROM {}", table)), "") << table;
  }
}

TEST_F(TimetableRowsTest, ReplacingARowThatIsNotThereFailsTheBatch) {
  InstantRow row = instant(1, Decision::run, 1);
  row.write = InstantRow::Write::replaces;
  const Status done = writer_->commit(batch_of(row));
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("2026-05-04T01:00:00Z of hello"), std::string::npos);
}

TEST_F(TimetableRowsTest, ABackfillMakesOrChangesAnInstantButNotOneThatRan) {
  commit(batch_of(instant(1, Decision::missed)));
  commit(batch_of(instant(2, Decision::run, 1)));
  for (int n = 1; n <= 3; ++n) {
    InstantRow row = instant(n, Decision::run, 10 + n);
    row.write = InstantRow::Write::by_backfill;
    commit(batch_of(row));
  }
  const auto rows = times().instants("hello", kStart, hour(9), 99).value();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].run, RunId{13});
  EXPECT_EQ(rows[1].run, RunId{1});
  EXPECT_EQ(rows[2].run, RunId{11});
}

TEST_F(TimetableRowsTest, BlocksComeBackNewestFirst) {
  Batch batch;
  batch.timetable.blocks = {
      {"hello", key(), hour(1), hour(5), 5, true, Decision::missed, "a", {1}},
      {"hello", key(), hour(6), hour(9), 10'000, false, Decision::capped, "b", {2}}};
  commit(batch);
  const auto rows = times().blocks("hello", 9).value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].count, 10'000);
  EXPECT_FALSE(rows[0].counted_all);
  EXPECT_EQ(rows[0].decision, Decision::capped);
  EXPECT_EQ(rows[0].reason, "b");
  EXPECT_EQ(rows[1].first, hour(1));
  EXPECT_EQ(rows[1].last, hour(5));
  EXPECT_NE(refusal("UPDATE instant_blocks SET count=7"), "");
}

TEST_F(TimetableRowsTest, ThePositionAfterAStepBackHasWhatWasDecidedAhead) {
  Batch batch = batch_of(instant(1, Decision::run, 1));
  batch.timetable.instants.push_back(instant(2, Decision::missed));
  batch.timetable.decided = {{"hello", key(), hour(2)}};
  commit(batch);
  const ScheduleRow row = times().schedules("hello").value()[0];
  const auto usual = times().position(row, hour(9)).value();
  EXPECT_EQ(usual.decided_until, hour(2));
  EXPECT_TRUE(usual.decided.empty());
  const auto back = times().position(row, hour(0) + minutes(30)).value();
  EXPECT_EQ(back.decided_until, hour(0) + minutes(30));
  EXPECT_EQ(back.decided,
            (std::map<WallTime, Decision>{{hour(1), Decision::run}, {hour(2), Decision::missed}}));
}

TEST_F(TimetableRowsTest, HeldInstantsAreTheNewestInRisingOrder) {
  for (int n = 1; n <= 4; ++n) commit(batch_of(instant(n, Decision::paused)));
  commit(batch_of(instant(5, Decision::frozen)));
  const auto held = times().held("hello", Decision::paused, hour(2), 2).value();
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].instant, hour(3));
  EXPECT_EQ(held[1].instant, hour(4));
  EXPECT_EQ(held[1].schedule_key, key());
  EXPECT_EQ(times().held("hello", Decision::frozen, kStart, 9).value().size(), 1U);
}

BackfillRow backfill_row(const std::string& key) {
  BackfillRow row;
  row.id = 1;
  row.dag = "hello";
  row.schedule_key = key;
  row.request = {{10}, {20}, Reprocess::failed, BackfillOrder::newest_first, 3};
  row.params = R"({"a":1})";
  row.created_by = "ann";
  row.created_at = {5};
  return row;
}

TEST_F(TimetableRowsTest, ABackfillAndItsSlotsComeBack) {
  EXPECT_EQ(times().next_backfill().value(), 1);
  Batch batch;
  batch.timetable.backfills = {backfill_row(key())};
  BackfillSlot slot{hour(1), "label", kStart, hour(1), SlotState::waiting, ""};
  BackfillSlot skipped{hour(2), "", hour(1), hour(2), SlotState::skipped, "why"};
  batch.timetable.new_slots = {{1, 0, slot, {}, {}}, {1, 1, skipped, {}, {}}};
  commit(batch);
  const BackfillRow row = times().backfill(1).value();
  EXPECT_EQ(row.request.from.us, 10);
  EXPECT_EQ(row.request.until.us, 20);
  EXPECT_EQ(row.request.reprocess, Reprocess::failed);
  EXPECT_EQ(row.request.order, BackfillOrder::newest_first);
  EXPECT_EQ(row.request.max_parallel, 3);
  EXPECT_EQ(row.params, R"({"a":1})");
  EXPECT_EQ(row.created_by, "ann");
  EXPECT_EQ(times().next_backfill().value(), 2);
  EXPECT_EQ(times().open_backfills().value().size(), 1U);

  Batch step = batch_of_runs({new_run(7)});
  slot.state = SlotState::run;
  step.timetable.slots = {{1, 0, slot, {7}, {}}};
  commit(step);
  const auto slots = times().slots(1).value();
  ASSERT_EQ(slots.size(), 2U);
  EXPECT_EQ(slots[0].run, RunId{7});
  EXPECT_EQ(slots[0].slot.state, SlotState::run);
  EXPECT_EQ(slots[0].slot.label, "label");
  EXPECT_EQ(slots[0].slot.interval_end, hour(1));
  EXPECT_EQ(slots[0].run_state, RunState::queued);
  EXPECT_EQ(slots[1].slot.reason, "why");
  EXPECT_EQ(times().runs("hello", key(), kStart, hour(9)).value().size(), 1U);
  EXPECT_NE(refusal("UPDATE backfill_slots SET state='waiting', run_id=0"), "");
  EXPECT_FALSE(writer_->commit(step).ok()) << "a slot starts one run";
}

TEST_F(TimetableRowsTest, ABackfillThatEndedStaysEnded) {
  BackfillRow row = backfill_row(key());
  Batch batch;
  batch.timetable.backfills = {row};
  commit(batch);
  row.state = BackfillRow::State::cancelled;
  row.reason = "by ann";
  row.ended_at = {9};
  batch.timetable.backfills = {row};
  commit(batch);
  EXPECT_TRUE(times().open_backfills().value().empty());
  EXPECT_EQ(times().backfills("hello", 0, 9).value()[0].reason, "by ann");
  EXPECT_EQ(times().backfills("", 0, 9).value().size(), 1U);
  EXPECT_TRUE(times().backfills("", 1, 9).value().empty());
  EXPECT_FALSE(times().backfill(4).ok());
  EXPECT_NE(refusal("UPDATE backfills SET state='open', ended_at=0"), "");
  EXPECT_NE(refusal("DELETE FROM backfills"), "");
}

TEST_F(TimetableRowsTest, TheNewestRunOfAnInstantIsFoundWhoeverMadeIt) {
  commit(batch_of(instant(1, Decision::run, 1)));
  Batch batch = batch_of_runs({new_run(5)});
  batch.timetable.backfills = {backfill_row(key())};
  const BackfillSlot slot{hour(1), "", kStart, hour(1), SlotState::run, ""};
  batch.timetable.new_slots = {{1, 0, slot, {5}, {}}};
  commit(batch);
  commit(batch_of(instant(2, Decision::run, 6)));
  const auto runs = times().runs("hello", key(), kStart, hour(9)).value();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].run, RunId{5});
  EXPECT_EQ(runs[1].run, RunId{6});
  EXPECT_EQ(times().runs("hello", key(), hour(2), hour(3)).value().size(), 1U);
}

TEST_F(TimetableRowsTest, FreezesDeadlinesAndKeysComeBack) {
  FreezeRow freeze{1, {10}, {0}, "sale", "bo", Release::last, {}, "", false};
  Batch batch = batch_of_runs({new_run(1)});
  batch.timetable.freezes = {freeze};
  batch.timetable.deadlines = {{{1}, "hello", {50}, {}, {}}};
  batch.timetable.idempotency_keys = {{"post", "k", "hash", {1}, {3}}};
  commit(batch);
  EXPECT_EQ(times().next_freeze().value(), 2);
  EXPECT_FALSE(hold_of(times().unsettled_freezes().value()[0]).until);
  freeze.lifted_at = {15};
  freeze.lifted_by = "ann";
  freeze.settled = true;
  batch = {};
  batch.timetable.freezes = {freeze};
  batch.timetable.deadlines = {{{1}, "hello", {50}, {}, {51}}};
  EXPECT_EQ(times().open_deadlines().value().size(), 1U);
  commit(batch);
  const FreezeRow got = times().freezes(9).value()[0];
  EXPECT_EQ(got.lifted_by, "ann");
  EXPECT_EQ(got.after, Release::last);
  EXPECT_EQ(hold_of(got).until, WallTime{15});
  EXPECT_TRUE(times().unsettled_freezes().value().empty());
  EXPECT_TRUE(times().open_deadlines().value().empty());
  EXPECT_EQ(times().deadline({1}).value().value().missed_at.us, 51);
  EXPECT_NE(refusal("UPDATE freezes SET settled=0"), "");
  EXPECT_NE(refusal("UPDATE deadlines SET missed_at=0"), "");
  const auto found = times().idempotency("post", "k").value();
  EXPECT_EQ(found->body_hash, "hash");
  EXPECT_EQ(found->run, RunId{1});
  EXPECT_FALSE(times().idempotency("post", "other").value());
  EXPECT_NE(refusal("UPDATE idempotency_keys SET run_id=2"), "");
  Batch twice;
  twice.timetable.idempotency_keys = {{"post", "k", "hash", {2}, {4}}};
  EXPECT_FALSE(writer_->commit(twice).ok());
}

// Plans and their commits against the real database, with the process lost before any commit or
// after it: the rows at the end are always the same.
class TimetableCrash : public TimetableStorage {
 protected:
  void restart(WallTime now) {
    writer_.reset();
    open();
    const ScheduleRow row = times().schedules("hello").value()[0];
    const auto position = times().position(row, now).value();
    input_ = testing::input_of(hourly(), position.decided_until, Catchup::Mode::all);
    input_.dag = "hello";
    input_.schedules[0].key = key();
    input_.schedules[0].decided = position.decided;
    next_run_ = static_cast<std::int64_t>(reader().runs("", {}, 9'999).value().size()) + 1;
  }

  Batch batch_of_plan(const TimetablePlan& plan, WallTime now) {
    Batch batch;
    for (const InstantDecision& one : plan.decisions) {
      RunId run;
      if (one.decision == Decision::run) {
        run = {next_run_++};
        batch.runs.push_back(new_run(run.value));
      }
      batch.timetable.instants.push_back(instant_row(one, run, now));
    }
    if (!plan.decisions.empty()) {
      batch.timetable.decided = {{"hello", key(), plan.decided_until[0]}};
    }
    return batch;
  }

  // One look; `crash`: 0 no, 1 before the commit, 2 after it.
  void look(WallTime now, int crash) {
    const TimetablePlan plan = plan_timetable(input_, now);
    const Batch batch = batch_of_plan(plan, now);
    if (crash != 1 && !batch.empty()) commit(batch);
    if (crash != 0) return restart(now);
    follow(plan, input_.schedules);
  }

  void begin_anew() {
    writer_.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
    SetUp();
    restart(kStart);
  }

  std::string rows() const {
    std::string text;
    const auto stored = times().instants("hello", kStart, hour(99), 999).value();
    for (const InstantRow& row : stored) {
      text += fmt::format("{} {} {}\n", row.instant.us, to_word(row.decision), row.run.value);
    }
    return text;
  }

  TimetableInput input_;
  std::int64_t next_run_ = 1;
};

TEST_F(TimetableCrash, TheRowsAreTheSameWhereverTheProcessIsLost) {
  const std::vector<WallTime> looks = {hour(1), hour(2), hour(9) + minutes(5), hour(10),
                                       hour(11) + minutes(30)};
  std::string undisturbed;
  for (int crash = -1; crash < static_cast<int>(looks.size()) * 2; ++crash) {
    begin_anew();
    for (int i = 0; i < static_cast<int>(looks.size()); ++i) {
      const WallTime now = looks[static_cast<std::size_t>(i)];
      if (crash >= 0 && crash / 2 == i) look(now, 1 + crash % 2);
      look(now, 0);
    }
    if (crash < 0) undisturbed = rows();
    ASSERT_EQ(rows(), undisturbed) << "crash " << crash;
  }
  EXPECT_EQ(std::count(undisturbed.begin(), undisturbed.end(), '\n'), 11);
  EXPECT_EQ(undisturbed.find("missed"), std::string::npos);
}

class DagStartsTest : public TimetableStorage {
 protected:
  static DagStartRow start(std::int64_t source, Decision decision, std::int64_t run = 0) {
    DagStartRow row;
    row.dag = "report";
    row.source_run = {source};
    row.source = "hello";
    row.decision = decision;
    row.run = {run};
    row.depth = 2;
    row.reason = "why";
    row.decided_at = {9};
    return row;
  }
  static Batch batch_of(DagStartRow row) {
    Batch batch;
    if (row.run) batch.runs = {new_run(row.run.value)};
    batch.timetable.dag_starts = {std::move(row)};
    return batch;
  }
};

TEST_F(DagStartsTest, AStartComesBackAndTheEndIsNeverDecidedTwice) {
  end_run_with_attempt(1, 10);
  commit(batch_of(start(1, Decision::run, 2)));
  const auto row = times().dag_start("report", {1}).value().value();
  EXPECT_EQ(row.source, "hello");
  EXPECT_EQ(row.state, RunState::succeeded);
  EXPECT_EQ(row.decision, Decision::run);
  EXPECT_EQ(row.run, RunId{2});
  EXPECT_EQ(row.reason, "why");
  EXPECT_EQ(row.decided_at.us, 9);
  EXPECT_EQ(times().start_depth({2}).value(), 2);
  EXPECT_EQ(times().start_depth({1}).value(), 0);
  EXPECT_EQ(times().dag_starts("report", {}, 10).value().size(), 1U);
  EXPECT_TRUE(times().dag_starts("report", {1}, 10).value().empty());
  const Status again = writer_->commit(batch_of(start(1, Decision::paused)));
  EXPECT_FALSE(again.ok());
  EXPECT_NE(refusal("UPDATE dag_starts SET decision='missed', run_id=0").find("decided once"),
            std::string::npos);
}

TEST_F(DagStartsTest, AStartWithoutItsRunIsRefused) {
  end_run_with_attempt(1, 10);
  Batch batch;
  batch.timetable.dag_starts = {start(1, Decision::run, 7)};
  EXPECT_FALSE(writer_->commit(batch).ok());
  batch.timetable.dag_starts = {start(8, Decision::paused)};
  EXPECT_FALSE(writer_->commit(batch).ok());
}

TEST_F(DagStartsTest, EndsThatNobodyDecidedAreFoundAndNoOthers) {
  for (const std::int64_t id : {1, 2, 3}) end_run_with_attempt(id, 10);  // each ended at 5
  commit(batch_of_runs({new_run(4)}));
  commit(batch_of(start(2, Decision::paused)));
  EXPECT_EQ(times().undecided_ends("report", "hello", {5}).value(), (std::vector<RunId>{{1}, {3}}));
  EXPECT_EQ(times().undecided_ends("other", "hello", {0}).value().size(), 3U);
  EXPECT_TRUE(times().undecided_ends("report", "hello", {6}).value().empty());
  EXPECT_TRUE(times().undecided_ends("report", "hi", {0}).value().empty());
}

TEST_F(DagStartsTest, ATriggerComesBackAndChanges) {
  Batch batch;
  batch.timetable.dag_triggers = {{"report", "hello", "succeeded", true, {5}}};
  commit(batch);
  batch.timetable.dag_triggers = {{"report", "hello", "failed", false, {6}}};
  commit(batch);
  const auto rows = times().dag_triggers("report").value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, "hello");
  EXPECT_EQ(rows[0].states, "failed");
  EXPECT_FALSE(rows[0].active);
  EXPECT_EQ(rows[0].since.us, 6);
}

}  // namespace
}  // namespace tidemill
