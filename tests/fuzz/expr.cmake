tidemill_fuzz(expr_fuzz SOURCES expr_fuzz.cc LIBS tidemill_params)
