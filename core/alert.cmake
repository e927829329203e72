tidemill_core_area(tidemill_alert SOURCES
  alert/ack_page.cc
  alert/alert_machine.cc
  alert/alert_report.cc
  alert/alert_words.cc
  alert/alertmanager_post.cc
  alert/delivery.cc
  alert/escalation.cc
  alert/forecast_alerts.cc
  alert/grouping.cc
  alert/mail_text.cc
  alert/message.cc
  alert/ntfy_post.cc
  alert/pagerduty_post.cc
  alert/rotation.cc
  alert/run_alerts.cc
  alert/signature.cc
  alert/silence.cc
  alert/slack_post.cc
  alert/trouble.cc
  csv.cc
  LIBS tidemill_words)

# What an alert tells; it compares DAGs, so it is apart from what decides.
tidemill_core_area(tidemill_alert_story SOURCES
  alert/alert_story.cc
  alert/forecast.cc
  alert/runbook.cc
  alert/story_advice.cc
  alert/story_blocked.cc
  alert/story_changes.cc
  LIBS tidemill_alert tidemill_run)
