function(tidemill_http_test name)
  tidemill_test(${name} SOURCES integration/${name}.cc LIBS tidemill_http ${ARGN})
endfunction()

tidemill_http_test(http_server_test)
tidemill_http_test(http_bad_requests_test)
tidemill_http_test(http_cve_test)
