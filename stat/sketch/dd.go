package sketch

import (
	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// What a DD promises and holds.
const (
	// DDAccuracy is the relative accuracy of a value at a quantile.
	DDAccuracy = 0.01
	// Beyond ddMost a value is counted as ddMost, nearer to zero than ddLeast as zero:
	// so one wild value costs no other its place, and the bins are bounded.
	ddLeast, ddMost = 1e-12, 1e15
	ddBins          = 4096 // of each sign; that range has about 3,100
)

// DD is a DDSketch (Masson, Rim, Lee: VLDB 2019): a histogram with bins of equal
// ratio, for showing a distribution. Its error is in the value, not in the rank, so
// nothing is tested with it; [KLL] is for that.
type DD struct{ s *ddsketch.DDSketch }

// ddMapping is shared: it has no state.
var ddMapping = func() mapping.IndexMapping {
	m, err := mapping.NewCubicallyInterpolatedMapping(DDAccuracy)
	if err != nil {
		panic(err) // a constant is wrong
	}
	return m
}()

// NewDD returns an empty sketch.
func NewDD() *DD {
	return &DD{ddsketch.NewDDSketch(ddMapping, store.NewCollapsingLowestDenseStore(ddBins), store.NewCollapsingLowestDenseStore(ddBins))}
}

// Add adds a value.
func (d *DD) Add(x float64) {
	if x < ddLeast && x > -ddLeast {
		x = 0
	}
	_ = d.s.Add(min(max(x, -ddMost), ddMost)) // the only error is out of range
}

// AddAll adds values.
func (d *DD) AddAll(xs []float64) {
	for _, x := range xs {
		d.Add(x)
	}
}

// Merge adds what o was given.
func (d *DD) Merge(o *DD) {
	_ = d.s.MergeWith(o.s) // the only error is of another mapping
}

// N is how many values were added.
func (d *DD) N() float64 { return d.s.GetCount() }

// Quantile returns a value within [DDAccuracy] of that at q, relative. NaN-free: it
// fails for an empty sketch or a q outside 0 to 1.
func (d *DD) Quantile(q float64) (float64, error) { return d.s.GetValueAtQuantile(q) }

// Bar is one bin of a picture.
type Bar struct{ Low, High, Count float64 }

// Bars returns the bins that hold anything, ascending.
func (d *DD) Bars() []Bar {
	var neg, pos []Bar
	d.s.GetNegativeValueStore().ForEach(func(i int, n float64) bool {
		neg = append(neg, Bar{-ddMapping.LowerBound(i + 1), -ddMapping.LowerBound(i), n})
		return false
	})
	d.s.GetPositiveValueStore().ForEach(func(i int, n float64) bool {
		pos = append(pos, Bar{ddMapping.LowerBound(i), ddMapping.LowerBound(i + 1), n})
		return false
	})
	out := make([]Bar, 0, len(neg)+len(pos)+1)
	for i := len(neg) - 1; i >= 0; i-- {
		out = append(out, neg[i])
	}
	if z := d.s.GetZeroCount(); z > 0 {
		out = append(out, Bar{-ddLeast, ddLeast, z})
	}
	return append(out, pos...)
}
