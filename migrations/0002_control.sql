-- Control of runs by hand: pause, clear, mark, hurry; and what made a run.
--
-- Who did it and why is an event row of the run, and that row is what allows the change: a terminal state
-- is left only in the transaction that writes a `clear` or `mark` event (I7). The writer inserts these
-- events before the rows that they explain, and every transaction that changes a run ends with an event of
-- another kind, so an older event allows nothing any more.

-- The kinds of events are rows, so that a later kind needs no new table.
--   pause, resume, hurry, clear, mark: body is {"by": .., "reason": .., "tasks": [ids], ..}
CREATE TABLE event_kinds (
  kind       TEXT    PRIMARY KEY,
  is_control INTEGER NOT NULL CHECK (is_control IN (0, 1))  -- allows changes that only a person asks for
) STRICT, WITHOUT ROWID;
INSERT INTO event_kinds VALUES
  ('tasks', 0), ('run', 0), ('late', 0),
  ('pause', 0), ('resume', 0), ('hurry', 0), ('clear', 1), ('mark', 1);

DROP TRIGGER events_fixed;
DROP TRIGGER events_stay;
ALTER TABLE events RENAME TO events_before;
CREATE TABLE events (
  run_id     INTEGER NOT NULL REFERENCES runs,
  seq        INTEGER NOT NULL CHECK (seq > 0),
  at_us      INTEGER NOT NULL,
  kind       TEXT    NOT NULL REFERENCES event_kinds,
  task_index INTEGER,
  attempt_id INTEGER,
  body       TEXT    NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO events SELECT * FROM events_before;
DROP TABLE events_before;
CREATE TRIGGER events_fixed BEFORE UPDATE ON events
BEGIN SELECT RAISE(FAIL, 'an event never changes'); END;
CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT RAISE(FAIL, 'an event is never deleted'); END;

-- The clear and mark events of the transaction that is under way, see above.
CREATE VIEW fresh_controls AS
  SELECT e.run_id, e.seq FROM events e JOIN event_kinds k ON k.kind = e.kind
  WHERE k.is_control = 1 AND NOT EXISTS (
    SELECT 1 FROM events later WHERE later.run_id = e.run_id AND later.seq > e.seq
      AND later.kind IN ('tasks', 'run', 'late'));

ALTER TABLE runs ADD COLUMN trigger_kind TEXT NOT NULL DEFAULT 'manual'
  CHECK (trigger_kind IN ('manual', 'schedule', 'backfill', 'dataset', 'dag', 'webhook', 'cli'));
ALTER TABLE runs ADD COLUMN backfill_id INTEGER NOT NULL DEFAULT 0;       -- 0 = of none
ALTER TABLE runs ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
ALTER TABLE runs ADD COLUMN paused_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN pause_note TEXT NOT NULL DEFAULT '';          -- "paused by ann: why"
ALTER TABLE runs ADD COLUMN timeout_shift INTEGER NOT NULL DEFAULT 0;     -- µs by which pauses moved the timeout
ALTER TABLE runs ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened >= 0);  -- how often
ALTER TABLE runs ADD COLUMN control_seq INTEGER NOT NULL DEFAULT 0;       -- of the event that reopened it last

ALTER TABLE tasks ADD COLUMN clears INTEGER NOT NULL DEFAULT 0 CHECK (clears >= 0);  -- how often
ALTER TABLE tasks ADD COLUMN attempts_before INTEGER NOT NULL DEFAULT 0   -- made before the last clear
  CHECK (attempts_before >= 0);
ALTER TABLE tasks ADD COLUMN marked INTEGER NOT NULL DEFAULT 0 CHECK (marked IN (0, 1));  -- state set by hand
-- What a live task becomes, by hand, once its attempt is gone; '' = what the attempt says.
ALTER TABLE tasks ADD COLUMN on_stop TEXT NOT NULL DEFAULT ''
  CHECK (on_stop = '' OR on_stop = 'waiting' OR on_stop = 'succeeded' OR on_stop = 'skipped'
         OR on_stop = 'failed');
ALTER TABLE tasks ADD COLUMN control_seq INTEGER NOT NULL DEFAULT 0;      -- of the last event that changed it by hand

DROP TRIGGER runs_edges;
CREATE TRIGGER runs_edges BEFORE UPDATE OF state ON runs
WHEN OLD.state <> NEW.state AND (OLD.state NOT IN ('queued', 'running') OR NEW.state = 'queued')
  AND NOT (OLD.state NOT IN ('queued', 'running') AND NEW.reopened = OLD.reopened + 1
           AND NEW.control_seq > OLD.control_seq
           AND EXISTS (SELECT 1 FROM fresh_controls f
                       WHERE f.run_id = NEW.run_id AND f.seq = NEW.control_seq))
BEGIN SELECT RAISE(FAIL, 'illegal change of a run state'); END;

-- The edges of is_hand_edge() in core/run_edges.cc, each allowed by its event; a test compares all pairs.
DROP TRIGGER tasks_first;
CREATE TRIGGER tasks_first BEFORE INSERT ON tasks
WHEN NEW.state <> 'waiting' AND NOT (NEW.reused = 1 AND NEW.state = 'succeeded')
  AND NOT EXISTS (SELECT 1 FROM legal_edges WHERE old_state = 'waiting' AND new_state = NEW.state)
  AND NOT (NEW.state = 'succeeded' AND NEW.marked = 1
           AND EXISTS (SELECT 1 FROM fresh_controls f
                       WHERE f.run_id = NEW.run_id AND f.seq = NEW.control_seq))
BEGIN SELECT RAISE(FAIL, 'illegal first state of a task'); END;

DROP TRIGGER tasks_edges;
CREATE TRIGGER tasks_edges BEFORE UPDATE OF state ON tasks
WHEN OLD.state <> NEW.state
  AND NOT EXISTS (SELECT 1 FROM legal_edges WHERE old_state = OLD.state AND new_state = NEW.state)
  AND NOT (OLD.on_stop = NEW.state AND OLD.state IN ('dispatched', 'running'))
  AND NOT (NEW.state IN ('waiting', 'succeeded', 'skipped', 'failed')
           AND OLD.state NOT IN ('dispatched', 'running')
           AND NEW.control_seq > OLD.control_seq
           AND EXISTS (SELECT 1 FROM fresh_controls f
                       WHERE f.run_id = NEW.run_id AND f.seq = NEW.control_seq))
BEGIN SELECT RAISE(FAIL, 'illegal change of a task state'); END;

CREATE TRIGGER tasks_on_stop BEFORE UPDATE OF on_stop ON tasks
WHEN NEW.on_stop <> OLD.on_stop AND NEW.on_stop <> ''
  AND NOT EXISTS (SELECT 1 FROM fresh_controls f
                  WHERE f.run_id = NEW.run_id AND f.seq = NEW.control_seq)
BEGIN SELECT RAISE(FAIL, 'what a stop leads to is changed by hand only'); END;
