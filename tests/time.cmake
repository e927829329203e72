tidemill_test(base_time_test SOURCES unit/base/time_test.cc LIBS tidemill_base)
tidemill_test(base_zone_test SOURCES unit/base/zone_test.cc LIBS tidemill_base)
