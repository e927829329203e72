tidemill_fuzz(policies_fuzz SOURCES policies_fuzz.cc LIBS tidemill_policies)
