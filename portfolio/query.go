package portfolio

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Query asks where something is. One of Vulnerability and Package is set, or both:
// then of what holds the package, only what is affected and not claimed otherwise
// is affected.
type Query struct {
	Vulnerability string // by any of its ids
	Package       string // a purl (its version is left out), or a component's or product's name
	Range         Range  // of the package's versions
	// Embargoed lets embargoed vulnerabilities be seen.
	Embargoed bool
	// Scope narrows the answer, and its share, to what somebody may see.
	Scope Scope
	// Limit is how many rows each list shows, [DefaultRows] if 0; all are counted.
	Limit int
	// MaxAge is how old knowledge may be before "not affected" becomes "cannot
	// tell"; 0 means [DefaultAge].
	MaxAge time.Duration
}

// Defaults of a query.
const (
	DefaultRows = 200
	DefaultAge  = 7 * 24 * time.Hour
)

// Result is the answer, always as three lists: every release and every asset of no
// known release stands in exactly one.
type Result struct {
	Vulnerability string    `json:"vulnerability,omitempty"` // the folded id
	Title         string    `json:"title,omitempty"`
	Affected      List      `json:"affected"`
	NotAffected   List      `json:"not_affected"`
	CannotTell    List      `json:"cannot_tell"`
	Share         Share     `json:"share"`
	Knowledge     time.Time `json:"knowledge,omitzero"` // when the newest feed came
}

// List is one of the three.
type List struct {
	Subjects int     `json:"subjects"`           // releases, and assets of none
	Assets   int     `json:"assets"`             // instances of these releases, and these assets
	Reasons  []Tally `json:"reasons,omitempty"`  // why, by subjects
	Wards    []Tally `json:"wards,omitempty"`    // where, by assets; "" is not known
	Products []Tally `json:"products,omitempty"` // product lines, by assets
	Rows     []Row   `json:"rows"`               // by assets, most first; at most Limit
}

// Tally counts subjects or assets by a word.
type Tally struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Row is one release or asset.
type Row struct {
	Subject wardround.Subject `json:"subject"`
	Name    string            `json:"name"`
	State   wardround.State   `json:"state"`
	Why     string            `json:"why"`
	Places  []check.Place     `json:"places,omitempty"` // at most eight of Count
	Count   int               `json:"count,omitempty"`
	Fixed   []string          `json:"fixed,omitempty"`
	Claim   *check.Claim      `json:"claim,omitempty"`
	Assets  []At              `json:"assets,omitempty"` // at most [maxAt] of Instances
	// Instances counts the assets, an asset of no release itself.
	Instances int `json:"instances"`
}

// At is where an asset is.
type At struct {
	Asset       wardround.AssetID     `json:"asset"`
	Name        string                `json:"name"`
	Role        string                `json:"role,omitempty"`
	Ward        string                `json:"ward,omitempty"`
	Zone        wardround.ZoneID      `json:"zone,omitempty"`
	Criticality wardround.Criticality `json:"criticality"`
}

// maxAt bounds the assets that a row names.
const maxAt = 100

// Share says how much of the fleet an answer rests on.
type Share struct {
	Releases     int `json:"releases"`
	WithSBOM     int `json:"with_sbom"` // releases whose bill of materials is known
	Assets       int `json:"assets"`
	Seen         int `json:"seen"` // assets whose release has one
	Components   int `json:"components"`
	Unidentified int `json:"unidentified"` // components that nothing can be asked about
}

// String is the share in words.
func (s Share) String() string {
	return fmt.Sprintf("%d of %d releases and %d of %d assets have a bill of materials; %d of %d components have no identity",
		s.WithSBOM, s.Releases, s.Seen, s.Assets, s.Unidentified, s.Components)
}

// verdict is what a query says of one subject.
type verdict struct {
	n     uint32
	state wardround.State
	why   string // class of the reason
	row   func(*Row)
}

// Affected answers a query. Errors: EInvalid (nothing is asked), ENotFound (an
// embargoed vulnerability that may not be seen), and the context's.
func (ix *Index) Affected(ctx context.Context, q Query) (*Result, error) {
	const op = "portfolio.affected"
	if q.Vulnerability == "" && q.Package == "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "ask for a vulnerability (CVE-2024-3094) or a package (pkg:npm/left-pad)")
	}
	if q.Limit <= 0 {
		q.Limit = DefaultRows
	}
	if q.MaxAge <= 0 {
		q.MaxAge = DefaultAge
	}
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	ix.ready()
	res := &Result{Share: ix.shareOf(&q.Scope)}
	for f := range ix.opt.Knowledge.Feeds() {
		res.Knowledge = later(res.Knowledge, f.At)
	}
	a := &asking{Index: ix, ctx: ctx, q: q, res: res}
	if q.Vulnerability != "" {
		res.Vulnerability = ix.opt.Knowledge.Folded(q.Vulnerability)
		a.facts, a.known = ix.opt.Knowledge.Facts(res.Vulnerability)
		a.facts.Embargoed = a.facts.Embargoed || ix.embargoed(&a.facts)
		q.Scope.Embargoed = q.Scope.Embargoed || q.Embargoed
		if a.facts.Embargoed && !q.Scope.Embargoed {
			return nil, wardround.Errorf(wardround.ENotFound, op, "nothing is known of %s", q.Vulnerability)
		}
		if h := q.Scope.Hidden; h != nil && (h(res.Vulnerability) || h(q.Vulnerability)) {
			// Answered as if nothing were known: that there is something is the secret.
			res.Vulnerability, a.facts, a.known = q.Vulnerability, Facts{}, false
		}
		res.Title = a.facts.Title
	}
	if err := a.all(); err != nil {
		return nil, err
	}
	return res, nil
}

// asking is one query at work, under the reader's lock.
type asking struct {
	*Index
	ctx   context.Context
	q     Query
	res   *Result
	facts Facts
	known bool
}

// all judges every subject, and fills in the rows that are shown.
func (a *asking) all() error {
	judge := a.byVulnerability()
	if a.q.Package != "" {
		judge = a.byPackage(judge)
	}
	lists := map[wardround.State]*listing{}
	for state, l := range map[wardround.State]*List{wardround.Fail: &a.res.Affected, wardround.Pass: &a.res.NotAffected, wardround.Unknown: &a.res.CannotTell} {
		lists[state] = &listing{asking: a, list: l, reasons: map[string]int{}, wards: map[string]int{}, products: map[string]int{}}
	}
	for n, s := range a.subjects {
		if n%4096 == 0 && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		if s.asset != nil && (s.asset.of != none || s.asset.gone != "") {
			continue // counted with its release
		}
		if !a.q.Scope.sees(s) {
			continue
		}
		v := judge(uint32(n))
		v.n = uint32(n)
		lists[v.state].add(v, s)
	}
	for _, l := range lists {
		l.finish()
	}
	return nil
}

// listing is one list that is being made: everything is counted, and the rows with
// most assets are kept, the worst of them first: a heap.
type listing struct {
	*asking
	list                     *List
	top                      []verdict
	reasons, wards, products map[string]int
}

// before is the order of rows: most assets first, then by key.
func (l *listing) before(x, y verdict) int {
	a, b := l.subjects[x.n], l.subjects[y.n]
	return cmp.Or(cmp.Compare(len(b.members), len(a.members)), compareSubject(a.key, b.key))
}

func (l *listing) Len() int           { return len(l.top) }
func (l *listing) Less(i, j int) bool { return l.before(l.top[i], l.top[j]) > 0 }
func (l *listing) Swap(i, j int)      { l.top[i], l.top[j] = l.top[j], l.top[i] }
func (l *listing) Push(x any)         { l.top = append(l.top, x.(verdict)) }
func (l *listing) Pop() any {
	x := l.top[len(l.top)-1]
	l.top = l.top[:len(l.top)-1]
	return x
}

func (l *listing) add(v verdict, s *subject) {
	l.list.Subjects++
	l.reasons[v.why]++
	assets := 0
	l.eachMember(s, func(m *member) {
		assets++
		l.wards[m.ward]++
	})
	l.list.Assets += assets
	if assets > 0 {
		l.products[s.line] += assets
	}
	switch {
	case len(l.top) < l.q.Limit:
		heap.Push(l, v)
	case l.before(v, l.top[0]) < 0:
		l.top[0] = v
		heap.Fix(l, 0)
	}
}

func (l *listing) finish() {
	l.list.Reasons, l.list.Wards, l.list.Products = tally(l.reasons), tally(l.wards), tally(l.products)
	slices.SortFunc(l.top, l.before)
	for _, v := range l.top {
		s := l.subjects[v.n]
		r := Row{Subject: s.key, Name: l.subjectName(s.key), State: v.state, Why: v.why}
		if v.row != nil {
			v.row(&r)
		}
		l.eachMember(s, func(m *member) {
			if r.Instances++; len(r.Assets) < maxAt {
				r.Assets = append(r.Assets, At{m.id, m.name, m.role, m.ward, m.zone, m.criticality})
			}
		})
		l.list.Rows = append(l.list.Rows, r)
	}
}

// eachMember calls f for the assets of a subject: its instances, or itself.
func (ix *Index) eachMember(s *subject, f func(*member)) {
	if s.asset != nil {
		f(s.asset)
		return
	}
	for _, n := range s.members {
		f(ix.subjects[n].asset)
	}
}

// lineOf is the product line of a subject: its maker's product in all versions.
func lineOf(s *subject) string {
	if s.release != nil {
		return strings.TrimSpace(s.release.Maker + " " + s.release.Product)
	}
	return strings.TrimSpace(s.asset.calls.Supplier + " " + s.asset.calls.Name)
}

// maxTally is how many names a tally has; the rest is counted as "(more)".
const maxTally = 500

func tally(m map[string]int) []Tally {
	out := make([]Tally, 0, len(m))
	for k, n := range m {
		out = append(out, Tally{k, n})
	}
	slices.SortFunc(out, func(a, b Tally) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	if len(out) > maxTally {
		rest := Tally{Name: "(more)"}
		for _, t := range out[maxTally:] {
			rest.N += t.N
		}
		out = append(out[:maxTally:maxTally], rest)
	}
	return out
}

// shareOf counts what of what may be seen can be judged by what it is made of;
// instances count with their release.
func (ix *Index) shareOf(sc *Scope) (s Share) {
	for _, x := range ix.subjects {
		switch {
		case x.asset != nil && x.asset.of != none:
			if x.asset.gone == "" && sc.sees(ix.subjects[x.asset.of]) {
				s.Assets++
			}
		case !sc.sees(x):
		case x.release != nil:
			s.Releases++
			if x.bill != nil {
				s.WithSBOM++
				s.Seen += len(x.members)
				s.Components += len(x.bill.ident)
				s.Unidentified += x.bill.without
			}
		case x.asset.gone == "":
			s.Assets++
		}
	}
	return s
}

// Reasons of the lists.
const (
	whyAffected  = "affected"
	whyClaimed   = "an author states that it is not affected"
	whyFixed     = "it has the component in a version that is not affected"
	whyNoPart    = "nothing that it is made of is named"
	whyNoSBOM    = "no bill of materials"
	whyNoName    = "it does not say what it is"
	whyNoIDs     = "none of its components has an identity"
	whyLike      = "it has a component of that name, and nothing tells which it is"
	whyOld       = "what is known is too old"
	whyUnheard   = "nothing is known of this vulnerability"
	whyUncertain = "it may be affected"
	whyRetired   = "retired, and no instance is known"
	whyVersion   = "it has the component in a version that cannot be compared"
	whyOutside   = "it has the component in another version"
)

// blind says why nothing follows from finding nothing in a subject; "" if it does.
func (a *asking) blind(s *subject, byName bool) string {
	switch {
	case s.release != nil && s.bill != nil:
		if rows := len(s.bill.ident); rows > 0 && s.bill.without >= rows {
			return whyNoIDs
		}
	case byName && s.device != 0:
	case s.asset != nil && s.device == 0:
		return whyNoName
	default:
		return whyNoSBOM
	}
	return ""
}

// remark adds what was not looked at.
func remark(s *subject) func(*Row) {
	if s.bill == nil || s.bill.without == 0 {
		return nil
	}
	return func(r *Row) {
		r.Why += " (" + strconv.Itoa(s.bill.without) + " of its " + strconv.Itoa(len(s.bill.ident)) + " components have no identity and were not looked at)"
	}
}
