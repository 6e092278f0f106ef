package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

//go:embed migrations/accounts/*.sql
var accountsEmbedded embed.FS

// accountsID marks a file of accounts in SQLite's header: "WRac".
const accountsID = 0x57526163

// Memory is the name of a store that is gone when it is closed, for the demo.
const Memory = ":memory:"

// AccountsOptions configure a store of accounts; the zero value is usable.
type AccountsOptions struct {
	// ReadOnly opens beside a writer.
	ReadOnly bool
	// Migrations replaces the program's own schema steps,
	// migrations/accounts/NNNN_name.sql; for tests of upgrades.
	Migrations fs.FS
}

func (o AccountsOptions) steps() ([]migration, error) {
	files := fs.FS(accountsEmbedded)
	if o.Migrations != nil {
		files = o.Migrations
	}
	return migrationsIn(files, "migrations/accounts")
}

// Accounts is the [account.Store] and the [account.Documents] of one machine: a
// SQLite file apart from that of the state, because it holds what people type and
// the other what is judged from the log. Nothing in it can be had from the log
// again. Its methods are safe for concurrent use.
type Accounts struct {
	file string
	opt  AccountsOptions
	w, r *sql.DB // r is nil in memory

	mu   sync.Mutex // held by whoever uses conn
	conn *sql.Conn  // the only writing connection; nil when read-only
}

var (
	_ account.Store     = (*Accounts)(nil)
	_ account.Documents = (*Accounts)(nil)
)

// AccountsSchema returns the version of the newest schema of accounts.
func AccountsSchema() (int, error) {
	all, err := AccountsOptions{}.steps()
	return len(all), err
}

// OpenAccounts opens the accounts in file, which it makes, readable by its owner
// only, if it is not there. [Memory] opens a new store without a file. Errors: those
// of [Open].
func OpenAccounts(file string, opt AccountsOptions) (*Accounts, error) {
	const op = "sqlite.accounts"
	all, err := opt.steps()
	if err != nil {
		return nil, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	size := int64(0)
	if file != Memory {
		if size, err = inspect(op, file, opt.ReadOnly); err != nil {
			return nil, err
		}
	} else if opt.ReadOnly {
		return nil, wardround.Errorf(wardround.EInvalid, op, "a store in memory begins empty; there is nothing to read only")
	}
	a := &Accounts{file: file, opt: opt}
	if err := a.connect(context.Background(), size, all); err != nil {
		a.Close()
		return nil, storeError(op, file, err)
	}
	return a, nil
}

func (a *Accounts) connect(ctx context.Context, size int64, all []migration) error {
	var err error
	if !a.opt.ReadOnly {
		if a.w, err = sql.Open("sqlite", a.dsn(mode{writing: true})); err != nil {
			return err
		}
		a.w.SetMaxOpenConns(1)
		if a.conn, err = a.w.Conn(ctx); err != nil {
			return err
		}
	}
	conn := a.conn
	if a.file != Memory {
		if a.r, err = sql.Open("sqlite", a.dsn(mode{})); err != nil {
			return err
		}
		a.r.SetMaxOpenConns(readers)
		a.r.SetMaxIdleConns(readers)
	}
	if conn == nil {
		if conn, err = a.r.Conn(ctx); err != nil {
			return err
		}
		defer conn.Close()
	}
	if size > 0 {
		if err := check(ctx, conn, a.file, "quick_check"); err != nil {
			return err
		}
	}
	if err := a.claim(ctx, conn); err != nil {
		return err
	}
	return migrate(ctx, conn, a.file, all, a.opt.ReadOnly)
}

func (a *Accounts) dsn(m mode) string {
	s := dsn(a.file, Options{ReadOnly: a.opt.ReadOnly}, m)
	if a.file != Memory {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return "file::memory:?" + u.RawQuery
}

// claim marks a new file as one of accounts and refuses any other.
func (a *Accounts) claim(ctx context.Context, c *sql.Conn) error {
	const op = "sqlite.accounts"
	var id, tables int64
	if err := c.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return err
	}
	if id == accountsID {
		return nil
	}
	if err := c.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	switch {
	case id != 0 || tables != 0:
		return wardround.Errorf(wardround.EInvalid, op, "%s is a database, and not one of accounts", a.file)
	case a.opt.ReadOnly:
		return wardround.Errorf(wardround.ENotFound, op, "%s is empty", a.file)
	}
	_, err := c.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, accountsID))
	return err
}

// Close ends the store.
func (a *Accounts) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	if a.r != nil {
		errs = append(errs, a.r.Close())
	}
	if a.conn != nil {
		errs = append(errs, a.conn.Close())
		a.conn = nil
	}
	if a.w != nil {
		errs = append(errs, a.w.Close())
	}
	return storeError("sqlite.close", a.file, errors.Join(errs...))
}

// Backup writes a copy of the accounts to file, which must not exist, while they go
// on being written: the copy is what one moment held. Errors: EConflict (file
// exists), EInvalid (there is no file, only memory), EFull, EForbidden.
func (a *Accounts) Backup(ctx context.Context, file string) error {
	const op = "sqlite.backup"
	if a.file == Memory {
		return wardround.Errorf(wardround.EInvalid, op, "accounts in memory are not backed up")
	}
	return copyTo(ctx, op, a.file, Options{ReadOnly: a.opt.ReadOnly}, file)
}

// Verify checks SQLite's structure. Errors: EIntegrity.
func (a *Accounts) Verify(ctx context.Context) error {
	err := a.read(ctx, func(ctx context.Context, q queryer) error {
		c, ok := q.(*sql.Conn)
		if !ok {
			var err error
			if c, err = a.r.Conn(ctx); err != nil {
				return err
			}
			defer c.Close()
		}
		return check(ctx, c, a.file, "integrity_check")
	})
	return storeError("sqlite.verify", a.file, err)
}

// queryer is what reads: the readers, or the one connection of a store in memory.
type queryer interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

func (a *Accounts) read(ctx context.Context, fn func(context.Context, queryer) error) error {
	if a.r != nil {
		return fn(ctx, a.r)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn == nil {
		return sql.ErrConnDone
	}
	// A cancelled statement may cost the connection, and with it all there is.
	return fn(context.WithoutCancel(ctx), a.conn)
}

// write runs fn in a transaction that is durable when write returns.
func (a *Accounts) write(ctx context.Context, op string, fn func(context.Context, *sql.Tx) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn == nil {
		return wardround.Errorf(wardround.EForbidden, op, "%s is open for reading only, or closed", a.file)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Whoever asked may go away; what was begun is finished all the same.
	ctx = context.WithoutCancel(ctx)
	tx, err := a.conn.BeginTx(ctx, nil)
	if err != nil {
		return storeError(op, a.file, err)
	}
	if err := fn(ctx, tx); err != nil {
		return storeError(op, a.file, errors.Join(err, tx.Rollback()))
	}
	return storeError(op, a.file, tx.Commit())
}

// next draws the next version.
func next(ctx context.Context, tx *sql.Tx) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE counter SET n = n + 1 RETURNING n`).Scan(&n)
	return n, err
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
