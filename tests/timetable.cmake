tidemill_test(core_timetable_test SOURCES unit/core/timetable_test.cc LIBS tidemill_timetable)
