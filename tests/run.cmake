add_library(tidemill_run_fixture STATIC support/run_fixture.cc)
target_link_libraries(tidemill_run_fixture PUBLIC tidemill_flags fmt::fmt GTest::gtest tidemill_run)
tidemill_reuse_pch(tidemill_run_fixture tidemill_pch_test)

foreach(area
    clear
    contract
    dag_diff
    eta
    history
    invariants
    line_diff
    render
    render_words
    retry
    run_machine
    run_machine_cancel
    run_machine_history
    run_machine_hooks
    run_machine_scale
    run_machine_wait
    run_timeline
    trigger
    way_ahead)
  tidemill_test(core_${area}_test SOURCES unit/core/${area}_test.cc
    LIBS tidemill_run_fixture tidemill_run)
endforeach()
tidemill_test(core_run_machine_matrix_test SOURCES unit/core/run_machine_matrix_test.cc
  LIBS tidemill_run_fixture tidemill_run LABELS golden)
