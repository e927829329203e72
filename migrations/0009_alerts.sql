-- Alerts: what is wrong, who takes care of it, what was and is to be said to whom. Times are microseconds
-- since 1970 (UTC), 0 = has not happened.

-- What happened and was not looked at yet, written by the triggers below in the transaction in which it
-- happens, so that nothing is lost between a failure and its alert. Not of `tidemill run`: a person sits before it.
CREATE TABLE alert_feed (
  seq        INTEGER PRIMARY KEY,
  kind       TEXT    NOT NULL CHECK (kind IN ('task_failed', 'ended', 'late', 'repaired', 'dag')),
  run_id     INTEGER NOT NULL,                -- 0 = of none
  task_index INTEGER NOT NULL,                -- -1 = of none
  dag        TEXT    NOT NULL
) STRICT;

CREATE TRIGGER feed_task_failed AFTER UPDATE OF state ON tasks
WHEN NEW.state = 'failed' AND OLD.state <> 'failed' AND NEW.tolerated = 0
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag)
  SELECT 'task_failed', run_id, NEW.task_index, dag_name FROM runs
  WHERE run_id = NEW.run_id AND trigger_kind <> 'cli'; END;
CREATE TRIGGER feed_task_failed_at_once AFTER INSERT ON tasks
WHEN NEW.state = 'failed' AND NEW.tolerated = 0
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag)
  SELECT 'task_failed', run_id, NEW.task_index, dag_name FROM runs
  WHERE run_id = NEW.run_id AND trigger_kind <> 'cli'; END;
CREATE TRIGGER feed_run_ended AFTER UPDATE OF state ON runs
WHEN NEW.state NOT IN ('queued', 'running') AND OLD.state IN ('queued', 'running')
  AND NEW.trigger_kind <> 'cli'
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag) VALUES ('ended', NEW.run_id, -1, NEW.dag_name); END;
CREATE TRIGGER feed_run_late AFTER UPDATE OF deadline_missed ON runs
WHEN NEW.deadline_missed = 1 AND OLD.deadline_missed = 0 AND NEW.trigger_kind <> 'cli'
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag) VALUES ('late', NEW.run_id, -1, NEW.dag_name); END;
CREATE TRIGGER feed_run_repaired AFTER UPDATE OF reopened ON runs
WHEN NEW.reopened > OLD.reopened AND NEW.trigger_kind <> 'cli'
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag) VALUES ('repaired', NEW.run_id, -1, NEW.dag_name); END;
CREATE TRIGGER feed_dag_state AFTER UPDATE OF state ON dags
WHEN NEW.state <> OLD.state
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag) VALUES ('dag', 0, -1, NEW.name); END;
CREATE TRIGGER feed_dag_new AFTER INSERT ON dags
WHEN NEW.state = 'broken'
BEGIN INSERT INTO alert_feed (kind, run_id, task_index, dag) VALUES ('dag', 0, -1, NEW.name); END;

-- One row per key, kept when it is resolved, so that it can be reopened.
CREATE TABLE alerts (
  alert_id     INTEGER PRIMARY KEY CHECK (alert_id > 0),
  dag          TEXT    NOT NULL,              -- '' = about the scheduler itself
  task         TEXT    NOT NULL,
  cause        TEXT    NOT NULL,
  state        TEXT    NOT NULL
    CHECK (state IN ('firing', 'acknowledged', 'snoozed', 'suppressed', 'resolved')),
  severity     TEXT    NOT NULL CHECK (severity IN ('critical', 'error', 'warning', 'info')),
  facts        TEXT    NOT NULL,              -- words, separated by commas
  what         TEXT    NOT NULL,              -- a sentence
  signature    TEXT    NOT NULL,
  policy       TEXT    NOT NULL,              -- name; '' = none, it is only shown
  raised_at    INTEGER NOT NULL,
  state_since  INTEGER NOT NULL,
  count        INTEGER NOT NULL CHECK (count > 0),
  first_run    INTEGER NOT NULL,
  last_run     INTEGER NOT NULL,
  reopened     INTEGER NOT NULL CHECK (reopened >= 0),
  episode_over INTEGER NOT NULL CHECK (episode_over IN (0, 1)),
  by           TEXT    NOT NULL,
  comment      TEXT    NOT NULL,
  until        INTEGER NOT NULL,
  step         INTEGER NOT NULL CHECK (step >= 0),
  round        INTEGER NOT NULL CHECK (round >= 0),
  told         INTEGER NOT NULL CHECK (told IN (0, 1)),
  digested     INTEGER NOT NULL CHECK (digested >= 0),
  timer        TEXT    NOT NULL
    CHECK (timer IN ('none', 'escalate', 'acknowledgement_over', 'snooze_over', 'digest')),
  due_at       INTEGER NOT NULL,
  UNIQUE (dag, task, cause),
  CHECK ((timer = 'none') = (due_at = 0)),
  CHECK (timer = 'none' OR state NOT IN ('resolved', 'suppressed'))
) STRICT;
CREATE INDEX alerts_open ON alerts (state, alert_id) WHERE state <> 'resolved';
CREATE INDEX alerts_due ON alerts (due_at) WHERE due_at <> 0;
CREATE TRIGGER alerts_stay BEFORE DELETE ON alerts
BEGIN SELECT RAISE(FAIL, 'an alert is never deleted'); END;

-- Its timeline.
CREATE TABLE alert_events (
  alert_id INTEGER NOT NULL REFERENCES alerts,
  seq      INTEGER NOT NULL CHECK (seq > 0),
  at_us    INTEGER NOT NULL,
  text     TEXT    NOT NULL,
  PRIMARY KEY (alert_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER alert_events_fixed BEFORE UPDATE ON alert_events
BEGIN SELECT RAISE(FAIL, 'what happened to an alert never changes'); END;
CREATE TRIGGER alert_events_stay BEFORE DELETE ON alert_events
BEGIN SELECT RAISE(FAIL, 'what happened to an alert is never deleted'); END;
