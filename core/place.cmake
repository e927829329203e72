tidemill_core_area(tidemill_placement
  SOURCES placement.cc placement_check.cc placement_pass.cc placement_queue.cc placement_state.cc placement_why.cc)

tidemill_core_area(tidemill_graph SOURCES graph.cc)

tidemill_core_area(tidemill_dump
  SOURCES dump_diagram.cc dump_json.cc dump_text.cc dump_words.cc
  LIBS tidemill_graph tidemill_expr tidemill_params tidemill_words)

tidemill_core_area(tidemill_explain
  SOURCES
    explain.cc
    explain_awaiting.cc
    explain_ended.cc
    explain_ready.cc
    explain_run.cc
    explain_waiting.cc
    explain_words.cc
  LIBS tidemill_graph tidemill_placement tidemill_run)
