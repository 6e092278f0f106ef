package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

const documentColumns = `name, value, version, by, at, reason`

func scanDocument(row interface{ Scan(...any) error }) (account.Document, error) {
	var d account.Document
	var at int64
	err := row.Scan(&d.Name, &d.Value, &d.Version, &d.By, &at, &d.Reason)
	d.At = fromMillis(at)
	return d, err
}

// Document implements [account.Documents].
func (a *Accounts) Document(ctx context.Context, name string) (account.Document, error) {
	const op = "sqlite.document"
	var d account.Document
	err := a.read(ctx, func(ctx context.Context, q queryer) (err error) {
		d, err = scanDocument(q.QueryRowContext(ctx, `SELECT `+documentColumns+` FROM document WHERE name = ?`, name))
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return account.Document{}, wardround.Errorf(wardround.ENotFound, op, "there is no document %q", name)
	}
	return d, storeError(op, a.file, err)
}

// PutDocument implements [account.Documents].
func (a *Accounts) PutDocument(ctx context.Context, d account.Document) (version int64, err error) {
	const op = "sqlite.document"
	switch {
	case d.Name == "" || len(d.Name) > 200:
		return 0, wardround.Errorf(wardround.EInvalid, op, "a document has a name of 1 to 200 bytes")
	case len(d.Value) > 1<<20:
		return 0, wardround.Errorf(wardround.EFull, op, "%s has %d bytes; at most 1 MiB are kept", d.Name, len(d.Value))
	}
	err = a.write(ctx, op, func(ctx context.Context, tx *sql.Tx) error {
		if err := expect(ctx, tx, op, d.Name, d.Version); err != nil {
			return err
		}
		if version, err = next(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO document (name, value, version, by, at, reason) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version, by = excluded.by, at = excluded.at, reason = excluded.reason`,
			d.Name, d.Value, version, d.By, millis(d.At), d.Reason)
		return err
	})
	if err != nil {
		return 0, err
	}
	return version, nil
}

// expect refuses any version but the stored one, 0 for a document that is not there.
func expect(ctx context.Context, tx *sql.Tx, op, name string, version int64) error {
	var stored int64
	err := tx.QueryRowContext(ctx, `SELECT version FROM document WHERE name = ?`, name).Scan(&stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if stored != version {
		return wardround.Errorf(wardround.EConflict, op, "%s was changed or deleted meanwhile, or is there already", name)
	}
	return nil
}

// DeleteDocument implements [account.Documents].
func (a *Accounts) DeleteDocument(ctx context.Context, name string, version int64) error {
	const op = "sqlite.document"
	return a.write(ctx, op, func(ctx context.Context, tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM document WHERE name = ?`, name).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return wardround.Errorf(wardround.ENotFound, op, "there is no document %q", name)
		}
		if err := expect(ctx, tx, op, name, version); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM document WHERE name = ?`, name)
		return err
	})
}

// ListDocuments implements [account.Documents].
func (a *Accounts) ListDocuments(ctx context.Context, prefix string) ([]account.Document, error) {
	var out []account.Document
	err := a.read(ctx, func(ctx context.Context, q queryer) error {
		rows, err := q.QueryContext(ctx, `SELECT `+documentColumns+` FROM document WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name`, prefix)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			d, err := scanDocument(rows)
			if err != nil {
				return err
			}
			out = append(out, d)
		}
		return rows.Err()
	})
	return out, storeError("sqlite.documents", a.file, err)
}
