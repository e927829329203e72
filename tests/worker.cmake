tidemill_test(protocol_codec_test SOURCES unit/protocol/codec_test.cc LIBS tidemill_protocol)
tidemill_test(protocol_channel_test SOURCES unit/protocol/channel_test.cc LIBS tidemill_protocol)
tidemill_test(protocol_tls_test SOURCES unit/protocol/tls_test.cc LIBS tidemill_protocol)
target_link_libraries(protocol_tls_test PRIVATE OpenSSL::SSL OpenSSL::Crypto)

add_executable(worker_process support/worker_process_main.cc)
target_link_libraries(worker_process PRIVATE tidemill_worker)

add_library(tidemill_worker_test_support STATIC support/agent_fixture.cc support/process.cc
  support/supervisor_client.cc)
target_link_libraries(tidemill_worker_test_support PUBLIC tidemill_worker GTest::gtest tidemill_test_folders)
tidemill_reuse_pch(tidemill_worker_test_support tidemill_pch_test)

function(tidemill_worker_test name)
  tidemill_test(${name} LIBS tidemill_worker_test_support ${ARGN})
  add_dependencies(${name} worker_process)
endfunction()

tidemill_worker_test(worker_unit_test SOURCES
  unit/worker/command_test.cc
  unit/worker/ending_test.cc
  unit/worker/folders_test.cc
  unit/worker/journal_test.cc
  unit/worker/log_test.cc
  unit/worker/masker_test.cc
  unit/worker/object_cache_test.cc
  unit/worker/spawn_queue_test.cc
  unit/worker/task_files_test.cc)
tidemill_worker_test(worker_agent_test SOURCES integration/worker_agent_test.cc)
tidemill_worker_test(worker_torture_test SOURCES integration/worker_torture_test.cc TIMEOUT 1800)
tidemill_worker_test(worker_crash_test SOURCES integration/worker_crash_test.cc TIMEOUT 1800)
tidemill_worker_test(worker_log_test SOURCES integration/worker_log_test.cc)
tidemill_worker_test(worker_supervisor_test SOURCES integration/worker_supervisor_test.cc)

# A benchmark, not a test: prints tasks a second of the supervisor beside a bare loop.
add_executable(spawn_rate support/spawn_rate.cc)
target_link_libraries(spawn_rate PRIVATE tidemill_worker_test_support)
add_dependencies(spawn_rate worker_process)
