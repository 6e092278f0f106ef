package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
)

// scopeShift makes ids of the ledger's rows: scope, then a 40-bit number. A
// trillion leaves are 1,000 years at 30,000 a second.
const scopeShift = 40

// perRow is how many hashes of the tree share a row.
const perRow = 120

// hashes stores the tree's hashes from number first on.
func (w *writer) hashes(first int64, hashes []tlog.Hash) {
	for len(hashes) > 0 && w.err == nil {
		row, used := first/perRow, int(first%perRow)
		n := min(perRow-used, len(hashes))
		b := make([]byte, 0, perRow*tlog.HashSize)
		if used > 0 {
			st, err := w.s.prepare(w.ctx, `SELECT hashes FROM tree WHERE id = ?`)
			if err == nil {
				err = st.QueryRowContext(w.ctx, w.scope<<scopeShift|row).Scan(&b)
			}
			if err == nil && len(b) != used*tlog.HashSize {
				err = wardround.Errorf(wardround.EIntegrity, "sqlite.commit", "row %d of the ledger's tree in %s has %d bytes, not %d", row, w.s.file, len(b), used*tlog.HashSize)
			}
			if err != nil {
				w.err = err
				return
			}
		}
		for _, h := range hashes[:n] {
			b = append(b, h[:]...)
		}
		w.exec(`INSERT OR REPLACE INTO tree VALUES (?, ?)`, w.scope<<scopeShift|row, b)
		hashes, first = hashes[n:], first+int64(n)
	}
}

// querier is a connection or a pool.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// hashReader reads the tree's hashes of one scope. It keeps the rows it has read,
// up to a few MB.
type hashReader struct {
	ctx   context.Context
	q     querier
	file  string
	scope int64
	rows  map[int64][]byte
}

const hashRowsKept = 1024

// ReadHashes implements [tlog.HashReader].
func (r *hashReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		row, at := x/perRow, int(x%perRow)*tlog.HashSize
		b, ok := r.rows[row]
		if !ok {
			err := r.q.QueryRowContext(r.ctx, `SELECT hashes FROM tree WHERE id = ?`, r.scope<<scopeShift|row).Scan(&b)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return nil, err
			}
			if r.rows == nil || len(r.rows) >= hashRowsKept {
				r.rows = map[int64][]byte{}
			}
			r.rows[row] = b
		}
		if at+tlog.HashSize > len(b) {
			return nil, wardround.Errorf(wardround.EIntegrity, "sqlite.ledger", "hash %d of the ledger's tree is missing in %s", x, r.file)
		}
		copy(out[i][:], b[at:])
	}
	return out, nil
}

// loadScopes reads where each scope stands, and makes sure that the edge of its
// tree still gives the root that was committed with it.
func (s *Store) loadScopes(ctx context.Context) error {
	rows, err := s.conn.QueryContext(ctx, `SELECT id, org, site, position, leaves, root FROM scope ORDER BY id`)
	if err != nil {
		return err
	}
	type row struct {
		ws     wardround.Scope
		sc     *scope
		leaves int64
		root   []byte
	}
	var found []row
	defer rows.Close()
	for rows.Next() {
		r := row{sc: &scope{}}
		if err := rows.Scan(&r.sc.id, &r.ws.Org, &r.ws.Site, &r.sc.position, &r.leaves, &r.root); err != nil {
			return err
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for _, r := range found {
		tree, err := ledger.LoadTree(r.leaves, &hashReader{ctx: ctx, q: s.conn, file: s.file, scope: r.sc.id})
		if err != nil {
			return err
		}
		if root := tree.Root(); r.root != nil && string(root[:]) != string(r.root) {
			return wardround.Errorf(wardround.EIntegrity, "sqlite.open", "the ledger of %s/%s in %s does not give the root it was committed with; restore a backup", r.ws.Org, r.ws.Site, s.file)
		}
		var leaves int64
		if err := s.conn.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM leaf WHERE id >= ? AND id < ?)`, r.sc.id<<scopeShift|max(0, r.leaves-1000), (r.sc.id+1)<<scopeShift).Scan(&leaves); err != nil {
			return err
		}
		if want := min(r.leaves, 1000); leaves != want {
			return wardround.Errorf(wardround.EIntegrity, "sqlite.open", "%d of the last %d leaves of the ledger of %s/%s are in %s; restore a backup", leaves, want, r.ws.Org, r.ws.Site, s.file)
		}
		r.sc.tree = *tree
		s.scopes[r.ws] = r.sc
	}
	return nil
}
