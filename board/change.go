package board

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// The kinds of change.
const (
	AssetNew        = "asset.new"
	AssetChanged    = "asset.changed"
	AssetQuiet      = "asset.quiet"
	FindingOpened   = "finding.opened"
	FindingFixed    = "finding.fixed"
	FindingReopened = "finding.reopened"
	FindingDecided  = "finding.decided"
	AcceptanceEnds  = "acceptance.ends"
	SensorLost      = "sensor.lost"
	SensorBack      = "sensor.back"
	ContentChanged  = "content.changed"
	CaseOpened      = "case.opened"
)

const (
	// changesFor is what "since yesterday" means.
	changesFor = 24 * time.Hour
	// maxEvents is how many things that happened are remembered of that time.
	maxEvents = 8192
	// endsWithin is how long before an acceptance ends it is told.
	endsWithin = 7 * 24 * time.Hour
	// silentCheck is the check whose findings say that an asset went quiet.
	silentCheck = "asset.silent"
)

// event is something that happened. What it concerns is looked up when it is told.
type event struct {
	kind            string
	at              time.Time
	asset           wardround.AssetID
	finding, kase   string
	name            string // of a sensor or a setting
	field, from, to string
	by              string
}

// events are the newest things that happened, in the order in which we learned of
// them.
type events struct{ of []event }

func (e *events) note(now time.Time, x event) {
	if x.at.IsZero() || now.Sub(x.at) > changesFor {
		return
	}
	e.of = append(e.of, x)
}

// trim forgets what is over, now and then.
func (e *events) trim(now time.Time) {
	if len(e.of) < maxEvents+maxEvents/4 && (len(e.of) == 0 || now.Sub(e.of[0].at) < changesFor+time.Hour) {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(e.of), func(x event) bool { return now.Sub(x.at) > changesFor })
	e.of = slices.Clip(kept[max(0, len(kept)-maxEvents):])
}

// watched are the attributes whose change is news.
var watched = []string{wardround.AttrSoftware, wardround.AttrModel, wardround.AttrSerial, wardround.AttrOS, wardround.AttrImpl}

func (b *Board) noteAsset(old, a *wardround.Asset) {
	if old == nil {
		if !a.Remote {
			b.events.note(b.at, event{kind: AssetNew, at: a.First, asset: a.ID})
		}
		return
	}
	for _, name := range watched {
		was, is := old.Attributes[name], a.Attributes[name]
		if was.Value != "" && is.Value != "" && was.Value != is.Value && old.MergedInto == a.MergedInto && len(old.Aliases) == len(a.Aliases) {
			b.events.note(b.at, event{kind: AssetChanged, at: b.at, asset: a.ID, field: name, from: was.Value, to: is.Value})
		}
	}
}

func (b *Board) noteCase(old, c *wardround.Case) {
	if old == nil {
		b.events.note(b.at, event{kind: CaseOpened, at: c.Opened, kase: c.ID})
	}
}

func (b *Board) noteFinding(old, f *wardround.Finding) {
	note := func(kind string, at time.Time, by string) {
		b.events.note(b.at, event{kind: kind, at: at, finding: f.ID, kase: f.Case, by: by, to: string(f.State)})
	}
	if old == nil {
		note(FindingOpened, f.Opened, "")
	}
	if d := f.Decision; d != nil && (old == nil || old.Decision == nil || !old.Decision.At.Equal(d.At) || old.Decision.State != d.State) {
		var names []string
		for _, p := range d.By {
			names = append(names, p.Name)
		}
		b.events.note(b.at, event{kind: FindingDecided, at: d.At, finding: f.ID, kase: f.Case, by: strings.Join(names, ", "), to: string(d.State)})
	}
	if old != nil && old.State == f.State {
		return
	}
	switch f.State {
	case wardround.Fixed:
		note(FindingFixed, f.Fixed, "")
	case wardround.Reopened:
		if old != nil {
			note(FindingReopened, b.at, "")
		}
	}
}

func (b *Board) noteContent(row wardround.ContentRow) {
	if strings.HasPrefix(row.Name, "draft/") {
		return // a statement on its way is no setting
	}
	b.events.note(b.at, event{kind: ContentChanged, at: row.At, name: row.Name, by: row.By})
}

// Changes returns what is different since 24 hours ago by site time, the newest
// first, at most most, and how many more. What is alike is told once with a count:
// new assets of a zone, findings of a case.
func (b *Board) Changes(v Visible, most int) (list []Change, more int) {
	if v.everything() {
		list = b.changes.of(b.version(), func() []Change { return b.changed(v) })
	} else {
		list = b.changed(v)
	}
	if len(list) > most {
		list, more = list[:most:most], len(list)-most
	}
	return list, more
}

func (b *Board) changed(v Visible) (list []Change) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	t := teller{b: b, v: v, by: map[string]*Change{}, since: b.at.Add(-changesFor), opened: map[string]bool{}}
	for i := range b.events.of {
		if x := &b.events.of[i]; x.kind == CaseOpened && !x.at.Before(t.since) {
			t.opened[x.kase] = true
		}
	}
	for i := range b.events.of {
		if x := &b.events.of[i]; !x.at.Before(t.since) {
			t.tell(x)
		}
	}
	t.ends()
	for _, c := range t.by {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(x, y Change) int { return cmp.Or(y.At.Compare(x.At), strings.Compare(x.ID, y.ID)) })
	return list
}

// teller folds what happened into what is told. The lock is held.
type teller struct {
	b      *Board
	v      Visible
	since  time.Time
	by     map[string]*Change
	opened map[string]bool // cases that opened meanwhile
}

// about returns the change that an event belongs to, which may be new, and counts
// one more.
func (t *teller) about(key string, x *event) *Change {
	id := x.kind + ":" + key
	c := t.by[id]
	if c == nil {
		c = &Change{ID: id, Kind: x.kind}
		t.by[id] = c
	}
	c.Count++
	if x.at.After(c.At) {
		c.At = x.at
	}
	return c
}

func (t *teller) tell(x *event) {
	switch x.kind {
	case AssetNew, AssetChanged:
		e := t.b.assets[x.asset]
		if e == nil || e.raw.MergedInto != "" || e.raw.Remote || !t.v.sees(e.who) {
			return
		}
		if x.kind == AssetNew {
			t.newAsset(x, e.who)
		} else {
			c := t.about(string(x.asset)+" "+x.field, x)
			if c.Count == 1 {
				c.From = x.from
			}
			c.Count, c.Field, c.To, c.Href = 1, x.field, x.to, "/assets/"+string(x.asset)
			c.of(e.who)
		}
	case FindingOpened, FindingFixed, FindingReopened, FindingDecided:
		if e := t.b.state.findings[x.finding]; e != nil && t.v.finding(e.row) {
			t.finding(x, e.row)
		}
	case ContentChanged:
		if t.v.All() && (t.v.Hides == nil || !strings.HasPrefix(x.name, embargoPrefix)) {
			c := t.about(x.name, x)
			c.Name, c.By, c.Href = x.name, x.by, contentHref(x.name)
		}
	case SensorLost, SensorBack:
		if t.v.All() {
			c := t.about(x.name, x)
			c.Name, c.Href = x.name, "/settings/sensors"
		}
	}
}

// of names the asset of a change.
func (c *Change) of(w *who) { c.Name, c.Asset, c.Zone, c.Ward = w.name, w.id, w.zone, w.ward }

func (t *teller) newAsset(x *event, w *who) {
	c := t.about(string(w.zone), x)
	if c.Count == 1 {
		c.of(w)
		c.Href = "/assets/" + string(w.id)
		return
	}
	c.Name, c.Asset = "", ""
	if c.Ward != w.ward {
		c.Ward = ""
	}
	c.Href = "/assets?" + url.Values{"new_since": {t.since.UTC().Format(time.RFC3339)}, "zone": {string(w.zone)}}.Encode()
}

func (t *teller) finding(x *event, r *findingRow) {
	told, key := *x, r.f.Case
	switch {
	case x.kind == FindingFixed:
		if r.f.State != wardround.Fixed {
			return // it is open again
		}
		key = ""
	case r.f.Check == silentCheck && x.kind != FindingDecided:
		if r.f.State == wardround.Fixed {
			return // it is back, and counted among what was fixed
		}
		told.kind, key = AssetQuiet, r.f.ID
	case x.kind == FindingOpened && t.opened[r.f.Case]:
		told.kind = CaseOpened
	case x.kind == FindingDecided:
		if d := r.f.Decision; d == nil || !d.At.Equal(x.at) || string(d.State) != x.to {
			return // something else was decided since
		}
		key += " " + x.to + " " + x.by
	}
	c := t.about(key, &told)
	c.Severity = max(c.Severity, r.f.Severity)
	if x.kind == FindingDecided {
		c.To, c.By = x.to, x.by
	}
	if c.Count == 1 || told.kind == AssetQuiet {
		c.Count = 1
		c.Title, c.check, c.Finding, c.Case, c.Name = r.f.Title, r.f.Check, r.f.ID, r.f.Case, r.name()
		if r.a != nil {
			c.of(r.a)
		}
		c.Href = "/findings/" + r.f.ID
		return
	}
	c.alike(r)
	switch {
	case x.kind == FindingFixed:
		c.Href = "/findings?" + url.Values{"state": {string(wardround.Fixed)}, "live": {"false"}, "sort": {"-fixed"}}.Encode()
	default:
		c.Href = "/findings?" + url.Values{"case": {r.f.Case}}.Encode()
	}
}

// alike leaves of a change only what all that it counts have in common.
func (c *Change) alike(r *findingRow) {
	c.Finding, c.Name, c.Asset = "", "", ""
	if r.f.Case != c.Case {
		c.Case = ""
	}
	if r.f.Title != c.Title {
		c.Title = ""
	}
	if r.a == nil || r.a.zone != c.Zone {
		c.Zone = ""
	}
	if r.a == nil || r.a.ward != c.Ward {
		c.Ward = ""
	}
}

// ends tells of acceptances that end soon.
func (t *teller) ends() {
	for _, e := range t.b.ends {
		r := e.row
		d := r.f.Decision
		if !t.v.finding(r) || d.Until.Sub(t.b.at) > endsWithin || d.State != wardround.Accepted && d.State != wardround.FalsePositive {
			continue
		}
		x := event{kind: AcceptanceEnds, at: d.At}
		c := t.about(string(d.State), &x)
		c.Severity = max(c.Severity, r.f.Severity)
		if until := d.Until.UTC().Format(time.RFC3339); c.To == "" || until < c.To {
			c.To = until // the first of them
		}
		if c.Field = string(d.State); c.Count == 1 {
			c.Title, c.check, c.Finding, c.Case, c.Name, c.Href = r.f.Title, r.f.Check, r.f.ID, r.f.Case, r.name(), "/findings/"+r.f.ID
			continue
		}
		c.Title, c.Finding, c.Case, c.Name = "", "", "", ""
		c.Href = "/findings?" + url.Values{"state": {string(d.State)}}.Encode()
	}
	for _, c := range t.by {
		if c.Kind == AcceptanceEnds {
			c.At = t.b.at // it is news until it ends
		}
	}
}

func contentHref(name string) string {
	if id, ok := strings.CutPrefix(name, "check/"); ok {
		return "/checks/" + strings.TrimSuffix(id, "/off")
	}
	return "/settings/" + url.PathEscape(name)
}
