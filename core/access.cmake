tidemill_core_area(tidemill_access SOURCES access.cc throttle.cc)
