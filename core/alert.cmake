tidemill_core_area(tidemill_alert SOURCES
  alert/alert_machine.cc
  alert/alert_words.cc
  alert/escalation.cc
  alert/rotation.cc)
