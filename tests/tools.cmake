# The house rules, the proof that each of them can fail, and the format. They look at sources only.
if(NOT TIDEMILL_SANITIZE)
  add_test(NAME tidy COMMAND ${CMAKE_SOURCE_DIR}/tools/tidy WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME tidy_self_test COMMAND ${CMAKE_SOURCE_DIR}/tools/tidy --self-test
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME format_test COMMAND ${CMAKE_SOURCE_DIR}/tools/format --check
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(tidy tidy_self_test format_test PROPERTIES TIMEOUT 900 LABELS tools)
endif()
