tidemill_core_area(tidemill_placement
  SOURCES placement.cc placement_check.cc placement_pass.cc placement_state.cc placement_why.cc)
