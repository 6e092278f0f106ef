package behaviour

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// site is a fold with one model in its inventory.
type site struct {
	t     *testing.T
	f     *Fold
	blobs shelf
	o     obs
	asset *wardround.Asset
}

func newSite(t *testing.T) *site {
	s := &site{t: t, blobs: shelf{}}
	s.f = New(Options{Scope: wardround.Scope{Org: "o", Site: "s"}, Origin: wardround.Replay, Blobs: s.blobs})
	if err := s.f.Assets(nil, nil, t0); err != nil {
		t.Fatal(err)
	}
	s.asset = &wardround.Asset{ID: "a-1", Kind: wardround.Model, Identifiers: []wardround.Identifier{{Type: string(kind.IDModel), Value: "chest@triage", Confidence: wardround.Observed}}}
	return s
}

// see folds one observation as a batch and returns what is said.
func (s *site) see(at time.Time, fields any, blob *wardround.Blob) map[string]*check.Judgement {
	s.t.Helper()
	if err := s.f.Fold(s.o.of(at, fields, blob)); err != nil {
		s.t.Fatal(err)
	}
	if err := s.f.Assets([]*wardround.Asset{s.asset}, nil, at); err != nil {
		s.t.Fatal(err)
	}
	out := map[string]*check.Judgement{}
	for _, j := range s.f.View().Touched().Judgements {
		out[j.Topic+"/"+j.Item] = j
	}
	s.f.Flush(&wardround.Commit{})
	s.f.Committed(s.o.seq)
	return out
}

func (s *site) reference(w *ward, days int) {
	s.t.Helper()
	r := w.day(s.t, t0.AddDate(0, -1, 0), 1)
	for i := 1; i < days; i++ {
		if err := r.Merge(w.day(s.t, t0.AddDate(0, -1, i), uint64(i+1))); err != nil {
			s.t.Fatal(err)
		}
	}
	s.see(t0, &kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1", Document: "reference", File: "ref.sketch"}, s.blobs.window(s.t, r))
}

func (s *site) day(w *ward, n int) map[string]*check.Judgement {
	s.t.Helper()
	d := w.day(s.t, t0.AddDate(0, 0, n), uint64(1000+n))
	blob := s.blobs.window(s.t, d)
	return s.see(d.To, windowOf(d, "2.1"), blob)
}

func want(t *testing.T, got map[string]*check.Judgement, key string, state wardround.State) *check.Judgement {
	t.Helper()
	j := got[key]
	if j == nil {
		t.Errorf("nothing is said of %s", key)
		return &check.Judgement{}
	}
	if j.State != state {
		t.Errorf("%s: %v (why %q, facts %v), want %v", key, j.State, j.Why, j.Facts, state)
	}
	return j
}

// TestDrift: days like the reference pass; a scanner whose voltage moves is found, and
// named; when it is repaired, it passes again.
func TestDrift(t *testing.T) {
	s, w := newSite(t), newWard(1)
	s.reference(w, 20)
	var last map[string]*check.Judgement
	for n := range 4 {
		last = s.day(w, n)
		for k, j := range last {
			if j.State == wardround.Fail && j.Topic != "plan" && j.Topic != "card" {
				t.Errorf("day %d: %s fails: %v", n, k, j.Facts)
			}
		}
	}
	want(t, last, "source/CT_3", wardround.Pass)
	w.kvp = func(ct int) float64 {
		if ct == 3 {
			return 15
		}
		return 0
	}
	last = s.day(w, 4)
	j := want(t, last, "drift/kvp", wardround.Fail)
	if j.Shift != "source" || j.Facts["device"] != "CT_3" || j.Effect < 0.2 {
		t.Errorf("the shift is of %q at %v, size %v", j.Shift, j.Facts["device"], j.Effect)
	}
	want(t, last, "source/CT_3", wardround.Fail)
	want(t, last, "source/CT_4", wardround.Pass)
	if j := last["drift/age"]; j.State == wardround.Fail {
		t.Error("age fails")
	}
	w.kvp = func(int) float64 { return 0 }
	for n := 5; n < 9; n++ {
		last = s.day(w, n)
	}
	want(t, last, "drift/kvp", wardround.Pass)
}

// TestAsFound: without a reference nothing is compared, and that is said; a person makes
// what was seen the reference, and from then on it is.
func TestAsFound(t *testing.T) {
	s, w := newSite(t), newWard(3)
	var last map[string]*check.Judgement
	for n := range 6 {
		last = s.day(w, n)
	}
	want(t, last, "drift/reference", wardround.Unknown)
	if last["drift/kvp"] != nil {
		t.Error("something is compared with nothing")
	}
	s.see(t0.AddDate(0, 0, 7), &kind.ModelDecidedV1{Model: "chest", Service: "triage", Act: "learn", By: "anna"}, nil)
	last = s.day(w, 8)
	want(t, last, "drift/reference", wardround.Pass)
	want(t, last, "drift/kvp", wardround.Pass)
	w.kvp = func(int) float64 { return 10 }
	want(t, s.day(w, 9), "drift/kvp", wardround.Fail)
}

// TestWhatIsWrongWithData: what is missing, what comes in another unit, a window that
// cannot be read, one that is gone.
func TestWhatIsWrongWithData(t *testing.T) {
	s, w := newSite(t), newWard(4)
	s.reference(w, 5)
	w.missing = 0.4
	if j := want(t, s.day(w, 1), "quality/age", wardround.Fail); j.Facts["trouble"] == nil {
		t.Error("it is not said what is wrong")
	}
	w.missing, w.scale = 0, 12 // months
	want(t, s.day(w, 2), "quality/kvp", wardround.Pass)
	got := s.see(t0.AddDate(0, 0, 4), &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: "2.1", From: t0, To: t0.AddDate(0, 0, 4)}, s.blobs.put([]byte("no sketch")))
	want(t, got, "quality/window", wardround.Unknown)
	got = s.see(t0.AddDate(0, 0, 5), &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: "2.1", From: t0, To: t0.AddDate(0, 0, 5)}, &wardround.Blob{Digest: "sha256:00", Size: 1})
	want(t, got, "quality/window", wardround.Unknown)
}

// TestTheBudgetHolds: a year of days in which nothing changes gives no more false
// alarms than the budget, however small the change that matters.
func TestTheBudgetHolds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a year of days")
	}
	alarms, years := 0, 0
	for seed := range uint64(3) {
		s, w := newSite(t), newWard(100+seed)
		w.rows = 60
		s.reference(w, 40)
		years++
		for n := range 60 {
			for k, j := range s.day(w, n) {
				if j.State == wardround.Fail && (j.Topic == "drift" || j.Topic == "output" || j.Topic == "source") {
					alarms++
					t.Logf("day %d: %s %v", n, k, j.Facts)
				}
			}
		}
	}
	if alarms > years {
		t.Errorf("%d false alarms in %d times two months", alarms, years)
	}
}

// TestSpendingAddsUp: what all trials of a year spend is the budget, however they are
// cut.
func TestSpendingAddsUp(t *testing.T) {
	for _, every := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		total := 0.0
		b := Trial{Since: every, Budget: 2, Tests: make([]Test, 17)}
		for range int(year / every) {
			total += Spending{}.Level(b) * float64(len(b.Tests))
		}
		if total > 2.0001 || total < 1.9 {
			t.Errorf("every %v: %v of 2 is spent", every, total)
		}
	}
	// The normal approximation: d = 0.3, power 0.8, level 0.05 two-sided: 175 a side.
	if n := needed(0.3, 0.8, 0.05, 175); n < 173 || n > 177 {
		t.Errorf("%v units are needed", n)
	}
}

// TestSwitchedOff: what a person switched off and that answers all the same is told;
// what was accepted until a day is accepted no longer than that.
func TestSwitchedOff(t *testing.T) {
	s, w := newSite(t), newWard(5)
	s.day(w, 0)
	got := s.see(t0.AddDate(0, 0, 1), &kind.ModelDecidedV1{Model: "chest", Act: "accept", Version: "2.1", Until: t0.AddDate(0, 0, 3), By: "anna"}, nil)
	want(t, got, "acceptance/here", wardround.Pass)
	want(t, s.day(w, 3), "acceptance/here", wardround.Fail)
	got = s.see(t0.AddDate(0, 0, 4), &kind.ModelDecidedV1{Model: "chest", Act: "switch-off", By: "anna"}, nil)
	want(t, got, "acceptance/here", wardround.Pass)
	if j := want(t, s.day(w, 6), "acceptance/here", wardround.Fail); j.Severity != wardround.High {
		t.Errorf("it weighs %v", j.Severity)
	}
	got = s.see(t0.AddDate(0, 0, 8), &kind.ModelDecidedV1{Model: "chest", Act: "switch-on", By: "anna"}, nil)
	want(t, got, "acceptance/here", wardround.Fail) // its acceptance has ended
}

// TestNoRoom: models and columns that there is no room for are not watched, and that is
// said; a clock that is ahead does not make a window last.
func TestNoRoom(t *testing.T) {
	s := newSite(t)
	s.f.opt.Limits.Models = 2
	for _, name := range []string{"a", "b", "c"} {
		s.see(t0, &kind.InferenceWindowV1{Model: name, From: t0.AddDate(-1, 0, 0), To: t0.AddDate(50, 0, 0)}, nil)
	}
	if len(s.f.instances) != 2 || s.f.beyond == 0 {
		t.Errorf("%d models, %d beyond", len(s.f.instances), s.f.beyond)
	}
	if d, ok := s.f.Model("a"); !ok || d.Last.After(t0) {
		t.Errorf("a window of the future is of %v", d.Last)
	}
	found := false
	for j := range s.f.View().Judgements("quality", check.JudgementKey{}) {
		found = found || j.Item == "room" && j.State == wardround.Unknown && j.Subject.Kind == wardround.SubjectSite
	}
	if !found {
		t.Error("it is not said")
	}
}
