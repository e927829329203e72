# What runs when: decisions about the instants of schedules, catch-up, backfills.
tidemill_core_area(tidemill_timetable
  SOURCES
    backfill.cc
    backfill_words.cc
    bulk_retry.cc
    catch_up.cc
    decision.cc
    schedule_book.cc
    timetable.cc
    timetable_decide.cc
    timetable_due.cc
    timetable_words.cc
  LIBS tidemill_schedule tidemill_words)
