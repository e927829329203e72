-- Everything a scheduler must not forget. Times are microseconds since 1970 (UTC), 0 = has not happened.
-- Rows of one run lie together: their keys begin with run_id and the tables are their own index, so a
-- commit of many changes of one run touches few pages.

-- Counters that only rise, so that no id is ever used twice, also after rows were deleted.
CREATE TABLE meta (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  epoch        INTEGER NOT NULL,              -- one higher at every start of a scheduler
  next_run     INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,              -- ids below were handed out or set aside
  next_worker  INTEGER NOT NULL,
  next_version INTEGER NOT NULL,
  boot_id      TEXT    NOT NULL,              -- of the host that wrote last
  clean_stop   INTEGER NOT NULL CHECK (clean_stop IN (0, 1))
) STRICT;
INSERT INTO meta VALUES (1, 0, 1, 1, 1, 1, '', 1);

CREATE TRIGGER meta_only_rises BEFORE UPDATE ON meta
WHEN NEW.epoch < OLD.epoch OR NEW.next_run < OLD.next_run OR NEW.next_attempt < OLD.next_attempt
  OR NEW.next_worker < OLD.next_worker OR NEW.next_version < OLD.next_version
BEGIN SELECT RAISE(FAIL, 'a counter of meta would go back'); END;
CREATE TRIGGER meta_stays BEFORE DELETE ON meta
BEGIN SELECT RAISE(FAIL, 'meta is never deleted'); END;

-- The text of every DAG version that ever ran; a run keeps the version it began with.
CREATE TABLE dag_versions (
  version_id   INTEGER PRIMARY KEY CHECK (version_id > 0),
  name         TEXT    NOT NULL,
  content_hash TEXT    NOT NULL,              -- SHA-256 of source
  source       TEXT    NOT NULL,
  task_count   INTEGER NOT NULL,              -- ordinary tasks; tasks from there on are hooks
  stored_at    INTEGER NOT NULL,
  UNIQUE (name, content_hash)
) STRICT;
CREATE TRIGGER dag_versions_fixed BEFORE UPDATE ON dag_versions
BEGIN SELECT RAISE(FAIL, 'a dag version never changes'); END;

CREATE TABLE dag_tasks (
  version_id INTEGER NOT NULL REFERENCES dag_versions,
  task_index INTEGER NOT NULL CHECK (task_index >= 0),
  task_id    TEXT    NOT NULL,
  PRIMARY KEY (version_id, task_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  worker_id  INTEGER PRIMARY KEY CHECK (worker_id > 0),
  name       TEXT    NOT NULL UNIQUE,
  boot_id    TEXT    NOT NULL,
  slots      INTEGER NOT NULL CHECK (slots >= 0),
  labels     TEXT    NOT NULL,                -- JSON array
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL                 -- of its last hello
) STRICT;

CREATE TABLE runs (
  run_id          INTEGER PRIMARY KEY CHECK (run_id > 0),
  version_id      INTEGER NOT NULL REFERENCES dag_versions,
  dag_name        TEXT    NOT NULL,
  state           TEXT    NOT NULL
    CHECK (state IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled')),
  params          TEXT    NOT NULL,           -- JSON object
  seed            INTEGER NOT NULL,
  origin          TEXT    NOT NULL,           -- who or what asked for it
  directory       TEXT    NOT NULL,           -- absolute; the folder of the DAG file
  reason          TEXT    NOT NULL,
  cancelling      INTEGER NOT NULL CHECK (cancelling IN (0, 1)),
  timed_out       INTEGER NOT NULL CHECK (timed_out IN (0, 1)),
  deadline_missed INTEGER NOT NULL CHECK (deadline_missed IN (0, 1)),
  created_at      INTEGER NOT NULL,
  scheduled_for   INTEGER NOT NULL,
  interval_start  INTEGER NOT NULL,
  interval_end    INTEGER NOT NULL,
  started_at      INTEGER NOT NULL,
  ended_at        INTEGER NOT NULL,
  reused_from     INTEGER NOT NULL,           -- run whose results were taken over; 0 = none
  tasks_total     INTEGER NOT NULL,           -- the counts below are as of the last change of this row
  tasks_succeeded INTEGER NOT NULL,
  tasks_failed    INTEGER NOT NULL,
  tasks_other_end INTEGER NOT NULL            -- upstream_failed, skipped, cancelled
) STRICT;
CREATE INDEX runs_by_dag ON runs (dag_name, run_id);
CREATE INDEX runs_unfinished ON runs (run_id) WHERE state IN ('queued', 'running');

CREATE TRIGGER runs_edges BEFORE UPDATE OF state ON runs
WHEN OLD.state <> NEW.state AND (OLD.state NOT IN ('queued', 'running') OR NEW.state = 'queued')
BEGIN SELECT RAISE(FAIL, 'illegal change of a run state'); END;

-- The same edges as is_legal_edge() in core/run_edges.cc; a test compares all pairs.
CREATE TABLE legal_edges (
  old_state TEXT NOT NULL,
  new_state TEXT NOT NULL,
  PRIMARY KEY (old_state, new_state)
) STRICT, WITHOUT ROWID;
INSERT INTO legal_edges VALUES
  ('waiting', 'ready'), ('waiting', 'failed'), ('waiting', 'upstream_failed'),
  ('waiting', 'skipped'), ('waiting', 'cancelled'),
  ('ready', 'dispatched'), ('ready', 'failed'), ('ready', 'cancelled'),
  ('dispatched', 'running'), ('dispatched', 'retry_wait'), ('dispatched', 'succeeded'),
  ('dispatched', 'failed'), ('dispatched', 'skipped'), ('dispatched', 'cancelled'),
  ('running', 'retry_wait'), ('running', 'succeeded'), ('running', 'failed'),
  ('running', 'skipped'), ('running', 'cancelled'),
  ('retry_wait', 'ready'), ('retry_wait', 'cancelled'), ('awaiting_input', 'cancelled');

-- Cheap in the hot path, which is why: words are checked by OR (IN over a list builds a table for each
-- row), triggers run before the change and FAIL (ABORT copies every page that a statement touches), and
-- the reference to the run is checked at COMMIT.
--
-- One row per task that is no longer untouched: a task without a row is `waiting`. The live attempt
-- is part of the row, so there can be only one; attempts that ended are rows of `attempts`.
CREATE TABLE tasks (
  run_id        INTEGER NOT NULL REFERENCES runs DEFERRABLE INITIALLY DEFERRED,
  task_index    INTEGER NOT NULL CHECK (task_index >= 0),
  state         TEXT    NOT NULL
    CHECK (state = 'succeeded' OR state = 'ready' OR state = 'dispatched' OR state = 'running'
           OR state = 'failed' OR state = 'waiting' OR state = 'retry_wait'
           OR state = 'skipped' OR state = 'upstream_failed' OR state = 'cancelled'
           OR state = 'awaiting_input'),
  cause         TEXT    NOT NULL              -- why the last attempt ended
    CHECK (cause = 'none' OR cause = 'exit' OR cause = 'lost' OR cause = 'cancelled'
           OR cause = 'timeout' OR cause = 'signal' OR cause = 'oom' OR cause = 'exec_failed'
           OR cause = 'contract' OR cause = 'gate'),
  tolerated     INTEGER NOT NULL CHECK (tolerated IN (0, 1)),
  pruned        INTEGER NOT NULL CHECK (pruned IN (0, 1)),   -- left out when the run was made
  reused        INTEGER NOT NULL CHECK (reused IN (0, 1)),   -- results are those of runs.reused_from
  retries       INTEGER NOT NULL CHECK (retries >= 0),
  losses        INTEGER NOT NULL CHECK (losses >= 0),
  attempts      INTEGER NOT NULL CHECK (attempts >= 0),      -- made so far; numbers are 1..attempts
  exit_code     INTEGER NOT NULL,
  memory_factor REAL    NOT NULL,
  attempt_id    INTEGER NOT NULL,             -- the live attempt, else the last one; 0 = none yet
  worker_id     INTEGER NOT NULL,
  ready_at      INTEGER NOT NULL,
  granted_at    INTEGER NOT NULL,
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER NOT NULL,             -- when the state became terminal
  retry_at      INTEGER NOT NULL,
  reason        TEXT    NOT NULL,
  PRIMARY KEY (run_id, task_index),
  CHECK (state NOT IN ('dispatched', 'running')
         OR (attempt_id > 0 AND worker_id > 0 AND attempts > 0 AND granted_at <> 0)),
  CHECK (state <> 'retry_wait' OR retry_at <> 0)
) STRICT, WITHOUT ROWID;

-- No attempt serves two tasks at once, and whoever holds an attempt is found by its id.
CREATE UNIQUE INDEX live_attempts ON tasks (attempt_id) WHERE state IN ('dispatched', 'running');

CREATE TRIGGER tasks_first BEFORE INSERT ON tasks
WHEN NEW.state <> 'waiting' AND NOT (NEW.reused = 1 AND NEW.state = 'succeeded')
  AND NOT EXISTS (SELECT 1 FROM legal_edges WHERE old_state = 'waiting' AND new_state = NEW.state)
BEGIN SELECT RAISE(FAIL, 'illegal first state of a task'); END;

CREATE TRIGGER tasks_edges BEFORE UPDATE OF state ON tasks
WHEN OLD.state <> NEW.state
  AND NOT EXISTS (SELECT 1 FROM legal_edges WHERE old_state = OLD.state AND new_state = NEW.state)
BEGIN SELECT RAISE(FAIL, 'illegal change of a task state'); END;

-- The attempt id is the fencing token: it rises with every grant and changes at no other time.
CREATE TRIGGER tasks_fence BEFORE UPDATE OF attempt_id, attempts ON tasks
WHEN (OLD.attempt_id <> NEW.attempt_id OR OLD.attempts <> NEW.attempts)
  AND NOT (OLD.state = 'ready' AND NEW.state = 'dispatched'
           AND NEW.attempt_id > OLD.attempt_id AND NEW.attempts = OLD.attempts + 1)
BEGIN SELECT RAISE(FAIL, 'an attempt begins with a grant, with a higher id and the next number'); END;

-- Attempts that ended. Written once.
CREATE TABLE attempts (
  run_id      INTEGER NOT NULL,
  task_index  INTEGER NOT NULL,
  number      INTEGER NOT NULL CHECK (number > 0),
  attempt_id  INTEGER NOT NULL CHECK (attempt_id > 0),
  worker_id   INTEGER NOT NULL,
  cause       TEXT    NOT NULL
    CHECK (cause = 'none' OR cause = 'exit' OR cause = 'lost' OR cause = 'cancelled'
           OR cause = 'timeout' OR cause = 'signal' OR cause = 'oom' OR cause = 'exec_failed'
           OR cause = 'contract' OR cause = 'gate'),
  exit_code   INTEGER NOT NULL,
  signal      INTEGER NOT NULL,
  message     TEXT    NOT NULL,
  granted_at  INTEGER NOT NULL,
  started_at  INTEGER NOT NULL,               -- 0 = its process never began
  ended_at    INTEGER NOT NULL,
  cpu_us      INTEGER NOT NULL,
  peak_memory INTEGER NOT NULL,
  log_bytes   INTEGER NOT NULL,
  log_dropped INTEGER NOT NULL,
  PRIMARY KEY (run_id, task_index, number),
  FOREIGN KEY (run_id, task_index) REFERENCES tasks
) STRICT, WITHOUT ROWID;
CREATE TRIGGER attempts_fixed BEFORE UPDATE ON attempts
BEGIN SELECT RAISE(FAIL, 'an attempt that ended never changes'); END;
CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts
BEGIN SELECT RAISE(FAIL, 'an attempt that ended is never deleted'); END;

-- What successful attempts left. Number 0 holds results that a run took over from an earlier run.
CREATE TABLE outputs (
  run_id INTEGER NOT NULL, task_index INTEGER NOT NULL, number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (run_id, task_index, number, position),
  FOREIGN KEY (run_id, task_index) REFERENCES tasks
) STRICT, WITHOUT ROWID;
CREATE TABLE metrics (
  run_id INTEGER NOT NULL, task_index INTEGER NOT NULL, number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL, value REAL,             -- NULL = not a number
  slice TEXT NOT NULL, step INTEGER NOT NULL,
  higher_is_better INTEGER NOT NULL,
  PRIMARY KEY (run_id, task_index, number, position),
  FOREIGN KEY (run_id, task_index) REFERENCES tasks
) STRICT, WITHOUT ROWID;
CREATE TABLE checks (
  run_id INTEGER NOT NULL, task_index INTEGER NOT NULL, number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL, success INTEGER NOT NULL, severity TEXT NOT NULL, column_name TEXT NOT NULL,
  expected TEXT NOT NULL, actual TEXT NOT NULL,
  PRIMARY KEY (run_id, task_index, number, position),
  FOREIGN KEY (run_id, task_index) REFERENCES tasks
) STRICT, WITHOUT ROWID;
CREATE TABLE artifacts (
  run_id INTEGER NOT NULL, task_index INTEGER NOT NULL, number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL, hash TEXT NOT NULL, bytes INTEGER NOT NULL, is_directory INTEGER NOT NULL,
  PRIMARY KEY (run_id, task_index, number, position),
  FOREIGN KEY (run_id, task_index) REFERENCES tasks
) STRICT, WITHOUT ROWID;
CREATE TABLE summaries (
  run_id INTEGER NOT NULL, task_index INTEGER NOT NULL, number INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run_id, task_index, number),
  FOREIGN KEY (run_id, task_index) REFERENCES tasks
) STRICT, WITHOUT ROWID;

-- What happened, in order. One row holds all changes that one commit made to a run:
--   tasks: body is [[µs after at_us, task_index, "state", attempt_id], ...]
--   run:   body is ["state", "reason"]
--   late:  a report on an attempt that was given up, kept as evidence: body is {"cause": ...}
CREATE TABLE events (
  run_id     INTEGER NOT NULL REFERENCES runs,
  seq        INTEGER NOT NULL CHECK (seq > 0),
  at_us      INTEGER NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind IN ('tasks', 'run', 'late')),
  task_index INTEGER,
  attempt_id INTEGER,
  body       TEXT    NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_fixed BEFORE UPDATE ON events
BEGIN SELECT RAISE(FAIL, 'an event never changes'); END;
CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT RAISE(FAIL, 'an event is never deleted'); END;
