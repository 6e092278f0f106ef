package account

import (
	"context"
	"time"
)

// Kind says what a [Record] is.
type Kind string

// The kinds of record.
const (
	KindAccount Kind = "account"
	KindSession Kind = "session"
	KindLink    Kind = "link"
	KindToken   Kind = "token"
)

// Record is one thing as a store keeps it. The store reads nothing in Value.
type Record struct {
	Kind Kind
	// ID is unique among its kind, 1 to 200 bytes.
	ID string
	// Owner is the id of the account it belongs to, "" for none.
	Owner string
	// Keys are other names it is found by; each belongs to one record of its kind.
	Keys []string
	// Expires is when [Store.Sweep] may drop it; zero is never. To the millisecond.
	Expires time.Time
	// Version is given by the store: each write of anything gets a greater one, so a
	// version never comes back after a record was deleted and made again.
	Version int64
	// Value is JSON, at most 64 KiB.
	Value []byte
}

// Change is one step of [Store.Apply].
type Change struct {
	Record Record
	// Delete removes the record; otherwise it is written.
	Delete bool
	// Any disregards the version, and a deletion of what is not there is then nothing.
	// Without it Record.Version must be the one that is stored, 0 for a record that
	// is not there yet.
	Any bool
}

// Store keeps accounts, sessions, links and tokens. Methods are safe for concurrent
// use, and what Apply wrote is durable when it returns. Package accounttest has the
// suite that every store passes.
type Store interface {
	// Get returns the record. Errors: ENotFound.
	Get(ctx context.Context, kind Kind, id string) (Record, error)
	// Find returns the record that has the key. Errors: ENotFound.
	Find(ctx context.Context, kind Kind, key string) (Record, error)
	// List returns the records of a kind in the order of their ids: all of them, or
	// those of one owner if owner is not "".
	List(ctx context.Context, kind Kind, owner string) ([]Record, error)
	// Apply makes all changes or none, and returns the new version of each (0 for
	// what was deleted). Errors: EConflict (a version is not the stored one, or a
	// key belongs to another record), ENotFound (to delete a version, and not there).
	Apply(ctx context.Context, changes ...Change) ([]int64, error)
	// Sweep deletes what expired at or before now, at most 10,000 records, and says
	// how many.
	Sweep(ctx context.Context, now time.Time) (int, error)
}

// Document is a named value that people edit: a setting, a saved view.
type Document struct {
	Name    string    // "settings/zones", 1 to 200 bytes
	Value   []byte    // JSON, at most 1 MiB
	Version int64     // never the same twice, as in [Record]
	By      string    // who wrote it
	At      time.Time // when, to the millisecond
	Reason  string
}

// Documents keeps documents, the newest version of each.
type Documents interface {
	// Document returns the document of that name. Errors: ENotFound.
	Document(ctx context.Context, name string) (Document, error)
	// PutDocument writes d if its Version is the stored one, 0 for a new document,
	// and returns the new version. Errors: EConflict.
	PutDocument(ctx context.Context, d Document) (int64, error)
	// DeleteDocument deletes a document if it has that version. Errors: ENotFound,
	// EConflict.
	DeleteDocument(ctx context.Context, name string, version int64) error
	// ListDocuments returns the documents whose names begin with prefix, by name.
	ListDocuments(ctx context.Context, prefix string) ([]Document, error)
}
