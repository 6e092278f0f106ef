package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"github.com/wardround/wardround"
)

// Acts returns the newest leaves that are no verdicts, at most most, in order: what
// people and the program did. They are found without reading the verdicts between
// them.
func (s *Store) Acts(ctx context.Context, ws wardround.Scope, most int) ([]*wardround.Evidence, error) {
	scan := func(rows *sql.Rows) (*wardround.Evidence, error) {
		e := new(wardround.Evidence)
		var at sql.NullInt64
		var id int64
		err := rows.Scan(&id, &e.Kind, &e.Reason, &e.Payload, &e.Salt, &e.Leaf, &at, &e.Seq)
		e.Index, e.At = uint64(id&(1<<scopeShift-1)), unstamp(at)
		return e, err
	}
	var out []*wardround.Evidence
	for e, err := range query(ctx, s, ws, scan, `SELECT id, kind, reason, payload, salt, leaf, at, seq FROM leaf
		WHERE kind <> 'verdict' AND id >= (?1 << 40) AND id < ((?1 + 1) << 40) ORDER BY id DESC LIMIT ?2`, most) {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	slices.Reverse(out)
	return out, nil
}
