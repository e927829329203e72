tidemill_test(base_yaml_test SOURCES unit/base/yaml_test.cc LIBS tidemill_base)
tidemill_test(core_fields_test SOURCES unit/core/fields_test.cc LIBS tidemill_fields)
tidemill_test(core_schema_test SOURCES unit/core/schema_test.cc LIBS tidemill_fields LABELS golden)
tidemill_test(core_finding_format_test
  SOURCES unit/core/finding_format_test.cc LIBS tidemill_fields)
tidemill_test(core_dag_parser_test
  SOURCES
    unit/core/dag_parser_bounds_test.cc
    unit/core/dag_parser_golden_test.cc
    unit/core/dag_parser_graph_test.cc
    unit/core/dag_parser_test.cc
    unit/core/dag_triggers_test.cc
  LIBS tidemill_lang
  TIMEOUT 900)
tidemill_test(cli_dag_files_test
  SOURCES unit/cli/dag_files_test.cc LIBS tidemill_cli_validate)
