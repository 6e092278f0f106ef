package behaviour

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/loinc"
)

// lab makes n results around a median with a spread of logarithms, rounded to three
// digits as they are told.
func lab(r *rand.Rand, n int, median, spread, by float64) []float64 {
	var out []float64
	for range n {
		x := by * median * math.Exp(spread*r.NormFloat64())
		scale := math.Pow(10, 2-math.Floor(math.Log10(x)))
		out = append(out, math.Round(x*scale)/scale)
	}
	return out
}

// TestASilentChangeOfUnitIsNamed, for every pair of units of every analyte that differ
// by enough.
func TestASilentChangeOfUnitIsNamed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pairs, named := 0, 0
	for _, code := range loinc.Codes() {
		a, _ := loinc.Known(code)
		for _, from := range a.Units {
			for _, to := range a.Units {
				by, ok := convert(a, from, to)
				if !ok || math.Abs(math.Log(by)) < math.Log(leastScale)+0.05 {
					continue
				}
				pairs++
				got, factor, changed := likeness("loinc:"+code, from, lab(r, 90, 5, 0.3, 1), lab(r, 90, 5, 0.3, by))
				switch {
				case !changed:
					t.Errorf("%s (%s): from %s to %s, times %v, is not seen", code, a.Name, from, to, by)
				case got == to || alike(got, to):
					named++
				case math.Abs(math.Log(factor/by)) > 0.3:
					t.Errorf("%s (%s): from %s to %s, times %v, is taken for %s, times %v", code, a.Name, from, to, by, got, factor)
				}
			}
		}
	}
	if pairs < 80 || named < pairs*95/100 {
		t.Errorf("%d of %d are named", named, pairs)
	}
}

// TestOtherPatientsAreNoOtherUnit: a ward of other patients, whose median is a fifth
// higher and who differ more, is taken for another unit in less than one of a thousand
// cases.
func TestOtherPatientsAreNoOtherUnit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	wrong := 0
	const trials = 4000
	for i := range trials {
		n, m := fewestScale+r.IntN(60), fewestScale+r.IntN(60)
		spread := 0.05 + 0.5*r.Float64()
		shift := 1.0
		if i%2 == 1 {
			shift = 1.2
		}
		if _, _, changed := likeness("loinc:2345-7", "mg/dL", lab(r, n, 110, spread, 1), lab(r, m, 110*shift, spread*1.2, 1)); changed {
			wrong++
		}
	}
	if wrong > trials/1000 {
		t.Errorf("%d of %d", wrong, trials)
	}
}

// TestUnitsWithAnOffset: temperature and HbA1c.
func TestUnitsWithAnOffset(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	normal := func(n int, mean, sd float64) (out []float64) {
		for range n {
			out = append(out, mean+sd*r.NormFloat64())
		}
		return out
	}
	for _, x := range []struct {
		code, unit, want string
		before, now      []float64
	}{
		{"loinc:8310-5", "Cel", "[degF]", normal(40, 37, 0.6), normal(40, 98.6, 1.1)},
		{"loinc:8310-5", "[degF]", "Cel", normal(40, 98.6, 1.1), normal(40, 37, 0.6)},
		{"loinc:4548-4", "%", "mmol/mol", normal(60, 6.2, 1), normal(60, 44, 11)},
		{"loinc:8310-5", "Cel", "", normal(40, 37, 0.6), normal(40, 37.8, 0.8)},
	} {
		if to, _, changed := likeness(x.code, x.unit, x.before, x.now); to != x.want || changed != (x.want != "") {
			t.Errorf("%s from %s: %q, %v; want %q", x.code, x.unit, to, changed, x.want)
		}
	}
}

// TestAScaleThatIsNone: an unknown code, values of both signs, few values.
func TestAScaleThatIsNone(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	before := lab(r, 50, 100, 0.2, 1)
	if to, k, changed := likeness("local:abc", "other:x", before, lab(r, 50, 100, 0.2, 3)); !changed || to != "" || math.Abs(k-3) > 0.5 {
		t.Errorf("an unknown scale: %q, %v, %v", to, k, changed)
	}
	if _, _, changed := likeness("loinc:2345-7", "mg/dL", append([]float64{-1}, before...), lab(r, 50, 5, 0.2, 1)); changed {
		t.Error("values of both signs have no scale")
	}
	if _, _, changed := likeness("loinc:2345-7", "mg/dL", before, lab(r, fewestScale-1, 5, 0.2, 1)); changed {
		t.Error("too few")
	}
	if !alike("10*3/uL", "10*9/L") || alike("mg/dL", "mmol/L") || alike("Cel", "K") || !strings.Contains(titled("loinc:2345-7"), "glucose") {
		t.Error("what is alike")
	}
}
