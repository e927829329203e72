tidemill_core_area(tidemill_words SOURCES words.cc finding.cc state_words.cc trigger_kind.cc)
