tidemill_fuzz(http_fuzz SOURCES http_fuzz.cc LIBS tidemill_http_parse)
