-- What is to be said to whom about alerts, written in the transaction in which an alert changes, and what became of
-- it. Times are microseconds since 1970 (UTC), 0 = has not happened.

CREATE TABLE outbox (
  message_id INTEGER PRIMARY KEY CHECK (message_id > 0),
  key        TEXT    NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(12)))),  -- the same for every try
  alert_id   INTEGER NOT NULL,                -- 0 = about none: a canary or a test
  episode    INTEGER NOT NULL,                -- raised_at of the alert
  kind       TEXT    NOT NULL CHECK (kind IN ('tell', 'taken', 'ended', 'digest', 'canary', 'test')),
  channel    TEXT    NOT NULL,
  person     TEXT    NOT NULL,                -- '' = nobody in particular
  step       INTEGER NOT NULL,
  round      INTEGER NOT NULL,
  severity   TEXT    NOT NULL CHECK (severity IN ('critical', 'error', 'warning', 'info')),
  text       TEXT    NOT NULL,                -- what is new, a sentence
  state      TEXT    NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sent', 'dead', 'cancelled', 'dropped')),
  tries      INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  due_at     INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at    INTEGER NOT NULL DEFAULT 0,      -- of a cancelled one: it was under way
  last_error TEXT    NOT NULL DEFAULT '',     -- in words
  copy_of    INTEGER NOT NULL DEFAULT 0,      -- the message that it was made of for the fallback of a channel
  copied     INTEGER NOT NULL DEFAULT 0 CHECK (copied IN (0, 1)),  -- to the fallback
  tapped_at  INTEGER NOT NULL DEFAULT 0,      -- when its link was used
  CHECK (state <> 'sent' OR sent_at <> 0)
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'pending';
CREATE INDEX outbox_of_alert ON outbox (alert_id, episode, channel);
CREATE INDEX outbox_of_channel ON outbox (channel, kind, message_id);

CREATE TABLE channel_states (
  channel       TEXT    PRIMARY KEY,
  failing_since INTEGER NOT NULL DEFAULT 0,   -- 0 = it works, as far as is known
  disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),  -- the service says that there is no such address
  last_success  INTEGER NOT NULL DEFAULT 0,
  last_failure  INTEGER NOT NULL DEFAULT 0,
  last_error    TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Events that came in from other services, so that one that is told twice counts once.
CREATE TABLE events_in (
  source   TEXT    NOT NULL,
  event_id TEXT    NOT NULL,
  at_us    INTEGER NOT NULL,
  PRIMARY KEY (source, event_id)
) STRICT, WITHOUT ROWID;
