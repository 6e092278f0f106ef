// Package sqlite is the [wardround.Store] of one machine: one SQLite file in WAL
// mode with synchronous=FULL, one writer and a few readers. Everything of a
// [wardround.Commit], with the ledger's leaves, its tree and the log position, is
// written in one transaction.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	// The driver registers itself as "sqlite".
	_ "modernc.org/sqlite"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
)

// Options configure a store; the zero value is usable.
type Options struct {
	// Origin refuses a store of any other origin; a new one is fixed to it. "" takes
	// the origin the store has, or that of its first commit.
	Origin wardround.Origin
	// ReadOnly opens beside a writer. Commit is refused, and so is a file of an
	// older schema.
	ReadOnly bool
	// Fast gives up durability (synchronous=OFF), for the temporary store of a
	// replay.
	Fast bool
	// CheckBytes is up to which size of the file Open checks its whole structure: if
	// 0, 256 MiB for the writer and 16 MiB for readers, which come often; never if
	// negative. [Store.Verify] checks any size.
	CheckBytes int64
	// Random is where salts come from; crypto/rand if nil.
	Random io.Reader
	// Migrations replaces the program's own schema steps, migrations/NNNN_name.sql;
	// for tests of upgrades.
	Migrations fs.FS
}

func (o *Options) steps() fs.FS {
	if o.Migrations != nil {
		return o.Migrations
	}
	return embedded
}

// Store is an open store. Its methods are safe for concurrent use.
type Store struct {
	file string
	opt  Options
	w    *sql.DB // nil when read-only
	r    *sql.DB
	// immutable: the file cannot change while it is open.
	immutable bool

	mu     sync.Mutex // held by whoever writes
	conn   *sql.Conn  // the only writing connection
	stmts  map[string]*sql.Stmt
	origin wardround.Origin
	scopes map[wardround.Scope]*scope
}

// scope is what the writer remembers of one org and site.
type scope struct {
	id       int64
	position uint64
	tree     ledger.Tree
}

// applicationID marks our files in SQLite's header: "WRnd".
const applicationID = 0x57526e64

// readers is how many connections read at the same time.
const readers = 4

// Open opens the store in file, which it makes if it is not there. Errors:
// EIntegrity (the file is damaged), EConflict (newer schema, or in use), EForbidden
// (cannot be read or written), EInvalid (another origin, not ours), ENotFound
// (read-only and not there), EFull.
func Open(file string, opt Options) (*Store, error) {
	const op = "sqlite.open"
	all, err := migrations(opt.steps())
	if err != nil {
		return nil, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	if opt.CheckBytes == 0 {
		opt.CheckBytes = 256 << 20
		if opt.ReadOnly {
			opt.CheckBytes = 16 << 20
		}
	}
	size, err := inspect(op, file, opt.ReadOnly)
	if err != nil {
		return nil, err
	}
	s, err := connect(file, opt, size, all, false)
	if opt.ReadOnly && wardround.ErrorCode(err) == wardround.EForbidden && settled(file) {
		// A disk that cannot be written has no room for the index that readers share;
		// nobody can be writing there either.
		s, err = connect(file, opt, size, all, true)
	}
	return s, err
}

// settled reports whether everything is in the one file.
func settled(file string) bool {
	st, err := os.Stat(file + "-wal")
	return errors.Is(err, fs.ErrNotExist) || err == nil && st.Size() == 0
}

func connect(file string, opt Options, size int64, all []migration, immutable bool) (*Store, error) {
	s := &Store{file: file, opt: opt, immutable: immutable, scopes: map[wardround.Scope]*scope{}, stmts: map[string]*sql.Stmt{}}
	if err := s.connect(context.Background(), size, all); err != nil {
		s.Close()
		return nil, storeError("sqlite.open", file, err)
	}
	return s, nil
}

// inspect looks at the file before SQLite does, which would take an empty or
// short one for a new database.
func inspect(op, file string, readOnly bool) (size int64, err error) {
	f, err := os.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && readOnly:
		return 0, wardround.Errorf(wardround.ENotFound, op, "there is no %s", file)
	case errors.Is(err, fs.ErrNotExist):
		// A new file is private from its first byte on.
		f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return 0, wardround.Errorf(wardround.EForbidden, op, "%s cannot be made; check the folder's owner, mode and mount: %w", file, err)
		}
		return 0, f.Close()
	case errors.Is(err, fs.ErrPermission):
		return 0, wardround.Errorf(wardround.EForbidden, op, "%w", err)
	case err != nil:
		return 0, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return 0, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	if st.Size() == 0 {
		return 0, nil // made, and killed before the first write
	}
	var head [100]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:16]) != "SQLite format 3\x00" {
		return 0, wardround.Errorf(wardround.EIntegrity, op, "%s is damaged or no database: it does not begin as one; restore a backup", file)
	}
	return st.Size(), nil
}

func (s *Store) connect(ctx context.Context, size int64, all []migration) error {
	var err error
	conn := (*sql.Conn)(nil)
	if !s.opt.ReadOnly {
		if s.w, err = sql.Open("sqlite", dsn(s.file, s.opt, mode{writing: true})); err != nil {
			return err
		}
		s.w.SetMaxOpenConns(1)
		if s.conn, err = s.w.Conn(ctx); err != nil {
			return err
		}
		conn = s.conn
	}
	if s.r, err = sql.Open("sqlite", dsn(s.file, s.opt, mode{immutable: s.immutable})); err != nil {
		return err
	}
	s.r.SetMaxOpenConns(readers)
	s.r.SetMaxIdleConns(readers)
	if conn == nil {
		if conn, err = s.r.Conn(ctx); err != nil {
			return err
		}
		defer conn.Close()
	}
	if size > 0 && size <= s.opt.CheckBytes {
		if err := check(ctx, conn, s.file, "quick_check"); err != nil {
			return err
		}
	}
	if err := s.claim(ctx, conn); err != nil {
		return err
	}
	if err := migrate(ctx, conn, s.file, all, s.opt.ReadOnly); err != nil {
		return err
	}
	if err := s.loadOrigin(ctx, conn); err != nil {
		return err
	}
	if s.opt.ReadOnly {
		return nil
	}
	return s.loadScopes(ctx)
}

// mode says what a connection is for: reading if nothing is set.
type mode struct{ writing, copying, immutable bool }

// dsn is the address of a connection: see the driver's documentation for the keys.
func dsn(file string, opt Options, m mode) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		abs = file
	}
	path := filepath.ToSlash(abs)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	q := url.Values{}
	q.Set("_busy_timeout", "5000") // milliseconds
	q.Set("_foreign_keys", "on")
	q.Set("_defensive", "true")
	q.Set("_dqs", "false")
	q.Add("_pragma", "trusted_schema(off)")
	q.Add("_pragma", "cell_size_check(on)")
	q.Add("_pragma", "cache_size(-16384)") // 16 MiB
	if m.writing {
		q.Set("_txlock", "immediate")
		q.Set("_journal_mode", "WAL")
		q.Add("_pragma", "journal_size_limit(67108864)") // of the write-ahead log: 64 MiB
		if opt.Fast {
			q.Set("_synchronous", "OFF")
		} else {
			q.Set("_synchronous", "FULL")
			// Erased payloads are overwritten, not only unlinked.
			q.Add("_pragma", "secure_delete(on)")
		}
	} else if !m.copying {
		q.Set("_query_only", "on")
	}
	if opt.ReadOnly {
		q.Set("mode", "ro")
	}
	if m.immutable {
		q.Set("immutable", "1")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// claim marks a new file as ours and refuses one that is someone else's.
func (s *Store) claim(ctx context.Context, c *sql.Conn) error {
	const op = "sqlite.open"
	var id, tables int64
	if err := c.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return err
	}
	if id == applicationID {
		return nil
	}
	if err := c.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	if id != 0 || tables != 0 {
		return wardround.Errorf(wardround.EInvalid, op, "%s is a database of another program", s.file)
	}
	if s.opt.ReadOnly {
		return wardround.Errorf(wardround.ENotFound, op, "%s is empty", s.file)
	}
	_, err := c.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID))
	return err
}

// loadOrigin reads which origin the store is fixed to, and fixes a new one.
func (s *Store) loadOrigin(ctx context.Context, c *sql.Conn) error {
	var origin string
	err := c.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'origin'`).Scan(&origin)
	if errors.Is(err, sql.ErrNoRows) {
		if s.opt.Origin == "" || s.opt.ReadOnly {
			return nil
		}
		if _, err := c.ExecContext(ctx, `INSERT INTO meta VALUES ('origin', ?)`, string(s.opt.Origin)); err != nil {
			return err
		}
		origin, err = string(s.opt.Origin), nil
	}
	if err != nil {
		return err
	}
	s.origin = wardround.Origin(origin)
	if s.opt.Origin != "" && s.opt.Origin != s.origin {
		return wardround.Errorf(wardround.EInvalid, "sqlite.open", "%s holds %s facts, not %s ones; origins never mix in one data directory", s.file, s.origin, s.opt.Origin)
	}
	return nil
}

// check runs SQLite's own check, "quick_check" or "integrity_check".
func check(ctx context.Context, c *sql.Conn, file, pragma string) error {
	rows, err := c.QueryContext(ctx, `PRAGMA `+pragma+`(5)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			faults = append(faults, line)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(faults) > 0 {
		return wardround.Errorf(wardround.EIntegrity, "sqlite.open", "%s is damaged; restore a backup: %s", file, strings.Join(faults, "; "))
	}
	return nil
}

// Origin returns the origin the store is fixed to, "" before its first commit.
func (s *Store) Origin() wardround.Origin {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.origin
}

// Close ends the store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	s.stmts = nil
	// Readers first: the last connection to close folds the write-ahead log in, and
	// only the writer may.
	if s.r != nil {
		errs = append(errs, s.r.Close())
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
		s.conn = nil
	}
	if s.w != nil {
		errs = append(errs, s.w.Close())
	}
	return storeError("sqlite.close", s.file, errors.Join(errs...))
}

var _ wardround.Store = (*Store)(nil)

// Migrations returns the schema steps the store was opened with; nil for the
// program's own.
func (s *Store) Migrations() fs.FS { return s.opt.Migrations }
