package behaviour

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// sundays makes a ward whose voltage is another one on Sundays, as a portable machine's
// may be, and returns what sets it for a day.
func sundays(w *ward) func(at time.Time, more float64) {
	return func(at time.Time, more float64) {
		by := more
		if at.Weekday() == time.Sunday {
			by += 4
		}
		w.kvp = func(int) float64 { return by }
	}
}

// weekly is a site with a reference of four weeks that know Sundays.
func weekly(t *testing.T, plan string) (*site, *ward, func(at time.Time, more float64)) {
	t.Helper()
	s, w := newSite(t), newWard(31)
	set := sundays(w)
	var r *sketch.Window
	for i := range 28 {
		at := t0.AddDate(0, 0, i-28)
		set(at, 0)
		d := w.day(t, at, uint64(i+1))
		if r == nil {
			r = d
		} else if err := r.Merge(d); err != nil {
			t.Fatal(err)
		}
	}
	rel := kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1"}
	ref := rel
	ref.Document, ref.File = "reference", "ref.sketch"
	s.see(t0, &ref, s.blobs.window(t, r))
	if plan != "" {
		p := rel
		p.Document, p.File = "plan", "plan.yaml"
		s.see(t0, &p, s.blobs.put([]byte(plan)))
	}
	return s, w, set
}

// TestASundayIsNoMonday: what differs by the day of the week is no alarm where the
// reference is of whole weeks; where the plan says that there are no seasons, it is. A
// change is found at the end of the week in which it came, and one that is gross on
// its day.
func TestASundayIsNoMonday(t *testing.T) {
	plan := func(season string) string {
		return "plan: 1\nmodel: {maker: Maker, product: Chest Triage}\nintended_use: {purpose: x}\noutputs: [{name: score, type: number}]\nunits: {is: study}\nbudget: {alarms_per_year: 1, season: " + season +
			"}\nwatch: [{id: d, kind: drift, column: \"*\", at_most: 0.08, every: 1d, min_units: 30}]\nfallback: {plan: x, switch_off: [y]}\nlogs: {where: x, fields: [time], kept: 1y, by: y}\n"
	}
	for _, tc := range []struct {
		name, plan string
		sunday     wardround.State
	}{{"a reference of four weeks", "", wardround.Unknown}, {"the plan names the week", plan("week"), wardround.Unknown}, {"the plan names none", plan("none"), wardround.Fail}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, w, set := weekly(t, tc.plan)
			var last map[string]*check.Judgement
			day := func(n int, more float64) {
				set(t0.AddDate(0, 0, n), more)
				last = s.day(w, n)
			}
			day(0, 0) // t0 is a Sunday
			want(t, last, "drift/kvp", tc.sunday)
			if tc.sunday == wardround.Fail {
				return
			}
			for n := 1; n < 14; n++ {
				if day(n, 0); last["drift/kvp"] != nil && last["drift/kvp"].State == wardround.Fail {
					t.Fatalf("day %d: %v", n, last["drift/kvp"].Facts)
				}
			}
			want(t, last, "drift/kvp", wardround.Pass)
			found := 0
			for n := 14; n < 28 && found == 0; n++ {
				if day(n, 3); last["drift/kvp"] != nil && last["drift/kvp"].State == wardround.Fail {
					found = n
				}
			}
			if found == 0 || found > 20 {
				t.Errorf("a change that lasts was found on day %d", found)
			}
			day(28, 20)
			want(t, last, "drift/kvp", wardround.Fail)
		})
	}
}

// TestWindowsOfAnHour are kept until a week is whole.
func TestWindowsOfAnHour(t *testing.T) {
	if n := (Limits{}).orDefault().Pending; n < 2*7*24 {
		t.Errorf("%d windows wait at most: less than two weeks of hours", n)
	}
}

// TestSeasonsOfAPlan: what a plan may name, and what not.
func TestSeasonsOfAPlan(t *testing.T) {
	for season, want := range map[string]time.Duration{model.SeasonNone: 0, model.SeasonDay: 24 * time.Hour, model.SeasonWeek: 7 * 24 * time.Hour, "": 7 * 24 * time.Hour} {
		s := &scene{plan: &model.Plan{Budget: model.Budget{Season: season}}, ref: &sketch.Window{From: t0, To: t0.AddDate(0, 0, 14)}}
		if got := s.season(); got != want {
			t.Errorf("%q: %v", season, got)
		}
	}
	if got := (&scene{ref: &sketch.Window{From: t0, To: t0.AddDate(0, 0, 13)}}).season(); got != 0 {
		t.Errorf("a reference of 13 days: %v", got)
	}
	p, err := model.ReadPlan(strings.NewReader("plan: 1\nmodel: {product: x}\nbudget: {alarms_per_year: 1, season: month, control: never}\n"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, x := range p.Problems() {
		found[x.Rule] = true
	}
	if !found["plan.budget.season"] || !found["plan.budget.control"] {
		t.Errorf("a season that is none and a control that is none are let pass: %v", found)
	}
}
