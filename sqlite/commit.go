package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
)

// Commit implements [wardround.Committer].
func (s *Store) Commit(ctx context.Context, c *wardround.Commit) error {
	const op = "sqlite.commit"
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.accepts(op, c); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// A commit takes milliseconds and must not be torn by a cancelled context: the
	// driver would interrupt single statements.
	ctx = context.WithoutCancel(ctx)
	if err := s.begin(ctx); err != nil {
		return storeError(op, s.file, err)
	}
	after, err := s.apply(ctx, op, c)
	if err == nil {
		_, err = s.conn.ExecContext(ctx, `COMMIT`)
	}
	if err != nil {
		s.rollback(ctx)
		return storeError(op, s.file, err)
	}
	s.scopes[c.Scope] = after
	s.origin = c.Origin
	return nil
}

// accepts says why a commit cannot be taken, before anything is written.
func (s *Store) accepts(op string, c *wardround.Commit) error {
	switch {
	case s.opt.ReadOnly:
		return wardround.Errorf(wardround.EForbidden, op, "%s is open for reading only", s.file)
	case s.conn == nil:
		return wardround.Errorf(wardround.EInvalid, op, "%s is closed", s.file)
	case c.Scope.Org == "" || c.Scope.Site == "":
		return wardround.Errorf(wardround.EInvalid, op, "a commit without org or site")
	case c.Origin != wardround.Live && c.Origin != wardround.Replay && c.Origin != wardround.Simulated:
		return wardround.Errorf(wardround.EInvalid, op, "a commit of origin %q; want live, replay or simulated", c.Origin)
	case s.origin != "" && c.Origin != s.origin:
		return wardround.Errorf(wardround.EInvalid, op, "a commit of %s facts into %s, which holds %s ones; origins never mix in one data directory", c.Origin, s.file, s.origin)
	case c.To < c.After:
		return wardround.Errorf(wardround.EInvalid, op, "a commit from position %d back to %d", c.After, c.To)
	}
	return nil
}

func (s *Store) begin(ctx context.Context) error {
	_, err := s.conn.ExecContext(ctx, `BEGIN IMMEDIATE`)
	return err
}

func (s *Store) rollback(ctx context.Context) { s.conn.ExecContext(ctx, `ROLLBACK`) }

// apply writes everything of c and returns the scope as it then is.
func (s *Store) apply(ctx context.Context, op string, c *wardround.Commit) (*scope, error) {
	sc, err := s.scopeFor(ctx, c.Scope)
	if err != nil {
		return nil, err
	}
	if sc.position != c.After {
		return nil, wardround.Errorf(wardround.EConflict, op, "a commit after position %d, but %s stands at %d", c.After, s.file, sc.position)
	}
	if s.origin == "" {
		if _, err := s.conn.ExecContext(ctx, `INSERT INTO meta VALUES ('origin', ?)`, string(c.Origin)); err != nil {
			return nil, err
		}
	}
	after := *sc
	after.position = c.To
	w := &writer{ctx: ctx, s: s, scope: sc.id}
	verdicts := w.evidence(&after.tree, c.Evidence)
	if w.err == nil {
		w.err = join(op, c.Transitions, verdicts)
	}
	w.rows(c)
	root := after.tree.Root()
	w.exec(`UPDATE scope SET position = ?, at = coalesce(?, at), leaves = ?, root = ? WHERE id = ?`,
		int64(c.To), stamp(c.At), after.tree.Size(), root[:], sc.id)
	return &after, w.err
}

// join gives each transition the index of its leaf.
func join(op string, transitions []*wardround.Transition, leaves []uint64) error {
	n := 0
	for _, t := range transitions {
		switch {
		case t.Late():
			t.Leaf = wardround.NoLeaf
			continue
		case n < len(leaves):
			t.Leaf = leaves[n]
		}
		n++
	}
	if n != len(leaves) {
		return wardround.Errorf(wardround.EInvalid, op, "%d transitions with %d leaves of evidence; each needs one", n, len(leaves))
	}
	return nil
}

// scopeFor returns the scope, which it makes in the open transaction if it is new.
func (s *Store) scopeFor(ctx context.Context, ws wardround.Scope) (*scope, error) {
	if sc := s.scopes[ws]; sc != nil {
		return sc, nil
	}
	res, err := s.conn.ExecContext(ctx, `INSERT INTO scope (org, site) VALUES (?, ?)`, string(ws.Org), string(ws.Site))
	if err != nil {
		return nil, err
	}
	id, err := res.LastInsertId()
	return &scope{id: id}, err
}

// writer runs the statements of one transaction; after the first error it does
// nothing.
type writer struct {
	ctx   context.Context
	s     *Store
	scope int64
	err   error
}

func (w *writer) exec(query string, args ...any) {
	if w.err != nil {
		return
	}
	st, err := w.s.prepare(w.ctx, query)
	if err == nil {
		_, err = st.ExecContext(w.ctx, args...)
	}
	w.err = err
}

func (s *Store) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := s.stmts[query]; st != nil {
		return st, nil
	}
	st, err := s.conn.PrepareContext(ctx, query)
	if err == nil {
		s.stmts[query] = st
	}
	return st, err
}

// body puts one row of a table of JSON bodies.
func (w *writer) body(query, id string, v any) {
	b, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.exec(query, w.scope, id, string(b))
}

func (w *writer) rows(c *wardround.Commit) {
	for _, v := range c.Assets {
		w.body(`INSERT OR REPLACE INTO asset VALUES (?, ?, ?)`, string(v.ID), v)
	}
	for _, v := range c.Links {
		w.body(`INSERT OR REPLACE INTO link VALUES (?, ?, ?)`, string(v.ID), v)
	}
	for _, v := range c.Proposals {
		w.body(`INSERT OR REPLACE INTO proposal VALUES (?, ?, ?)`, v.ID, v)
	}
	for _, v := range c.Releases {
		w.body(`INSERT OR REPLACE INTO release VALUES (?, ?, ?)`, string(v.ID), v)
	}
	for _, v := range c.Documents {
		w.body(`INSERT OR REPLACE INTO document VALUES (?, ?, ?)`, string(v.ID), v)
	}
	for _, v := range c.Cases {
		w.body(`INSERT OR REPLACE INTO kase VALUES (?, ?, ?)`, v.ID, v)
	}
	for _, v := range c.Notices {
		w.body(`INSERT OR REPLACE INTO notice VALUES (?, ?, ?)`, v.ID, v)
	}
	for _, v := range c.Findings {
		b, err := json.Marshal(v)
		if err != nil && w.err == nil {
			w.err = err
		}
		w.exec(`INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			w.scope, v.ID, v.Check, v.Subject.String(), v.Case, v.State.Live(), int64(v.Severity), string(b))
	}
	for _, v := range c.Verdicts {
		w.verdict(v)
	}
	for _, t := range c.Transitions {
		w.exec(`INSERT INTO transition (scope, chk, subject, item, from_, to_, seq, at, reason, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			w.scope, t.Check, t.Subject.String(), t.Item, int64(t.From), int64(t.To), int64(t.Seq), stamp(t.At), t.Reason, int64(t.Leaf))
	}
	w.memory(c)
}

func (w *writer) verdict(v *wardround.Verdict) {
	var facts any
	if v.Facts != nil {
		facts = string(v.Facts.JSON())
	}
	w.exec(`INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.scope, v.Check, v.Subject.String(), v.Item, int64(v.State), int64(v.Severity), v.Why, facts,
		stamp(v.At), stamp(v.Until), stamp(v.Since), int64(v.Version), int64(v.Seq), int64(v.Knowledge), string(v.Origin))
}

// memory writes what checks keep between batches.
func (w *writer) memory(c *wardround.Commit) {
	for _, r := range c.States {
		if r.Data == nil {
			w.exec(`DELETE FROM state WHERE scope = ? AND chk = ? AND key = ?`, w.scope, r.Check, r.Key)
			continue
		}
		if len(r.Data) > wardround.MaxCheckState && w.err == nil {
			w.err = wardround.Errorf(wardround.EInvalid, "sqlite.commit", "the state of check %s for %s has %d bytes, at most %d", r.Check, r.Key, len(r.Data), wardround.MaxCheckState)
		}
		w.exec(`INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?)`, w.scope, r.Check, r.Key, int64(r.Version), r.Data)
	}
	for _, r := range c.Wakes {
		if r.At.IsZero() {
			w.exec(`DELETE FROM wake WHERE scope = ? AND chk = ? AND key = ?`, w.scope, r.Check, r.Key)
			continue
		}
		w.exec(`INSERT OR REPLACE INTO wake VALUES (?, ?, ?, ?)`, w.scope, r.Check, r.Key, stamp(r.At))
	}
	for _, r := range c.Learned {
		w.exec(`INSERT OR REPLACE INTO learned VALUES (?, ?, ?, ?, ?, ?)`, w.scope, r.Check, r.Set, r.Member, stamp(r.First), r.Adopted)
	}
	for _, r := range c.Content {
		if r.Value == nil {
			w.exec(`DELETE FROM content WHERE scope = ? AND name = ?`, w.scope, r.Name)
			continue
		}
		w.exec(`INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?, ?, ?, ?)`, w.scope, r.Name, int64(r.Generation), r.Value, r.By, r.Reason, stamp(r.At))
	}
}

// evidence seals and appends leaves and returns the indexes of those of verdicts.
func (w *writer) evidence(tree *ledger.Tree, all []*wardround.Evidence) (verdicts []uint64) {
	var hashes []tlog.Hash
	first := tlog.StoredHashCount(tree.Size())
	for _, e := range all {
		if w.err != nil {
			return verdicts
		}
		if w.err = ledger.Seal(e, w.s.opt.Random); w.err != nil {
			return verdicts
		}
		e.Index = uint64(tree.Size())
		w.exec(`INSERT INTO leaf VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			w.scope<<scopeShift|tree.Size(), e.Kind, e.Reason, e.Payload, e.Salt, e.Leaf, stamp(e.At), int64(e.Seq))
		hashes = tree.Append(hashes, e.Leaf)
		if e.Kind == ledger.KindVerdict {
			verdicts = append(verdicts, e.Index)
		}
	}
	w.hashes(first, hashes)
	return verdicts
}
