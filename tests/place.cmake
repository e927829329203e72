tidemill_test(core_placement_test SOURCES unit/core/placement_test.cc unit/core/placement_property_test.cc LIBS tidemill_placement)
