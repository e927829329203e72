-- The list of runs by state, of one DAG or of all, newest first, without reading the others.
CREATE INDEX runs_by_state ON runs (state, run_id);
CREATE INDEX runs_by_dag_and_state ON runs (dag_name, state, run_id);
