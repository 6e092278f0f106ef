package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"

	"github.com/wardround/wardround"
)

// ownState is the name under which the pipeline keeps state of its own.
const ownState = "pipeline"

// maxStates bounds the state rows of one check: over that, state is not kept.
const maxStates = 100_000

type stateKey struct{ check, key string }

type stateEntry struct {
	value   any    // decoded; nil when not loaded
	saved   []byte // as committed; nil when new
	version int
	touched bool // handed out in this batch
	dropped bool
	next    []byte // encoded by settle, committed with the batch
}

// states caches the checks' state: decoded values that checks change in place,
// beside the bytes that were committed.
type states struct {
	m     map[stateKey]*stateEntry
	count map[string]int
	dirty []stateKey
}

func newStates() *states { return &states{m: map[stateKey]*stateEntry{}, count: map[string]int{}} }

func (s *states) restore(row wardround.StateRow) {
	s.m[stateKey{row.Check, row.Key}] = &stateEntry{saved: row.Data, version: row.Version}
	s.count[row.Check]++
}

// get returns the state value and whether this is its first use in the batch.
func (s *states) get(k stateKey, version int, fresh func() any) (any, bool) {
	e := s.m[k]
	if e == nil {
		if s.count[k.check] >= maxStates {
			return fresh(), false
		}
		e = &stateEntry{version: version}
		s.m[k] = e
		s.count[k.check]++
	}
	if e.value == nil || e.dropped {
		e.value = fresh()
		if e.saved != nil && e.version == version && !e.dropped {
			if err := json.Unmarshal(e.saved, e.value); err != nil {
				e.value = fresh() // a state that cannot be read is rebuilt
			}
		}
		e.dropped = false
	}
	first := !e.touched
	e.touched = true
	return e.value, first
}

func (s *states) drop(k stateKey) bool {
	e := s.m[k]
	if e == nil {
		return false
	}
	first := !e.touched
	e.touched, e.dropped, e.value = true, true, nil
	return first
}

// encode prepares a touched entry for the commit.
func (s *states) encode(k stateKey, version int) error {
	e := s.m[k]
	e.touched, e.version = false, version
	if !e.dropped && blank(e.value) {
		e.dropped, e.value = true, nil
	}
	if e.dropped {
		e.next = nil
		s.dirty = append(s.dirty, k)
		return nil
	}
	b, err := json.Marshal(e.value)
	if err != nil {
		return err
	}
	if len(b) > wardround.MaxCheckState {
		return fmt.Errorf("state of %s has %d bytes, over the limit of %d", k.key, len(b), wardround.MaxCheckState)
	}
	if string(b) != string(e.saved) {
		e.next = b
		s.dirty = append(s.dirty, k)
	}
	return nil
}

// blank reports a state that remembers nothing: it is not kept, so that whoever was
// only looked at takes no room.
func blank(value any) bool { return reflect.ValueOf(value).Elem().IsZero() }

// reset goes back to what was committed.
func (s *states) reset(k stateKey) {
	e := s.m[k]
	if e == nil {
		return
	}
	e.value, e.touched, e.dropped, e.next = nil, false, false, nil
	if e.saved == nil {
		delete(s.m, k)
		s.count[k.check]--
	}
}

// set stores state of the pipeline itself.
func (s *states) set(check, key string, v any) {
	k := stateKey{check, key}
	e := s.m[k]
	if e == nil {
		e = &stateEntry{}
		s.m[k] = e
		s.count[check]++
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types always marshal
	}
	e.next, e.dropped = b, false
	s.dirty = append(s.dirty, k)
}

func (s *states) remove(check, key string) {
	k := stateKey{check, key}
	if e := s.m[k]; e != nil {
		e.dropped, e.next = true, nil
		s.dirty = append(s.dirty, k)
	}
}

func (s *states) flush(rows []wardround.StateRow) []wardround.StateRow {
	sort.Slice(s.dirty, func(i, j int) bool {
		a, b := s.dirty[i], s.dirty[j]
		return a.check < b.check || a.check == b.check && a.key < b.key
	})
	for i, k := range s.dirty {
		if i > 0 && s.dirty[i-1] == k {
			continue
		}
		e := s.m[k]
		if e == nil {
			continue
		}
		if e.dropped {
			if e.saved != nil {
				rows = append(rows, wardround.StateRow{Check: k.check, Key: k.key, Version: e.version})
			}
			delete(s.m, k)
			s.count[k.check]--
			continue
		}
		if e.next == nil {
			continue
		}
		e.saved, e.next = e.next, nil
		rows = append(rows, wardround.StateRow{Check: k.check, Key: k.key, Version: e.version, Data: e.saved})
	}
	s.dirty = s.dirty[:0]
	return rows
}

// restoreOwn brings back what the pipeline kept for itself.
func (p *Pipeline) restoreOwn() error {
	for k, e := range p.states.m { // in any order: each key is of its own
		if k.check != ownState {
			continue
		}
		err := errors.Join(p.losses.restore(k.key, e.saved), p.failures.restore(k.key, e.saved))
		if k.key == "learning" {
			err = json.Unmarshal(e.saved, &p.learned.period)
		}
		if err != nil {
			return wardround.Errorf(wardround.EIntegrity, "pipeline.open", "its own state %q: %w", k.key, err)
		}
	}
	return nil
}
