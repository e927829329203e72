tidemill_core_area(tidemill_fields
  SOURCES
    fields.cc
    fields_check.cc
    fields_dag.cc
    fields_plain.cc
    fields_task.cc
    fields_wait.cc
    finding_format.cc
    finding_rules.cc
    finding_sink.cc
    foreign_keys.cc
    schema.cc
    schema_reference.cc
  LIBS tidemill_words)

tidemill_core_area(tidemill_lang
  SOURCES
    dag.cc
    dag_triggers.cc
    parse/ancestors.cc
    parse/env.cc
    parse/needs.cc
    parse/params.cc
    parse/parse.cc
    parse/place.cc
    parse/references.cc
    parse/retry.cc
    parse/root.cc
    parse/schedule.cc
    parse/scope.cc
    parse/start_triggers.cc
    parse/task_contract.cc
    parse/tasks.cc
    parse/triggers.cc
    parse/values.cc
    parse/waits.cc
  LIBS tidemill_access tidemill_fields tidemill_params tidemill_schedule)
