package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/wardround/wardround"
)

// Kinds calls fn with kind and time of each leaf from a number on, in order: what is
// counted of a ledger of millions, without reading what the leaves stand for.
func (s *Store) Kinds(ctx context.Context, ws wardround.Scope, from uint64, fn func(kind string, at time.Time) error) error {
	const op = "sqlite.ledger"
	id, ok, err := s.scopeID(ctx, ws)
	if err != nil || !ok || from >= 1<<scopeShift {
		return storeError(op, s.file, err)
	}
	rows, err := s.r.QueryContext(ctx, `SELECT kind, at FROM leaf WHERE id >= ? AND id < ? ORDER BY id`, id<<scopeShift|int64(from), (id+1)<<scopeShift)
	if err != nil {
		return storeError(op, s.file, err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var at sql.NullInt64
		if err := rows.Scan(&kind, &at); err != nil {
			return storeError(op, s.file, err)
		}
		if err := fn(kind, unstamp(at)); err != nil {
			return err
		}
	}
	return storeError(op, s.file, rows.Err())
}
