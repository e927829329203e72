tidemill_core_area(tidemill_placement
  SOURCES placement.cc placement_check.cc placement_pass.cc placement_state.cc placement_why.cc)

tidemill_core_area(tidemill_graph SOURCES graph.cc)

tidemill_core_area(tidemill_dump
  SOURCES dump_diagram.cc dump_json.cc dump_text.cc dump_words.cc
  LIBS tidemill_graph tidemill_expr tidemill_words)
