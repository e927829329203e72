tidemill_test(own_log_test SOURCES unit/base/own_log_test.cc LIBS tidemill_base)
tidemill_test(files_in_place_test SOURCES unit/scheduler/files_in_place_test.cc LIBS tidemill_scheduler)
tidemill_test(selection_test SOURCES unit/core/selection_test.cc LIBS tidemill_lang tidemill_run)
tidemill_python_test(trouble_test Pipes Folder Stopping Telling)
