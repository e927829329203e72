tidemill_test(base_time_test SOURCES unit/base/time_test.cc LIBS tidemill_base)
tidemill_test(base_zone_test SOURCES unit/base/zone_test.cc LIBS tidemill_base)
tidemill_test(core_cron_test SOURCES unit/core/cron_test.cc LIBS tidemill_schedule)
tidemill_test(core_calendar_test SOURCES unit/core/calendar_test.cc LIBS tidemill_schedule)
