// Instants that were missed become one alert of their dag, in the transaction after theirs.
#include "scheduler/alerts/alert_book.h"
#include "tests/support/timetable_storage.h"

namespace tidemill {
namespace {

class MissedAlerts : public TimetableStorage {
 protected:
  void turn() {
    Database database = Database::open(path(), OpenMode::read_write).value();
    ASSERT_TRUE(database.execute("BEGIN IMMEDIATE").ok());
    const auto load = [](const RunSource&) -> Result<DagPtr> { return invalid("no file"); };
    const auto told = turn_alerts(database, load, nullptr, hour(9));
    ASSERT_TRUE(told.ok()) << told.error().message;
    ASSERT_TRUE(database.execute("COMMIT").ok());
  }
  std::vector<AlertRow> alerts() {
    Database database = Database::open(path(), OpenMode::read_only).value();
    return read_alerts(database, {}).value();
  }
};

TEST_F(MissedAlerts, AreOneForTheWholeOutage) {
  commit(batch_of(instant(1, Decision::missed)));
  commit(batch_of(instant(2, Decision::capped)));
  commit(batch_of(instant(3, Decision::paused)));
  commit(batch_of(instant(4, Decision::run, 1)));
  turn();
  ASSERT_EQ(alerts().size(), 1U);
  const AlertRow row = alerts()[0];
  EXPECT_EQ(row.alert.key, (AlertKey{"hello", "", "missed"}));
  EXPECT_EQ(row.alert.facts, std::vector{AlertFact::missed});
  EXPECT_EQ(row.alert.count, 1U);
  EXPECT_NE(row.what.find("hello did not run when it was due: 2 runs from 2026-05-04T01:00:00Z to "
                          "2026-05-04T02:00:00Z"),
            std::string::npos)
      << row.what;
}

TEST_F(MissedAlerts, AreHeardOfOnce) {
  commit(batch_of(instant(1, Decision::missed)));
  turn();
  turn();
  EXPECT_EQ(alerts().at(0).alert.count, 1U);
  commit(batch_of(instant(2, Decision::missed)));
  turn();
  EXPECT_EQ(alerts().at(0).alert.count, 2U);
}

TEST_F(MissedAlerts, WhatPeopleHeldBackIsNotMissed) {
  commit(batch_of(instant(1, Decision::paused)));
  commit(batch_of(instant(2, Decision::frozen)));
  commit(batch_of(instant(3, Decision::overlapping)));
  commit(batch_of(instant(4, Decision::skipped_by_backfill)));
  turn();
  EXPECT_TRUE(alerts().empty());
}

TEST_F(MissedAlerts, ARowForManyCountsThem) {
  InstantBlockRow block;
  block.dag = "hello";
  block.schedule_key = key();
  block.first = hour(1);
  block.last = hour(5);
  block.count = 5;
  block.decision = Decision::missed;
  block.reason = "it was due while nobody looked";
  block.decided_at = hour(6);
  Batch batch;
  batch.timetable.blocks = {block};
  commit(batch);
  turn();
  EXPECT_NE(alerts().at(0).what.find("5 runs from"), std::string::npos) << alerts()[0].what;
}

}  // namespace
}  // namespace tidemill
