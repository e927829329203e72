-- Tasks that wait without an attempt, and datasets: their updates, and the runs that those start.

-- See is_legal_edge(): a task that only waits goes to its end without an attempt.
INSERT INTO legal_edges VALUES
  ('waiting', 'awaiting_input'), ('awaiting_input', 'succeeded'), ('awaiting_input', 'failed'),
  ('awaiting_input', 'skipped');
-- A person's answer: body is {"by": .., "reason": .., "tasks": [id], "answer": "approved" | "rejected"}.
-- It allows nothing that the edges do not allow by themselves.
INSERT INTO event_kinds VALUES ('answer', 0);
CREATE INDEX tasks_awaiting ON tasks (run_id, task_index) WHERE state = 'awaiting_input';

-- One row for each success of a task that publishes, in the transaction that records the success.
CREATE TABLE dataset_updates (
  update_id  INTEGER PRIMARY KEY CHECK (update_id > 0),
  dataset    TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  dag        TEXT    NOT NULL,
  run_id     INTEGER NOT NULL,                -- may be gone since
  task       TEXT    NOT NULL,
  attempt_id INTEGER NOT NULL UNIQUE CHECK (attempt_id > 0)
) STRICT;
CREATE INDEX dataset_updates_latest ON dataset_updates (dataset, update_id);
CREATE INDEX dataset_updates_by_run ON dataset_updates (run_id);
CREATE TRIGGER dataset_updates_fixed BEFORE UPDATE ON dataset_updates
BEGIN SELECT RAISE(FAIL, 'an update of a dataset never changes'); END;
CREATE TRIGGER dataset_updates_stay BEFORE DELETE ON dataset_updates
WHEN NOT EXISTS (SELECT 1 FROM dataset_updates later
                 WHERE later.dataset = OLD.dataset AND later.update_id > OLD.update_id)
BEGIN SELECT RAISE(FAIL, 'the last update of a dataset stays'); END;

-- Which updates count for which dag: those after `seen`, which a decision moves on.
CREATE TABLE dataset_triggers (
  dag      TEXT    NOT NULL,                  -- its runs begin
  datasets TEXT    NOT NULL,                  -- names, sorted, with commas
  any      INTEGER NOT NULL CHECK (any IN (0, 1)),  -- an update of one is enough
  active   INTEGER NOT NULL CHECK (active IN (0, 1)),
  seen     INTEGER NOT NULL,                  -- updates up to this one are decided, or of no concern
  PRIMARY KEY (dag, datasets)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dataset_triggers_rise BEFORE UPDATE ON dataset_triggers
WHEN NEW.seen < OLD.seen
BEGIN SELECT RAISE(FAIL, 'an update counts once'); END;

-- What became of the updates up to `seen`: at most one run for them, whatever crashes.
CREATE TABLE dataset_starts (
  dag        TEXT    NOT NULL,
  datasets   TEXT    NOT NULL,
  seen       INTEGER NOT NULL,
  updates    TEXT    NOT NULL,                -- JSON: [{"dataset", "update", "run", "dag", "task"}]
  decision   TEXT    NOT NULL
    CHECK (decision IN ('run', 'missed', 'capped', 'paused', 'overlapping', 'frozen')),
  run_id     INTEGER NOT NULL,
  depth      INTEGER NOT NULL CHECK (depth > 0),  -- how many runs started each other before this one
  reason     TEXT    NOT NULL,
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (dag, datasets, seen),
  CHECK ((decision = 'run') = (run_id > 0))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dataset_starts_by_run ON dataset_starts (run_id) WHERE run_id > 0;
CREATE TRIGGER dataset_starts_fixed BEFORE UPDATE ON dataset_starts
BEGIN SELECT RAISE(FAIL, 'updates are decided once'); END;
CREATE TRIGGER dataset_starts_have_runs BEFORE INSERT ON dataset_starts
WHEN NEW.run_id > 0 AND NOT EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id)
BEGIN SELECT RAISE(FAIL, 'the run of a start does not exist'); END;
