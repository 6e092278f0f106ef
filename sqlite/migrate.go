package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migration is one step of the schema. Steps are only ever added.
type migration struct {
	version int
	name    string
	sql     string
	sum     string // hex SHA-256 of sql
}

func migrations(files fs.FS) ([]migration, error) { return migrationsIn(files, "migrations") }

func migrationsIn(files fs.FS, dir string) ([]migration, error) {
	names, err := fs.Glob(files, dir+"/*.sql")
	if err != nil {
		return nil, err
	}
	var out []migration
	for i, name := range names { // sorted by name
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is not number %04d", name, i+1)
		}
		sum := sha256.Sum256(b)
		out = append(out, migration{version, path.Base(name), string(b), hex.EncodeToString(sum[:])})
	}
	return out, nil
}

// Schema returns the version of the newest schema that opening with opt makes.
func Schema(opt Options) (int, error) {
	all, err := migrations(opt.steps())
	return len(all), err
}

// migrate compares the steps a database has taken with ours, and takes those that
// are missing unless readOnly. Errors: EConflict (the schema is newer, or older
// and readOnly), EIntegrity (a step was another one).
func migrate(ctx context.Context, c *sql.Conn, file string, all []migration, readOnly bool) error {
	const op = "sqlite.open"
	taken, err := takenSteps(ctx, c)
	if err != nil {
		return storeError(op, file, err)
	}
	for i, sum := range taken {
		if i >= len(all) {
			return wardround.Errorf(wardround.EConflict, op, "%s has schema version %d, this program knows up to %d: it was written by a newer version; run that one, or restore the copy made before the upgrade", file, len(taken), len(all))
		}
		if sum != all[i].sum {
			return wardround.Errorf(wardround.EIntegrity, op, "%s was made with another step %s than this program has (SHA-256 %.12s, here %.12s)", file, all[i].name, sum, all[i].sum)
		}
	}
	if len(taken) == len(all) {
		return nil
	}
	if readOnly {
		return wardround.Errorf(wardround.EConflict, op, "%s has schema version %d, this program needs %d: run a command that may write, it upgrades first", file, len(taken), len(all))
	}
	for _, m := range all[len(taken):] {
		if err := step(ctx, c, m); err != nil {
			return storeError(op, file, fmt.Errorf("schema step %s: %w", m.name, err))
		}
	}
	return nil
}

func takenSteps(ctx context.Context, c *sql.Conn) ([]string, error) {
	var n int
	if err := c.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'migration'`).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	rows, err := c.QueryContext(ctx, `SELECT sha256 FROM migration ORDER BY version`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var sum string
		if err := rows.Scan(&sum); err != nil {
			return nil, err
		}
		out = append(out, sum)
	}
	return out, rows.Err()
}

// step takes one step and records it, in one transaction.
func step(ctx context.Context, c *sql.Conn, m migration) (err error) {
	if _, err := c.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			c.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
		}
	}()
	for _, stmt := range []string{
		`CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL) STRICT`,
		m.sql,
		fmt.Sprintf(`PRAGMA user_version = %d`, m.version),
	} {
		if _, err := c.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	if _, err := c.ExecContext(ctx, `INSERT INTO migration VALUES (?, ?, ?, ?)`, m.version, m.name, m.sum, time.Now().UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `COMMIT`)
	return err
}
