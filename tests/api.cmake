# The HTTP API of `tidemill up`, against a real daemon.
tidemill_python_test(api_runs_test Trigger Looking Logs Control)
tidemill_python_test(daemon_crash_test Crash)
