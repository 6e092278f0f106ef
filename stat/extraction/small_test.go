package extraction

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whoever spreads questions over twenty names, a hundred each, is found together with
// ordinary small clients among them; those alone are left alone.
func TestWhoSpreadsQuestionsOverManyNames(t *testing.T) {
	for name, want := range map[string]bool{"": false, "uniform sampling": true, "walk along the boundary": true, "active learning": true, "one feature at a time": true, "grid sweep": true, "jittered seeds": true} {
		t.Run("as "+name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t, 11)
			u, small := w.usual(), func(next func() []float64) Shape {
				c := &Client{}
				for range 100 {
					w.ask(c, next())
				}
				return c.Shape()
			}
			for range 60 { // weeks with ordinary small clients
				if found, of := u.Together([]Shape{small(w.patient), small(w.patient)}); len(found) > 0 {
					t.Fatalf("ordinary ones: %+v of %+v", found, of)
				}
			}
			if len(u.Small.Usual.Shapes) < minUsual {
				t.Fatalf("%d shapes were learned", len(u.Small.Usual.Shapes))
			}
			next := w.patient
			if want {
				next = attackers[name](w)
			}
			hits, windows := 0, 0
			for range 10 { // two names a window, and an ordinary one
				windows++
				b, err := json.Marshal(u) // it is kept between windows
				if err != nil {
					t.Fatal(err)
				}
				u = &Usual{}
				if err := json.Unmarshal(b, u); err != nil {
					t.Fatal(err)
				}
				shapes := []Shape{small(next), small(next), small(w.patient)}
				for _, s := range shapes {
					if len(u.Judge(s)) > 0 {
						t.Error("a small one is judged alone")
					}
				}
				if found, _ := u.Together(shapes); len(found) > 0 {
					hits++
				}
			}
			if want != (hits > 0) {
				t.Errorf("%d of %d windows", hits, windows)
			}
			t.Logf("%d of %d windows", hits, windows)
		})
	}
}

// Patients of one kind are close to each other and no crowd: there are no seeds with
// small steps around them. Whoever goes round after round through seeds is one.
func TestPatientsOfOneKindAreNoCrowd(t *testing.T) {
	for name, make := range map[string]func(w *ward) func() []float64{
		"children": func(w *ward) func() []float64 {
			return func() []float64 {
				x := w.patient()
				for i := range x {
					x[i] += .8
				}
				return x
			}
		},
		"the gravely ill": func(w *ward) func() []float64 {
			return func() []float64 {
				for {
					if x := w.patient(); w.score(x) > .8 {
						return x
					}
				}
			}
		},
		"augmentation in rounds": func(w *ward) func() []float64 { // Papernot et al., ASIA CCS 2017
			var pool [][]float64
			for range 20 {
				pool = append(pool, w.patient())
			}
			at := 0
			return func() []float64 {
				if at == len(pool) {
					for _, y := range slices.Clone(pool) {
						z := slices.Clone(y)
						for i := range z {
							z[i] += .1 * float64(1-2*w.rng.IntN(2))
						}
						pool = append(pool, z)
					}
				}
				at++
				return pool[at-1]
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flagged := 0
			for seed := range uint64(8) {
				w := newWard(t, 300+seed)
				u, c, next := w.usual(), &Client{}, make(w)
				for range 800 {
					w.ask(c, next())
				}
				if len(u.Judge(c.Shape())) > 0 {
					flagged++
				}
			}
			if attack := name == "augmentation in rounds"; attack && flagged < 7 || !attack && flagged > 1 {
				t.Errorf("%d of 8 were flagged", flagged)
			}
		})
	}
}

// What a client holds is bounded also where there are thousands of features.
func TestManyFeatures(t *testing.T) {
	c, rng := &Client{}, rand.New(rand.NewPCG(1, 1))
	for range 300 {
		row := make([]float64, 20_000)
		for i := range row {
			row[i] = rng.NormFloat64()
		}
		c.Ask(&Seen{Row: row}, rng.Uint64(), false)
	}
	if len(c.some) > maxEarlier/20_000 || len(c.last) > recent || c.Steps != 0 {
		t.Errorf("%d and %d rows are held, %d steps", len(c.some), len(c.last), c.Steps)
	}
}
