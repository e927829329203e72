tidemill_test(cli_view_test SOURCES unit/cli/view_test.cc LIBS tidemill_cli_view LABELS unit sanitize)
tidemill_test(cli_usage_test SOURCES unit/cli/usage_test.cc LIBS tidemill_cli_view LABELS unit sanitize)

# The binary as its users meet it. Each unittest class is a CTest, so that they run side by side.
function(tidemill_python_test file)
  foreach(class ${ARGN})
    string(TOLOWER ${class} lower)
    set(name cli_${file}_${lower})
    add_test(NAME ${name}
             COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/integration/${file}.py -v ${class})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS integration
                                            ENVIRONMENT TIDEMILL_BINARY=$<TARGET_FILE:tidemill>)
  endforeach()
endfunction()

tidemill_python_test(run_test Run Crash Cancel Looking Streams Usage)
tidemill_python_test(examples_test Small Unreliable ListingCategory)
tidemill_python_test(demo_crash_test Demo)
