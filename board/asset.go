package board

import (
	"cmp"
	"hash/fnv"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// assetRow is an asset with what is counted of it. Never changed once made.
type assetRow struct {
	raw                    *wardround.Asset
	who                    *who
	key                    string // sorts: its name in lower case
	status                 []Status
	worst                  wardround.Severity
	findings, links, asked int
	fresh, apply           bits // of the board's checks
	etag                   string
}

// bits is a set of checks by index.
type bits []uint64

func (s bits) set(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bits) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s bits) join(o bits) {
	for i := range o {
		s[i] |= o[i]
	}
}

func (b *Board) noBits() bits { return make(bits, (len(b.opt.Checks)+63)/64) }

// assetRow makes the row of an asset as things stand. The lock is held.
func (b *Board) assetRow(e *assetEntry) *assetRow {
	r := &assetRow{raw: e.raw, who: e.who, key: clip(strings.ToLower(e.who.name)), fresh: b.noBits(), apply: b.noBits()}
	mine, flows := check.Answers{}, []*wardround.Link(nil)
	count := func(fs []*findingEntry) {
		for _, f := range fs {
			if f.row.asks {
				r.findings++
				r.worst = max(r.worst, f.row.severity)
			}
		}
	}
	var seen map[*linkEntry]bool
	all := b.of(e)
	if len(all) > 1 {
		seen = map[*linkEntry]bool{}
	}
	for _, x := range all {
		b.said[wardround.AssetSubject(x.raw.ID)].addTo(mine)
		count(x.findings)
		r.asked += x.asked
		for _, l := range x.links {
			if seen != nil {
				if seen[l] {
					continue
				}
				seen[l] = true
			}
			flows = append(flows, l.raw)
			b.said[wardround.LinkSubject(l.raw.ID)].addTo(mine)
			count(l.findings)
			r.links++
		}
	}
	for _, c := range wardround.Concerns {
		cov := mine.Coverage(e.raw, slices.Values(flows), c, b.opt.Checks, func(c *check.Check, fresh bool) {
			n := b.infos[c.ID].index
			r.apply.set(n)
			if fresh {
				r.fresh.set(n)
			}
		})
		s := Status{Concern: c, Worst: cov.Worst, Fresh: cov.Fresh, Applicable: cov.Applicable}
		switch {
		case cov.Failing > 0:
			s.State = Failing
		case cov.Fresh == 0 && cov.Unknown == 0:
			s.State = Unwatched
		case cov.Unknown > 0 || cov.Fresh < cov.Applicable:
			s.State = Unknown
		default:
			s.State = Passing
		}
		r.status = append(r.status, s)
	}
	r.etag = assetTag(e.raw)
	return r
}

// The states of an asset in one concern, as the coverage matrix counts them.
const (
	Failing   = "failing"
	Passing   = "passing"
	Unknown   = "unknown"
	Unwatched = "unwatched"
)

// assetTag tells apart what a person would say differently of: not the times.
func assetTag(a *wardround.Asset) string {
	h := fnv.New64a()
	put := func(parts ...string) {
		for _, p := range parts {
			h.Write([]byte(p))
			h.Write([]byte{0})
		}
	}
	put(string(a.ID), a.Kind.String(), string(a.Zone), a.Criticality.String(), string(a.Gateway), string(a.MergedInto))
	for _, id := range a.Aliases {
		put(string(id))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
		put(name, a.Attributes[name].Value, a.Attributes[name].Source)
	}
	for _, id := range a.Identifiers {
		if id.Confidence >= wardround.Indicated {
			put(id.Type, id.Value)
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

func compareAssets(x, y *assetRow) int {
	return cmp.Or(strings.Compare(x.key, y.key), cmp.Compare(x.raw.ID, y.raw.ID))
}

var assetFields = fields[*assetRow]{
	native: "name",
	id:     func(r *assetRow) string { return string(r.raw.ID) },
	by: map[string]func(*assetRow) value{
		"name":        func(r *assetRow) value { return text(r.key) },
		"last":        func(r *assetRow) value { return moment(r.raw.Last) },
		"first":       func(r *assetRow) value { return moment(r.raw.First) },
		"criticality": func(r *assetRow) value { return value{N: int64(r.raw.Criticality.Rank())} },
		"severity":    func(r *assetRow) value { return number(r.worst) },
		"findings":    func(r *assetRow) value { return value{N: int64(r.findings)} },
		"kind":        func(r *assetRow) value { return text(r.raw.Kind.String()) },
		"zone":        func(r *assetRow) value { return text(string(r.raw.Zone)) },
		"ward":        func(r *assetRow) value { return text(clip(r.who.ward)) },
		"role":        func(r *assetRow) value { return text(clip(r.who.role)) },
	},
}

func (q *AssetQuery) filter() func(*assetRow) bool {
	terms, maker := words(q.Q), strings.ToLower(q.Maker)
	return func(r *assetRow) bool {
		a, w := r.raw, r.who
		switch {
		case (a.MergedInto != "") != q.Merged,
			a.Remote && !q.Remote,
			q.Kind != nil && a.Kind != *q.Kind,
			q.Zone != "" && a.Zone != q.Zone,
			q.Ward != "" && w.ward != q.Ward,
			q.Role != "" && w.role != q.Role,
			q.Criticality != nil && a.Criticality != *q.Criticality,
			r.worst < q.Severity,
			!q.NewSince.IsZero() && a.First.Before(q.NewSince),
			maker != "" && strings.ToLower(a.Attr(wardround.AttrMaker)) != maker,
			q.Protocol != "" && !slices.Contains(a.Speaks, q.Protocol),
			q.Status != "" && !r.in(q.Status, q.Concern),
			!q.Visible.sees(w):
			return false
		}
		for _, t := range terms {
			if !strings.Contains(w.text, t) {
				return false
			}
		}
		return true
	}
}

func (r *assetRow) in(status string, c wardround.Concern) bool {
	for i := range r.status {
		if s := &r.status[i]; s.State == status && (c == "" || s.Concern == c) {
			return true
		}
	}
	return false
}

// Assets lists assets; their own order is by name. They can be sorted by name,
// last, first, criticality, severity, findings, kind, zone, ward and role. Errors:
// EInvalid for a sort or a cursor that is none.
func (b *Board) Assets(q AssetQuery) (Page[*Asset], error) {
	rows, position, at := b.assetRows()
	chosen, total, next, err := choose(rows, -1, assetFields, true, q.List, q.filter())
	if err != nil {
		return Page[*Asset]{}, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	items := make([]*Asset, len(chosen))
	for i, r := range chosen {
		items[i] = b.showAsset(r)
	}
	return Page[*Asset]{Items: items, Next: next, Total: total, Position: position, At: at}, nil
}

// showAsset makes what is shown of an asset. The lock is held.
func (b *Board) showAsset(r *assetRow) *Asset {
	v := &Asset{
		Asset: r.raw, Name: r.who.name, Status: r.status, Worst: r.worst, Findings: r.findings, Links: r.links,
		Proposals: r.asked, Role: r.who.role, Ward: r.who.ward, ETag: r.etag,
	}
	if g := b.whoIs(r.raw.Gateway); g != nil {
		v.GatewayName = g.name
	}
	return v
}

// Asset returns an asset, or what it was merged into, as things stand; nil if there
// is none to be seen.
func (b *Board) Asset(v Visible, id wardround.AssetID) *Asset {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.asset(v, b.survivor(id))
}

// Merged returns an asset that was merged into another one as it was known then;
// nil if there is none to be seen, or it stands for itself.
func (b *Board) Merged(v Visible, id wardround.AssetID) *Asset {
	b.mu.RLock()
	defer b.mu.RUnlock()
	e := b.assets[id]
	if e == nil || e.raw.MergedInto == "" {
		return nil
	}
	return b.asset(v, e)
}

func (b *Board) asset(v Visible, e *assetEntry) *Asset {
	if e == nil || !v.sees(e.who) {
		return nil
	}
	r := e.row
	if _, dirty := b.dirtyAssets[e]; dirty || r == nil {
		r = b.assetRow(e)
	}
	return b.showAsset(r)
}

// SubjectAsset returns the asset that a subject is about, of a link its server; nil
// if there is none to be seen.
func (b *Board) SubjectAsset(v Visible, s wardround.Subject) *Asset {
	b.mu.RLock()
	defer b.mu.RUnlock()
	switch s.Kind {
	case wardround.SubjectAsset:
		return b.asset(v, b.survivor(wardround.AssetID(s.ID)))
	case wardround.SubjectLink:
		if l := b.links[wardround.LinkID(s.ID)]; l != nil {
			return b.asset(v, b.survivor(l.raw.Server))
		}
	}
	return nil
}

// Sees reports whether a person may see what a subject is about. Sites and sensors
// are for those who see everything.
func (b *Board) Sees(v Visible, s wardround.Subject) bool {
	if v.All() {
		return true
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	switch s.Kind {
	case wardround.SubjectAsset:
		return v.sees(b.whoIs(wardround.AssetID(s.ID)))
	case wardround.SubjectLink:
		if l := b.links[wardround.LinkID(s.ID)]; l != nil {
			return v.either(b.whoIs(l.raw.Server), b.whoIs(l.raw.Client))
		}
	case wardround.SubjectRelease:
		if x := b.releases[wardround.ReleaseID(s.ID)]; x != nil {
			return v.made(x.product)
		}
	}
	return false
}

// Name returns the name of an asset, or its id.
func (b *Board) Name(id wardround.AssetID) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if w := b.whoIs(id); w != nil {
		return w.name
	}
	return string(id)
}

// Named returns a text with the names of assets in place of their ids.
func (b *Board) Named(s string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.named(s)
}

// Holder returns the asset that holds a network address now, "" for none.
func (b *Board) Holder(addr netip.Addr) wardround.AssetID {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if e := b.survivor(b.holders[addr.Unmap()].asset); e != nil {
		return e.raw.ID
	}
	return ""
}

// Subjects yields the subjects under which an asset has a history: itself, what was
// merged into it, and with links its links.
func (b *Board) Subjects(id wardround.AssetID, links bool) []wardround.Subject {
	b.mu.RLock()
	defer b.mu.RUnlock()
	e := b.survivor(id)
	if e == nil {
		return nil
	}
	var out []wardround.Subject
	seen := map[*linkEntry]bool{}
	for _, x := range b.of(e) {
		out = append(out, wardround.AssetSubject(x.raw.ID))
		for _, l := range x.links {
			if links && !seen[l] {
				seen[l] = true
				out = append(out, wardround.LinkSubject(l.raw.ID))
			}
		}
	}
	return out
}

// assetRows returns the rows of all assets, made anew where they were touched.
func (b *Board) assetRows() (rows iter.Seq[*assetRow], position uint64, at time.Time) {
	b.settle()
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.assetList.all(), b.position, b.at
}

// Carriers returns the assets that carry an identifier now, in order of id.
func (b *Board) Carriers(typ, value string) []wardround.AssetID {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []wardround.AssetID
	for id, e := range b.assets {
		if e.raw.MergedInto != "" {
			continue
		}
		for i := range e.raw.Identifiers {
			if x := &e.raw.Identifiers[i]; x.Type == typ && x.Value == value && x.Confidence >= wardround.Indicated {
				out = append(out, id)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}
