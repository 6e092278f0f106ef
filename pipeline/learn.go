package pipeline

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// maxLearned bounds the learned members of one check.
const maxLearned = 20_000

// learnedKey says what was learned. The zone is no part of it, only of the row:
// what moves to another zone, or gets one when zones are declared, is no stranger.
type learnedKey struct{ check, set, member string }

// zoned is the set of a row: zone, 0x1f, set.
func zoned(zone wardround.ZoneID, set string) string { return string(zone) + "\x1f" + set }

func unzoned(s string) (zone wardround.ZoneID, set string) {
	z, set, _ := strings.Cut(s, "\x1f")
	return wardround.ZoneID(z), set
}

// learned is what novelty checks know as normal.
type learned struct {
	length time.Duration
	period struct {
		Start time.Time `json:"start"`
		Done  bool      `json:"done"`
	}
	m     map[learnedKey]*wardround.LearnedRow
	count map[string]int
	dirty []learnedKey
}

func newLearned(length time.Duration) *learned {
	return &learned{length: length, m: map[learnedKey]*wardround.LearnedRow{}, count: map[string]int{}}
}

func (l *learned) restore(row wardround.LearnedRow) {
	_, set := unzoned(row.Set)
	l.m[learnedKey{row.Check, set, row.Member}] = &row
	l.count[row.Check]++
}

// look answers for one member and adds it while learning. Whether the site still
// learns is decided by when the observation happened, so that a late one is
// judged as it would have been in time.
func (l *learned) look(k learnedKey, zone wardround.ZoneID, at time.Time) (check.Novelty, bool) {
	row := l.m[k]
	learning := !l.period.Done && (l.period.Start.IsZero() || at.Sub(l.period.Start) < l.length)
	switch {
	case row != nil && learning:
		return check.Learning, false
	case row != nil:
		return check.Known, false
	case !learning || l.count[k.check] >= maxLearned:
		return check.Novel, false
	}
	l.m[k] = &wardround.LearnedRow{Check: k.check, Set: zoned(zone, k.set), Member: k.member, First: at}
	l.count[k.check]++
	l.dirty = append(l.dirty, k)
	return check.Learning, true
}

// lasted is for how long the site was learned up to a time.
func (l *learned) lasted(at time.Time) time.Duration {
	if l.period.Start.IsZero() {
		return 0
	}
	return min(max(at.Sub(l.period.Start), 0), l.length)
}

func (l *learned) forget(k learnedKey) {
	if l.m[k] != nil {
		delete(l.m, k)
		l.count[k.check]--
	}
}

// begin starts learning with the first observation of the site. What is told of models
// and releases is none: documents and windows come weeks before anybody looks at the
// traffic.
func (l *learned) begin(p *Pipeline, batch []*wardround.Observation) {
	if !l.period.Start.IsZero() {
		return
	}
	i := slices.IndexFunc(batch, func(o *wardround.Observation) bool {
		return !modelKinds[kind.Name(o.Kind)] && !portfolioKinds[kind.Name(o.Kind)] && o.Kind != string(kind.Wake)
	})
	if i < 0 {
		return
	}
	first := batch[i]
	l.period.Start = first.At
	if p.opt.Origin == wardround.Live {
		l.period.Start = first.Logged
	}
	p.states.set(ownState, "learning", &l.period)
}

// finish hands one list per zone to a person when the time of learning is over.
// It comes after the batch's checks: the batch may begin within that time.
func (l *learned) finish(p *Pipeline) {
	if l.period.Done || l.period.Start.IsZero() || p.now.Sub(l.period.Start) < l.length {
		return
	}
	l.period.Done = true
	p.states.set(ownState, "learning", &l.period)
	members, checks := map[wardround.ZoneID]int{}, map[wardround.ZoneID]map[string]bool{}
	for k, row := range l.m {
		z, _ := unzoned(row.Set)
		members[z]++
		if checks[z] == nil {
			checks[z] = map[string]bool{}
		}
		checks[z][k.check] = true
	}
	zones := make([]wardround.ZoneID, 0, len(members))
	for z := range members {
		zones = append(zones, z)
	}
	sort.Slice(zones, func(i, j int) bool { return zones[i] < zones[j] })
	for _, z := range zones {
		p.commit.Proposals = append(p.commit.Proposals, &wardround.Proposal{
			ID:    wardround.DeriveID("p", string(p.opt.Scope.Org), string(p.opt.Scope.Site), "baseline", string(z)),
			Scope: p.opt.Scope, Kind: "baseline", Field: string(z), State: "open", At: p.now,
			Value:  fmt.Sprintf("%d habits of %d checks", members[z], len(checks[z])),
			Reason: "as found in zone " + string(z) + " while learning; adopt it if it is how the zone should be",
		})
	}
}

// adopt marks what was learned of a zone as said by a person.
func (l *learned) adopt(zone wardround.ZoneID) {
	for k, row := range l.m {
		if z, _ := unzoned(row.Set); z == zone && !row.Adopted {
			row.Adopted = true
			l.dirty = append(l.dirty, k)
		}
	}
}

func (l *learned) flush(rows []wardround.LearnedRow) []wardround.LearnedRow {
	start := len(rows)
	done := map[learnedKey]bool{}
	for _, k := range l.dirty {
		if row := l.m[k]; row != nil && !done[k] {
			done[k] = true
			rows = append(rows, *row)
		}
	}
	l.dirty = l.dirty[:0]
	sort.Slice(rows[start:], func(i, j int) bool {
		a, b := rows[start+i], rows[start+j]
		return a.Check < b.Check || a.Check == b.Check && (a.Set < b.Set || a.Set == b.Set && a.Member < b.Member)
	})
	return rows
}
