-- Alerts of one dag that come soon after each other are told together, by one message.

ALTER TABLE outbox ADD COLUMN dag     TEXT    NOT NULL DEFAULT '';  -- of the alert; '' = it is told alone
ALTER TABLE outbox ADD COLUMN bundle  INTEGER NOT NULL DEFAULT 0;   -- the message that it goes out with; 0 = none, or it leads
ALTER TABLE outbox ADD COLUMN sent_as TEXT    NOT NULL DEFAULT '';  -- key of the message that told several; '' = its own
CREATE INDEX outbox_of_group ON outbox (channel, dag, kind, due_at) WHERE dag <> '';
CREATE INDEX outbox_sent_as ON outbox (sent_as) WHERE sent_as <> '';
