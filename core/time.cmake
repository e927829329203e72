tidemill_core_area(tidemill_schedule SOURCES
  calendar.cc
  cron.cc
  cron_charset.cc
  cron_field.cc
  cron_parser.cc
  cron_words.cc
  schedule.cc
  schedule_words.cc)
