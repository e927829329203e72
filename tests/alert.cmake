tidemill_test(core_alert_test
  SOURCES
    unit/core/alert/alert_machine_test.cc
    unit/core/alert/alert_report_test.cc
    unit/core/alert/escalation_test.cc
    unit/core/alert/grouping_test.cc
    unit/core/alert/message_formats_test.cc
    unit/core/alert/message_test.cc
    unit/core/alert/rotation_test.cc
    unit/core/alert/run_alerts_test.cc
    unit/core/alert/trouble_test.cc
  LIBS tidemill_alert
  LABELS golden)
tidemill_test(core_alert_story_test
  SOURCES
    unit/core/alert/alert_story_test.cc
    unit/core/alert/forecast_test.cc
    unit/core/alert/runbook_test.cc
    unit/core/alert/story_blocked_test.cc
  LIBS tidemill_alert_story tidemill_run_fixture)
tidemill_python_test(alerts_test Life Crash)
tidemill_python_test(alert_story_test Story Runbook)
tidemill_test(alert_watch_test
  SOURCES
    unit/scheduler/forecast_test.cc
    unit/scheduler/silent_dags_test.cc
    unit/scheduler/troubles_test.cc
  LIBS tidemill_alerts tidemill_run_fixture)
tidemill_test(missed_alerts_test
  SOURCES integration/missed_alerts_test.cc
  LIBS tidemill_alerts)
tidemill_python_test(alert_raise_test Conditions Report)
tidemill_python_test(delivery_tls_test Tls)
tidemill_python_test(delivery_test EndToEnd Services Trouble Links Coming Proofs Alertmanager Crash)

# What is said about alerts, over a real database.
tidemill_test(outbox_test SOURCES integration/outbox_test.cc LIBS tidemill_alerts)
# Alerts from the failure to the acknowledgement, with a crash at every step.
tidemill_test(alert_world_test
  SOURCES
    sim/alert_world.cc
    sim/alert_world_test.cc
  LIBS tidemill_alerts
  TIMEOUT 1800)
