tidemill_test(core_timetable_test
  SOURCES unit/core/timetable_test.cc unit/core/timetable_walk_test.cc
  LIBS tidemill_timetable)
tidemill_test(core_backfill_test
  SOURCES unit/core/backfill_test.cc unit/core/bulk_retry_test.cc unit/core/catch_up_test.cc
          unit/core/schedule_book_test.cc
  LIBS tidemill_timetable)
tidemill_test(timetable_storage_test
  SOURCES integration/timetable_storage_test.cc
  LIBS tidemill_storage tidemill_timetable)
