tidemill_fuzz(cron_fuzz SOURCES cron_fuzz.cc LIBS tidemill_schedule)
tidemill_fuzz(time_fuzz SOURCES time_fuzz.cc LIBS tidemill_base)
tidemill_fuzz(zone_fuzz SOURCES zone_fuzz.cc LIBS tidemill_base)
