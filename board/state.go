package board

import (
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// state is what a board holds, under its lock. Entries change; the rows they hold,
// and what the lists are made of, never do.
type state struct {
	position uint64
	at       time.Time

	assets    map[wardround.AssetID]*assetEntry
	links     map[wardround.LinkID]*linkEntry
	said      map[wardround.Subject]*said
	findings  map[string]*findingEntry
	releases  map[wardround.ReleaseID]*installs
	cases     map[string]*caseEntry
	proposals map[string]*proposalRow
	content   map[string]wardround.ContentRow
	embargoes map[string]*Embargo
	zones     []wardround.Zone
	holders   map[netip.Addr]holder
	infos     map[string]*info // checks
	learning  learning
	paused    map[string]Pause
	ends      map[string]*findingEntry // live findings whose decision ends

	// The lists that queries walk.
	live, fixed list[*findingRow]
	assetList   list[*assetRow]
	linkList    list[*linkRow]
	caseList    list[*caseRow]
	asked       list[*proposalRow]

	// What is made anew before it is read: see settle.
	dirtyAssets map[*assetEntry]struct{}
	dirtyCases  map[*caseEntry]struct{}
	drawn       uint64 // grows with what changes the map
	grown       uint64 // grows with everything

	events  events
	audit   []AuditRow // oldest first
	sensors map[string]*sensor

	// Of the commit being applied.
	batch batch
}

// batch collects the rows that one commit takes out of the lists and puts in.
type batch struct {
	findings map[*findingEntry]*findingRow // as they were before; nil for new ones
	links    map[*linkEntry]*linkRow
}

// info is a check, and what it said so far.
type info struct {
	*check.Check // nil if this version does not have it
	id           string
	index        int // among the board's checks; -1 for one it does not have
	title        string
	concern      wardround.Concern
	text         string // lower case
	tally        CheckTally
}

type assetEntry struct {
	raw      *wardround.Asset
	who      *who
	row      *assetRow       // in assetList; nil when it has none yet
	findings []*findingEntry // of this very id
	links    []*linkEntry    // of this very id
	asked    int             // open proposals
}

type linkEntry struct {
	raw      *wardround.Link
	row      *linkRow
	findings []*findingEntry
}

type findingEntry struct {
	row *findingRow
}

type caseEntry struct {
	raw      *wardround.Case
	row      *caseRow
	findings []*findingEntry
}

// said is what the checks said of one subject, item by item. Most subjects have a
// few items, which are found by looking; where there are many there is an index.
type said struct {
	of    []answer
	index map[answerKey]int
}

type answerKey struct {
	check *info
	item  string
}

// fewItems is up to how many are found by looking.
const fewItems = 32

// get returns the answer for an item, which may be new.
func (s *said) get(c *info, item string) (a *answer, isNew bool) {
	if s.index != nil {
		if i, ok := s.index[answerKey{c, item}]; ok {
			return &s.of[i], false
		}
		s.index[answerKey{c, item}] = len(s.of)
	} else {
		for i := range s.of {
			if s.of[i].check == c && s.of[i].item == item {
				return &s.of[i], false
			}
		}
	}
	s.of = append(s.of, answer{check: c, item: item})
	if s.index == nil && len(s.of) > fewItems {
		s.index = make(map[answerKey]int, 2*fewItems)
		for i := range s.of {
			s.index[answerKey{s.of[i].check, s.of[i].item}] = i
		}
	}
	return &s.of[len(s.of)-1], true
}

type answer struct {
	check    *info
	item     string
	state    wardround.State
	severity wardround.Severity
}

// answers joins what was said of a subject by check.
func (s *said) addTo(m check.Answers) {
	if s == nil {
		return
	}
	for i := range s.of {
		if a := &s.of[i]; a.check.index >= 0 {
			m.Add(a.check.id, a.state, a.severity)
		}
	}
}

func (st *state) init() {
	*st = state{
		drawn: st.drawn + 1, grown: st.grown + 1,
		assets: map[wardround.AssetID]*assetEntry{}, links: map[wardround.LinkID]*linkEntry{}, said: map[wardround.Subject]*said{},
		findings: map[string]*findingEntry{}, releases: map[wardround.ReleaseID]*installs{}, cases: map[string]*caseEntry{}, proposals: map[string]*proposalRow{},
		content: map[string]wardround.ContentRow{}, holders: map[netip.Addr]holder{}, infos: map[string]*info{},
		paused: map[string]Pause{}, ends: map[string]*findingEntry{},
		dirtyAssets: map[*assetEntry]struct{}{}, dirtyCases: map[*caseEntry]struct{}{}, sensors: map[string]*sensor{},
	}
}

// survivor returns the entry an id stands for now, following merges; nil if there
// is none.
func (st *state) survivor(id wardround.AssetID) *assetEntry {
	e := st.assets[id]
	for range 100 { // the inventory makes no circles; a broken store might
		if e == nil || e.raw.MergedInto == "" {
			return e
		}
		e = st.assets[e.raw.MergedInto]
	}
	return nil
}

func (st *state) whoIs(id wardround.AssetID) *who {
	if e := st.survivor(id); e != nil {
		return e.who
	}
	return nil
}

// of returns the entries of an asset: its own, and those merged into it.
func (st *state) of(e *assetEntry) []*assetEntry {
	out := append(make([]*assetEntry, 0, 1+len(e.raw.Aliases)), e)
	for _, id := range e.raw.Aliases {
		if x := st.assets[id]; x != nil && x != e {
			out = append(out, x)
		}
	}
	return out
}

// touch has the row of an asset made anew before it is read.
func (st *state) touch(id wardround.AssetID) {
	if e := st.survivor(id); e != nil {
		st.dirtyAssets[e] = struct{}{}
	}
}

// touchSubject is touch for all assets that a subject is part of.
func (st *state) touchSubject(s wardround.Subject) {
	switch s.Kind {
	case wardround.SubjectAsset:
		st.touch(wardround.AssetID(s.ID))
	case wardround.SubjectLink:
		if l := st.links[wardround.LinkID(s.ID)]; l != nil {
			st.touch(l.raw.Client)
			st.touch(l.raw.Server)
		}
	}
}

// info returns what is known of a check.
func (b *Board) info(id string) *info {
	if x := b.infos[id]; x != nil {
		return x
	}
	x := &info{id: id, index: -1, title: id, text: id}
	b.infos[id] = x
	return x
}
