package ledger

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

var ward = wardround.Scope{Org: "clinic", Site: "north wing"}

// memory is a ledger in memory.
type memory struct {
	all    []*wardround.Evidence
	stored []tlog.Hash
	tree   Tree
	points []*Checkpoint
}

// ledgerOf returns a ledger of n entries, one a minute from noon on.
func ledgerOf(t testing.TB, n int) *memory {
	t.Helper()
	m := &memory{}
	for i := range n {
		m.add(t, verdict(i))
	}
	return m
}

func (m *memory) add(t testing.TB, e *wardround.Evidence) {
	t.Helper()
	e.At = noon.Add(time.Duration(len(m.all)) * time.Minute)
	if err := Seal(e, nil); err != nil {
		t.Fatal(err)
	}
	e.Index = uint64(len(m.all))
	m.all = append(m.all, e)
	m.stored = m.tree.Append(m.stored, e.Leaf)
}

func (m *memory) erase(i int) { m.all[i].Salt, m.all[i].Payload, m.all[i].Reason = nil, nil, "" }

func (m *memory) Head(context.Context, wardround.Scope) (int64, tlog.Hash, error) {
	return m.tree.Size(), m.tree.Root(), nil
}

func (m *memory) Hashes(context.Context, wardround.Scope) (tlog.HashReader, error) {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			if x >= int64(len(m.stored)) {
				return nil, errors.New("no such hash")
			}
			out[i] = m.stored[x]
		}
		return out, nil
	}), nil
}

func (m *memory) Period(_ context.Context, _ wardround.Scope, from, to time.Time) (first, end uint64, err error) {
	for first < uint64(len(m.all)) && m.all[first].At.Before(from) {
		first++
	}
	for end = first; end < uint64(len(m.all)) && (to.IsZero() || m.all[end].At.Before(to)); end++ {
	}
	return first, end, nil
}

func (m *memory) Evidence(_ context.Context, _ wardround.Scope, from, to uint64) iter.Seq2[*wardround.Evidence, error] {
	return func(yield func(*wardround.Evidence, error) bool) {
		for _, e := range m.all[from:to] {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Checkpoints(context.Context, wardround.Scope) iter.Seq2[*Checkpoint, error] {
	return func(yield func(*Checkpoint, error) bool) {
		for _, c := range m.points {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (m *memory) SaveCheckpoint(_ context.Context, _ wardround.Scope, c *Checkpoint) error {
	m.points = slices.DeleteFunc(m.points, func(o *Checkpoint) bool { return o.Size == c.Size })
	m.points = append(m.points, c)
	return nil
}

func (m *memory) Origin() wardround.Origin { return wardround.Live }
