tidemill_test(core_placement_test
  SOURCES
    unit/core/placement_property_test.cc
    unit/core/placement_queue_test.cc
    unit/core/placement_test.cc
  LIBS tidemill_placement)
tidemill_test(core_longest_way_test
  SOURCES unit/core/longest_way_test.cc
  LIBS tidemill_placement tidemill_run)
set(traces $ENV{TIDEMILL_WORKFLOWS})
if(NOT traces)
  cmake_path(SET traces NORMALIZE ${CMAKE_SOURCE_DIR}/../shared/workflows)
endif()
if(IS_DIRECTORY ${traces})
  tidemill_test(core_measured_traces_test
    SOURCES unit/core/measured_traces_test.cc
    LIBS tidemill_base tidemill_placement tidemill_run)
  target_compile_definitions(core_measured_traces_test PRIVATE TIDEMILL_WORKFLOWS="${traces}")
else()
  message(STATUS "no measured traces in ${traces} (TIDEMILL_WORKFLOWS names another folder): their test is left out")
endif()
tidemill_test(core_graph_test SOURCES unit/core/graph_test.cc LIBS tidemill_graph)
tidemill_test(core_dump_test SOURCES unit/core/dump_test.cc LIBS tidemill_dump LABELS golden)
tidemill_test(core_explain_test
  SOURCES unit/core/explain_blockers_test.cc unit/core/explain_test.cc
  LIBS tidemill_explain LABELS golden)
tidemill_test(cli_graph_test SOURCES unit/cli/graph_command_test.cc LIBS tidemill_cli_graph)
