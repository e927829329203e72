-- What is due when, and what became of it. One row for every instant of every schedule, so that nothing
-- fires twice and nothing is missed without a word.

CREATE TABLE dags (
  name          TEXT    PRIMARY KEY,
  file          TEXT    NOT NULL,             -- relative to the folder of DAG files
  version_id    INTEGER REFERENCES dag_versions,  -- the last good one; NULL = there never was one
  paused        INTEGER NOT NULL CHECK (paused IN (0, 1)),
  paused_by     TEXT    NOT NULL,
  paused_reason TEXT    NOT NULL,
  paused_at     INTEGER NOT NULL,
  state         TEXT    NOT NULL CHECK (state IN ('ok', 'broken', 'gone')),
  findings      TEXT    NOT NULL,             -- JSON array, of the last load
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,             -- the file was there
  loaded_at     INTEGER NOT NULL,             -- the version was taken over
  schedule_hash TEXT    NOT NULL,
  CHECK ((paused = 1) = (paused_at <> 0))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dags_stay BEFORE DELETE ON dags
BEGIN SELECT RAISE(FAIL, 'a dag is never deleted; its state becomes gone'); END;

-- Schedules that a dag has or had, by what they mean. A changed one is another row; none is deleted.
CREATE TABLE schedules (
  dag           TEXT    NOT NULL REFERENCES dags DEFERRABLE INITIALLY DEFERRED,
  schedule_key  TEXT    NOT NULL,
  text          TEXT    NOT NULL,             -- as it was written
  timezone      TEXT    NOT NULL,
  active        INTEGER NOT NULL CHECK (active IN (0, 1)),
  since         INTEGER NOT NULL,             -- when it began, the last time
  decided_until INTEGER NOT NULL,             -- every instant up to here is decided
  PRIMARY KEY (dag, schedule_key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER schedules_stay BEFORE DELETE ON schedules
BEGIN SELECT RAISE(FAIL, 'a schedule is never deleted; it ends'); END;

CREATE TABLE instants (
  dag            TEXT    NOT NULL,
  schedule_key   TEXT    NOT NULL,
  instant        INTEGER NOT NULL,
  label          TEXT    NOT NULL,            -- on the schedule's clock
  interval_start INTEGER NOT NULL,
  interval_end   INTEGER NOT NULL,
  decision       TEXT    NOT NULL
    CHECK (decision IN ('run', 'missed', 'capped', 'paused', 'overlapping', 'frozen',
                        'skipped_by_backfill')),
  run_id         INTEGER NOT NULL,
  reason         TEXT    NOT NULL,
  decided_at     INTEGER NOT NULL,
  PRIMARY KEY (dag, schedule_key, instant),
  FOREIGN KEY (dag, schedule_key) REFERENCES schedules DEFERRABLE INITIALLY DEFERRED,
  CHECK ((decision = 'run') = (run_id > 0)),
  CHECK (interval_start <= interval_end)
) STRICT, WITHOUT ROWID;
CREATE INDEX instants_by_dag ON instants (dag, instant);
CREATE INDEX instants_by_run ON instants (run_id) WHERE run_id > 0;

-- What was decided against may still run, by an operator's word or a backfill. A run stays a run.
CREATE TRIGGER instants_fixed BEFORE UPDATE ON instants
WHEN OLD.decision = 'run' OR NEW.decision <> 'run' OR NEW.dag <> OLD.dag
  OR NEW.schedule_key <> OLD.schedule_key OR NEW.instant <> OLD.instant
BEGIN SELECT RAISE(FAIL, 'a decision about an instant only ever changes to run, once'); END;
CREATE TRIGGER instants_have_runs BEFORE INSERT ON instants
WHEN NEW.decision = 'run' AND NOT EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id)
BEGIN SELECT RAISE(FAIL, 'the run of an instant does not exist'); END;

CREATE TRIGGER instants_get_runs BEFORE UPDATE ON instants
WHEN NEW.decision = 'run' AND NOT EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id)
BEGIN SELECT RAISE(FAIL, 'the run of an instant does not exist'); END;

-- After a long outage one row stands for all instants but the newest. None of them ran because of it;
-- those that a backfill runs later have rows of their own as well.
CREATE TABLE instant_blocks (
  dag           TEXT    NOT NULL,
  schedule_key  TEXT    NOT NULL,
  first_instant INTEGER NOT NULL,
  last_instant  INTEGER NOT NULL,
  count         INTEGER NOT NULL CHECK (count > 1),
  counted_all   INTEGER NOT NULL CHECK (counted_all IN (0, 1)),  -- 0 = there were more
  decision      TEXT    NOT NULL
    CHECK (decision IN ('missed', 'capped', 'paused', 'frozen', 'skipped_by_backfill')),
  reason        TEXT    NOT NULL,
  decided_at    INTEGER NOT NULL,
  PRIMARY KEY (dag, schedule_key, first_instant, decided_at),
  FOREIGN KEY (dag, schedule_key) REFERENCES schedules DEFERRABLE INITIALLY DEFERRED,
  CHECK (first_instant <= last_instant)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER instant_blocks_fixed BEFORE UPDATE ON instant_blocks
BEGIN SELECT RAISE(FAIL, 'a decision about many instants never changes'); END;

CREATE TABLE backfills (
  backfill_id  INTEGER PRIMARY KEY CHECK (backfill_id > 0),
  dag          TEXT    NOT NULL,
  schedule_key TEXT    NOT NULL,
  from_instant INTEGER NOT NULL,
  until        INTEGER NOT NULL,              -- not included
  reprocess    TEXT    NOT NULL CHECK (reprocess IN ('none', 'failed', 'all')),
  run_order    TEXT    NOT NULL CHECK (run_order IN ('oldest_first', 'newest_first')),
  max_parallel INTEGER NOT NULL CHECK (max_parallel >= 1),
  params       TEXT    NOT NULL,              -- JSON object
  state        TEXT    NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
  created_by   TEXT    NOT NULL,
  reason       TEXT    NOT NULL,              -- who cancelled it and why
  created_at   INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  FOREIGN KEY (dag, schedule_key) REFERENCES schedules DEFERRABLE INITIALLY DEFERRED,
  CHECK (from_instant < until),
  CHECK ((state = 'open') = (ended_at = 0))
) STRICT;
CREATE INDEX backfills_open ON backfills (backfill_id) WHERE state = 'open';
CREATE TRIGGER backfills_edges BEFORE UPDATE ON backfills
WHEN OLD.state <> 'open' OR NEW.from_instant <> OLD.from_instant OR NEW.until <> OLD.until
  OR NEW.dag <> OLD.dag OR NEW.schedule_key <> OLD.schedule_key
BEGIN SELECT RAISE(FAIL, 'a backfill that ended never changes, nor does the range of one'); END;
CREATE TRIGGER backfills_stay BEFORE DELETE ON backfills
BEGIN SELECT RAISE(FAIL, 'a backfill is never deleted: its number would be used again'); END;

-- The plan of a backfill, made once. What is done is read off the slots.
CREATE TABLE backfill_slots (
  backfill_id    INTEGER NOT NULL REFERENCES backfills DEFERRABLE INITIALLY DEFERRED,
  position       INTEGER NOT NULL CHECK (position >= 0),
  instant        INTEGER NOT NULL,
  label          TEXT    NOT NULL,
  interval_start INTEGER NOT NULL,
  interval_end   INTEGER NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('waiting', 'run', 'skipped', 'cancelled')),
  run_id         INTEGER NOT NULL,
  reason         TEXT    NOT NULL,
  PRIMARY KEY (backfill_id, position),
  CHECK ((state = 'run') = (run_id > 0))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX backfill_slots_once ON backfill_slots (backfill_id, instant);
CREATE UNIQUE INDEX backfill_slots_by_run ON backfill_slots (run_id) WHERE run_id > 0;
CREATE TRIGGER backfill_slots_edges BEFORE UPDATE ON backfill_slots
WHEN OLD.state <> 'waiting' OR NEW.backfill_id <> OLD.backfill_id OR NEW.instant <> OLD.instant
BEGIN SELECT RAISE(FAIL, 'a slot of a backfill is decided once'); END;

-- Times in which no schedule of any dag makes a run.
CREATE TABLE freezes (
  freeze_id  INTEGER PRIMARY KEY CHECK (freeze_id > 0),
  from_time  INTEGER NOT NULL,
  until      INTEGER NOT NULL,                -- not included; 0 = until it is lifted
  reason     TEXT    NOT NULL,
  created_by TEXT    NOT NULL,
  after      TEXT    NOT NULL CHECK (after IN ('none', 'last', 'all')),
  lifted_at  INTEGER NOT NULL,                -- before its time; 0 = was not
  lifted_by  TEXT    NOT NULL,
  settled    INTEGER NOT NULL CHECK (settled IN (0, 1)),  -- `after` was carried out
  CHECK (until = 0 OR from_time < until)
) STRICT;
CREATE INDEX freezes_unsettled ON freezes (freeze_id) WHERE settled = 0;
CREATE TRIGGER freezes_edges BEFORE UPDATE ON freezes
WHEN OLD.settled = 1 OR NEW.from_time <> OLD.from_time
BEGIN SELECT RAISE(FAIL, 'a freeze that is over never changes'); END;
CREATE TRIGGER freezes_stay BEFORE DELETE ON freezes
BEGIN SELECT RAISE(FAIL, 'a freeze is never deleted: its number would be used again'); END;

-- When each run with a deadline has to be done.
CREATE TABLE deadlines (
  run_id    INTEGER PRIMARY KEY REFERENCES runs DEFERRABLE INITIALLY DEFERRED,
  dag       TEXT    NOT NULL,
  due_at    INTEGER NOT NULL,                 -- 0 = counts from the start, which has not happened
  ended_at  INTEGER NOT NULL,                 -- of the run; nothing is waited for any more
  missed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deadlines_open ON deadlines (due_at) WHERE ended_at = 0 AND missed_at = 0;
CREATE TRIGGER deadlines_fixed BEFORE UPDATE ON deadlines
WHEN OLD.missed_at <> 0 AND NEW.missed_at <> OLD.missed_at
BEGIN SELECT RAISE(FAIL, 'a missed deadline stays missed'); END;

-- A request that is repeated with the same key gets the run that the first one made.
CREATE TABLE idempotency_keys (
  scope     TEXT    NOT NULL,
  key       TEXT    NOT NULL,
  body_hash TEXT    NOT NULL,
  run_id    INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (at);
CREATE TRIGGER idempotency_keys_fixed BEFORE UPDATE ON idempotency_keys
BEGIN SELECT RAISE(FAIL, 'what an idempotency key stands for never changes'); END;
