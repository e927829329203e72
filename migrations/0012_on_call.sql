-- What people say beside the file of alerts: what is not to be told for a while, and who is on call in place of others.
-- Times are microseconds since 1970 (UTC), 0 = has not happened.

CREATE TABLE silences (
  silence_id INTEGER PRIMARY KEY CHECK (silence_id > 0),
  kind       TEXT    NOT NULL CHECK (kind IN ('silence', 'maintenance')),
  dag        TEXT    NOT NULL,                -- these three with * and ?
  task       TEXT    NOT NULL,
  cause      TEXT    NOT NULL,
  severities TEXT    NOT NULL,                -- words, separated by commas; '' = all
  owner      TEXT    NOT NULL CHECK (owner <> ''),
  reason     TEXT    NOT NULL CHECK (reason <> ''),
  starts_at  INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL CHECK (ends_at > starts_at),
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'active', 'over')),
  created_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL DEFAULT 0,      -- when it was over
  ended_by   TEXT    NOT NULL DEFAULT '',     -- '' = its time
  CHECK ((state = 'over') = (ended_at <> 0))
) STRICT;
CREATE INDEX silences_open ON silences (state, silence_id) WHERE state <> 'over';
CREATE TRIGGER silences_rise BEFORE UPDATE OF state ON silences
WHEN OLD.state = 'over' OR (OLD.state = 'active' AND NEW.state = 'waiting')
BEGIN SELECT RAISE(FAIL, 'a silence that is over stays over'); END;

CREATE TABLE oncall_overrides (
  override_id INTEGER PRIMARY KEY CHECK (override_id > 0),
  rotation    TEXT    NOT NULL CHECK (rotation <> ''),
  users       TEXT    NOT NULL CHECK (users <> ''),  -- separated by commas
  from_at     INTEGER NOT NULL,
  until_at    INTEGER NOT NULL CHECK (until_at > from_at),
  reason      TEXT    NOT NULL,
  by          TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  removed_at  INTEGER NOT NULL DEFAULT 0,
  removed_by  TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX oncall_overrides_by_end ON oncall_overrides (until_at) WHERE removed_at = 0;
