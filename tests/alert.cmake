tidemill_test(core_alert_test
  SOURCES
    unit/core/alert/alert_machine_test.cc
    unit/core/alert/escalation_test.cc
    unit/core/alert/rotation_test.cc
    unit/core/alert/run_alerts_test.cc
  LIBS tidemill_alert
  LABELS golden)
tidemill_test(core_alert_story_test
  SOURCES
    unit/core/alert/alert_story_test.cc
    unit/core/alert/runbook_test.cc
    unit/core/alert/story_blocked_test.cc
  LIBS tidemill_alert_story)
tidemill_python_test(alerts_test Life Crash)
tidemill_python_test(alert_story_test Story Runbook)
