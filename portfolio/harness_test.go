package portfolio

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

var monday = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

// shelf is knowledge of the simplest kind: a vulnerability names a package (or a
// product) and the version from which it is fixed; versions are compared as text.
type shelf struct {
	rows    map[string]record
	aliases map[string]string
	asked   int
}

type record struct {
	key   string // "pkg:golang/x/net" or "pump 3"
	fixed string // "" for all versions; "?" for cannot tell
	facts Facts
}

func newShelf() *shelf { return &shelf{rows: map[string]record{}, aliases: map[string]string{}} }

func keyOf(id *Identity) string {
	if id.Device {
		return "product:" + fold(id.Name)
	}
	return packageOf(id.PURL)
}

func (s *shelf) put(id, key, fixed string) Delta {
	d := Delta{Keys: []Key{Key(key)}, Vulnerabilities: []string{id}}
	if old, ok := s.rows[id]; ok && old.key != key {
		d.Keys = append(d.Keys, Key(old.key))
	}
	r := s.rows[id]
	r.key, r.fixed = key, fixed
	r.facts = Facts{ID: id, Title: "trouble in " + key, Severity: wardround.High, Score: 7.5, EPSS: -1, Changed: monday, Arrived: monday}
	s.rows[id] = r
	return d
}

func (s *shelf) drop(id string) Delta {
	d := Delta{Keys: []Key{Key(s.rows[id].key)}, Vulnerabilities: []string{id}}
	delete(s.rows, id)
	return d
}

func (s *shelf) Match(id *Identity) (out []Hit) {
	s.asked++
	key := keyOf(id)
	for v, r := range s.rows {
		if r.key != key {
			continue
		}
		h := Hit{Vulnerability: v, State: wardround.Pass, Confidence: wardround.Observed, Advisories: []string{"ADV-" + v}}
		switch {
		case r.facts.Withdrawn:
			continue
		case r.fixed == "?" || id.Version == "":
			h.State, h.Why = wardround.Unknown, "Its range could not be read."
		case r.fixed == "" || id.Version < r.fixed:
			h.State, h.Why = wardround.Fail, id.Version+" is before "+r.fixed+", where it is fixed."
			h.Fixed = []string{r.fixed}
		default:
			h.Why = id.Version + " is fixed (from " + r.fixed + ")."
		}
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b Hit) int { return strings.Compare(a.Vulnerability, b.Vulnerability) })
	return out
}

func (s *shelf) Keys(id *Identity) []Key {
	if k := keyOf(id); k != "" {
		return []Key{Key(k)}
	}
	return nil
}

func (s *shelf) Named(v string) []Key {
	if r, ok := s.rows[v]; ok {
		return []Key{Key(r.key)}
	}
	return nil
}

func (s *shelf) Facts(v string) (Facts, bool) { r, ok := s.rows[v]; return r.facts, ok }

func (s *shelf) Folded(id string) string {
	if to, ok := s.aliases[id]; ok {
		return to
	}
	return id
}

func (s *shelf) Covers(id *Identity) (time.Time, bool) {
	return monday, strings.HasPrefix(id.PURL, "pkg:golang/") || id.Device
}

func (s *shelf) Feeds() iter.Seq[check.Feed] {
	return slices.Values([]check.Feed{{Name: "shelf", Kind: "osv", Records: len(s.rows), Newest: monday, At: monday}})
}

// release says a release and returns its id.
func release(t *testing.T, ix *Index, product, version string) wardround.ReleaseID {
	t.Helper()
	r := &wardround.Release{ID: wardround.ReleaseIDOf("o", "Acme", product, version), Org: "o", Maker: "Acme", Product: product, Version: version, Kind: wardround.Device}
	if err := ix.PutRelease(r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// bom makes a document of "name version" lines; those indented stand below the
// one before that is indented less.
func bom(id string, lines ...string) *sbom.Document {
	d := &sbom.Document{Format: "CycloneDX", Version: "1.6", ID: id, Root: -1}
	var above []int
	for i, l := range lines {
		depth := len(l) - len(strings.TrimLeft(l, " "))
		name, version, _ := strings.Cut(strings.TrimSpace(l), " ")
		c := sbom.Component{Ref: fmt.Sprintf("ref-%d", i), Parent: -1, Type: sbom.Library, Name: name, Version: version}
		if !strings.HasPrefix(name, "?") {
			c.PURL = "pkg:golang/" + name + "@" + version
		}
		above = append(above[:min(depth, len(above))], i)
		if depth > 0 {
			c.Parent = above[depth-1]
		}
		d.Components = append(d.Components, c)
	}
	return d
}

func put(t *testing.T, ix *Index, id wardround.ReleaseID, d *sbom.Document) {
	t.Helper()
	if err := ix.PutSBOM(id, "doc", d); err != nil {
		t.Fatal(err)
	}
}

// drained are the answers of all portions, as "subject vulnerability state", sorted.
func drained(t *testing.T, ix *Index) []string {
	t.Helper()
	var out []string
	for last := uint64(0); ; {
		p := ix.Drain()
		if p.Number == 0 {
			break
		}
		if last != 0 && p.Number != last+1 {
			t.Fatalf("portion %d follows %d", p.Number, last)
		}
		last = p.Number
		for _, e := range p.Exposures {
			out = append(out, said(ix, e))
		}
	}
	slices.Sort(out)
	return out
}

func said(ix *Index, e *check.Exposure) string {
	return ix.subjectName(e.Subject) + " " + e.Vulnerability + " " + e.State.String()
}
