# The HTTP API of `tidemill up`, against a real daemon.
tidemill_python_test(api_runs_test Trigger Looking Logs Control)
tidemill_python_test(api_catalog_test Folder Flip Timetable Backfill Restart)
tidemill_python_test(api_permissions_test Matrix Crawl)
tidemill_python_test(api_contract_test Documented Fuzz)
tidemill_python_test(api_events_test Live Visibility Restart)
tidemill_python_test(api_bad_requests_test Questions People Throttle Secrets)
