tidemill_test(people_unit_test
  SOURCES
    unit/scheduler/bearer_test.cc
    unit/scheduler/password_test.cc
    unit/scheduler/address_test.cc
  LIBS tidemill_people)
