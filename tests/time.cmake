tidemill_test(base_time_test SOURCES unit/base/time_test.cc LIBS tidemill_base)
tidemill_test(base_zone_test SOURCES unit/base/zone_test.cc LIBS tidemill_base)
tidemill_test(core_cron_test SOURCES unit/core/cron_test.cc LIBS tidemill_schedule)
tidemill_test(core_calendar_test SOURCES unit/core/calendar_test.cc LIBS tidemill_schedule)
tidemill_test(cli_next_test SOURCES unit/cli/next_command_test.cc LIBS tidemill_cli_next)
tidemill_test(core_schedule_dst_test SOURCES unit/core/schedule_dst_test.cc LIBS tidemill_schedule)
tidemill_test(core_schedule_test SOURCES unit/core/schedule_test.cc LIBS tidemill_schedule TIMEOUT 300)
tidemill_test(core_cron_oracle_test SOURCES integration/cron_oracle_test.cc LIBS tidemill_schedule
              TIMEOUT 300 LABELS integration)
