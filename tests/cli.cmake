tidemill_test(cli_view_test SOURCES unit/cli/view_test.cc LIBS tidemill_cli_view tidemill_run)
tidemill_test(cli_usage_test SOURCES unit/cli/usage_test.cc LIBS tidemill_cli_view)

tidemill_python_test(run_test Run Crash Cancel Looking Streams Usage)
tidemill_python_test(examples_test Small Unreliable ListingCategory)
tidemill_python_test(demo_crash_test Demo)

tidemill_test(cli_completion_test SOURCES unit/cli/completion_test.cc LIBS tidemill_cli_view)
tidemill_test(cli_client_test SOURCES unit/cli/client_test.cc LIBS tidemill_cli_api)
tidemill_python_test(client_test Finding Running Repairing People)
tidemill_python_test(client_test Helping LABELS golden)
