package behaviour

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// TestNullYears: years in which nothing changes. Twenty columns move together (half of
// each one's chance is the week's), and every week is held against the same reference,
// which is itself a sample: tests depend over columns and over time. The yearly budget
// holds; of a share of false alarms nothing is promised but that in all years together at
// most so many sites ever hear of one.
func TestNullYears(t *testing.T) {
	const sites, weeks, columns, refPart = 500, 52, 20, 0.125 // the reference is eight weeks
	for _, tc := range []struct {
		name      string
		of        Alarms
		perYear   float64 // alarms, at most
		everAlarm float64 // share of sites, at most
	}{
		{"expected", Spending{}, 1, 1},
		{"fdr", Discovery{}, 1, DefaultFalse},
		{"fdr, said to be independent, which it is not", Discovery{Independent: true}, 30, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(31, 32))
			alarms, ever := 0, 0
			for range sites {
				var state []byte
				var ref [columns]float64
				for c := range ref {
					ref[c] = math.Sqrt(refPart) * rnd.NormFloat64()
				}
				any := false
				for range weeks {
					shock := rnd.NormFloat64()
					trial := Trial{Since: week, Budget: 1}
					for c := range columns {
						z := (math.Sqrt(0.5)*shock + math.Sqrt(0.5)*rnd.NormFloat64() - ref[c]) / math.Sqrt(1+refPart)
						p := math.Erfc(math.Abs(z) / math.Sqrt2)
						trial.Tests = append(trial.Tests, Test{P: p, PLow: p, PHigh: p})
					}
					var out []Decision
					out, state = tc.of.Decide(state, trial)
					for _, d := range out {
						if d.State == wardround.Fail {
							alarms++
							any = true
						}
					}
				}
				if any {
					ever++
				}
			}
			rate, share := float64(alarms)/sites, float64(ever)/sites
			t.Logf("%.3f false alarms a year; %.3f of sites heard of one", rate, share)
			if rate > tc.perYear*(1+3/math.Sqrt(sites*tc.perYear)) {
				t.Errorf("%.3f false alarms a year, %v are accepted", rate, tc.perYear)
			}
			if share > tc.everAlarm+3*math.Sqrt(tc.everAlarm*(1-tc.everAlarm)/sites) {
				t.Errorf("%.3f of sites heard of one, %v are accepted", share, tc.everAlarm)
			}
		})
	}
}

// trendSite is a model with a reference of so many units, and trends by one detector on
// columns of which nothing is real but their names.
func trendSite(t *testing.T, test string, budget float64, columns, refUnits int) (*scene, []*followed) {
	t.Helper()
	s := newSite(t)
	o := s.o.of(t0, &kind.InferenceWindowV1{}, nil)
	m := s.f.open(o, "chest@triage")
	ref := &sketch.Window{From: t0.AddDate(0, -2, 0), To: t0}
	var list []*followed
	for c := range columns {
		name := fmt.Sprint("c", c)
		x, err := sketch.NewColumn(name, sketch.Number, sketch.Feature, "", sketch.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range refUnits {
			x.AddNumber(float64(i))
		}
		ref.Columns = append(ref.Columns, x)
		list = append(list, &followed{Of: model.OfRank, Column: name, Test: test, Every: week})
	}
	sc := &scene{f: s.f, o: o, m: m, l: m.line(""), ref: ref, at: t0, plan: &model.Plan{Budget: model.Budget{AlarmsPerYear: budget}}}
	sc.l.Followed = columns
	return sc, list
}

// TestTrendsOfNothing: years in which nothing changes, columns that move together, a
// reference that is itself a sample: each detector keeps what its trends may cost. And
// what moves for good, by three twentieths of a standard deviation, is found by those
// that are made for it.
func TestTrendsOfNothing(t *testing.T) {
	const columns, refUnits, units = 8, 1360, 170
	sd := math.Sqrt(1. / 12)
	for _, tc := range []struct {
		test   string
		years  int
		budget float64
		found  float64 // of what moves, within half a year, at least
	}{
		{model.CUSUM, 60, 1, 0.3},
		{model.EWMA, 60, 1, 0.6},      // as it is by default
		{model.EProcess, 40, 40, 0.5}, // it holds whatever the law, and finds less
		{model.CUSUM, 40, 40, 0.9},
		{model.EWMA, 40, 40, 0.9},
		{model.PageHinkley, 40, 40, 0.1},
		{model.ADWIN, 20, 40, 0},
		{model.KSWIN, 20, 40, 0},
	} {
		t.Run(fmt.Sprintf("%s, %v a year", tc.test, tc.budget), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(41, 42))
			alarms, found := 0, 0
			for y := range tc.years {
				sc, list := trendSite(t, tc.test, tc.budget, columns, refUnits)
				var off [columns]float64
				for c := range off {
					off[c] = sd / math.Sqrt(refUnits) * rnd.NormFloat64()
				}
				failing, told := map[string]bool{}, false
				const quiet = 52
				for w := range quiet + 26 {
					shock := rnd.NormFloat64()
					for c, f := range list {
						v := 0.5 + off[c] + sd/math.Sqrt(units)*(math.Sqrt(0.5)*shock+math.Sqrt(0.5)*rnd.NormFloat64())
						if w >= quiet && c == y%columns {
							v += 0.0423
						}
						from := t0.Add(time.Duration(w) * week)
						sc.step(f, step{From: from, To: from.Add(week), Value: v, N: units})
						j := sc.f.current[entryKey{ofModel + "chest@triage", "trend", sc.trendItem(f)}].j
						if j.State == wardround.Fail && !failing[f.Column] {
							switch {
							case w < quiet:
								alarms++
							case c == y%columns:
								told = true
								if since := j.Facts["since"].(string); since < t0.Add((quiet-9)*week).Format(time.DateOnly) {
									t.Logf("told as since %s, it is since %s", since, t0.Add(quiet*week).Format(time.DateOnly))
								}
							}
						}
						failing[f.Column] = j.State == wardround.Fail
					}
					sc.f.queue = nil
				}
				if told || failing[list[y%columns].Column] {
					found++
				}
			}
			rate, part := float64(alarms)/float64(tc.years), float64(found)/float64(tc.years)
			cost := tc.budget * trendShare
			t.Logf(tc.test+": %.3f false alarms a year, %.3f are accepted; found %.2f", rate, cost, part)
			if rate > cost+3*math.Sqrt(cost/float64(tc.years)) {
				t.Errorf("%.3f false alarms a year, %.3f are accepted", rate, cost)
			}
			if part < tc.found {
				t.Errorf("%.2f of changes were found, %v is wanted", part, tc.found)
			}
		})
	}
}

// TestSlowlyOverMonths: the whole way. A change that no week shows is told, with when it
// began, while the window test says nothing; it passes when it is over; and a store opened
// anew in between says the same.
func TestSlowlyOverMonths(t *testing.T) {
	s, w := newSite(t), newWard(31)
	s.reference(w, 28)
	began, told, passed := 28, 0, 0
	var last *check.Judgement
	for n := range 126 {
		by := 0.0
		if n >= began && n < 84 {
			by = 1.1 // of a standard deviation of 8
		}
		w.kvp = func(int) float64 { return by }
		for k, j := range s.day(w, n) {
			if k == "drift/kvp" && j.State == wardround.Fail {
				t.Errorf("day %d: a week shows it: %v", n, j.Facts)
			}
			if j.Topic == "trend" && j.Item != "kvp" && j.State == wardround.Fail {
				t.Errorf("day %d: %s fails: %v", n, j.Item, j.Facts)
			}
			if k != "trend/kvp" {
				continue
			}
			if j.State == wardround.Fail && told == 0 {
				told, last = n, j
			}
			if told > 0 && j.State == wardround.Pass && passed == 0 {
				passed = n
			}
		}
	}
	if told == 0 || told > began+56 || last.Facts["years"] == nil {
		t.Fatalf("told on day %d of what began on day %d", told, began)
	}
	earliest, latest := last.Facts["earliest"].(string), last.Facts["latest"].(string)
	if at := t0.AddDate(0, 0, began).Format(time.DateOnly); earliest > at || latest < t0.AddDate(0, 0, began-7).Format(time.DateOnly) {
		t.Errorf("it began on %s, told as between %s and %s", at, earliest, latest)
	}
	if passed < 84 { // 0: never
		t.Errorf("it passed on day %d, it was over on day 84", passed)
	}
}
