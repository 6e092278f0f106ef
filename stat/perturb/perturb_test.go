package perturb

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func film() *image.Gray16 {
	r := rand.New(rand.NewPCG(1, 2))
	g := image.NewGray16(image.Rect(5, 7, 69, 55)) // a part of a larger one
	for y := 7; y < 55; y++ {
		for x := 5; x < 69; x++ {
			v := 30000 + 12000*math.Sin(float64(x)/4)*math.Cos(float64(y)/5) + 2000*r.NormFloat64()
			g.SetGray16(x, y, color.Gray16{Y: uint16(max(0, min(65535, v)))})
		}
	}
	return g
}

// far is the mean distance, of each value at most the cap: one slip of a unit is one slip.
func far(a, b []float64, most float64) (d float64) {
	for i := range a {
		switch {
		case a[i] != a[i] || b[i] != b[i]:
			if (a[i] == a[i]) != (b[i] == b[i]) {
				d++
			}
		default:
			d += min(most, math.Abs(a[i]-b[i]))
		}
	}
	return d / float64(len(a))
}

// Each kind does more harm from the first severity to the last, the same each time,
// and leaves what it was given as it was.
func TestSeveritiesRiseAndRepeat(t *testing.T) {
	check := func(name string, in []float64, most float64, make func(s int, seed uint64) []float64) {
		before := slices.Clone(in)
		last := 0.0
		for s := 1; s <= Severities; s++ {
			sum := 0.0
			for seed := range uint64(20) {
				a := make(s, seed)
				if !slices.EqualFunc(a, make(s, seed), func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
					t.Fatalf("%s %d: the same seed gives another result", name, s)
				}
				sum += far(in, a, most)
			}
			if s > 1 && sum < .8*last || s == 1 && sum == 0 {
				t.Errorf("%s %d: changes %.4g, the severity before %.4g", name, s, sum, last)
			}
			last = sum
		}
		if !slices.Equal(in, before) {
			t.Errorf("%s: the input was changed", name)
		}
	}
	g := film()
	pixels := func(g *image.Gray16) (out []float64) {
		for y := g.Rect.Min.Y; y < g.Rect.Max.Y; y++ {
			for x := g.Rect.Min.X; x < g.Rect.Max.X; x++ {
				out = append(out, float64(g.Gray16At(x, y).Y))
			}
		}
		return out
	}
	for _, k := range Images {
		check(k, pixels(g), 1e9, func(s int, seed uint64) []float64 {
			out, err := Image(g, k, s, seed)
			if err != nil {
				t.Fatal(err)
			}
			return pixels(out)
		})
	}
	ecg := make([]float64, 5000)
	for i := range ecg {
		ecg[i] = math.Exp(-math.Pow(math.Mod(float64(i)/500, .8)-.4, 2)/.0008) + .1*math.Sin(float64(i)/80)
	}
	for _, k := range SeriesKinds {
		check(k, ecg, 1e9, func(s int, seed uint64) []float64 {
			out, err := Series(ecg, 500, k, s, seed)
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
	}
	row := []float64{80, 1.2, 140, 4.1, 36.8, 0, 12, 7.4}
	for _, k := range Rows {
		check(k, row, 1, func(s int, seed uint64) []float64 {
			out, err := Row(row, []float64{12, .3, 4, .4, .5, 1, 3, .05}, k, s, seed)
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
	}
}

func TestOddInputs(t *testing.T) {
	if _, err := Image(image.NewGray16(image.Rect(0, 0, 0, 5)), "blur", 1, 1); err != ErrPixel {
		t.Error(err)
	}
	if _, err := Image(film(), "shear", 1, 1); err != ErrKind {
		t.Error(err)
	}
	for _, x := range [][]float64{nil, {1}, {math.NaN(), math.Inf(1)}} {
		for _, k := range SeriesKinds {
			for s := -1; s < 8; s++ {
				if out, err := Series(x, 500, k, s, 1); err != nil || len(out) != len(x) {
					t.Errorf("%s of %v: %v", k, x, err)
				}
			}
		}
		for _, k := range Rows {
			if out, err := Row(x, nil, k, 9, 1); err != nil || len(out) != len(x) {
				t.Errorf("%s of %v: %v", k, x, err)
			}
		}
	}
}
