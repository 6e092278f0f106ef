package sbom_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/wardround/wardround/format/sbom"
)

// document writes a bill of materials in words: "name@version < parent", "#hash",
// "a -> b". The first name is the root.
func document(id string, lines ...string) Document {
	d := Document{Format: "CycloneDX", ID: id, Revision: 1, Root: -1}
	at := map[string]int{}
	index := func(name string) int {
		if i, ok := at[name]; ok {
			return i
		}
		n, v, _ := strings.Cut(name, "@")
		c := Component{Ref: fmt.Sprint(len(at)), Parent: -1, Type: Library, Name: n, Version: v}
		at[name] = len(d.Components)
		d.Components = append(d.Components, c)
		return at[name]
	}
	for i, l := range lines {
		switch a, b, _ := strings.Cut(l, " < "); {
		case strings.Contains(l, " -> "):
			a, b, _ := strings.Cut(l, " -> ")
			from, to := index(a), index(b)
			d.Relations = append(d.Relations, Relation{From: from, To: to, Kind: DependsOn})
		case b != "":
			part, whole := index(a), index(b)
			d.Components[part].Parent = whole
		default:
			index(l)
		}
		if i == 0 && id != "" {
			d.Root = 0
		}
	}
	return d
}

// told is the graph of a document in words, without the order of it.
func told(d Document) []string {
	seen := map[string]bool{}
	name := func(i int) string { return d.Components[i].Name + "@" + d.Components[i].Version }
	for i, c := range d.Components {
		seen[name(i)] = true
		if c.Parent >= 0 {
			seen[name(i)+" < "+name(c.Parent)] = true
		}
	}
	for _, r := range d.Relations {
		if r.Kind == Contains {
			seen[name(r.To)+" < "+name(r.From)] = true
		} else {
			seen[fmt.Sprintf("%s -> %s %s%s", name(r.From), name(r.To), r.Kind, r.Scope)] = true
		}
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// A pump of two boards: both images hold the same OpenSSL, which is one component
// in two places afterwards.
func TestMergeKeepsTheGraph(t *testing.T) {
	a := document("urn:uuid:aaaaaaaa-0000-0000-0000-000000000001", "main board@1", "image@7 < main board@1", "openssl@3.0.4 < image@7", "pumpd@1 < image@7", "pumpd@1 -> openssl@3.0.4")
	b := document("urn:uuid:bbbbbbbb-0000-0000-0000-000000000002", "display board@2", "openssl@3.0.4 < display board@2", "qt@6 < display board@2", "qt@6 -> openssl@3.0.4")
	got := MergeUnder(Component{Ref: "pump", Type: Device, Name: "pump", Version: "4"}, a, b)
	want := []string{
		"display board@2", "display board@2 < pump@4", "image@7", "image@7 < main board@1", "main board@1", "main board@1 < pump@4",
		"openssl@3.0.4", "openssl@3.0.4 < display board@2", "openssl@3.0.4 < image@7", "pump@4", "pumpd@1", "pumpd@1 -> openssl@3.0.4 depends-on", "pumpd@1 < image@7",
		"qt@6", "qt@6 -> openssl@3.0.4 depends-on", "qt@6 < display board@2",
	}
	if diff := cmp.Diff(want, told(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	refs := map[string]bool{}
	for i, c := range got.Components {
		if refs[c.Ref] {
			t.Errorf("%s stands twice", c.Ref)
		}
		refs[c.Ref] = true
		if want := map[string]int{"openssl": 1}[c.Name]; c.Copies != want {
			t.Errorf("%s: %d copies, want %d", c.Name, c.Copies, want)
		}
		if c.Name == "qt" {
			if diff := cmp.Diff([]string{"pump", "display board", "qt"}, Path(&got, i)); diff != "" {
				t.Error(diff)
			}
		}
	}
	if got.Components[got.Root].Name != "pump" || len(got.Sources) != 2 {
		t.Errorf("root %d, sources %v", got.Root, got.Sources)
	}
	if m := Merge(a, b); m.Components[m.Root].Ref != "urn:wardround:merged" {
		t.Errorf("no root above two: %+v", m.Components[m.Root])
	}
}

// A link to another document puts its root where the link stands (CycloneDX
// BOM-Link, SPDX external documents); one to nowhere stays.
func TestMergeFollowsLinks(t *testing.T) {
	pump := document("urn:uuid:aaaaaaaa-0000-0000-0000-000000000001", "pump@4", "board@1 < pump@4")
	image := document("urn:uuid:bbbbbbbb-0000-0000-0000-000000000002", "image@7", "openssl@3 < image@7")
	recipe := document("https://example.org/recipe", "recipe@1")
	pump.Links = []Link{
		{From: 1, Document: "urn:cdx:BBBBBBBB-0000-0000-0000-000000000002/1"},
		{From: 1, Kind: DependsOn, Scope: "build", Document: "https://example.org/recipe", Element: "0"},
		{From: 0, Document: "urn:cdx:bbbbbbbb-0000-0000-0000-000000000002/9"},
		{From: -1, Document: "https://example.org/nowhere"},
	}
	want := []string{
		"board@1", "board@1 -> recipe@1 depends-onbuild", "board@1 < pump@4", "image@7", "image@7 < board@1", "openssl@3", "openssl@3 < image@7", "pump@4",
	}
	for _, docs := range [][]Document{{pump, image, recipe}, {recipe, image, pump}} {
		got := Merge(docs...)
		have := slices.DeleteFunc(told(got), func(s string) bool { return strings.HasPrefix(s, "recipe") || strings.Contains(s, "Merged") })
		if diff := cmp.Diff(want, slices.DeleteFunc(have, func(s string) bool { return strings.HasSuffix(s, "< Merged bills of materials@") })); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if len(got.Links) != 2 || got.Links[0].From < 0 || got.Components[got.Links[0].From].Name != "pump" || got.Links[1].From != -1 {
			t.Errorf("links left: %+v", got.Links)
		}
	}
}

// What makes two components one, and what does not.
func TestIdentity(t *testing.T) {
	file := func(name, hash string) Component {
		return Component{Type: File, Name: name, Hashes: []Hash{{Algorithm: "SHA-1", Value: "00"}, {Algorithm: "SHA-256", Value: hash}}}
	}
	for _, c := range []struct {
		a, b Component
		same bool
	}{
		{Component{PURL: "pkg:deb/debian/openssl@3.0.11-1?arch=amd64&upstream=x"}, Component{PURL: "pkg:DEB/debian/openssl@3.0.11-1?arch=amd64&download_url=https://y", Name: "other"}, true},
		{Component{PURL: "pkg:deb/debian/openssl@3.0.11-1?arch=amd64"}, Component{PURL: "pkg:deb/debian/openssl@3.0.11-1?arch=arm64"}, false},
		{Component{PURL: "pkg:pypi/Foo_Bar@1"}, Component{PURL: "pkg:pypi/foo-bar@1"}, true},
		{Component{PURL: "pkg:npm/a@1"}, Component{PURL: "pkg:npm/a@2"}, false},
		{Component{PURL: "no purl", Name: "a", Version: "1"}, Component{Name: "A", Version: "1"}, true},
		{file("a", "FF"), file("a", "ff"), true},
		{file("a", "ff"), file("b", "ff"), false}, // empty files are alike, and not the same
		{file("a", "ff"), file("a", "fe"), false},
		{Component{Name: "a", Version: "1", Hashes: []Hash{{"MD5", "00"}}}, Component{Name: "b", Version: "1", Hashes: []Hash{{"MD5", "00"}}}, false},
		{Component{Name: "a", Version: "1", Supplier: "X"}, Component{Name: "a", Version: "1", Supplier: "Y"}, false},
		{Component{Name: "a", Version: "1", Type: Firmware}, Component{Name: "a", Version: "1", Type: Library}, false},
		{Component{Name: "a"}, Component{Name: "a"}, false}, // only the name is known
	} {
		if got := IdentityOf(&c.a) == IdentityOf(&c.b) && IdentityOf(&c.a) != ""; got != c.same {
			t.Errorf("%+v and %+v: same is %v", c.a, c.b, got)
		}
	}
	// Without an identity the place decides.
	m := Merge(document("urn:a", "pump@1", "bash < pump@1"), document("urn:b", "gateway@1", "bash < gateway@1"))
	if n := strings.Count(fmt.Sprint(told(m)), "bash@ <"); n != 2 || len(m.Components) != 5 {
		t.Errorf("%v", told(m))
	}
}

// random draws a document over few names, so that documents overlap: with cycles,
// doubles, components without a version, several roots or none.
func random(r *rand.Rand) Document {
	id := fmt.Sprintf("urn:example:%d", r.Uint64())
	if r.IntN(4) == 0 {
		id = ""
	}
	n := 1 + r.IntN(7)
	d := Document{Format: "SPDX", ID: id, Root: -1}
	for i := range n {
		c := Component{Ref: fmt.Sprint(i), Parent: r.IntN(n+1) - 1, Type: Library, Name: string(rune('a' + r.IntN(5)))}
		if c.Parent == i {
			c.Parent = -1
		}
		switch r.IntN(4) {
		case 0:
			c.PURL = "pkg:generic/" + c.Name + "@1"
			c.Version = "1"
		case 1, 2:
			c.Version = fmt.Sprint(1 + r.IntN(2))
		}
		c.Licences = []string{"MIT", "Apache-2.0"}[:r.IntN(3)]
		d.Components = append(d.Components, c)
	}
	if r.IntN(5) > 0 {
		d.Root = 0
		d.Components[0].Parent = -1
	}
	for range r.IntN(6) {
		d.Relations = append(d.Relations, Relation{From: r.IntN(n), To: r.IntN(n), Kind: []RelationKind{DependsOn, BuiltFrom, Contains}[r.IntN(3)], Scope: []string{"", "build"}[r.IntN(2)]})
	}
	return d
}

// keyed is the graph with identities for names; a component that only its name is
// known of goes by that.
func keyed(d Document) []string {
	key := func(i int) string {
		c := &d.Components[i]
		if c.Ref == "urn:wardround:merged" {
			return "top"
		}
		if k := IdentityOf(c); k != "" {
			return k
		}
		return c.Name
	}
	seen := map[string]bool{}
	for i, c := range d.Components {
		if key(i) == "top" {
			continue
		}
		seen[key(i)] = true
		if c.Parent >= 0 && key(c.Parent) != "top" {
			seen["part "+key(i)+" of "+key(c.Parent)] = true
		}
	}
	for _, r := range d.Relations {
		a, b := key(r.From), key(r.To)
		if r.Kind == Contains && r.Scope == "" {
			a, b = b, a
		}
		word := fmt.Sprint(r.Kind, r.Scope)
		if word == "contains" {
			seen["part "+a+" of "+b] = true
		} else if a != b {
			seen[a+" "+word+" "+b] = true
		}
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func TestMergeProperties(t *testing.T) {
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 7))
		a, b, c := random(r), random(r), random(r)
		ab := Merge(a, b)
		if again := Merge(ab); !cmp.Equal(ab, again) {
			t.Fatalf("seed %d: merging a result changes it:\n%s", seed, cmp.Diff(ab, again))
		}
		if diff := cmp.Diff(keyed(Merge(a)), keyed(Merge(a, a))); diff != "" {
			t.Fatalf("seed %d: a document merged with itself:\n%s", seed, diff)
		}
		whole := Merge(a, b, c)
		for name, other := range map[string]Document{"(a b) c": Merge(Merge(a, b), c), "a (b c)": Merge(a, Merge(b, c))} {
			if diff := cmp.Diff(keyed(whole), keyed(other)); diff != "" {
				t.Fatalf("seed %d: a b c and %s:\n%s", seed, name, diff)
			}
		}
		have := map[string]bool{}
		for _, s := range keyed(whole) {
			have[s] = true
		}
		for _, d := range []Document{a, b, c} {
			for _, s := range keyed(Merge(d)) { // the same with its loose components hung up
				if !have[s] {
					t.Fatalf("seed %d: lost %q", seed, s)
				}
			}
		}
		refs := map[string]bool{}
		copies := 0
		for i, comp := range whole.Components {
			if refs[comp.Ref] || comp.Parent >= len(whole.Components) || comp.Parent == i {
				t.Fatalf("seed %d: %+v", seed, comp)
			}
			refs[comp.Ref] = true
			if comp.Ref != "urn:wardround:merged" {
				copies += comp.Copies + 1
			}
			for at, n := i, 0; at >= 0; at, n = whole.Components[at].Parent, n+1 {
				if n > len(whole.Components) {
					t.Fatalf("seed %d: a cycle of parents", seed)
				}
			}
		}
		if want := len(a.Components) + len(b.Components) + len(c.Components); copies != want {
			t.Fatalf("seed %d: %d components and copies of %d", seed, copies, want)
		}
	}
}
