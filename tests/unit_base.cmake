tidemill_test(base_result_test SOURCES unit/base/result_test.cc LIBS tidemill_base)
