tidemill_test(core_placement_test
  SOURCES unit/core/placement_property_test.cc unit/core/placement_test.cc
  LIBS tidemill_placement)
tidemill_test(core_graph_test SOURCES unit/core/graph_test.cc LIBS tidemill_graph)
tidemill_test(core_dump_test SOURCES unit/core/dump_test.cc LIBS tidemill_dump LABELS golden)
tidemill_test(core_explain_test
  SOURCES unit/core/explain_blockers_test.cc unit/core/explain_test.cc
  LIBS tidemill_explain LABELS golden)
tidemill_test(cli_graph_test SOURCES unit/cli/graph_command_test.cc LIBS tidemill_cli_graph)
