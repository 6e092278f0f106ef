package extraction

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Cells is into how many the space of inputs is parted: two to the number of
// directions, each cut at its middle and at one spread beside it.
const (
	Cells      = 256
	directions = 4
)

// Feature is where the values of one feature lie in the reference: quantiles of 0.5,
// 25, 50, 75 and 99.5 %, and the extremes.
type Feature struct {
	Min, Q005, Q25, Q50, Q75, Q995, Max float64
}

// Lens looks at rows against a reference. It is safe for concurrent use.
type Lens struct {
	features []Feature
	spread   []float64
	dirs     [directions][]float64
	// Joint is what rows of the service have as mean square, learned; zero values take
	// what holds for features that all say the same.
	joint Joint
}

// Joint is the mean and the standard deviation of [Seen].Square over ordinary rows.
type Joint struct {
	Mean, SD float64
	N        int64
}

// minJoint is from how many rows a joint is believed.
const minJoint = 200

// ErrFeatures is returned for a reference without a single feature that varies.
var ErrFeatures = errors.New("extraction: the reference has no feature that varies")

// NewLens returns the lens of a reference. A feature with quantiles that are not finite
// or do not vary is looked past. Lenses of the same features and seed part space the
// same way.
func NewLens(features []Feature, joint Joint, seed uint64) (*Lens, error) {
	l := &Lens{features: features, spread: make([]float64, len(features)), joint: joint}
	used := 0
	for i, f := range features {
		s := (f.Q75 - f.Q25) / 1.349
		if !(s > 0) { // more than half are the same
			s = (f.Q995 - f.Q005) / 5.152
		}
		if !(s > 0) || math.IsInf(s, 0) || math.IsNaN(f.Q50) {
			continue
		}
		l.spread[i] = s
		used++
	}
	if used == 0 {
		return nil, ErrFeatures
	}
	rng := rand.New(rand.NewPCG(seed, uint64(len(features))))
	for k := range l.dirs {
		l.dirs[k] = make([]float64, len(features))
		norm := 0.0
		for i := range features {
			x := rng.NormFloat64()
			if l.spread[i] == 0 {
				continue
			}
			l.dirs[k][i] = x
			norm += x * x
		}
		for i := range l.dirs[k] {
			l.dirs[k][i] /= math.Sqrt(norm)
		}
	}
	return l, nil
}

// Seen is how one row looks through a lens.
type Seen struct {
	// Row is the values in spreads from the median, cut at ±maxScaled; 0 where missing.
	Row []float64
	// Cell is where it lies, 0 to Cells-1.
	Cell uint8
	// Square is the mean of the squared values: 1 for an ordinary row of normal features.
	Square float64
	// Tail is how far the farthest feature lies beyond what the reference holds: 1 at
	// twice the way from the median to the 0.5 % quantile of its side, and beyond its extreme.
	Tail float64
	// Outside is whether the row lies outside the reference, by tail or as a whole.
	Outside bool
}

const maxScaled = 6

// Look looks at a row: one value per feature, NaN where missing. Infinite values lie
// outside.
func (l *Lens) Look(row []float64) Seen {
	s := Seen{Row: make([]float64, len(l.features))}
	n := 0.0
	for i, f := range l.features {
		if i >= len(row) || l.spread[i] == 0 || row[i] != row[i] {
			continue
		}
		x := row[i]
		z := max(-maxScaled, min(maxScaled, (x-f.Q50)/l.spread[i]))
		s.Row[i] = z
		s.Square += z * z
		n++
		switch {
		case x > f.Max:
			s.Tail = max(s.Tail, beyond(x-f.Q50, f.Q995-f.Q50, l.spread[i]))
		case x < f.Min:
			s.Tail = max(s.Tail, beyond(f.Q50-x, f.Q50-f.Q005, l.spread[i]))
		}
	}
	if n > 0 {
		s.Square /= n
	}
	var cell uint8
	for k := range l.dirs {
		p := 0.0
		for i, z := range s.Row {
			p += z * l.dirs[k][i]
		}
		level := uint8(1)
		switch {
		case p < -1:
			level = 0
		case p >= 1:
			level = 3
		case p >= 0:
			level = 2
		}
		cell = cell<<2 | level
	}
	s.Cell = cell
	s.Outside = s.Tail >= 1 || n > 0 && s.Square > l.limit()
	return s
}

// beyond is how far a value lies past the end of the reference: 0 at the quantile, 1 at
// twice its distance from the median.
func beyond(d, quantile, spread float64) float64 {
	quantile = max(quantile, spread)
	if t := d/quantile - 1; t == t {
		return max(0, t)
	}
	return math.Inf(1)
}

// limit is the mean square from which a row as a whole lies outside: six standard
// deviations over what rows of this service have; where that is not known, what it would be for
// features that are one and the same.
func (l *Lens) limit() float64 {
	if l.joint.N >= minJoint && l.joint.SD > 0 {
		return l.joint.Mean + 6*l.joint.SD
	}
	return 13
}
