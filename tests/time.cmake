tidemill_test(base_time_test SOURCES unit/base/time_test.cc LIBS tidemill_base)
