tidemill_core_area(tidemill_alert SOURCES
  alert/alert_machine.cc
  alert/alert_words.cc
  alert/escalation.cc
  alert/rotation.cc
  alert/run_alerts.cc
  alert/signature.cc
  LIBS tidemill_words)
