package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
)

var _ ledger.Store = (*Store)(nil)

// Head implements [ledger.Store].
func (s *Store) Head(ctx context.Context, ws wardround.Scope) (int64, tlog.Hash, error) {
	var size int64
	var b []byte
	err := s.r.QueryRowContext(ctx, `SELECT leaves, root FROM scope WHERE org = ? AND site = ?`, string(ws.Org), string(ws.Site)).Scan(&size, &b)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, tlog.Hash{}, storeError("sqlite.ledger", s.file, err)
	}
	if size == 0 {
		return 0, new(ledger.Tree).Root(), nil
	}
	if len(b) != tlog.HashSize {
		return 0, tlog.Hash{}, wardround.Errorf(wardround.EIntegrity, "sqlite.ledger", "%s has no root for the ledger of %s/%s", s.file, ws.Org, ws.Site)
	}
	return size, tlog.Hash(b), nil
}

// Hashes implements [ledger.Store]. The reader is for one goroutine.
func (s *Store) Hashes(ctx context.Context, ws wardround.Scope) (tlog.HashReader, error) {
	id, _, err := s.scopeID(ctx, ws)
	if err != nil {
		return nil, storeError("sqlite.ledger", s.file, err)
	}
	return &hashReader{ctx: ctx, q: s.r, file: s.file, scope: id}, nil
}

// Period implements [ledger.Store].
func (s *Store) Period(ctx context.Context, ws wardround.Scope, from, to time.Time) (first, end uint64, err error) {
	const op = "sqlite.ledger"
	id, ok, err := s.scopeID(ctx, ws)
	if err != nil || !ok {
		return 0, 0, storeError(op, s.file, err)
	}
	size, _, err := s.Head(ctx, ws)
	if err != nil {
		return 0, 0, err
	}
	low, high := id<<scopeShift, id<<scopeShift+size
	first, end = 0, uint64(size)
	if !from.IsZero() {
		var n sql.NullInt64
		if err := s.r.QueryRowContext(ctx, `SELECT min(id) FROM leaf WHERE id >= ? AND id < ? AND at >= ?`, low, high, from.UnixNano()).Scan(&n); err != nil {
			return 0, 0, storeError(op, s.file, err)
		}
		if first = end; n.Valid {
			first = uint64(n.Int64 - low)
		}
	}
	if !to.IsZero() {
		var n sql.NullInt64
		if err := s.r.QueryRowContext(ctx, `SELECT max(id) FROM leaf WHERE id >= ? AND id < ? AND at < ?`, low, high, to.UnixNano()).Scan(&n); err != nil {
			return 0, 0, storeError(op, s.file, err)
		}
		if end = first; n.Valid {
			end = max(first, uint64(n.Int64-low)+1)
		}
	}
	return first, end, nil
}

// Checkpoints implements [ledger.Store].
func (s *Store) Checkpoints(ctx context.Context, ws wardround.Scope) iter.Seq2[*ledger.Checkpoint, error] {
	scan := func(rows *sql.Rows) (*ledger.Checkpoint, error) {
		var note string
		if err := rows.Scan(&note); err != nil {
			return nil, err
		}
		c, err := ledger.ParseCheckpoint([]byte(note))
		if err != nil {
			return nil, wardround.Errorf(wardround.EIntegrity, "sqlite.ledger", "a checkpoint in %s: %w", s.file, err)
		}
		return c, nil
	}
	return query(ctx, s, ws, scan, `SELECT note FROM checkpoint WHERE scope = ? ORDER BY size`)
}

// SaveCheckpoint implements [ledger.Store].
func (s *Store) SaveCheckpoint(ctx context.Context, ws wardround.Scope, c *ledger.Checkpoint) error {
	return s.update(ctx, "sqlite.checkpoint", ws, func(w *writer, sc *scope) error {
		if c.Size > sc.tree.Size() {
			return wardround.Errorf(wardround.EInvalid, "sqlite.checkpoint", "a checkpoint of %d entries, but the ledger has %d", c.Size, sc.tree.Size())
		}
		w.exec(`INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)`, w.scope, c.Size, stamp(c.At), string(c.Signed))
		return nil
	})
}

// Erase erases salt, reason and payload of the entries with these indexes, as data
// protection law may demand; their leaves stay, so the ledger still verifies. That it
// was done, by whom and why, becomes an entry of its own in the same transaction.
// Errors: EInvalid (no such entry, no reason).
func (s *Store) Erase(ctx context.Context, ws wardround.Scope, indexes []uint64, by, reason string, at time.Time) error {
	const op = "sqlite.erase"
	if by == "" || reason == "" || len(indexes) == 0 {
		return wardround.Errorf(wardround.EInvalid, op, "an erasure needs entries, a name and a reason")
	}
	payload, err := json.Marshal(map[string]any{"entries": indexes, "by": by, "reason": reason})
	if err != nil {
		return wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	err = s.update(ctx, op, ws, func(w *writer, sc *scope) error {
		for _, i := range indexes {
			if i >= uint64(sc.tree.Size()) {
				return wardround.Errorf(wardround.EInvalid, op, "there is no entry %d", i)
			}
			w.exec(`UPDATE leaf SET payload = NULL, salt = NULL, reason = '' WHERE id = ?`, w.scope<<scopeShift+int64(i))
		}
		w.evidence(&sc.tree, []*wardround.Evidence{{Kind: ledger.KindErased, Reason: reason, Payload: payload, At: at, Seq: sc.position}})
		root := sc.tree.Root()
		w.exec(`UPDATE scope SET leaves = ?, root = ? WHERE id = ?`, sc.tree.Size(), root[:], w.scope)
		return nil
	})
	if err != nil {
		return err
	}
	// The old bytes are overwritten in the database (secure_delete) and must not
	// live on in the write-ahead log.
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.conn.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return storeError(op, s.file, err)
}

// update runs fn in a transaction on a scope that exists. fn changes the scope it
// is given; the change is kept if the transaction commits.
func (s *Store) update(ctx context.Context, op string, ws wardround.Scope, fn func(w *writer, sc *scope) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.opt.ReadOnly:
		return wardround.Errorf(wardround.EForbidden, op, "%s is open for reading only", s.file)
	case s.conn == nil:
		return wardround.Errorf(wardround.EInvalid, op, "%s is closed", s.file)
	}
	sc := s.scopes[ws]
	if sc == nil {
		return wardround.Errorf(wardround.ENotFound, op, "%s holds nothing of %s/%s", s.file, ws.Org, ws.Site)
	}
	after := *sc
	ctx = context.WithoutCancel(ctx)
	if err := s.begin(ctx); err != nil {
		return storeError(op, s.file, err)
	}
	w := &writer{ctx: ctx, s: s, scope: sc.id}
	err := fn(w, &after)
	if err == nil {
		err = w.err
	}
	if err == nil {
		_, err = s.conn.ExecContext(ctx, `COMMIT`)
	}
	if err != nil {
		s.rollback(ctx)
		return storeError(op, s.file, err)
	}
	s.scopes[ws] = &after
	return nil
}
