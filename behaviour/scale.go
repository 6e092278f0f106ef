package behaviour

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/loinc"
	"github.com/wardround/wardround/format/ucum"
)

// Results whose unit changed without a word stand out: all of them are as many times
// what they were as one unit is of another.

const (
	fewestScale = 20  // values that a change of scale is judged by
	leastScale  = 1.5 // by how much they must be off
)

// scaleOf compares values with those of before by their logarithms: k is by how much
// they are multiplied, and error its standard error, as a share. ok is false where they
// do not differ by a factor: not by enough, not by more than chance, or the shape is
// another, too. Values that are not positive have no scale.
func scaleOf(before, now []float64) (k, err float64, ok bool) {
	if len(before) < fewestScale || len(now) < fewestScale {
		return 1, 0, false
	}
	a, b := logs(before), logs(now)
	if a == nil || b == nil {
		return 1, 0, false
	}
	spread := max(deviation(a), deviation(b), 0.01)
	// 1.2533: what a median is worse than a mean, of normal values.
	err = 1.2533 * spread * math.Sqrt(1/float64(len(a))+1/float64(len(b)))
	var shifts []float64
	for q := 0.15; q < 0.9; q += 0.1 {
		shifts = append(shifts, at(b, q)-at(a, q))
	}
	slices.Sort(shifts)
	shift := shifts[len(shifts)/2]
	if math.Abs(shift) < math.Log(leastScale) || math.Abs(shift) < 5*err {
		return math.Exp(shift), err, false
	}
	// One factor moves all quantiles alike.
	if worst := max(shift-shifts[0], shifts[len(shifts)-1]-shift); worst > 0.1+4*err {
		return math.Exp(shift), err, false
	}
	return math.Exp(shift), err, true
}

// logs are the sorted logarithms of values; nil if one has none.
func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		if v <= 0 {
			return nil
		}
		out[i] = math.Log(v)
	}
	slices.Sort(out)
	return out
}

// deviation is the standard deviation by the middle half, which a few outliers do not
// move.
func deviation(sorted []float64) float64 { return (at(sorted, 0.75) - at(sorted, 0.25)) / 1.349 }

// at is the quantile of sorted values, interpolated.
func at(sorted []float64, q float64) float64 {
	x := q * float64(len(sorted)-1)
	i := int(x)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (x-float64(i))*(sorted[i+1]-sorted[i])
}

// offset are units that no factor converts, of a code: what a value becomes.
type offset struct {
	codes    string
	from, to string
	by, plus float64
}

// offsets: temperature, and HbA1c by the master equation of NGSP and IFCC.
var offsets = []offset{
	{"8310-5 8331-1 8302-2", "Cel", "[degF]", 1.8, 32},
	{"8310-5 8331-1", "[degF]", "Cel", 1 / 1.8, -32 / 1.8},
	{"4548-4 59261-8 17856-6", "%", "mmol/mol", 10.93, -23.5},
	{"4548-4 59261-8 17856-6", "mmol/mol", "%", 1 / 10.93, 23.5 / 10.93},
}

// likeness says in which other unit values look like they come, where they came in unit
// before: by the units that the code's analyte is reported in.
func likeness(code, unit string, before, now []float64) (to string, factor float64, ok bool) {
	number, isLOINC := strings.CutPrefix(code, "loinc:")
	if isLOINC {
		for _, o := range offsets {
			if (unit == o.from || unit == "") && slices.Contains(strings.Fields(o.codes), number) && moved(before, now, o) {
				return o.to, 0, true
			}
		}
	}
	k, err, changed := scaleOf(before, now)
	if !changed {
		return "", 1, false
	}
	best := max(0.05, 3*err)
	if a, known := loinc.Known(number); isLOINC && known {
		for _, f := range a.Units {
			if unit != "" && !alike(f, unit) {
				continue
			}
			for _, t := range a.Units {
				if x, ok := convert(a, f, t); ok && math.Abs(math.Log(k/x)) < best && x != 1 {
					best, to, factor = math.Abs(math.Log(k/x)), t, x
				}
			}
		}
	}
	return to, cmpOr(factor, k), true
}

func cmpOr(a, b float64) float64 {
	if a != 0 {
		return a
	}
	return b
}

// moved reports whether values are what those before become by an offset.
func moved(before, now []float64, o offset) bool {
	if len(before) < fewestScale || len(now) < fewestScale {
		return false
	}
	a, b := slices.Sorted(slices.Values(before)), slices.Sorted(slices.Values(now))
	for i, v := range a {
		a[i] = v*o.by + o.plus
	}
	spread := max(deviation(a), deviation(b))
	tolerance := 5*1.2533*spread*math.Sqrt(1/float64(len(a))+1/float64(len(b))) + 0.01*math.Abs(at(a, 0.5))
	was := at(slices.Sorted(slices.Values(before)), 0.5)
	return math.Abs(at(a, 0.5)-at(b, 0.5)) < tolerance && math.Abs(was-at(b, 0.5)) > 2*tolerance
}

// convert is what a value of an analyte is multiplied by.
func convert(a loinc.Analyte, from, to string) (float64, bool) {
	u, ok := ucum.Parse(from)
	v, ok2 := ucum.Parse(to)
	if !ok || !ok2 {
		return 0, false
	}
	return ucum.Factor(u, v, a.Molar, a.Valence)
}

// alike reports whether two units are of the same size and kind: other names for one.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	u, ok := ucum.Parse(a)
	v, ok2 := ucum.Parse(b)
	if !ok || !ok2 {
		return false
	}
	f, ok := ucum.Factor(u, v, 0, 0)
	return ok && math.Abs(f-1) < 1e-9
}

// between is what values of a code are multiplied by from one unit to another, 0 where
// that is not known.
func between(code, from, to string) float64 {
	number, _ := strings.CutPrefix(code, "loinc:")
	a, _ := loinc.Known(number)
	f, ok := convert(a, from, to)
	if !ok {
		return 0
	}
	return f
}

// titled is a code with what it measures, in plain words.
func titled(code string) string {
	if number, ok := strings.CutPrefix(code, "loinc:"); ok {
		if a, known := loinc.Known(number); known {
			return fmt.Sprintf("%s (%s)", code, a.Name)
		}
	}
	return code
}
