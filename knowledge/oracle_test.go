package knowledge_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/osv-scalibr/semantic"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/knowledge"
)

// The evaluation algorithm of the OSV schema, written down once more as it stands
// there, with another library's order of versions. It knows nothing of how Base
// does it.
type oracle struct{ ecosystem string }

func (o oracle) less(a, b string) bool {
	if a == "0" || b == "0" {
		return a == "0" && b != "0" // before every version
	}
	n, err := semantic.MustParse(a, o.ecosystem).CompareStr(b)
	if err != nil {
		panic(err)
	}
	return n < 0
}

func (o oracle) vulnerable(r *advisory.Record, name, version string) bool {
	for _, a := range r.Affected {
		if a.Package.Name != name || a.Package.Ecosystem != o.ecosystem {
			continue
		}
		if slices.Contains(a.Versions, version) {
			return true
		}
		for _, rg := range a.Ranges {
			if o.included(rg, version) {
				return true
			}
		}
	}
	return false
}

func (o oracle) included(r advisory.Range, version string) bool {
	events := slices.Clone(r.Events)
	at := func(e advisory.Event) string { return e.Introduced + e.Fixed + e.Last + e.Limit }
	slices.SortStableFunc(events, func(x, y advisory.Event) int {
		switch {
		case o.less(at(x), at(y)):
			return -1
		case o.less(at(y), at(x)):
			return 1
		}
		return 0
	})
	limited, below, vulnerable := false, false, false
	for _, e := range events {
		switch {
		case e.Limit != "":
			limited = true
			below = below || e.Limit == "*" || o.less(version, e.Limit)
		case e.Introduced != "" && !o.less(version, e.Introduced):
			vulnerable = true
		case e.Fixed != "" && !o.less(version, e.Fixed):
			vulnerable = false
		case e.Last != "" && o.less(e.Last, version):
			vulnerable = false
		}
	}
	return vulnerable && (below || !limited)
}

type pair struct{ Component, Record string }

// failing are the (component, record) pairs that Base calls affected; every record
// that stands behind a hit counts.
func failing(t testing.TB, b *knowledge.Base, ids []knowledge.Identity) []pair {
	t.Helper()
	var out []pair
	for i := range ids {
		err := b.Match(&ids[i], func(h *knowledge.Hit) {
			if h.State == wardround.Fail {
				out = append(out, pair{ids[i].Label, h.Record.ID})
			}
			for _, o := range h.Others {
				if o.State == wardround.Fail {
					out = append(out, pair{ids[i].Label, o.Record.ID})
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(out, func(a, b pair) int {
		return strings.Compare(a.Component+"\x00"+a.Record, b.Component+"\x00"+b.Record)
	})
	return slices.Compact(out)
}

// Ten thousand components against the whole of Go's database: the same pairs as
// the algorithm of the schema gives, from memory and from the file.
func TestSameAsTheAlgorithm(t *testing.T) {
	rows := goEntries(t)
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "go", Kind: "osv", Complete: true}, rows)
	comps := goComponents(t, "go-10000.cdx.json")
	ids := identities(t, comps)

	byName := map[string][]*advisory.Record{}
	for _, e := range rows {
		for name := range namesOf(e.Record) {
			if e.Record.Withdrawn.IsZero() {
				byName[name] = append(byName[name], e.Record)
			}
		}
	}
	var want []pair
	o := oracle{"Go"}
	for _, c := range comps {
		for _, r := range byName[c.Name] {
			if o.vulnerable(r, c.Name, c.Version) {
				want = append(want, pair{c.PURL, r.ID})
			}
		}
	}
	slices.SortFunc(want, func(a, b pair) int {
		return strings.Compare(a.Component+"\x00"+a.Record, b.Component+"\x00"+b.Record)
	})
	want = slices.Compact(want)
	if len(want) != 29552 {
		t.Errorf("the algorithm finds %d pairs; osv-scanner 2.5.0 finds 29,552", len(want))
	}
	if d := cmp.Diff(want, failing(t, b, ids)); d != "" {
		t.Errorf("in memory (-algorithm +Base):\n%s", d)
	}
	dir := t.TempDir()
	if err := b.Save(dir, 1); err != nil {
		t.Fatal(err)
	}
	opened, _, err := knowledge.Open(dir, knowledge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if d := cmp.Diff(want, failing(t, opened, ids)); d != "" {
		t.Errorf("from the file (-algorithm +Base):\n%s", d)
	}
}

func namesOf(r *advisory.Record) map[string]bool {
	out := map[string]bool{}
	for _, a := range r.Affected {
		out[a.Package.Name] = true
	}
	return out
}

// Records that contradict themselves, with events in any order, of several
// ecosystems: the same answer as the algorithm, for versions on, between and
// beyond the bounds.
func TestRandomRangesSameAsTheAlgorithm(t *testing.T) {
	for _, eco := range []string{"npm", "PyPI", "Debian", "Maven", "RubyGems"} {
		t.Run(eco, func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(20, 26))
			version := func() string { return fmt.Sprintf("%d.%d.%d", rnd.IntN(3), rnd.IntN(4), rnd.IntN(3)) }
			b := knowledge.New(knowledge.Options{})
			var recs []*advisory.Record
			for i := range 300 {
				r := &advisory.Record{ID: fmt.Sprintf("X-%03d", i), Affected: []advisory.Affected{randomAffected(rnd, eco, version)}}
				if rnd.IntN(4) == 0 {
					r.Affected = append(r.Affected, randomAffected(rnd, eco, version))
				}
				recs = append(recs, r)
			}
			b.Put(knowledge.Feed{Name: "x"}, entries(recs...))
			o := oracle{eco}
			for major := range 3 {
				for minor := range 4 {
					for patch := range 4 {
						v := fmt.Sprintf("%d.%d.%d", major, minor, patch)
						got := map[string]wardround.State{}
						id := knowledge.Identity{Package: knowledge.Package{Ecosystem: eco, Name: "p", Version: v}}
						if err := b.Match(&id, func(h *knowledge.Hit) { got[h.Vulnerability] = h.State }); err != nil {
							t.Fatal(err)
						}
						for _, r := range recs {
							want := wardround.Pass
							if o.vulnerable(r, "p", v) {
								want = wardround.Fail
							}
							if got[r.ID] != want {
								t.Fatalf("%s of %s: %v, the algorithm says %v: %+v", r.ID, v, got[r.ID], want, r.Affected)
							}
						}
					}
				}
			}
		})
	}
}

func randomAffected(rnd *rand.Rand, eco string, version func() string) advisory.Affected {
	a := advisory.Affected{Package: &advisory.Package{Ecosystem: eco, Name: "p"}, Status: advisory.IsAffected}
	for range 1 + rnd.IntN(2) {
		r := advisory.Range{Kind: advisory.Ecosystem}
		for range 1 + rnd.IntN(5) {
			var e advisory.Event
			switch rnd.IntN(9) {
			case 0, 1, 2:
				e.Introduced = version()
			case 3:
				e.Introduced = "0"
			case 4, 5:
				e.Fixed = version()
			case 6, 7:
				e.Last = version()
			default:
				e.Limit = version()
			}
			r.Events = append(r.Events, e)
		}
		a.Ranges = append(a.Ranges, r)
	}
	for range rnd.IntN(3) {
		a.Versions = append(a.Versions, version())
	}
	return a
}

func entries(recs ...*advisory.Record) []knowledge.Entry {
	var out []knowledge.Entry
	for _, r := range recs {
		out = append(out, knowledge.Entry{Record: r})
	}
	return out
}
