package memstore

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
)

var _ ledger.Store = (*Store)(nil)

// book is the ledger's tree over the evidence that is kept.
type book struct {
	tree   ledger.Tree
	hashes []tlog.Hash // as tlog.StoredHashIndex numbers them; only appended to
	points []*ledger.Checkpoint
	origin wardround.Origin
}

// seal makes the evidence of c leaves and gives each transition its own. After an
// error nothing was changed but c.
func (s *Store) seal(c *wardround.Commit) error {
	const op = "memstore.commit"
	n := 0
	for _, t := range c.Transitions {
		if !t.Late() {
			n++
		}
	}
	next := s.leaves
	var verdicts []uint64
	for _, e := range c.Evidence {
		if err := ledger.Seal(e, nil); err != nil {
			return err
		}
		if e.Kind == ledger.KindVerdict {
			verdicts = append(verdicts, next)
		}
		next++
	}
	if n != len(verdicts) {
		return wardround.Errorf(wardround.EInvalid, op, "%d transitions with %d leaves of evidence; each needs one", n, len(verdicts))
	}
	for _, t := range c.Transitions {
		if t.Leaf = wardround.NoLeaf; !t.Late() {
			t.Leaf, verdicts = verdicts[0], verdicts[1:]
		}
	}
	for _, e := range c.Evidence {
		s.book.hashes = s.book.tree.Append(s.book.hashes, e.Leaf)
	}
	s.book.origin = c.Origin
	return nil
}

// Head implements [ledger.Store].
func (s *Store) Head(_ context.Context, sc wardround.Scope) (int64, tlog.Hash, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc != s.scope {
		return 0, new(ledger.Tree).Root(), nil
	}
	return s.book.tree.Size(), s.book.tree.Root(), nil
}

// Hashes implements [ledger.Store].
func (s *Store) Hashes(_ context.Context, sc wardround.Scope) (tlog.HashReader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kept []tlog.Hash
	if sc == s.scope {
		kept = s.book.hashes
	}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			if x < 0 || x >= int64(len(kept)) {
				return nil, wardround.Errorf(wardround.EIntegrity, "memstore.ledger", "the ledger's tree has no hash %d; was the store opened with its ledger?", x)
			}
			out[i] = kept[x]
		}
		return out, nil
	}), nil
}

// Period implements [ledger.Store].
func (s *Store) Period(_ context.Context, sc wardround.Scope, from, to time.Time) (first, end uint64, err error) {
	s.mu.Lock()
	rows := s.evidence
	ok := sc == s.scope
	s.mu.Unlock()
	if !ok {
		return 0, 0, nil
	}
	end = uint64(len(rows))
	for first < end && !from.IsZero() && rows[first].At.Before(from) {
		first++
	}
	for end > first && !to.IsZero() && !rows[end-1].At.Before(to) {
		end--
	}
	return first, end, nil
}

// Checkpoints implements [ledger.Store].
func (s *Store) Checkpoints(_ context.Context, sc wardround.Scope) iter.Seq2[*ledger.Checkpoint, error] {
	return func(yield func(*ledger.Checkpoint, error) bool) {
		s.mu.Lock()
		points := slices.Clone(s.book.points)
		ok := sc == s.scope
		s.mu.Unlock()
		for _, c := range points {
			if !ok || !yield(c, nil) {
				return
			}
		}
	}
}

// SaveCheckpoint implements [ledger.Store].
func (s *Store) SaveCheckpoint(_ context.Context, sc wardround.Scope, c *ledger.Checkpoint) error {
	const op = "memstore.checkpoint"
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc != s.scope {
		return wardround.Errorf(wardround.ENotFound, op, "nothing of %s/%s is here", sc.Org, sc.Site)
	}
	if size := s.book.tree.Size(); c.Size > size {
		return wardround.Errorf(wardround.EInvalid, op, "a checkpoint of %d entries, but the ledger has %d", c.Size, size)
	}
	s.book.points = slices.DeleteFunc(s.book.points, func(o *ledger.Checkpoint) bool { return o.Size == c.Size })
	s.book.points = append(s.book.points, c)
	slices.SortFunc(s.book.points, func(a, b *ledger.Checkpoint) int { return int(a.Size - b.Size) })
	return nil
}

// Origin implements [ledger.Store].
func (s *Store) Origin() wardround.Origin {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.origin
}

// Erase erases salt, reason and payload of the entries with these indexes; their
// leaves stay, so the ledger still verifies. That it was done becomes an entry of
// its own. Errors: EInvalid (no such entry, no reason).
func (s *Store) Erase(_ context.Context, sc wardround.Scope, indexes []uint64, by, reason string, at time.Time) error {
	const op = "memstore.erase"
	if by == "" || reason == "" || len(indexes) == 0 {
		return wardround.Errorf(wardround.EInvalid, op, "an erasure needs entries, a name and a reason")
	}
	payload, err := json.Marshal(map[string]any{"entries": indexes, "by": by, "reason": reason})
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc != s.scope || !s.opt.Ledger {
		return wardround.Errorf(wardround.ENotFound, op, "there is no ledger of %s/%s here", sc.Org, sc.Site)
	}
	all := slices.Clone(s.evidence) // who reads the old list goes on undisturbed
	for _, i := range indexes {
		if i >= uint64(len(all)) {
			return wardround.Errorf(wardround.EInvalid, op, "there is no entry %d", i)
		}
		e := *all[i]
		e.Payload, e.Salt, e.Reason = nil, nil, ""
		all[i] = &e
	}
	e := &wardround.Evidence{Index: s.leaves, Kind: ledger.KindErased, Reason: reason, Payload: payload, At: at, Seq: s.position}
	if err := ledger.Seal(e, nil); err != nil {
		return err
	}
	s.book.hashes = s.book.tree.Append(s.book.hashes, e.Leaf)
	s.evidence = append(all, e)
	s.leaves++
	return nil
}
