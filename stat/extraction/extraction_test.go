package extraction

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const d = 12

// ward makes patients: features that hang together, two of them skewed, as
// laboratory values are.
type ward struct {
	rng  *rand.Rand
	load [d][3]float64
	lens *Lens
	w    [d]float64
}

func newWard(t testing.TB, seed uint64) *ward {
	w := &ward{rng: rand.New(rand.NewPCG(seed, 7))}
	for i := range w.load {
		for k := range w.load[i] {
			w.load[i][k] = w.rng.NormFloat64()
		}
		w.w[i] = w.rng.NormFloat64() / 3
	}
	rows := make([][]float64, 4000)
	for i := range rows {
		rows[i] = w.patient()
	}
	features := make([]Feature, d)
	for j := range features {
		col := make([]float64, len(rows))
		for i := range rows {
			col[i] = rows[i][j]
		}
		slices.Sort(col)
		q := func(p float64) float64 { return col[int(p*float64(len(col)-1))] }
		features[j] = Feature{q(0), q(.005), q(.25), q(.5), q(.75), q(.995), q(1)}
	}
	first, err := NewLens(features, Joint{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var j Joint
	var m2 float64
	for _, r := range rows {
		s := first.Look(r).Square
		j.N++
		e := s - j.Mean
		j.Mean += e / float64(j.N)
		m2 += e * (s - j.Mean)
	}
	j.SD = math.Sqrt(m2 / float64(j.N-1))
	if w.lens, err = NewLens(features, j, 1); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *ward) patient() []float64 {
	var f [3]float64
	for k := range f {
		f[k] = w.rng.NormFloat64()
	}
	x := make([]float64, d)
	for i := range x {
		x[i] = w.rng.NormFloat64() * .7
		for k := range f {
			x[i] += w.load[i][k] * f[k]
		}
	}
	x[0], x[1] = math.Exp(x[0]/2), math.Exp(x[1]/2)
	return x
}

func (w *ward) score(x []float64) float64 {
	z := 0.0
	for i, s := range w.lens.Look(x).Row {
		z += s * w.w[i]
	}
	return 1 / (1 + math.Exp(-z))
}

func (w *ward) ask(c *Client, x []float64) float64 {
	s := w.lens.Look(x)
	p := w.score(x)
	h := uint64(14695981039346656037)
	for _, v := range x {
		h = (h ^ math.Float64bits(v)) * 1099511628211
	}
	c.Ask(&s, h, math.Abs(p-.5) < .05)
	return p
}

func (w *ward) usual() *Usual {
	u := &Usual{}
	for i := range 40 {
		c := &Client{}
		for range 100 + 40*(i%9) {
			w.ask(c, w.patient())
		}
		u.Learn(c.Shape())
	}
	return u
}

func step(rng *rand.Rand, x []float64, by float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		y[i] += by * rng.NormFloat64()
	}
	return y
}

// attackers ask the next question, given what was answered so far.
var attackers = map[string]func(w *ward) func() []float64{
	"uniform sampling": func(w *ward) func() []float64 {
		return func() []float64 {
			x := make([]float64, d)
			for i, f := range w.lens.features {
				x[i] = f.Min + (f.Max-f.Min)*w.rng.Float64()
			}
			return x
		}
	},
	"grid sweep": func(w *ward) func() []float64 {
		at := 0
		return func() []float64 {
			x := make([]float64, d)
			for i, f := range w.lens.features {
				x[i] = f.Q005 + (f.Q995-f.Q005)*float64((at/(1<<i))%4)/3
			}
			at++
			return x
		}
	},
	"jittered seeds": func(w *ward) func() []float64 {
		var seeds [][]float64
		for range 12 {
			seeds = append(seeds, w.patient())
		}
		return func() []float64 { return step(w.rng, seeds[w.rng.IntN(len(seeds))], .2) }
	},
	"walk along the boundary": func(w *ward) func() []float64 { // HopSkipJump: bisect, then probe around
		var at []float64
		return func() []float64 {
			if at == nil || w.rng.IntN(40) == 0 {
				a, b := w.patient(), w.patient()
				for (w.score(a) < .5) == (w.score(b) < .5) {
					b = w.patient()
				}
				for range 12 {
					m := make([]float64, d)
					for i := range m {
						m[i] = (a[i] + b[i]) / 2
					}
					if (w.score(m) < .5) == (w.score(a) < .5) {
						a = m
					} else {
						b = m
					}
				}
				at = a
			}
			return step(w.rng, at, .05)
		}
	},
	"active learning": func(w *ward) func() []float64 { // of 20 candidates the one least sure
		return func() []float64 {
			best, by := w.patient(), math.Inf(1)
			for range 20 {
				x := w.patient()
				if m := math.Abs(w.score(x) - .5); m < by {
					best, by = x, m
				}
			}
			return best
		}
	},
	"one feature at a time": func(w *ward) func() []float64 {
		x := w.patient()
		return func() []float64 {
			i := w.rng.IntN(d)
			x = slices.Clone(x)
			x[i] += w.rng.NormFloat64()
			if w.rng.IntN(30) == 0 {
				x = w.patient()
			}
			return x
		}
	},
}

// Whoever copies the model is found after a few hundred questions, whichever way they
// go about it.
func TestAttackersAreFoundEarly(t *testing.T) {
	for name, begin := range attackers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t, 3)
			u, c, next := w.usual(), &Client{}, begin(w)
			for n := 1; n <= 2000; n++ {
				w.ask(c, next())
				if n%50 != 0 {
					continue
				}
				if f := u.Judge(c.Shape()); len(f) > 0 {
					if n > 400 {
						t.Errorf("found after %d questions only", n)
					}
					t.Logf("found after %d: %+v", n, f)
					return
				}
			}
			t.Errorf("never found; %+v", c.Shape())
		})
	}
}

// Ordinary clients are left alone: how often one is not is printed.
func TestOrdinaryClientsAreLeftAlone(t *testing.T) {
	ordinary := map[string]func(w *ward) func() []float64{
		"ward": func(w *ward) func() []float64 { return w.patient },
		"night batch of what was read by day": func(w *ward) func() []float64 {
			var day [][]float64
			for range 700 {
				day = append(day, w.patient())
			}
			i := 0
			return func() []float64 { i++; return day[i%len(day)] }
		},
		"load test with few studies": func(w *ward) func() []float64 {
			var few [][]float64
			for range 30 {
				few = append(few, w.patient())
			}
			return func() []float64 { return few[w.rng.IntN(len(few))] }
		},
	}
	for name, begin := range ordinary {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			false_, clients := 0, 0
			for seed := range uint64(10) {
				w := newWard(t, 100+seed)
				u := w.usual()
				for range 15 {
					c, next := &Client{}, begin(w)
					for range 1000 {
						w.ask(c, next())
					}
					clients++
					if f := u.Judge(c.Shape()); len(f) > 0 {
						false_++
						t.Logf("seed %d: %+v", seed, f)
					}
				}
			}
			t.Logf("false alarms: %d of %d clients of 1,000 questions (95 %% bound %.3f)", false_, clients, 1-math.Pow(.05, 1/float64(clients)))
			if float64(false_) > .01*float64(clients)+1 {
				t.Errorf("%d of %d ordinary clients were taken for attackers", false_, clients)
			}
		})
	}
}

// A monitor that asks every minute takes small steps. Where all clients do so, that is
// usual; where none does, it is found.
func TestWhatIsUsualDependsOnTheService(t *testing.T) {
	w := newWard(t, 5)
	monitor := func() *Client {
		c, x := &Client{}, w.patient()
		for range 400 {
			x = step(w.rng, x, .1)
			if w.rng.IntN(60) == 0 {
				x = w.patient()
			}
			w.ask(c, x)
		}
		return c
	}
	u := &Usual{}
	for range 20 {
		u.Shapes = append(u.Shapes, monitor().Shape())
	}
	if f := u.Judge(monitor().Shape()); len(f) > 0 {
		t.Errorf("a monitor among monitors: %+v", f)
	}
	if f := w.usual().Judge(monitor().Shape()); len(f) == 0 {
		t.Errorf("small steps where nobody takes any were not found")
	}
}

// Somebody who begins gently does not move the limit.
func TestTheLimitIsNotMovedInSmallSteps(t *testing.T) {
	w := newWard(t, 6)
	u := w.usual()
	for near := range 60 {
		s := u.Shapes[0]
		s.Distinct, s.Near = 1000, float64(near)/60
		u.Learn(s)
	}
	s := u.Shapes[0]
	s.Distinct, s.Near = 1000, .9
	if len(u.Judge(s)) == 0 {
		_, sd := u.spread(func(s Shape) float64 { return s.Near })
		t.Errorf("after small steps, nine of ten answers at the boundary are usual (sd %.2f)", sd)
	}
}

// Patients of the reference's own kind are rarely outside; a unit slip and an infinite
// value are.
func TestOutside(t *testing.T) {
	w := newWard(t, 8)
	out := 0
	for range 20_000 {
		if w.lens.Look(w.patient()).Outside {
			out++
		}
	}
	t.Logf("%d of 20,000 patients are outside", out)
	if out > 100 {
		t.Errorf("%d of 20,000 patients are outside", out)
	}
	for name, change := range map[string]func([]float64){
		"unit slip": func(x []float64) { x[0] *= 88.4 },
		"infinite":  func(x []float64) { x[3] = math.Inf(1) },
		"negative":  func(x []float64) { x[0] = -40 },
	} {
		x := w.patient()
		change(x)
		if !w.lens.Look(x).Outside {
			t.Errorf("%s: inside", name)
		}
	}
}

func TestBounded(t *testing.T) {
	c := &Client{}
	for i := range uint64(200_000) {
		c.Ask(nil, i, false)
	}
	if len(c.Sample) > MaxSample || len(c.last) > recent {
		t.Errorf("a client holds %d inputs", len(c.Sample))
	}
	if got := c.Shape().Distinct; math.Abs(float64(got)/200_000-1) > .25 {
		t.Errorf("%d different inputs of 200,000", got)
	}
	if _, err := NewLens([]Feature{{}}, Joint{}, 1); err != ErrFeatures {
		t.Errorf("a reference that does not vary: %v", err)
	}
	if got := fmt.Sprint((&Usual{}).Judge(Shape{})); got != "[]" {
		t.Errorf("nothing asked: %s", got)
	}
}
