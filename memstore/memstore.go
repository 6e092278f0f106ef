// Package memstore is a [wardround.Store] in memory, for replay, the demo and
// tests. Nothing survives the process. History that nobody reads afterwards
// (transitions, evidence) is kept only when asked for, so that memory does not
// grow with the length of a capture.
package memstore

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
)

// Options configure a store; the zero value keeps no history.
type Options struct {
	// History keeps transitions and evidence.
	History bool
	// Ledger also seals evidence and keeps the tree over it, so that the store is a
	// [ledger.Store]; it implies History.
	Ledger bool
}

type stateKey struct{ check, key string }

type learnedKey struct{ check, set, member string }

// Store is the store of one scope. Its methods are safe for concurrent use; an
// iterator works on the rows as they were when it began.
type Store struct {
	opt Options

	mu          sync.Mutex
	scope       wardround.Scope
	position    uint64
	at          time.Time
	assets      map[wardround.AssetID]*wardround.Asset
	links       map[wardround.LinkID]*wardround.Link
	proposals   map[string]*wardround.Proposal
	releases    map[wardround.ReleaseID]*wardround.Release
	documents   map[wardround.DocumentID]*wardround.Document
	verdicts    map[wardround.Key]*wardround.Verdict
	findings    map[string]*wardround.Finding
	cases       map[string]*wardround.Case
	notices     []*wardround.Notice
	states      map[stateKey]wardround.StateRow
	wakes       map[stateKey]wardround.WakeRow
	learned     map[learnedKey]wardround.LearnedRow
	content     map[string]wardround.ContentRow
	transitions []*wardround.Transition
	evidence    []*wardround.Evidence
	leaves      uint64
	book        book
}

var _ wardround.Store = (*Store)(nil)

// New returns an empty store.
func New(opt Options) *Store {
	opt.History = opt.History || opt.Ledger
	return &Store{
		opt: opt, assets: map[wardround.AssetID]*wardround.Asset{}, links: map[wardround.LinkID]*wardround.Link{},
		releases: map[wardround.ReleaseID]*wardround.Release{}, documents: map[wardround.DocumentID]*wardround.Document{},
		proposals: map[string]*wardround.Proposal{}, verdicts: map[wardround.Key]*wardround.Verdict{},
		findings: map[string]*wardround.Finding{}, cases: map[string]*wardround.Case{},
		states: map[stateKey]wardround.StateRow{}, wakes: map[stateKey]wardround.WakeRow{},
		learned: map[learnedKey]wardround.LearnedRow{}, content: map[string]wardround.ContentRow{},
	}
}

// Close does nothing.
func (s *Store) Close() error { return nil }

// Commit implements [wardround.Committer].
func (s *Store) Commit(ctx context.Context, c *wardround.Commit) error {
	const op = "memstore.commit"
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.position == 0:
		s.scope = c.Scope
	case s.scope != c.Scope:
		return wardround.Errorf(wardround.EInvalid, op, "this store is for %v, not %v", s.scope, c.Scope)
	}
	if c.After != s.position || c.To < c.After {
		return wardround.Errorf(wardround.EConflict, op, "the commit is for positions %d to %d, the store is at %d", c.After+1, c.To, s.position)
	}
	if s.opt.Ledger {
		if err := s.seal(c); err != nil {
			return err
		}
	}
	s.position, s.at = c.To, c.At
	for _, x := range c.Assets {
		s.assets[x.ID] = x
	}
	for _, x := range c.Links {
		s.links[x.ID] = x
	}
	for _, x := range c.Proposals {
		s.proposals[x.ID] = x
	}
	for _, x := range c.Releases {
		s.releases[x.ID] = x
	}
	for _, x := range c.Documents {
		s.documents[x.ID] = x
	}
	for _, x := range c.Verdicts {
		s.verdicts[x.Key] = x
	}
	for _, x := range c.Findings {
		s.findings[x.ID] = x
	}
	for _, x := range c.Cases {
		s.cases[x.ID] = x
	}
	s.notices = append(s.notices, c.Notices...)
	for _, x := range c.States {
		put(s.states, stateKey{x.Check, x.Key}, x, x.Data != nil)
	}
	for _, x := range c.Wakes {
		put(s.wakes, stateKey{x.Check, x.Key}, x, !x.At.IsZero())
	}
	for _, x := range c.Learned {
		s.learned[learnedKey{x.Check, x.Set, x.Member}] = x
	}
	for _, x := range c.Content {
		put(s.content, x.Name, x, x.Value != nil)
	}
	for _, x := range c.Evidence {
		x.Index = s.leaves
		s.leaves++
	}
	if s.opt.History {
		s.transitions = append(s.transitions, c.Transitions...)
		s.evidence = append(s.evidence, c.Evidence...)
	}
	return nil
}

func put[K comparable, V any](m map[K]V, k K, v V, keep bool) {
	if keep {
		m[k] = v
	} else {
		delete(m, k)
	}
}

// Leaves returns how many leaves of evidence were committed.
func (s *Store) Leaves() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leaves
}

// Position implements [wardround.Reader].
func (s *Store) Position(context.Context, wardround.Scope) (uint64, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position, s.at, nil
}

// each yields the values of m for which keep holds, in order.
func each[K comparable, V any](s *Store, sc wardround.Scope, m map[K]V, order func(a, b V) int, keep func(V) bool) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		s.mu.Lock()
		var rows []V
		if sc == s.scope {
			for _, v := range m {
				if keep == nil || keep(v) {
					rows = append(rows, v)
				}
			}
		}
		s.mu.Unlock()
		slices.SortFunc(rows, order)
		for _, v := range rows {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Assets implements [wardround.Reader].
func (s *Store) Assets(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Asset, error] {
	return each(s, sc, s.assets, func(a, b *wardround.Asset) int { return cmp.Compare(a.ID, b.ID) }, nil)
}

// Links implements [wardround.Reader].
func (s *Store) Links(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Link, error] {
	return each(s, sc, s.links, func(a, b *wardround.Link) int { return cmp.Compare(a.ID, b.ID) }, nil)
}

// Proposals implements [wardround.Reader].
func (s *Store) Proposals(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Proposal, error] {
	return each(s, sc, s.proposals, func(a, b *wardround.Proposal) int { return cmp.Compare(a.ID, b.ID) }, nil)
}

// Releases implements [wardround.Reader].
func (s *Store) Releases(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Release, error] {
	return each(s, sc, s.releases, func(a, b *wardround.Release) int { return cmp.Compare(a.ID, b.ID) }, nil)
}

// Documents implements [wardround.Reader].
func (s *Store) Documents(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Document, error] {
	return each(s, sc, s.documents, func(a, b *wardround.Document) int { return cmp.Compare(a.ID, b.ID) }, nil)
}

func compareKeys(a, b wardround.Key) int {
	return cmp.Or(strings.Compare(a.Check, b.Check), cmp.Compare(a.Subject.Kind, b.Subject.Kind),
		strings.Compare(a.Subject.ID, b.Subject.ID), strings.Compare(a.Item, b.Item))
}

// Verdicts implements [wardround.Reader].
func (s *Store) Verdicts(_ context.Context, sc wardround.Scope, f wardround.VerdictFilter) iter.Seq2[*wardround.Verdict, error] {
	return each(s, sc, s.verdicts, func(a, b *wardround.Verdict) int { return compareKeys(a.Key, b.Key) }, func(v *wardround.Verdict) bool {
		return (f.Check == "" || f.Check == v.Check) && (f.Subject == wardround.Subject{} || f.Subject == v.Subject)
	})
}

// Transitions implements [wardround.Reader].
func (s *Store) Transitions(_ context.Context, sc wardround.Scope, k wardround.Key) iter.Seq2[*wardround.Transition, error] {
	return func(yield func(*wardround.Transition, error) bool) {
		s.mu.Lock()
		rows := s.transitions
		ok := sc == s.scope
		s.mu.Unlock()
		for _, t := range rows {
			if ok && t.Key == k && !yield(t, nil) {
				return
			}
		}
	}
}

// Findings implements [wardround.Reader].
func (s *Store) Findings(_ context.Context, sc wardround.Scope, f wardround.FindingFilter) iter.Seq2[*wardround.Finding, error] {
	return each(s, sc, s.findings, func(a, b *wardround.Finding) int { return cmp.Compare(a.ID, b.ID) }, func(x *wardround.Finding) bool {
		return (f.Check == "" || f.Check == x.Check) && (f.Subject == wardround.Subject{} || f.Subject == x.Subject) &&
			(f.Case == "" || f.Case == x.Case) && (!f.Live || x.State.Live()) && x.Severity >= f.Severity
	})
}

// Cases implements [wardround.Reader].
func (s *Store) Cases(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Case, error] {
	return each(s, sc, s.cases, func(a, b *wardround.Case) int { return cmp.Compare(a.ID, b.ID) }, nil)
}

// Notices implements [wardround.Reader].
func (s *Store) Notices(_ context.Context, sc wardround.Scope) iter.Seq2[*wardround.Notice, error] {
	return func(yield func(*wardround.Notice, error) bool) {
		s.mu.Lock()
		rows := s.notices
		ok := sc == s.scope
		s.mu.Unlock()
		for _, n := range rows {
			if ok && !yield(n, nil) {
				return
			}
		}
	}
}

// States implements [wardround.Reader].
func (s *Store) States(_ context.Context, sc wardround.Scope) iter.Seq2[wardround.StateRow, error] {
	return each(s, sc, s.states, func(a, b wardround.StateRow) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Key, b.Key))
	}, nil)
}

// Wakes implements [wardround.Reader].
func (s *Store) Wakes(_ context.Context, sc wardround.Scope) iter.Seq2[wardround.WakeRow, error] {
	return each(s, sc, s.wakes, func(a, b wardround.WakeRow) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Key, b.Key))
	}, nil)
}

// Learned implements [wardround.Reader].
func (s *Store) Learned(_ context.Context, sc wardround.Scope) iter.Seq2[wardround.LearnedRow, error] {
	return each(s, sc, s.learned, func(a, b wardround.LearnedRow) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Set, b.Set), cmp.Compare(a.Member, b.Member))
	}, nil)
}

// Content implements [wardround.Reader].
func (s *Store) Content(_ context.Context, sc wardround.Scope) iter.Seq2[wardround.ContentRow, error] {
	return each(s, sc, s.content, func(a, b wardround.ContentRow) int { return cmp.Compare(a.Name, b.Name) }, nil)
}

// Evidence implements [wardround.Reader].
func (s *Store) Evidence(_ context.Context, sc wardround.Scope, from, to uint64) iter.Seq2[*wardround.Evidence, error] {
	return func(yield func(*wardround.Evidence, error) bool) {
		s.mu.Lock()
		rows := s.evidence // the n-th has index n
		ok := sc == s.scope
		s.mu.Unlock()
		end := uint64(len(rows))
		if to != 0 {
			end = min(end, to)
		}
		for i := from; ok && i < end; i++ {
			if !yield(rows[i], nil) {
				return
			}
		}
	}
}
