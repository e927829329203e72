tidemill_fuzz(frame_fuzz SOURCES frame_fuzz.cc LIBS tidemill_protocol)
