-- Who may come in, with what, and what everybody did. Tokens and passwords are stored as hashes only, and
-- secrets encrypted with a key that is not in this database.

CREATE TABLE users (
  name        TEXT    PRIMARY KEY
    CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^a-z0-9._-]*'),
  password    TEXT,                             -- argon2id with its parameters; NULL = cannot sign in by password
  role        TEXT    NOT NULL CHECK (role IN ('none', 'viewer', 'operator', 'editor', 'admin')),
  disabled    INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),  -- may do nothing before a new password is set
  created_at  INTEGER NOT NULL,
  password_at INTEGER NOT NULL                  -- when the password was set; 0 = never
) STRICT, WITHOUT ROWID;

-- A role for one dag, above the general one.
CREATE TABLE grants (
  user TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  dag  TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'editor', 'admin')),
  PRIMARY KEY (user, dag)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token_hash TEXT    PRIMARY KEY CHECK (length(token_hash) = 64),  -- SHA-256
  user       TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
  address    TEXT    NOT NULL,                  -- of the client that signed in
  created_at INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,                  -- whole minutes
  expires_at INTEGER NOT NULL                   -- however busy it is
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user);

CREATE TABLE api_tokens (
  owner      TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
  name       TEXT    NOT NULL,
  token_hash TEXT    NOT NULL UNIQUE CHECK (length(token_hash) = 64),
  prefix     TEXT    NOT NULL,                  -- its first characters, to recognise it by
  scope      TEXT    NOT NULL CHECK (scope IN ('viewer', 'operator', 'editor', 'admin')),
  dags       TEXT,                              -- JSON array of names; NULL = every dag of its owner
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,                  -- 0 = never
  last_used  INTEGER NOT NULL,                  -- whole hours; 0 = never
  revoked_at INTEGER NOT NULL,                  -- 0 = it is good
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE signin_links (
  token_hash TEXT    PRIMARY KEY CHECK (length(token_hash) = 64),
  user       TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL                   -- 0 = not yet
) STRICT, WITHOUT ROWID;
CREATE INDEX signin_links_of_user ON signin_links (user);
CREATE TRIGGER signin_links_once BEFORE UPDATE ON signin_links
WHEN OLD.used_at <> 0
BEGIN SELECT RAISE(FAIL, 'a sign-in link works once'); END;

-- XChaCha20-Poly1305; the name is bound to the value, so values cannot change places.
CREATE TABLE secrets (
  name       TEXT    PRIMARY KEY,
  key_id     TEXT    NOT NULL,                  -- which key file opens it
  nonce      TEXT    NOT NULL,                  -- base64
  ciphertext TEXT    NOT NULL,                  -- base64
  updated_at INTEGER NOT NULL,
  updated_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Every change that somebody asked for, also the refused ones, each in the transaction of its change. hash is
-- SHA-256 over prev_hash and all other fields (scheduler/storage/audit_hash.h).
CREATE TABLE audit (
  seq       INTEGER PRIMARY KEY CHECK (seq > 0),   -- without gaps
  at_us     INTEGER NOT NULL,
  who       TEXT    NOT NULL,
  via       TEXT    NOT NULL,
  address   TEXT    NOT NULL,
  request   TEXT    NOT NULL,
  action    TEXT    NOT NULL,
  object    TEXT    NOT NULL,
  dag       TEXT    NOT NULL,
  detail    TEXT    NOT NULL,                   -- JSON object
  outcome   TEXT    NOT NULL,                   -- "ok", or why not in one word
  message   TEXT    NOT NULL,                   -- why not, in words
  prev_hash TEXT    NOT NULL,
  hash      TEXT    NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX audit_by_dag ON audit (dag, seq);

-- The last row of the chain, so that a missing end shows.
CREATE TABLE audit_head (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  seq  INTEGER NOT NULL,
  hash TEXT    NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, '');

CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE seq = NEW.seq - 1 AND hash = NEW.prev_hash)
BEGIN SELECT RAISE(FAIL, 'the audit log only grows at its end'); END;
CREATE TRIGGER audit_grows AFTER INSERT ON audit
BEGIN UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash; END;
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(FAIL, 'an audit entry never changes'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(FAIL, 'an audit entry is never deleted'); END;
CREATE TRIGGER audit_head_rises BEFORE UPDATE ON audit_head
WHEN NEW.seq <> OLD.seq + 1
BEGIN SELECT RAISE(FAIL, 'the audit log only grows at its end'); END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(FAIL, 'the head of the audit log stays'); END;
