# What starts runs beside the schedule and people.
tidemill_test(dag_starts_test SOURCES integration/dag_starts_test.cc
  LIBS tidemill_catalog tidemill_run_fixture)

# What tasks wait for.
tidemill_test(private_network_test SOURCES unit/scheduler/private_network_test.cc
  LIBS tidemill_waits)
