package main

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sim"
)

// TestWhatTheTriageServiceIsMadeOf: of the simulated service it is known which libraries
// it has, that one of them has a known weakness, and what its maker says of that.
func TestWhatTheTriageServiceIsMadeOf(t *testing.T) {
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	w, err := a.openWard(learnDemo)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.begin(t.Context(), sim.New(sim.Options{Seed: 5, Length: time.Hour})); err != nil {
		t.Fatal(err)
	}
	defer w.ai.Close()
	id := wardround.ReleaseIDOf(w.scope.Org, sim.TriageMaker, sim.TriageProduct, sim.TriageVersion)
	if w.parts.Index.Release(id) == nil {
		t.Fatal("the release of the service is not known")
	}
	var told []string
	for f, err := range w.store.Findings(t.Context(), w.scope, wardround.FindingFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Subject != wardround.ReleaseSubject(id) {
			continue
		}
		claim := ""
		if f.Claim != nil {
			claim = f.Claim.Status
		}
		told = append(told, strings.TrimSpace(strings.Join([]string{f.Check, f.Item, cmp.Or(claim, "-")}, " ")))
	}
	slices.Sort(told)
	if want := []string{"release.sbom fda-524b -", "vulnerability.known CVE-2025-32434 not_affected"}; !slices.Equal(told, want) {
		t.Errorf("found of the release: %q, want %q", told, want)
	}
}
