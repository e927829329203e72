tidemill_test(core_alert_test
  SOURCES
    unit/core/alert/alert_machine_test.cc
    unit/core/alert/escalation_test.cc
    unit/core/alert/rotation_test.cc
  LIBS tidemill_alert
  LABELS golden)
