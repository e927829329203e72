tidemill_test(core_access_test
  SOURCES unit/core/access_test.cc unit/core/throttle_test.cc
  LIBS tidemill_access)
