function(tidemill_http_test name)
  tidemill_test(${name} SOURCES integration/${name}.cc LIBS tidemill_http ${ARGN})
endfunction()

tidemill_http_test(http_server_test)
tidemill_http_test(http_bad_requests_test)
tidemill_http_test(http_cve_test)
tidemill_http_test(http_limits_test)
tidemill_http_test(http_events_test)
tidemill_http_test(probe_test)
tidemill_http_test(http_endpoints_test)
target_link_libraries(http_endpoints_test PRIVATE OpenSSL::SSL OpenSSL::Crypto)

tidemill_test(http_unit_test SOURCES
  unit/scheduler/http_hub_test.cc
  unit/scheduler/http_request_test.cc
  unit/scheduler/outgoing_url_test.cc
  LIBS tidemill_http_parse)
