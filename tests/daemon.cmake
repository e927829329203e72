tidemill_python_test(daemon_test Settings Refusals Signals Notify Log)
tidemill_python_test(upkeep_test Retention Disk Backup Restore Doctor Databases)
tidemill_test(remove_runs_test SOURCES integration/remove_runs_test.cc LIBS tidemill_storage)
tidemill_test(log_watch_test SOURCES unit/scheduler/log_watch_test.cc LIBS tidemill_api)
tidemill_test(refusal_log_test SOURCES unit/scheduler/refusal_log_test.cc LIBS tidemill_daemon)
tidemill_test(disk_watch_test SOURCES unit/scheduler/disk_watch_test.cc LIBS tidemill_daemon)
# It compares memory over time, which sanitizers keep for themselves.
tidemill_python_test(soak_test Soak LABELS no_asan no_tsan)
tidemill_python_test(remote_workers_test Work Partition Strangers)
