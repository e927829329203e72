# The web UI: its types and house rules, its model, and its views in a real Chromium against a real daemon.
# Sanitized builds have the same UI, so only the release and debug builds test it.
if(TIDEMILL_WEB AND NOT TIDEMILL_SANITIZE)
  foreach(check types model)
    add_test(NAME web_${check} COMMAND ${TIDEMILL_NODE} ${CMAKE_SOURCE_DIR}/web/check.mjs ${check})
    tidemill_describe_test(web_${check} KIND web)
  endforeach()

  # Every file is one test: sign_in_test.mjs is browser_sign_in_test.
  file(GLOB browser_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/browser/*_test.mjs)
  foreach(file ${browser_tests})
    get_filename_component(name ${file} NAME_WE)
    add_test(NAME browser_${name} COMMAND ${TIDEMILL_NODE} --test ${file})
    tidemill_describe_test(browser_${name} KIND browser TIMEOUT 600
                           ENVIRONMENT TIDEMILL_BINARY=$<TARGET_FILE:tidemill>)
  endforeach()
endif()
