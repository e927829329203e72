tidemill_test(base_json_test SOURCES unit/base/json_test.cc LIBS tidemill_base)
tidemill_test(base_text_test SOURCES unit/base/text_test.cc LIBS tidemill_base)
tidemill_test(core_template_test SOURCES unit/core/template_test.cc LIBS tidemill_expr)
tidemill_test(core_params_test SOURCES unit/core/params_test.cc LIBS tidemill_params)
tidemill_test(core_expr_test
  SOURCES
    unit/core/expr_check_test.cc
    unit/core/expr_needs_test.cc
    unit/core/expr_property_test.cc
    unit/core/expr_test.cc
  LIBS tidemill_expr)
