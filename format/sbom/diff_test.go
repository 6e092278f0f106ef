package sbom_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "github.com/wardround/wardround/format/sbom"
)

func words(cs []Change) []string {
	var out []string
	for _, c := range cs {
		s := string(c.Kind) + " " + strings.Join(c.Path, " > ")
		for _, f := range c.Fields {
			s += fmt.Sprintf("; %s %q to %q", f.Name, f.Old, f.New)
		}
		out = append(out, s)
	}
	return out
}

// The next release of a pump: one library renewed, one gone, one new, one moved
// to the other board, one under another licence.
func TestDiffOfTwoReleases(t *testing.T) {
	old := document("urn:1", "pump@4.0", "main@1 < pump@4.0", "display@1 < pump@4.0", "openssl@3.0.4 < main@1", "zlib@1.2 < main@1", "zlib@1.2.1 < display@1", "boost@1 < main@1", "qt@6 < main@1", "bash < main@1")
	next := document("urn:2", "pump@4.1", "bash < main@1", "display@1 < pump@4.1", "main@1 < pump@4.1", "qt@6 < display@1", "openssl@3.0.13 < main@1", "zlib@1.3 < display@1", "zlib@1.2 < main@1", "mosquitto@2 < main@1")
	for i := range next.Components {
		c := &next.Components[i]
		if c.Name == "display" {
			c.Licences, c.Supplier = []string{"MIT"}, "Example Ltd"
			c.EndOfSupport = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
		}
	}
	want := []string{
		`version pump; version "4.0" to "4.1"`,
		`altered pump > display; supplier "" to "Example Ltd"; licences "" to "MIT"; end_of_support "" to "2031-01-01"`,
		`moved pump > display > qt; parent "main@1" to "display@1"`,
		`version pump > display > zlib; version "1.2.1" to "1.3"`,
		`removed pump > main > boost`,
		`added pump > main > mosquitto`,
		`version pump > main > openssl; version "3.0.4" to "3.0.13"`,
	}
	if diff := cmp.Diff(want, words(Diff(&old, &next))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if same := Diff(&old, &old); len(same) > 0 {
		t.Errorf("a document differs from itself: %v", words(same))
	}
}

// A digest that changes under the same version is told; one that only the other
// document has is not.
func TestDiffOfDigests(t *testing.T) {
	one := func(hs ...Hash) *Document {
		return &Document{Root: -1, Components: []Component{{Ref: "a", Parent: -1, Name: "a", PURL: "pkg:generic/a@1", Version: "1", Hashes: hs}}}
	}
	a, b, s := Hash{"SHA-256", "aa"}, Hash{"SHA-256", "BB"}, Hash{"SHA-1", "cc"}
	for _, c := range []struct {
		old, new *Document
		want     []string
	}{
		{one(a), one(b), []string{`altered a; hashes "SHA-256:aa" to "SHA-256:bb"`}},
		{one(a, s), one(a), nil},
		{one(a), one(s), nil},
		{one(), one(a), []string{`altered a; hashes "" to "SHA-256:aa"`}},
		{one(Hash{"SHA-256", "AA"}), one(a), nil},
	} {
		if diff := cmp.Diff(c.want, words(Diff(c.old, c.new))); diff != "" {
			t.Error(diff)
		}
	}
}

// Diff does not depend on the order of components, and what was added one way was
// removed the other.
func TestDiffProperties(t *testing.T) {
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 3))
		a, b := Merge(random(r)), Merge(random(r))
		if d := Diff(&a, &a); len(d) > 0 {
			t.Fatalf("seed %d: %v", seed, words(d))
		}
		there, back := Diff(&a, &b), Diff(&b, &a)
		count := func(cs []Change, k ChangeKind) (n int) {
			for _, c := range cs {
				if c.Kind == k {
					n++
				}
			}
			return n
		}
		if count(there, Added) != count(back, Removed) || count(there, Removed) != count(back, Added) {
			t.Fatalf("seed %d:\n%v\n%v", seed, words(there), words(back))
		}
		if n := len(a.Components) + count(there, Added) - count(there, Removed); n != len(b.Components) {
			t.Fatalf("seed %d: %d components and the changes give %d, not %d", seed, len(a.Components), n, len(b.Components))
		}
	}
}

func TestCycles(t *testing.T) {
	d := document("urn:1", "root@1", "a@1 -> b@1", "b@1 -> c@1", "c@1 -> a@1", "c@1 -> d@1", "e@1 -> e@1", "f@1 < g@1", "g@1 < f@1")
	got := map[string]bool{}
	for _, g := range Cycles(&d) {
		var names []string
		for _, i := range g {
			names = append(names, d.Components[i].Name)
		}
		got[strings.Join(names, " ")] = true
	}
	if diff := cmp.Diff(map[string]bool{"a b c": true, "e": true, "f g": true}, got); diff != "" {
		t.Error(diff)
	}
	n := 200_000 // a chain and a ring of this length end without deep recursion
	long := Document{Root: 0}
	for i := range n {
		long.Components = append(long.Components, Component{Parent: i - 1, Name: "x"})
		long.Relations = append(long.Relations, Relation{From: i, To: (i + 1) % n, Kind: DependsOn})
	}
	if c := Cycles(&long); len(c) != 1 || len(c[0]) != n {
		t.Errorf("%d groups", len(c))
	}
	if p := NewPaths(&long); len(p.To(n-1)) != n {
		t.Errorf("a path of %d", len(p.To(n-1)))
	}
}

// The way to a component is the shortest over parts and dependencies.
func TestPath(t *testing.T) {
	d := document("urn:1", "pump@1", "image@1 < pump@1", "app@1 < image@1", "app@1 -> tls@1", "tls@1 -> zlib@1", "image@1 -> zlib@1", "loose@1", "part@1 < loose@1")
	for name, want := range map[string]string{"zlib": "pump > image > zlib", "tls": "pump > image > app > tls", "pump": "pump", "part": "loose > part"} {
		for i, c := range d.Components {
			if c.Name == name {
				if got := strings.Join(Path(&d, i), " > "); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
		}
	}
}
