-- Runs that begin because a run of another dag ended.

-- Since when the ends of whose runs count for which dag. A changed trigger counts from its change on.
CREATE TABLE dag_triggers (
  dag    TEXT    NOT NULL,                    -- its runs begin
  source TEXT    NOT NULL,                    -- when runs of this one end
  states TEXT    NOT NULL,                    -- in one of these states, with commas
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  since  INTEGER NOT NULL,                    -- ends before that are decided, or of no concern
  PRIMARY KEY (dag, source),
  CHECK (dag <> source)
) STRICT, WITHOUT ROWID;

-- What became of each end that counted: at most one run for each, whatever crashes.
CREATE TABLE dag_starts (
  dag        TEXT    NOT NULL,
  source_run INTEGER NOT NULL,
  source     TEXT    NOT NULL,                -- the dag of source_run
  state      TEXT    NOT NULL CHECK (state IN ('succeeded', 'partial', 'failed', 'cancelled')),
  decision   TEXT    NOT NULL
    CHECK (decision IN ('run', 'missed', 'capped', 'paused', 'overlapping', 'frozen')),
  run_id     INTEGER NOT NULL,
  depth      INTEGER NOT NULL CHECK (depth > 0),  -- how many runs started each other before this one
  reason     TEXT    NOT NULL,
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (dag, source_run),
  CHECK ((decision = 'run') = (run_id > 0))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dag_starts_by_run ON dag_starts (run_id) WHERE run_id > 0;
CREATE TRIGGER dag_starts_fixed BEFORE UPDATE ON dag_starts
BEGIN SELECT RAISE(FAIL, 'the end of a run is decided once'); END;
CREATE TRIGGER dag_starts_have_runs BEFORE INSERT ON dag_starts
WHEN NOT EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.source_run)
  OR (NEW.run_id > 0 AND NOT EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id))
BEGIN SELECT RAISE(FAIL, 'the run of a start does not exist'); END;

-- Ends that nobody decided before a crash are looked for by dag and time.
CREATE INDEX runs_by_end ON runs (dag_name, ended_at) WHERE ended_at > 0;
