tidemill_core_area(tidemill_schedule SOURCES
  calendar.cc
  cron.cc
  cron_charset.cc
  cron_day_words.cc
  cron_days.cc
  cron_field.cc
  cron_lists.cc
  cron_parser.cc
  cron_words.cc
  schedule.cc
  schedule_words.cc)
