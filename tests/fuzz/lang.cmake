tidemill_fuzz(yaml_fuzz SOURCES yaml_fuzz.cc LIBS tidemill_lang)
