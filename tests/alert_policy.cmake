# The file of alerts: who is told when.
tidemill_test(core_policies_test
  SOURCES
    unit/core/alert/dry_run_test.cc
    unit/core/alert/ical_test.cc
    unit/core/alert/policies_parser_test.cc
    unit/core/alert/recipients_test.cc
    unit/core/alert/silence_test.cc
  LIBS tidemill_policies
  LABELS golden)
tidemill_python_test(policies_test File Check)
tidemill_python_test(silences_test Quiet Explained Crash)
tidemill_python_test(on_call_test OnCall WithoutFile)
tidemill_python_test(escalation_test Escalation)
