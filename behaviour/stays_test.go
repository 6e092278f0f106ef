package behaviour

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wardround/wardround/stat/sketch"
)

// wing makes the days of a wing: so many come on each, and stay for a time. Each has one
// record a day, and is of one of two kinds throughout.
func wing(t testing.TB, rnd *rand.Rand, days, come int, stay func() int) []*sketch.Window {
	t.Helper()
	out := make([]*sketch.Window, days)
	for d := range out {
		c, err := sketch.NewColumn("x", sketch.Category, sketch.Feature, "", sketch.Options{})
		if err != nil {
			t.Fatal(err)
		}
		from := t0.AddDate(0, 0, d)
		out[d] = &sketch.Window{Model: "m", From: from, To: from.Add(day), Units: sketch.NewHLL(), Columns: []*sketch.Column{c}}
	}
	for came := -40; came < days; came++ {
		for range come {
			name, of := fmt.Sprint(rnd.Uint64()), []string{"F", "M"}[rnd.IntN(2)]
			until := came + stay()
			for d := max(came, 0); d < min(until, days); d++ {
				w := out[d]
				w.Units.Add(name)
				w.RowsPerUnit.Add(1)
				w.Columns[0].AddText(of, 1)
				w.Rows++
			}
		}
	}
	return out
}

func joined(t testing.TB, days []*sketch.Window) *sketch.Window {
	t.Helper()
	out := clone(days[0])
	for _, d := range days[1:] {
		if err := out.Merge(d); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestStays: a week in which some patients are there every day and some for one day tells
// less than as many who are all there for as long as each other. Of two kinds that come as
// often as ever, one is no more often found to have become rarer than the level says.
func TestStays(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(21, 22))
	stay := func() int {
		n := 1
		for n < 40 && rnd.Float64() > 1./6 {
			n++
		}
		return n
	}
	const trials, level = 800, 0.05
	low := 0
	for range trials {
		all := wing(t, rnd, 105, 12, stay)
		ref, week := joined(t, all[:56]), joined(t, all[98:]) // nobody is in both
		s := newSite(t)
		sc := &scene{f: s.f, l: &line{}}
		for _, d := range all[98:] {
			b := s.blobs.window(t, d)
			sc.l.Pending = append(sc.l.Pending, refOf(b.Digest, d))
		}
		if err := sc.measureStays(); err != nil {
			t.Fatal(err)
		}
		got, why := compare(ref.Columns[0], week.Columns[0], sc.units(ref, ref.Rows), sc.units(week, week.Rows), max(sc.lumps(ref), sc.lumps(week)), "")
		if why != "" {
			t.Fatal(why)
		}
		if got.p <= level {
			low++
		}
	}
	t.Logf("p is at most %v in %d of %d", level, low, trials)
	if low > 58 { // 40 are expected
		t.Errorf("p is at most %v in %d of %d", level, low, trials)
	}
}

func refOf(digest string, w *sketch.Window) ref {
	return ref{Digest: digest, From: w.From, To: w.To, Rows: w.Rows, Units: w.EffectiveUnits()}
}

// TestLonger: the count from units of days is that of a list of patients.
func TestLonger(t *testing.T) {
	for _, tc := range []struct {
		name string
		days map[int]int // how many patients are there for so many days
	}{
		{"nobody comes again", map[int]int{1: 100}},
		{"all stay alike", map[int]int{5: 100}},
		{"many for a day, few for a week", map[int]int{1: 100, 7: 20}},
	} {
		days := make([]*sketch.HLL, 7)
		for i := range days {
			days[i] = sketch.NewHLL()
		}
		n := 0
		var units, sum, square float64
		for stay, many := range tc.days {
			for range many {
				n++
				for d := range stay {
					days[(n+d)%7].Add(fmt.Sprint("patient ", n))
				}
				units, sum, square = units+1, sum+float64(stay), square+float64(stay*stay)
			}
		}
		if got, want := longer(days), square/sum/(sum/units); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v, it is %v", tc.name, got, want)
		}
	}
	if got := longer(nil); got != 1 {
		t.Errorf("of no days it is %v", got)
	}
}
