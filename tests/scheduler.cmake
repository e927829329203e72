tidemill_test(storage_open_test SOURCES integration/storage_open_test.cc LIBS tidemill_storage)
tidemill_test(storage_rows_test SOURCES integration/storage_rows_test.cc LIBS tidemill_storage)
tidemill_test(storage_rules_test SOURCES integration/storage_rules_test.cc
  LIBS tidemill_storage tidemill_run)
tidemill_test(scheduler_test
  SOURCES integration/scheduler_test.cc
  LIBS tidemill_scheduler tidemill_run_fixture)
tidemill_test(worker_door_test
  SOURCES integration/worker_door_test.cc
  LIBS tidemill_scheduler tidemill_run_fixture)
target_link_libraries(worker_door_test PRIVATE OpenSSL::SSL OpenSSL::Crypto)
add_executable(measure_scheduler integration/measure_scheduler.cc)
target_link_libraries(measure_scheduler PRIVATE tidemill_scheduler GTest::gtest)
tidemill_reuse_pch(measure_scheduler tidemill_pch_test)
# One thread, and each write of a story fails in turn.
tidemill_test(storage_disk_test SOURCES integration/storage_disk_test.cc LIBS tidemill_storage LABELS no_tsan long)
add_subdirectory(sim)
tidemill_test(simulation_test SOURCES sim/simulation_test.cc LIBS tidemill_sim TIMEOUT 1800)
add_executable(simulate sim/sim_main.cc ../cli/sim_command.cc)
target_link_libraries(simulate PRIVATE tidemill_sim)
tidemill_test(kill_test SOURCES faults/kill_test.cc faults/faulty_run.cc support/process.cc
  LIBS tidemill_scheduler TIMEOUT 1800)
target_compile_definitions(kill_test PRIVATE TIDEMILL_BINARY="$<TARGET_FILE:tidemill>")
add_dependencies(kill_test tidemill)
tidemill_test(engine_test
  SOURCES unit/scheduler/engine_control_test.cc unit/scheduler/engine_leases_test.cc
    unit/scheduler/engine_past_test.cc unit/scheduler/engine_test.cc unit/scheduler/engine_wait_test.cc
    unit/scheduler/rerun_test.cc unit/scheduler/stuck_tasks_test.cc
  LIBS tidemill_engine tidemill_storage tidemill_run_fixture)
