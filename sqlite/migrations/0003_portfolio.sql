-- Releases and the documents that say what they are made of and what is known.
CREATE TABLE release (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE document (
	scope INTEGER NOT NULL REFERENCES scope,
	id    TEXT NOT NULL,
	body  TEXT NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID, STRICT;
