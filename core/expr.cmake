tidemill_core_area(tidemill_expr
  SOURCES
    expr.cc
    expr_check.cc
    expr_date.cc
    expr_evaluate.cc
    expr_functions.cc
    expr_lexer.cc
    expr_needs.cc
    expr_operators.cc
    expr_parser.cc
    expr_type.cc
    template.cc
  LIBS tidemill_words)

tidemill_core_area(tidemill_params SOURCES params.cc params_check.cc LIBS tidemill_expr)
