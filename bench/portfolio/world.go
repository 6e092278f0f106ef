package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/knowledge"
)

// world is the records, their packages, and what is drawn from them.
type world struct {
	records  []*advisory.Record
	packages []string
	versions map[string][]string // that records name
	open     map[string]bool     // packages that no version is fixed of
	rng      *rand.Rand
	o        options
}

func newWorld(o options) (*world, error) {
	f, err := os.Open(o.records)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	w := &world{versions: map[string][]string{}, open: map[string]bool{}, rng: rand.New(rand.NewPCG(uint64(o.seed), 7)), o: o}
	err = osv.Archive(f, st.Size(), osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error {
		w.records = append(w.records, r)
		for i := range r.Affected {
			a := &r.Affected[i]
			if a.Package == nil || a.Package.Name == "stdlib" || a.Package.Name == "toolchain" {
				continue
			}
			if _, ok := w.versions[a.Package.Name]; !ok {
				w.packages = append(w.packages, a.Package.Name)
				w.versions[a.Package.Name] = nil
			}
			w.open[a.Package.Name] = w.open[a.Package.Name] || len(a.Ranges) == 0
			for _, rg := range a.Ranges {
				w.open[a.Package.Name] = w.open[a.Package.Name] || unfixed(&rg)
				for _, e := range rg.Events {
					for _, v := range []string{e.Introduced, e.Fixed} {
						if v != "" && v != "0" {
							w.versions[a.Package.Name] = append(w.versions[a.Package.Name], v)
						}
					}
				}
			}
		}
		return nil
	}, func(name string, err error) { fmt.Fprintln(os.Stderr, name, err) })
	// A package with a record that no version fixes would make every bill of materials
	// fail from the start: they are left out.
	w.packages = slices.DeleteFunc(w.packages, func(p string) bool { return w.open[p] })
	slices.Sort(w.packages)
	return w, err
}

// unfixed reports whether a range has no end.
func unfixed(r *advisory.Range) bool {
	return len(r.Events) == 0 || r.Events[len(r.Events)-1].Fixed == ""
}

func (w *world) entries() []knowledge.Entry {
	out := make([]knowledge.Entry, len(w.records))
	for i, r := range w.records {
		out[i].Record = r
	}
	return out
}

// component draws a package and a version of it.
func (w *world) component() (name, version string) {
	name = w.packages[w.rng.IntN(len(w.packages))]
	if vs := w.versions[name]; len(vs) > 0 && w.rng.IntN(w.o.old) == 0 {
		return name, vs[w.rng.IntN(len(vs))]
	}
	return name, fmt.Sprintf("999.%d.0", w.rng.IntN(4))
}

// sbom writes a bill of materials of so many components, in two images.
func (w *world) sbom(n, components int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:00000000-0000-4000-8000-%012d","version":1,`, n)
	fmt.Fprintf(&b, `"metadata":{"component":{"type":"device","bom-ref":"root","name":"Pump %d","version":"1.0"}},"components":[`, n)
	for i := range components {
		name, version := w.component()
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"library","bom-ref":"c%d","name":%q,"version":"v%s","purl":"pkg:golang/%s@v%s"}`, i, name, version, name, version)
	}
	b.WriteString("]}")
	return b.Bytes()
}

// changed draws records, and makes every version of their first package affected.
func (w *world) changed(n int) []knowledge.Entry {
	var out []knowledge.Entry
	for _, i := range w.rng.Perm(len(w.records)) {
		if len(out) == n {
			break
		}
		r := *w.records[i]
		if len(r.Affected) == 0 || r.Affected[0].Package == nil || r.Affected[0].Package.Name == "stdlib" ||
			r.Affected[0].Package.Name == "toolchain" || w.open[r.Affected[0].Package.Name] || !r.Withdrawn.IsZero() {
			continue
		}
		a := r.Affected[0]
		a.Ranges = []advisory.Range{{Kind: advisory.Semver, Events: []advisory.Event{{Introduced: "0"}}}}
		r.Affected = append([]advisory.Affected{a}, r.Affected[1:]...)
		r.Details += "\nThe fix was found to be incomplete."
		out = append(out, knowledge.Entry{Record: &r})
	}
	return out
}
