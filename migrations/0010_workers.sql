-- Workers on other machines: the lease of their attempts, and with what they come in.

ALTER TABLE workers ADD COLUMN lease_us INTEGER NOT NULL DEFAULT 0 CHECK (lease_us >= 0);  -- 0 = none, it is local
ALTER TABLE workers ADD COLUMN draining INTEGER NOT NULL DEFAULT 0 CHECK (draining IN (0, 1));

CREATE TABLE worker_tokens (
  worker     TEXT    PRIMARY KEY
    CHECK (length(worker) BETWEEN 1 AND 64 AND worker NOT GLOB '*[^a-z0-9._-]*'),
  stored_key TEXT    NOT NULL UNIQUE CHECK (length(stored_key) = 64),  -- checks a proof, cannot make one
  prefix     TEXT    NOT NULL,                  -- its first characters, to recognise it by
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL,
  revoked_at INTEGER NOT NULL                   -- 0 = it is good
) STRICT, WITHOUT ROWID;
