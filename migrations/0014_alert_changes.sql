-- Every change of the state of an alert, for reports: kept by triggers, so that whatever changes an alert
-- is counted. Of changes before this table nothing is known.
CREATE TABLE alert_changes (
  change_id INTEGER PRIMARY KEY,
  alert_id  INTEGER NOT NULL REFERENCES alerts,
  at_us     INTEGER NOT NULL,
  before    TEXT    NOT NULL,                -- '' = it was made
  state     TEXT    NOT NULL,
  severity  TEXT    NOT NULL,
  count     INTEGER NOT NULL,                -- how often it was raised in this episode
  by        TEXT    NOT NULL                 -- '' = Tidemill
) STRICT;
CREATE INDEX alert_changes_by_time ON alert_changes (at_us);
CREATE TRIGGER alert_made AFTER INSERT ON alerts
BEGIN INSERT INTO alert_changes (alert_id, at_us, before, state, severity, count, by)
  VALUES (NEW.alert_id, NEW.state_since, '', NEW.state, NEW.severity, NEW.count, NEW.by); END;
CREATE TRIGGER alert_changed AFTER UPDATE OF state ON alerts WHEN NEW.state <> OLD.state
BEGIN INSERT INTO alert_changes (alert_id, at_us, before, state, severity, count, by)
  VALUES (NEW.alert_id, NEW.state_since, OLD.state, NEW.state, NEW.severity, NEW.count, NEW.by); END;
CREATE TRIGGER alert_changes_fixed BEFORE UPDATE ON alert_changes
BEGIN SELECT RAISE(FAIL, 'a change of an alert never changes'); END;
CREATE TRIGGER alert_changes_stay BEFORE DELETE ON alert_changes
BEGIN SELECT RAISE(FAIL, 'a change of an alert is never deleted'); END;
