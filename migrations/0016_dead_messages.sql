-- How many messages were given up lately is asked for whenever somebody looks at the head of the web UI.

CREATE INDEX outbox_dead ON outbox (due_at) WHERE state = 'dead';
