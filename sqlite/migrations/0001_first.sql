-- Times are nanoseconds since 1970 UTC; NULL is no time. Bodies are JSON.

CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- One row per org and site: how far its log was judged, and its ledger's head.
CREATE TABLE scope (
	id       INTEGER PRIMARY KEY,
	org      TEXT NOT NULL,
	site     TEXT NOT NULL,
	position INTEGER NOT NULL DEFAULT 0,
	at       INTEGER,
	leaves   INTEGER NOT NULL DEFAULT 0,
	root     BLOB,
	UNIQUE (org, site)
) STRICT;

CREATE TABLE asset (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE link (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE proposal (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE kase (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE notice (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE finding (
	scope    INTEGER NOT NULL REFERENCES scope,
	id       TEXT NOT NULL,
	chk      TEXT NOT NULL,
	subject  TEXT NOT NULL,
	kase     TEXT NOT NULL,
	live     INTEGER NOT NULL,
	severity INTEGER NOT NULL,
	body     TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;
CREATE INDEX finding_subject ON finding (scope, subject);
CREATE INDEX finding_kase ON finding (scope, kase);

-- The current verdict of each key.
CREATE TABLE verdict (
	scope     INTEGER NOT NULL REFERENCES scope,
	chk       TEXT NOT NULL,
	subject   TEXT NOT NULL,
	item      TEXT NOT NULL,
	state     INTEGER NOT NULL,
	severity  INTEGER NOT NULL,
	why       TEXT NOT NULL,
	facts     TEXT,
	at        INTEGER,
	until     INTEGER,
	since     INTEGER,
	version   INTEGER NOT NULL,
	seq       INTEGER NOT NULL,
	knowledge INTEGER NOT NULL,
	origin    TEXT NOT NULL,
	PRIMARY KEY (scope, chk, subject, item)
) WITHOUT ROWID, STRICT;
CREATE INDEX verdict_subject ON verdict (scope, subject);

CREATE TABLE transition (
	id      INTEGER PRIMARY KEY,
	scope   INTEGER NOT NULL REFERENCES scope,
	chk     TEXT NOT NULL,
	subject TEXT NOT NULL,
	item    TEXT NOT NULL,
	from_   INTEGER NOT NULL,
	to_     INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	at      INTEGER,
	reason  TEXT NOT NULL,
	leaf    INTEGER NOT NULL
) STRICT;
CREATE INDEX transition_key ON transition (scope, chk, subject, item);

CREATE TABLE state (
	scope   INTEGER NOT NULL REFERENCES scope,
	chk     TEXT NOT NULL,
	key     TEXT NOT NULL,
	version INTEGER NOT NULL,
	data    BLOB NOT NULL,
	PRIMARY KEY (scope, chk, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE wake (
	scope INTEGER NOT NULL REFERENCES scope,
	chk   TEXT NOT NULL,
	key   TEXT NOT NULL,
	at    INTEGER NOT NULL,
	PRIMARY KEY (scope, chk, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE learned (
	scope   INTEGER NOT NULL REFERENCES scope,
	chk     TEXT NOT NULL,
	set_    TEXT NOT NULL,
	member  TEXT NOT NULL,
	first   INTEGER,
	adopted INTEGER NOT NULL,
	PRIMARY KEY (scope, chk, set_, member)
) WITHOUT ROWID, STRICT;

CREATE TABLE content (
	scope      INTEGER NOT NULL REFERENCES scope,
	name       TEXT NOT NULL,
	generation INTEGER NOT NULL,
	value      BLOB NOT NULL,
	by_        TEXT NOT NULL,
	reason     TEXT NOT NULL,
	at         INTEGER,
	PRIMARY KEY (scope, name)
) WITHOUT ROWID, STRICT;

-- The ledger. id is scope * 2^40 + index. payload and salt are NULL once erased.
CREATE TABLE leaf (
	id      INTEGER PRIMARY KEY,
	kind    TEXT NOT NULL,
	reason  TEXT NOT NULL,
	payload BLOB,
	salt    BLOB,
	leaf    BLOB NOT NULL,
	at      INTEGER,
	seq     INTEGER NOT NULL
) STRICT;
CREATE INDEX leaf_at ON leaf (at);

-- The hashes of the tree in the order of tlog.StoredHashIndex, 120 to a row, so
-- that a row fits a page. id is scope * 2^40 + index / 120.
CREATE TABLE tree (
	id     INTEGER PRIMARY KEY,
	hashes BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
	scope INTEGER NOT NULL REFERENCES scope,
	size  INTEGER NOT NULL,
	at    INTEGER,
	note  TEXT NOT NULL,
	PRIMARY KEY (scope, size)
) WITHOUT ROWID, STRICT;
