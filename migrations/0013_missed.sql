-- Instants of schedules that got no run although nobody wanted that, until alerts have heard of them.
CREATE TABLE missed_feed (
  seq           INTEGER PRIMARY KEY,
  dag           TEXT    NOT NULL,
  first_instant INTEGER NOT NULL,
  last_instant  INTEGER NOT NULL,
  count         INTEGER NOT NULL CHECK (count > 0),
  reason        TEXT    NOT NULL
) STRICT;
CREATE TRIGGER feed_missed_instant AFTER INSERT ON instants
WHEN NEW.decision IN ('missed', 'capped')
BEGIN INSERT INTO missed_feed (dag, first_instant, last_instant, count, reason)
  VALUES (NEW.dag, NEW.instant, NEW.instant, 1, NEW.reason); END;
CREATE TRIGGER feed_missed_block AFTER INSERT ON instant_blocks
WHEN NEW.decision IN ('missed', 'capped')
BEGIN INSERT INTO missed_feed (dag, first_instant, last_instant, count, reason)
  VALUES (NEW.dag, NEW.first_instant, NEW.last_instant, NEW.count, NEW.reason); END;
