tidemill_test(base_json_test SOURCES unit/base/json_test.cc LIBS tidemill_base)
tidemill_test(base_text_test SOURCES unit/base/text_test.cc LIBS tidemill_base)
tidemill_test(core_template_test SOURCES unit/core/template_test.cc LIBS tidemill_expr)
