# The file of alerts as a value, read and checked.
tidemill_core_area(tidemill_policies SOURCES
  alert/dry_run.cc
  alert/ical.cc
  alert/policies_channels.cc
  alert/policies_parser.cc
  alert/policies_rotations.cc
  alert/policies_steps.cc
  alert/recipients.cc
  LIBS tidemill_alert tidemill_lang)
