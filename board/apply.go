package board

import (
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// Apply takes in one commit, in order. It keeps the rows: they must not be changed.
func (b *Board) Apply(c *wardround.Commit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.apply(c)
}

func (b *Board) apply(c *wardround.Commit) {
	b.position, b.at = c.To, c.At
	b.grown++
	b.batch = batch{findings: map[*findingEntry]*findingRow{}, links: map[*linkEntry]*linkRow{}}
	for _, row := range c.Content {
		b.setContent(row)
	}
	told := map[wardround.ReleaseID]bool{}
	b.applyAssets(c.Assets, told)
	b.applyReleases(c.Releases, told)
	for _, l := range c.Links {
		b.link(l)
	}
	for _, v := range c.Verdicts {
		b.verdict(v)
	}
	for _, x := range c.Cases {
		b.kase(x)
	}
	for _, f := range c.Findings {
		b.finding(f)
	}
	b.applyProposals(c.Proposals)
	for _, s := range c.States {
		if s.Check == ownState {
			b.keep(s)
		}
	}
	for _, e := range c.Evidence {
		b.act(e)
	}
	b.finish()
	b.events.trim(b.at)
}

// applyAssets takes in assets. Those that were merged or split come together, so
// that all are in before anything is derived from them.
func (b *Board) applyAssets(assets []*wardround.Asset, told map[wardround.ReleaseID]bool) {
	var changed []*assetEntry
	for _, a := range assets {
		e := b.assets[a.ID]
		if e == nil {
			e = &assetEntry{raw: a, who: newWho(a, len(b.assets))}
			b.assets[a.ID] = e
			b.hold(nil, a)
			b.install(nil, e, told)
			b.noteAsset(nil, a)
			changed = append(changed, e)
			b.dirtyAssets[e] = struct{}{}
			continue
		}
		old := e.raw
		e.raw = a
		different := old.MergedInto != a.MergedInto || !slices.Equal(old.Aliases, a.Aliases) || old.Remote != a.Remote
		if !e.who.tells(a) {
			if w := newWho(a, e.who.ordinal); !e.who.same(w) {
				e.who, different = w, true
			}
			b.noteAsset(old, a)
		}
		b.hold(old, a)
		b.install(old, e, told)
		if different {
			changed = append(changed, e)
		}
		b.dirtyAssets[e] = struct{}{}
	}
	if len(changed) == 0 {
		return
	}
	b.drawn++
	for _, e := range changed {
		for _, x := range b.of(e) {
			for _, f := range x.findings {
				b.rederive(f)
			}
			for _, l := range x.links {
				b.relink(l)
			}
		}
	}
}

// holder is who has a network address, as far as was seen.
type holder struct {
	asset wardround.AssetID
	last  time.Time
}

// hold notes which addresses an asset has now. Of two that are said to have one,
// it is whom it was seen with last.
func (b *Board) hold(old, a *wardround.Asset) {
	if old != nil {
		for i := range old.Identifiers {
			if addr, ok := holds(&old.Identifiers[i]); ok && b.holders[addr].asset == a.ID {
				delete(b.holders, addr)
			}
		}
	}
	for i := range a.Identifiers {
		id := &a.Identifiers[i]
		if addr, ok := holds(id); ok && !b.holders[addr].last.After(id.Last) {
			b.holders[addr] = holder{a.ID, id.Last}
		}
	}
}

// link takes in one link.
func (b *Board) link(l *wardround.Link) {
	e := b.links[l.ID]
	if e == nil {
		e = &linkEntry{raw: l}
		b.links[l.ID] = e
		for i, id := range []wardround.AssetID{l.Client, l.Server} {
			if x := b.assets[id]; x != nil && (i == 0 || l.Client != l.Server) {
				x.links = append(x.links, e)
			}
			b.touch(id)
		}
		b.drawn++
	} else {
		if e.raw.Encrypted != l.Encrypted || e.raw.Data != l.Data {
			b.drawn++
		}
		e.raw = l
	}
	b.keepLink(e)
	e.row = b.linkRow(e)
}

// relink makes the row of a link, and those of its findings, anew.
func (b *Board) relink(e *linkEntry) {
	b.keepLink(e)
	for _, f := range e.findings {
		b.rederive(f)
	}
	e.row = b.linkRow(e)
}

// keepLink notes a link's row as it was before the commit.
func (b *Board) keepLink(e *linkEntry) {
	if _, ok := b.batch.links[e]; !ok {
		b.batch.links[e] = e.row
	}
}

// verdict takes in the answer for one key.
func (b *Board) verdict(v *wardround.Verdict) {
	s := b.said[v.Subject]
	if s == nil {
		s = &said{}
		b.said[v.Subject] = s
	}
	a, isNew := s.get(b.info(v.Check), v.Item)
	if !isNew {
		if a.state == v.State && a.severity == v.Severity {
			return
		}
		a.check.tally.count(a.state, -1)
	}
	a.check.tally.count(v.State, 1)
	a.state, a.severity = v.State, v.Severity
	b.touchSubject(v.Subject)
}

func (t *CheckTally) count(s wardround.State, n int) {
	switch s {
	case wardround.Pass:
		t.Pass += n
	case wardround.Fail:
		t.Fail += n
	default:
		t.Unknown += n
	}
}

func (b *Board) kase(c *wardround.Case) {
	e := b.caseOf(c.ID)
	b.info(c.Check) // so that whoever reads finds it
	b.noteCase(e.raw, c)
	e.raw = c
	b.dirtyCases[e] = struct{}{}
}

func (b *Board) caseOf(id string) *caseEntry {
	e := b.cases[id]
	if e == nil {
		e = &caseEntry{}
		b.cases[id] = e
	}
	return e
}

// finding takes in one finding.
func (b *Board) finding(f *wardround.Finding) {
	e := b.state.findings[f.ID]
	isNew := e == nil
	var old *wardround.Finding
	if isNew {
		e = &findingEntry{}
		b.state.findings[f.ID] = e
		b.caseOf(f.Case).findings = append(b.caseOf(f.Case).findings, e)
		switch f.Subject.Kind {
		case wardround.SubjectAsset:
			if x := b.assets[wardround.AssetID(f.Subject.ID)]; x != nil {
				x.findings = append(x.findings, e)
			}
		case wardround.SubjectLink:
			if l := b.links[wardround.LinkID(f.Subject.ID)]; l != nil {
				l.findings = append(l.findings, e)
			}
		case wardround.SubjectRelease:
			x := b.release(wardround.ReleaseID(f.Subject.ID))
			x.findings = append(x.findings, e)
		}
	} else {
		old = e.row.f
	}
	b.replace(e, b.derive(f))
	b.noteFinding(old, f)
	if f.State.Live() && f.Decision != nil && !f.Decision.Until.IsZero() {
		b.ends[f.ID] = e
	} else {
		delete(b.ends, f.ID)
	}
	was, is := old != nil && old.State.Live(), f.State.Live()
	if was != is {
		n := -1
		if is {
			n = 1
		}
		e.row.check.tally.Findings += n
	}
	if old == nil || asks(old) != asks(f) || old.Severity != f.Severity {
		b.touchSubject(f.Subject)
		b.drawn++
		if f.Subject.Kind == wardround.SubjectLink {
			if l := b.links[wardround.LinkID(f.Subject.ID)]; l != nil {
				b.keepLink(l)
				l.row = b.linkRow(l)
			}
		}
	}
}

// rederive makes the row of a finding anew: what it is about has changed.
func (b *Board) rederive(e *findingEntry) { b.replace(e, b.derive(e.row.f)) }

func (b *Board) replace(e *findingEntry, r *findingRow) {
	if _, ok := b.batch.findings[e]; !ok {
		b.batch.findings[e] = e.row
	}
	e.row = r
	b.dirtyCases[b.caseOf(r.f.Case)] = struct{}{}
}

// finish brings the lists up to what the commit changed.
func (b *Board) finish() {
	var live, fixed changes[*findingRow]
	for e, old := range b.batch.findings {
		var wasLive, wasFixed, isLive, isFixed *findingRow
		if old != nil && old.f.State.Live() {
			wasLive = old
		} else {
			wasFixed = old
		}
		if e.row.f.State.Live() {
			isLive = e.row
		} else {
			isFixed = e.row
		}
		live.note(wasLive, isLive, compareFindings)
		fixed.note(wasFixed, isFixed, compareFindings)
	}
	b.live, b.fixed = live.apply(b.live, compareFindings), fixed.apply(b.fixed, compareFindings)
	var links changes[*linkRow]
	for e, old := range b.batch.links {
		links.note(old, e.row, compareLinks)
	}
	b.linkList = links.apply(b.linkList, compareLinks)
	b.batch = batch{}
}

// now is the time by which things are late: our own clock on a live site, the
// log's otherwise. The lock is held.
func (b *Board) now() time.Time {
	if b.opt.Origin == wardround.Live && b.opt.Now != nil {
		if t := b.opt.Now(); t.After(b.at) {
			return t
		}
	}
	return b.at
}

// Position returns the log position that the board shows, and the site's time.
func (b *Board) Position() (uint64, time.Time) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.position, b.at
}
