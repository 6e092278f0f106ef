package behaviour

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wardround/wardround/stat/sketch"
)

// patients makes a window of patients each of whom has one value in all of the records.
func patients(t testing.TB, rnd *rand.Rand, units int, size func() int, value func(r *rand.Rand) (float64, string), numbers bool) *sketch.Window {
	t.Helper()
	typ := sketch.Category
	if numbers {
		typ = sketch.Number
	}
	c, err := sketch.NewColumn("x", typ, sketch.Feature, "", sketch.Options{Seed: rnd.Uint64(), NoDisplay: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &sketch.Window{Columns: []*sketch.Column{c}}
	for range units {
		n := size()
		number, text := value(rnd)
		if numbers {
			for range n {
				c.AddNumber(number)
			}
		} else {
			c.AddText(text, int64(n))
		}
		w.Rows += int64(n)
		w.RowsPerUnit.Add(float64(n))
	}
	return w
}

// shares draws a category: the first with so much, the next with so much …
func shares(p ...float64) func(r *rand.Rand) (float64, string) {
	return func(r *rand.Rand) (float64, string) {
		x := r.Float64()
		for i, p := range p {
			if x -= p; x < 0 {
				return float64(i), fmt.Sprint("c", i)
			}
		}
		return float64(len(p)), "last"
	}
}

// falling are shares of which each is less than the one before by a part.
func falling(n int, part float64) (out []float64) {
	p := part
	for range n {
		out = append(out, p)
		p *= 1 - part
	}
	return out
}

// TestColumnsOfNothing: what is the same in all records of a patient is what a row count
// deceives most about. Whatever the size of the patients' sets of records, and however
// rare the categories, a p of a hundredth comes no more often than once in a hundred
// where nothing changed.
func TestColumnsOfNothing(t *testing.T) {
	const trials, level = 800, 0.01
	sizes := map[string]func(r *rand.Rand) int{
		"5 records each": func(*rand.Rand) int { return 5 },
		"1 to 40 records": func(r *rand.Rand) int {
			n := 1
			for n < 40 && r.Float64() < 0.5+0.4*float64(min(n, 10))/10 {
				n++
			}
			return n
		},
	}
	for name, value := range map[string]func(*rand.Rand) (float64, string){
		"half":                 shares(0.5),
		"one in twenty":        shares(0.95),
		"one in a hundred":     shares(0.99),
		"one in a thousand":    shares(0.999),
		"fourteen, ever rarer": shares(falling(14, 0.45)...),
		"sixty, ever rarer":    shares(falling(60, 0.08)...),
	} {
		for of, size := range sizes {
			for _, numbers := range []bool{false, true} {
				if numbers && name != "half" && name != "one in a thousand" {
					continue // ranks of few values are those of two
				}
				t.Run(fmt.Sprintf("%s, %s, numbers %v", name, of, numbers), func(t *testing.T) {
					t.Parallel()
					rnd := rand.New(rand.NewPCG(11, 12))
					draw := func() int { return size(rnd) }
					s := &scene{}
					low := 0
					var ref *sketch.Window
					for n := range trials {
						if n%5 == 0 {
							ref = patients(t, rnd, 1360, draw, value, numbers)
						}
						w := patients(t, rnd, 170, draw, value, numbers)
						got, why := compare(ref.Columns[0], w.Columns[0], s.units(ref, ref.Columns[0].N), s.units(w, w.Columns[0].N), max(s.lumps(ref), s.lumps(w)), "")
						if why != "" {
							t.Fatal(why)
						}
						if got.p <= level {
							low++
						}
					}
					// Eight are expected; five in a row share the chance of a reference.
					if low > 18 {
						t.Errorf("p is a hundredth or less in %d of %d", low, trials)
					}
				})
			}
		}
	}
}

// TestNewCategory: one that the reference never had, in a fifth of the patients of a
// week, is seen beside others, although both samples together have too few of it for
// chi-square.
func TestNewCategory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	s := &scene{}
	for size := range 5 {
		draw := func() int { return size + 1 }
		ref := patients(t, rnd, 1360, draw, shares(0.6, 0.4), false)
		w := patients(t, rnd, 170, draw, shares(0.5, 0.3), false)
		got, _ := compare(ref.Columns[0], w.Columns[0], s.units(ref, ref.Columns[0].N), s.units(w, w.Columns[0].N), 1, "")
		if got.pHigh > 1e-6 || got.effectLow < DefaultLimit {
			t.Errorf("p %g, size %g: a fifth is of a kind that never was", got.pHigh, got.effectLow)
		}
	}
}
