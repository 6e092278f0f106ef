package board

import (
	"cmp"
	"hash/fnv"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// findingRow is a finding with what it is about. Never changed once made.
type findingRow struct {
	f           *wardround.Finding
	severity    wardround.Severity
	asks        bool // for somebody's attention
	check       *info
	a, b        *who     // the asset, or the server and the client of a link; nil for none
	product     *product // the release; nil for none
	criticality wardround.Criticality
	rank        int8 // of the criticality; -1 for what is no asset
	two         bool
	text        string // lower case
	grams       uint64 // of text
	secret      string // the vulnerability, if that is under embargo
}

// asks reports whether a finding asks for somebody's attention.
func asks(f *wardround.Finding) bool {
	switch f.State {
	case wardround.Fixed, wardround.Accepted, wardround.FalsePositive, wardround.ClaimedNotAffected:
		return false
	}
	return true
}

// derive makes the row of a finding as things stand.
func (b *Board) derive(f *wardround.Finding) *findingRow {
	r := &findingRow{f: f, severity: f.Severity, asks: asks(f), check: b.info(f.Check), rank: -1, text: strings.ToLower(f.ID + "\n" + f.Item)}
	if f.Title != r.check.title {
		r.text += "\n" + strings.ToLower(f.Title)
	}
	r.grams, r.secret = grams(r.text), b.secret(f)
	switch f.Subject.Kind {
	case wardround.SubjectAsset:
		r.a = b.whoIs(wardround.AssetID(f.Subject.ID))
		r.two = r.a == nil
	case wardround.SubjectLink:
		l := b.links[wardround.LinkID(f.Subject.ID)]
		if l != nil {
			r.a, r.b = b.whoIs(l.raw.Server), b.whoIs(l.raw.Client)
		}
		r.two = r.a == nil || r.b == nil
	case wardround.SubjectRelease:
		p := b.release(wardround.ReleaseID(f.Subject.ID)).product
		r.product, r.criticality, r.rank = p, p.criticality, p.rank
		r.two = r.rank == int8(wardround.LifeSustaining.Rank())
		r.text += "\n" + p.text
		r.grams = grams(r.text)
		return r
	default:
		return r
	}
	for _, w := range []*who{r.a, r.b} {
		if w != nil && int8(w.criticality.Rank()) > r.rank {
			r.criticality, r.rank = w.criticality, int8(w.criticality.Rank())
		}
	}
	r.two = r.two || r.rank == int8(wardround.LifeSustaining.Rank())
	return r
}

func compareFindings(x, y *findingRow) int {
	return cmp.Or(-cmp.Compare(x.severity, y.severity), -cmp.Compare(x.rank, y.rank),
		cmp.Compare(x.f.Opened.UnixNano(), y.f.Opened.UnixNano()), strings.Compare(x.f.ID, y.f.ID))
}

func (r *findingRow) name() string {
	if r.a != nil {
		return r.a.name
	}
	if r.product != nil {
		return r.product.name
	}
	return r.f.Subject.ID
}

var findingFields = fields[*findingRow]{
	native: "-severity,-criticality,opened",
	id:     func(r *findingRow) string { return r.f.ID },
	by: map[string]func(*findingRow) value{
		"severity":    func(r *findingRow) value { return number(r.f.Severity) },
		"criticality": func(r *findingRow) value { return number(r.rank) },
		"opened":      func(r *findingRow) value { return value{N: r.f.Opened.UnixNano()} },
		"last_seen":   func(r *findingRow) value { return moment(r.f.LastSeen) },
		"fixed":       func(r *findingRow) value { return moment(r.f.Fixed) },
		"title":       func(r *findingRow) value { return text(clip(r.f.Title)) },
		"asset":       func(r *findingRow) value { return text(clip(strings.ToLower(r.name()))) },
		"check":       func(r *findingRow) value { return text(r.f.Check) },
		"state":       func(r *findingRow) value { return text(string(r.f.State)) },
		"due": func(r *findingRow) value {
			if t, _ := r.due(); !t.IsZero() {
				return value{N: t.UnixNano()}
			}
			return value{N: 1 << 62} // what nobody waits for comes last
		},
		"zone": func(r *findingRow) value {
			if r.a == nil {
				return value{}
			}
			return text(string(r.a.zone))
		},
		"ward": func(r *findingRow) value {
			if r.a == nil {
				return value{}
			}
			return text(clip(r.a.ward))
		},
	},
}

// filter returns what reports whether a finding fits. Cheap conditions come first:
// it is asked of every finding there is.
func (q *FindingQuery) filter(now time.Time, assets int) func(*findingRow) bool {
	if q.any() {
		return nil
	}
	m := match(q.Q, assets)
	return func(r *findingRow) bool {
		f := r.f
		switch {
		case r.severity < q.Severity,
			q.Check != "" && r.check.id != q.Check,
			q.Case != "" && f.Case != q.Case,
			len(q.States) > 0 && !slices.Contains(q.States, f.State),
			q.Stale != nil && f.Stale != *q.Stale,
			!q.OpenedSince.IsZero() && f.Opened.Before(q.OpenedSince),
			q.Concern != "" && r.check.concern != q.Concern,
			q.Subject != wardround.Subject{} && f.Subject != q.Subject,
			q.Assignee != "" && (f.Assignment == nil || f.Assignment.To != q.Assignee),
			q.Overdue != nil && r.overdue(now) != *q.Overdue,
			q.Criticality != nil && (r.rank < 0 || r.criticality != *q.Criticality),
			q.needsAsset() && !q.ofAsset(r),
			!q.Visible.finding(r):
			return false
		}
		return m.finding(r)
	}
}

// any reports whether every finding fits.
func (q *FindingQuery) any() bool {
	rest := *q
	rest.List, rest.Fixed = List{}, false
	return q.Visible.everything() && reflect.ValueOf(rest).IsZero()
}

func (q *FindingQuery) needsAsset() bool {
	return q.Asset != "" || q.Zone != "" || q.Ward != "" || q.Role != "" || q.Kind != nil
}

func (q *FindingQuery) ofAsset(r *findingRow) bool {
	if q.Asset != "" {
		if (r.a == nil || r.a.id != q.Asset) && (r.b == nil || r.b.id != q.Asset) {
			return false
		}
		if q.Zone == "" && q.Ward == "" && q.Role == "" && q.Kind == nil {
			return true
		}
	}
	a := r.a
	return a != nil && (q.Zone == "" || a.zone == q.Zone) && (q.Ward == "" || a.ward == q.Ward) &&
		(q.Role == "" || a.role == q.Role) && (q.Kind == nil || a.kind == *q.Kind)
}

// Findings lists findings; their own order is the worst first,
// "-severity,-criticality,opened". They can be sorted by severity, criticality,
// opened, last_seen, fixed, due, title, asset, check, state, zone and ward.
// Errors: EInvalid for a sort or a cursor that is none.
func (b *Board) Findings(q FindingQuery) (Page[*Finding], error) {
	b.mu.RLock()
	rows, of, native := b.rowsFor(&q)
	position, at, now, assets := b.position, b.at, b.now(), len(b.assets)
	b.mu.RUnlock()
	chosen, total, next, err := choose(rows, of, findingFields, native, q.List, q.filter(now, assets))
	if err != nil {
		return Page[*Finding]{}, err
	}
	return Page[*Finding]{Items: b.views(chosen, now), Next: next, Total: total, Position: position, At: at}, nil
}

// rowsFor returns the rows among which a query finds its own, how many they are, and
// whether they come in the list's order: those of one asset, link or case are at
// hand. The lock is held.
func (b *Board) rowsFor(q *FindingQuery) (rows iter.Seq[*findingRow], n int, native bool) {
	fixed := q.Fixed || slices.Contains(q.States, wardround.Fixed)
	var entries [][]*findingEntry
	switch {
	case q.Case != "":
		if e := b.cases[q.Case]; e != nil {
			entries = append(entries, e.findings)
		}
	case q.Asset != "":
		if e := b.survivor(q.Asset); e != nil {
			q.Asset = e.raw.ID
			for _, x := range b.of(e) {
				entries = append(entries, x.findings)
			}
			for _, l := range b.linksOf(e) {
				entries = append(entries, l.findings)
			}
		}
	case q.Subject.Kind == wardround.SubjectAsset:
		if e := b.assets[wardround.AssetID(q.Subject.ID)]; e != nil {
			entries = append(entries, e.findings)
		}
	case q.Subject.Kind == wardround.SubjectLink:
		if e := b.links[wardround.LinkID(q.Subject.ID)]; e != nil {
			entries = append(entries, e.findings)
		}
	case !fixed:
		return b.live.all(), b.live.n, true
	case !q.Fixed && len(q.States) == 1:
		return b.fixed.all(), b.fixed.n, true
	default:
		return both(b.live, b.fixed), b.live.n + b.fixed.n, false
	}
	var own []*findingRow
	for _, e := range slices.Concat(entries...) {
		if fixed || e.row.f.State.Live() {
			own = append(own, e.row)
		}
	}
	return slices.Values(own), len(own), false
}

func both[T comparable](x, y list[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, l := range []list[T]{x, y} {
			for v := range l.all() {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// Finding returns one finding, nil if there is none to be seen.
func (b *Board) Finding(v Visible, id string) *Finding {
	b.mu.RLock()
	defer b.mu.RUnlock()
	e := b.state.findings[id]
	if e == nil || !v.finding(e.row) {
		return nil
	}
	return b.view(e.row, b.now())
}

// Related returns live findings of the same assets or case, at most most, the
// worst first.
func (b *Board) Related(v Visible, id string, most int) []*Finding {
	b.mu.RLock()
	e := b.state.findings[id]
	if e == nil {
		b.mu.RUnlock()
		return nil
	}
	r, live, now := e.row, b.live, b.now()
	b.mu.RUnlock()
	mine := func(w *who) bool { return w != nil && (r.a != nil && w.id == r.a.id || r.b != nil && w.id == r.b.id) }
	var rows []*findingRow
	for x := range live.all() {
		if x.f.ID == id || x.f.Case != r.f.Case && !mine(x.a) && !mine(x.b) || !v.finding(x) {
			continue
		}
		if rows = append(rows, x); len(rows) >= most {
			break
		}
	}
	return b.views(rows, now)
}

func (b *Board) views(rows []*findingRow, now time.Time) []*Finding {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]*Finding, len(rows))
	for i, r := range rows {
		out[i] = b.view(r, now)
	}
	return out
}

// view makes what is shown of a finding. The lock is held.
func (b *Board) view(r *findingRow, now time.Time) *Finding {
	v := &Finding{
		Finding: r.f, ItemName: b.named(r.f.Item), Concern: r.check.concern, AssetName: r.name(),
		Criticality: r.criticality, Overdue: r.overdue(now), TwoPeople: r.two, ETag: r.etag(),
	}
	v.Due, v.DueBy = r.due()
	if v.ItemName == r.f.Item {
		v.ItemName = ""
	}
	if a := r.a; a != nil {
		v.Asset, v.Kind, v.Role, v.Ward, v.Zone = a.id, a.kind, a.role, a.ward, a.zone
	}
	return v
}

// etag tells apart what a person would decide differently of.
func (r *findingRow) etag() string {
	h := fnv.New64a()
	put := func(parts ...string) {
		for _, p := range parts {
			h.Write([]byte(p))
			h.Write([]byte{0})
		}
	}
	f := r.f
	put(f.ID, string(f.State), f.Severity.String(), strconv.FormatBool(f.Stale), strconv.FormatBool(r.two))
	for _, d := range []*wardround.Decision{f.Decision, f.Proposed} {
		if d != nil {
			put("decision", string(d.State), d.At.UTC().Format(time.RFC3339Nano), d.Until.UTC().Format(time.RFC3339Nano))
		}
	}
	if a := f.Assignment; a != nil {
		put("assignment", a.To, a.At.UTC().Format(time.RFC3339Nano), a.Due.UTC().Format(time.RFC3339Nano))
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// named returns a text with the names of assets for their ids. The lock is held.
func (b *Board) named(s string) string {
	const length = len("a-") + 16
	for i := 0; i+length <= len(s); i++ {
		if s[i] != 'a' || s[i+1] != '-' {
			continue
		}
		if e := b.survivor(wardround.AssetID(s[i : i+length])); e != nil {
			s = s[:i] + e.who.name + s[i+length:]
			i += len(e.who.name) - 1
		}
	}
	return s
}
