package sbom_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/wardround/wardround/format/sbom"
)

// large is an image of n packages, every tenth of another version in the next
// release.
func large(id string, n, release int) Document {
	d := Document{Format: "SPDX", ID: id, Root: 0, Components: []Component{{Ref: "r", Parent: -1, Type: Firmware, Name: "image", Version: fmt.Sprint(release)}}}
	for i := 1; i <= n; i++ {
		v := "1"
		if i%10 == 0 {
			v = fmt.Sprint(release)
		}
		d.Components = append(d.Components, Component{
			Ref: fmt.Sprint("c", i), Parent: 0, Type: Library, Name: fmt.Sprint("lib", i), Version: v, PURL: fmt.Sprintf("pkg:deb/debian/lib%d@%s?arch=arm64", i, v),
			Licences: []string{"MIT"},
		})
		d.Relations = append(d.Relations, Relation{From: i, To: i / 2, Kind: DependsOn})
	}
	return d
}

// Tens of thousands of components are merged, compared and judged in seconds: the
// work grows with the document, not with its square.
func TestLargeDocuments(t *testing.T) {
	n := 30_000
	if testing.Short() {
		n = 5_000
	}
	a, b := large("urn:a", n, 1), large("urn:b", n, 2)
	start := time.Now()
	step := func(what string) {
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s took %v", what, took)
		} else {
			t.Log(what, took)
		}
		start = time.Now()
	}
	m := Merge(a, b)
	step("merge")
	if want := 1 + 2 + n + n/10; len(m.Components) != want {
		t.Errorf("%d components, want %d", len(m.Components), want)
	}
	changes := Diff(&a, &b)
	step("diff")
	if len(changes) != n/10+1 {
		t.Errorf("%d changes", len(changes))
	}
	for _, p := range Profiles {
		Quality(&m, p)
	}
	step("quality")
}
