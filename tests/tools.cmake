# The house rules, and the proof that each of them can fail.
add_test(NAME tidy COMMAND ${CMAKE_SOURCE_DIR}/tools/tidy WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
add_test(NAME tidy_self_test COMMAND ${CMAKE_SOURCE_DIR}/tools/tidy --self-test
         WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
