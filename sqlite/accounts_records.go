package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

const recordColumns = `r.kind, r.id, r.owner, r.expires, r.version, r.value`

func scanRecord(row interface{ Scan(...any) error }, more ...any) (account.Record, error) {
	var r account.Record
	var expires int64
	err := row.Scan(append([]any{&r.Kind, &r.ID, &r.Owner, &expires, &r.Version, &r.Value}, more...)...)
	r.Expires = fromMillis(expires)
	return r, err
}

// Get implements [account.Store].
func (a *Accounts) Get(ctx context.Context, kind account.Kind, id string) (account.Record, error) {
	return a.one(ctx, kind, `SELECT `+recordColumns+` FROM record r WHERE r.kind = ? AND r.id = ?`, kind, id)
}

// Find implements [account.Store].
func (a *Accounts) Find(ctx context.Context, kind account.Kind, key string) (account.Record, error) {
	return a.one(ctx, kind, `SELECT `+recordColumns+` FROM record_key k JOIN record r ON r.kind = k.kind AND r.id = k.id WHERE k.kind = ? AND k.key = ?`, kind, key)
}

func (a *Accounts) one(ctx context.Context, kind account.Kind, query string, args ...any) (account.Record, error) {
	const op = "sqlite.get"
	var out account.Record
	err := a.read(ctx, func(ctx context.Context, q queryer) (err error) {
		if out, err = scanRecord(q.QueryRowContext(ctx, query, args...)); err != nil {
			return err
		}
		out.Keys, err = keysOf(ctx, q, out.Kind, out.ID)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return account.Record{}, wardround.Errorf(wardround.ENotFound, op, "there is no such %s", kind)
	}
	return out, storeError(op, a.file, err)
}

func keysOf(ctx context.Context, q queryer, kind account.Kind, id string) (keys []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT key FROM record_key WHERE kind = ? AND id = ? ORDER BY key`, kind, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

// List implements [account.Store].
func (a *Accounts) List(ctx context.Context, kind account.Kind, owner string) ([]account.Record, error) {
	where, args := `r.kind = ?`, []any{kind}
	if owner != "" {
		where, args = where+` AND r.owner = ?`, append(args, owner)
	}
	var out []account.Record
	err := a.read(ctx, func(ctx context.Context, q queryer) error {
		// A row for each key; a record without any has one too.
		rows, err := q.QueryContext(ctx, `SELECT `+recordColumns+`, k.key FROM record r
			LEFT JOIN record_key k ON k.kind = r.kind AND k.id = r.id WHERE `+where+` ORDER BY r.id, k.key`, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key sql.NullString
			r, err := scanRecord(rows, &key)
			if err != nil {
				return err
			}
			if n := len(out); n == 0 || out[n-1].ID != r.ID {
				out = append(out, r)
			}
			if last := &out[len(out)-1]; key.Valid {
				last.Keys = append(last.Keys, key.String)
			}
		}
		return rows.Err()
	})
	return out, storeError("sqlite.list", a.file, err)
}

// Apply implements [account.Store].
func (a *Accounts) Apply(ctx context.Context, changes ...account.Change) ([]int64, error) {
	const op = "sqlite.apply"
	versions := make([]int64, len(changes))
	err := a.write(ctx, op, func(ctx context.Context, tx *sql.Tx) error {
		// Keys that are given up are free for the changes that follow, so all of them
		// go before any is taken.
		for i, c := range changes {
			v, err := applyRecord(ctx, tx, op, c)
			if err != nil {
				return err
			}
			versions[i] = v
		}
		for _, c := range changes {
			if c.Delete {
				continue
			}
			if err := putKeys(ctx, tx, op, c.Record); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return versions, nil
}

func applyRecord(ctx context.Context, tx *sql.Tx, op string, c account.Change) (int64, error) {
	r := c.Record
	if err := checkRecord(op, r); err != nil {
		return 0, err
	}
	var stored int64
	err := tx.QueryRowContext(ctx, `SELECT version FROM record WHERE kind = ? AND id = ?`, r.Kind, r.ID).Scan(&stored)
	there := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	switch {
	case c.Delete && !there && c.Any:
		return 0, nil
	case c.Delete && !there:
		return 0, wardround.Errorf(wardround.ENotFound, op, "there is no such %s", r.Kind)
	case !c.Any && stored != r.Version:
		return 0, wardround.Errorf(wardround.EConflict, op, "the %s was changed or deleted meanwhile, or is there already", r.Kind)
	}
	if there {
		if _, err := tx.ExecContext(ctx, `DELETE FROM record_key WHERE kind = ? AND id = ?`, r.Kind, r.ID); err != nil {
			return 0, err
		}
	}
	if c.Delete {
		_, err := tx.ExecContext(ctx, `DELETE FROM record WHERE kind = ? AND id = ?`, r.Kind, r.ID)
		return 0, err
	}
	version, err := next(ctx, tx)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO record (kind, id, owner, expires, version, value) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET owner = excluded.owner, expires = excluded.expires, version = excluded.version, value = excluded.value`,
		r.Kind, r.ID, r.Owner, millis(r.Expires), version, r.Value)
	return version, err
}

func checkRecord(op string, r account.Record) error {
	switch {
	case r.Kind == "" || r.ID == "" || len(r.ID) > 200:
		return wardround.Errorf(wardround.EInvalid, op, "a record has a kind, and an id of 1 to 200 bytes")
	case len(r.Value) > 64<<10:
		return wardround.Errorf(wardround.EFull, op, "a %s of %d bytes; at most 64 KiB are kept", r.Kind, len(r.Value))
	}
	return nil
}

func putKeys(ctx context.Context, tx *sql.Tx, op string, r account.Record) error {
	keys := slices.Clone(r.Keys)
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		res, err := tx.ExecContext(ctx, `INSERT INTO record_key (kind, key, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, r.Kind, k, r.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, wardround.Errorf(wardround.EConflict, op, "another %s has this name or key", r.Kind))
		}
	}
	return nil
}

// Sweep implements [account.Store].
func (a *Accounts) Sweep(ctx context.Context, now time.Time) (n int, err error) {
	err = a.write(ctx, "sqlite.sweep", func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM record WHERE (kind, id) IN (SELECT kind, id FROM record WHERE expires > 0 AND expires <= ? LIMIT 10000)`, millis(now))
		if err != nil {
			return err
		}
		k, err := res.RowsAffected()
		n = int(k)
		return err
	})
	return n, err
}
