tidemill_test(cli_view_test SOURCES unit/cli/view_test.cc LIBS tidemill_cli_view LABELS unit sanitize)
