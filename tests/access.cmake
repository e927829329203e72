tidemill_test(core_access_test SOURCES unit/core/access_test.cc LIBS tidemill_access)
