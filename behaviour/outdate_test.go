package behaviour

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// TestAnotherVersionsPassIsNone: once another version answers of which there is no
// reference, what was said of columns and devices is unknown at once, and says why; with
// the new version's reference it is judged again.
func TestAnotherVersionsPassIsNone(t *testing.T) {
	s, w := newSite(t), newWard(12)
	s.reference(w, 10)
	last := s.day(w, 0)
	want(t, last, "drift/kvp", wardround.Pass)
	want(t, last, "output/score", wardround.Pass)
	want(t, last, "source/CT_3", wardround.Pass)
	at := t0.AddDate(0, 0, 2)
	next := &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: "3.0", Maker: "Maker", Product: "Chest Triage", From: at.Add(-time.Hour), To: at, Rows: 3}
	last = s.see(at, next, nil) // it answers; no sketches yet
	for _, key := range []string{"drift/kvp", "drift/age", "output/score", "source/CT_3"} {
		if j := want(t, last, key, wardround.Unknown); !strings.Contains(j.Why, "another version") {
			t.Errorf("%s: why is %q", key, j.Why)
		}
	}
	ref := w.day(t, t0.AddDate(0, -1, 0), 77)
	s.see(at, &kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "3.0", Document: "reference", File: "ref3.sketch"}, s.blobs.window(t, ref))
	d := w.day(t, t0.AddDate(0, 0, 3), 1003)
	last = s.see(d.To, windowOf(d, "3.0"), s.blobs.window(t, d))
	if j := last["drift/kvp"]; j == nil || strings.Contains(j.Why, "another version") {
		t.Errorf("with a reference of the new version: %+v", j)
	}
}
