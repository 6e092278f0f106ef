package knowledge_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/knowledge"
)

// A world of a few packages, ids and feeds, in which anything may happen.
type world struct {
	rnd   *rand.Rand
	feeds map[string]map[string]*advisory.Record // name → id → record
}

var worldPackages = []string{"a", "b", "c", "d", "e", "f"}

func (w *world) id() string {
	n := w.rnd.IntN(12)
	switch w.rnd.IntN(3) {
	case 0:
		return fmt.Sprintf("CVE-20%02d-%04d", 10+n%3, n)
	case 1:
		return fmt.Sprintf("GHSA-%04d", n)
	}
	return fmt.Sprintf("X-%02d", n)
}

func (w *world) record() *advisory.Record {
	version := func() string { return fmt.Sprintf("%d.%d.0", w.rnd.IntN(3), w.rnd.IntN(3)) }
	r := &advisory.Record{ID: w.id(), Title: fmt.Sprint("title ", w.rnd.IntN(3))}
	for range w.rnd.IntN(3) {
		if w.rnd.IntN(3) == 0 {
			r.Aliases = append(r.Aliases, w.id())
		}
	}
	for range 1 + w.rnd.IntN(2) {
		a := randomAffected(w.rnd, "npm", version)
		a.Package.Name = worldPackages[w.rnd.IntN(len(worldPackages))]
		r.Affected = append(r.Affected, a)
	}
	if w.rnd.IntN(8) == 0 {
		r.Withdrawn = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	}
	return r
}

// change sends rows of a feed to the Base and keeps what the feed holds by now.
func (w *world) change(b *knowledge.Base) knowledge.Delta {
	f := knowledge.Feed{Name: []string{"one", "two", "three"}[w.rnd.IntN(3)], Complete: w.rnd.IntN(6) == 0}
	if w.feeds[f.Name] == nil || f.Complete {
		w.feeds[f.Name] = map[string]*advisory.Record{}
	}
	var rows []knowledge.Entry
	for range w.rnd.IntN(6) {
		if w.rnd.IntN(5) == 0 && !f.Complete {
			id := w.id()
			rows = append(rows, knowledge.Entry{Gone: id})
			delete(w.feeds[f.Name], id)
			continue
		}
		r := w.record()
		rows = append(rows, knowledge.Entry{Record: r})
		w.feeds[f.Name][r.ID] = r
	}
	return b.Put(f, rows)
}

// afresh is a Base that was told only what the feeds hold now.
func (w *world) afresh() *knowledge.Base {
	b := knowledge.New(knowledge.Options{})
	for name, recs := range w.feeds {
		var rows []knowledge.Entry
		for _, r := range recs {
			rows = append(rows, knowledge.Entry{Record: r})
		}
		b.Put(knowledge.Feed{Name: name}, rows)
	}
	return b
}

type answers map[string][]knowledge.Answer // package@version vulnerability → deciding record first

func ask(t testing.TB, b *knowledge.Base) map[string]answers {
	t.Helper()
	all := map[string]answers{}
	for _, p := range worldPackages {
		all[p] = answers{}
		for _, v := range []string{"0.0.0", "0.1.0", "1.0.0", "1.1.0", "2.0.0", "2.2.0", "3.0.0"} {
			id := knowledge.Identity{Package: knowledge.Package{Ecosystem: "npm", Name: p, Version: v}}
			err := b.Match(&id, func(h *knowledge.Hit) {
				said := append([]knowledge.Answer{{Record: h.Record, State: h.State, Reason: h.Reason}}, h.Others...)
				slices.SortFunc(said, func(x, y knowledge.Answer) int {
					return cmpText(x.Record.String()+x.Record.Feed, y.Record.String()+y.Record.Feed)
				})
				all[p][v+" "+h.Vulnerability] = append(said, knowledge.Answer{State: h.State})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// vulnerabilities are all that is known of the ids of the world.
func vulnerabilities(b *knowledge.Base) map[string]knowledge.Vulnerability {
	out := map[string]knowledge.Vulnerability{}
	for n := range 12 {
		for _, id := range []string{fmt.Sprintf("CVE-20%02d-%04d", 10+n%3, n), fmt.Sprintf("GHSA-%04d", n), fmt.Sprintf("X-%02d", n)} {
			v, ok := b.Vulnerability(id)
			if !ok {
				continue
			}
			slices.SortFunc(v.Records, func(x, y knowledge.Ref) int { return cmpText(x.Feed+x.ID, y.Feed+y.ID) })
			v.Title = "" // of several records with one it depends on the order
			out[v.ID] = v
		}
	}
	return out
}

// Whatever feeds send, in whatever order, with generations in between: the Base
// knows what one would that was told only the last state; and every answer that is
// another than before was announced.
func TestDeltas(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &world{rnd: rand.New(rand.NewPCG(seed, 7)), feeds: map[string]map[string]*advisory.Record{}}
			b := knowledge.New(knowledge.Options{})
			dir := t.TempDir()
			before, known := ask(t, b), vulnerabilities(b)
			for step := range 45 {
				d := w.change(b)
				after, knows := ask(t, b), vulnerabilities(b)
				announced(t, step, d, before, after, known, knows)
				fresh := w.afresh()
				if diff := cmp.Diff(ask(t, fresh), after); diff != "" {
					t.Fatalf("step %d (-afresh +changed):\n%s", step, diff)
				}
				if diff := cmp.Diff(vulnerabilities(fresh), knows); diff != "" {
					t.Fatalf("step %d (-afresh +changed):\n%s", step, diff)
				}
				before, known = after, knows
				if step%9 != 8 {
					continue
				}
				if err := b.Save(dir, uint64(step)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(after, ask(t, b)); diff != "" {
					t.Fatalf("step %d (-before +after it was saved):\n%s", step, diff)
				}
				if diff := cmp.Diff(knows, vulnerabilities(b)); diff != "" {
					t.Fatalf("step %d (-before +after it was saved):\n%s", step, diff)
				}
			}
			b.Close()
		})
	}
}

func announced(t *testing.T, step int, d knowledge.Delta, before, after map[string]answers, known, knows map[string]knowledge.Vulnerability) {
	t.Helper()
	for _, p := range worldPackages {
		if diff := cmp.Diff(before[p], after[p]); diff != "" && !slices.Contains(d.Packages, knowledge.PackageKey("npm", p)) {
			t.Fatalf("step %d: package %s was not announced:\n%s\n%+v", step, p, diff, d)
		}
	}
	for id, v := range known {
		if diff := cmp.Diff(v, knows[id]); diff != "" && !slices.Contains(d.Vulnerabilities, id) {
			t.Fatalf("step %d: vulnerability %s was not announced:\n%s\n%+v", step, id, diff, d)
		}
		_, still := knows[id]
		if _, said := d.Renamed[id]; !still && !said {
			t.Fatalf("step %d: %s is not known any more, and Renamed does not say so: %+v", step, id, d)
		}
	}
	for id := range knows {
		if _, had := known[id]; !had && !slices.Contains(d.Vulnerabilities, id) {
			t.Fatalf("step %d: new vulnerability %s was not announced: %+v", step, id, d)
		}
	}
}
