-- Many runs retried at once. The list of runs is the plan that was confirmed; it never changes. What has become
-- of a run that was retried is read off the run itself.
CREATE TABLE bulk_retries (
  retry_id     INTEGER PRIMARY KEY CHECK (retry_id > 0),
  filter       TEXT    NOT NULL,              -- JSON object, as it was asked for
  canary       INTEGER NOT NULL CHECK (canary >= 0),        -- so many must succeed before the rest goes on
  max_parallel INTEGER NOT NULL CHECK (max_parallel >= 1),
  max_failures INTEGER NOT NULL CHECK (max_failures >= 0),  -- after one more that fails again, it stops
  reason       TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('open', 'done', 'stopped', 'cancelled')),
  note         TEXT    NOT NULL,              -- why it stopped; who cancelled it
  created_by   TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  CHECK ((state = 'open') = (ended_at = 0))
) STRICT;
CREATE INDEX bulk_retries_open ON bulk_retries (retry_id) WHERE state = 'open';
CREATE TRIGGER bulk_retries_edges BEFORE UPDATE ON bulk_retries
WHEN OLD.state <> 'open' OR NEW.filter <> OLD.filter OR NEW.canary <> OLD.canary
BEGIN SELECT RAISE(FAIL, 'a bulk retry that ended never changes, nor does what one was asked for'); END;
CREATE TRIGGER bulk_retries_stay BEFORE DELETE ON bulk_retries
BEGIN SELECT RAISE(FAIL, 'a bulk retry is never deleted: its number would be used again'); END;

CREATE TABLE bulk_retry_runs (
  retry_id    INTEGER NOT NULL REFERENCES bulk_retries DEFERRABLE INITIALLY DEFERRED,
  position    INTEGER NOT NULL CHECK (position >= 0),
  run_id      INTEGER NOT NULL,               -- may be removed later
  dag         TEXT    NOT NULL,
  was         TEXT    NOT NULL CHECK (was IN ('partial', 'failed', 'cancelled')),  -- the run, before
  control_seq INTEGER NOT NULL,               -- of the run, before: another one means that somebody changed it
  tasks       TEXT    NOT NULL,               -- JSON array of the indices that were chosen; [] = all that failed
  state       TEXT    NOT NULL CHECK (state IN ('waiting', 'retried', 'skipped', 'cancelled')),
  note        TEXT    NOT NULL,
  PRIMARY KEY (retry_id, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX bulk_retry_runs_once ON bulk_retry_runs (retry_id, run_id);
CREATE TRIGGER bulk_retry_runs_edges BEFORE UPDATE ON bulk_retry_runs
WHEN OLD.state <> 'waiting' OR NEW.run_id <> OLD.run_id OR NEW.tasks <> OLD.tasks
BEGIN SELECT RAISE(FAIL, 'what becomes of a run of a bulk retry is decided once'); END;

-- Runs that did not end well are looked for by when they ended; they are few.
CREATE INDEX runs_unwell ON runs (ended_at) WHERE state IN ('partial', 'failed', 'cancelled');
