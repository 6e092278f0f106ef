-- Accounts, sessions, links and tokens. What a value means is package account's.

CREATE TABLE counter (n INTEGER NOT NULL) STRICT;
INSERT INTO counter VALUES (0);

CREATE TABLE record (
	kind    TEXT NOT NULL,
	id      TEXT NOT NULL,
	owner   TEXT NOT NULL,
	expires INTEGER NOT NULL,        -- Unix milliseconds, 0 is never
	version INTEGER NOT NULL,
	value   BLOB NOT NULL,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_owner ON record (kind, owner, id);
CREATE INDEX record_expires ON record (expires) WHERE expires > 0;

-- Other names a record is found by, each of one record.
CREATE TABLE record_key (
	kind TEXT NOT NULL,
	key  TEXT NOT NULL,
	id   TEXT NOT NULL,
	PRIMARY KEY (kind, key),
	FOREIGN KEY (kind, id) REFERENCES record (kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX record_key_id ON record_key (kind, id);

-- Settings and saved views, the newest version of each.
CREATE TABLE document (
	name    TEXT PRIMARY KEY,
	value   BLOB NOT NULL,
	version INTEGER NOT NULL,
	by      TEXT NOT NULL,
	at      INTEGER NOT NULL,        -- Unix milliseconds
	reason  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
