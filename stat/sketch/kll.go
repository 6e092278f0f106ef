package sketch

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/wardround/wardround/stat/order"
)

// Sizes of a KLL.
const (
	// DefaultK gives a rank within 0.55 % of N at 99 % confidence and all ranks at once
	// within 0.9 %, in about 20 kB. Error falls with 1/k, size grows with k.
	DefaultK = 512
	MinK     = 8
	MaxK     = 1 << 16

	// Confidence is that of the intervals of CDF, Below and Quantile.
	Confidence = 0.99

	minLevel  = 8  // items of the lowest full level (the paper's constant)
	maxLevels = 60 // weights are at most 2^59
)

// KLL is a quantile sketch: a sample of weighted values with which the rank of any
// value is known to within an error that shrinks with k (Karnin, Lang, Liberty:
// Optimal quantile approximation in streams, FOCS 2016).
//
// Level h holds values of weight 2^h. When there is no room, a full level is sorted,
// a coin decides for its odd or even places, and those go up with twice the weight.
// One such compaction moves the rank of any value by at most its weight, up or down
// with equal chance, so the sum of the squared weights of all compactions bounds the
// variance. That sum is kept, and [KLL.RankError] is Hoeffding's bound from it: it
// holds for each value, for any input and any order of merging.
//
// The zero value is not usable; [NewKLL] makes one.
type KLL struct {
	k        int
	seed     uint64
	tosses   uint64 // coins used
	n        int64
	min, max float64
	variance float64 // bound on the variance of a rank, in rows²
	levels   [][]float64
	caps     []int // of each level
	size     int   // values held
	room     int   // values that may be held
	view     atomic.Pointer[view]
}

// NewKLL returns an empty sketch. Sketches that will be merged should have different
// seeds: with equal ones the errors may add up, which the bound then allows for. A k
// outside [MinK] to [MaxK] is set to the nearer end; 0 is [DefaultK].
func NewKLL(k int, seed uint64) *KLL {
	if k == 0 {
		k = DefaultK
	}
	s := &KLL{k: min(max(k, MinK), MaxK), seed: seed, min: math.Inf(1), max: math.Inf(-1)}
	s.grow()
	return s
}

// K is the sketch's size parameter.
func (s *KLL) K() int { return s.k }

// N is how many values were added.
func (s *KLL) N() int64 { return s.n }

// Min and Max are exact; +Inf and -Inf of an empty sketch.
func (s *KLL) Min() float64 { return s.min }

// Max is the greatest value added.
func (s *KLL) Max() float64 { return s.max }

// Exact reports whether all values are still held, so that every answer is exact.
func (s *KLL) Exact() bool { return s.variance == 0 }

// Held is the number of values the sketch holds.
func (s *KLL) Held() int { return s.size }

// grow adds a level on top and shares out the room: k at the top, less by a third with
// each level below. The lowest takes what comes in portions of 2k, because sorting
// many at once costs less and loses less.
func (s *KLL) grow() {
	s.levels = append(s.levels, nil)
	s.caps = make([]int, len(s.levels))
	s.room = 0
	for h := range s.levels {
		c := float64(s.k) * math.Pow(2.0/3.0, float64(len(s.levels)-1-h))
		s.caps[h] = max(minLevel, int(math.Ceil(c)))
		if h == 0 {
			s.caps[0] = 2 * s.k
		}
		s.room += s.caps[h]
	}
}

// Add adds a value. NaN has no rank and is not added: count it apart. -0 is 0.
func (s *KLL) Add(x float64) {
	if x != x {
		return
	}
	if s.view.Load() != nil {
		s.view.Store(nil)
	}
	x += 0
	s.n++
	s.min, s.max = min(s.min, x), max(s.max, x)
	s.levels[0] = append(s.levels[0], x)
	s.size++
	if s.size >= s.room {
		s.compress()
	}
}

// AddAll adds values; NaN are left out as by [KLL.Add].
func (s *KLL) AddAll(xs []float64) {
	s.view.Store(nil)
	for len(xs) > 0 {
		part := xs[:min(len(xs), max(1, s.room-s.size))]
		xs = xs[len(part):]
		l, lo, hi := s.levels[0], s.min, s.max
		for _, x := range part {
			if x != x {
				continue
			}
			x += 0
			if x < lo {
				lo = x
			}
			if x > hi {
				hi = x
			}
			l = append(l, x)
		}
		added := len(l) - len(s.levels[0])
		s.levels[0], s.min, s.max = l, lo, hi
		s.n += int64(added)
		s.size += added
		if s.size >= s.room {
			s.compress()
		}
	}
}

// AddN adds a value that stands for weight rows. Weights below 1 add nothing.
func (s *KLL) AddN(x float64, weight int64) {
	if x != x || weight < 1 {
		return
	}
	s.view.Store(nil)
	x += 0
	s.n += weight
	s.min, s.max = min(s.min, x), max(s.max, x)
	for h := 0; weight>>h > 0; h++ {
		if weight>>h&1 == 0 {
			continue
		}
		for len(s.levels) <= h {
			s.grow()
		}
		if h == 0 {
			s.levels[0] = append(s.levels[0], x)
		} else {
			at, _ := slices.BinarySearch(s.levels[h], x)
			s.levels[h] = slices.Insert(s.levels[h], at, x)
		}
		s.size++
	}
	if s.size >= s.room {
		s.compress()
	}
}

// Merge adds what o was given. It fails if k differs; o stays as it was.
func (s *KLL) Merge(o *KLL) error {
	if s.k != o.k {
		return fmt.Errorf("quantile sketches of k %d and k %d do not merge: build both with one k", s.k, o.k)
	}
	if o.n == 0 {
		return nil
	}
	if s.n > math.MaxInt64-o.n {
		return fmt.Errorf("quantile sketches of %d and %d values are too large together", s.n, o.n)
	}
	s.view.Store(nil)
	s.n += o.n
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	if s.seed == o.seed { // the same coins: errors are no longer independent
		r := math.Sqrt(s.variance) + math.Sqrt(o.variance)
		s.variance = r * r
	} else {
		s.variance += o.variance
	}
	// Coins to come must be none of those that either has tossed.
	s.seed = mix(mix(s.seed^0x9e3779b97f4a7c15, s.tosses), mix(o.seed, o.tosses))
	s.tosses = 0
	for len(s.levels) < len(o.levels) {
		s.grow()
	}
	s.levels[0] = append(s.levels[0], o.levels[0]...)
	for h := 1; h < len(o.levels); h++ {
		s.levels[h] = merged(s.levels[h], o.levels[h])
	}
	s.size += o.size
	if s.size >= s.room {
		s.compress()
	}
	return nil
}

// Clone returns a copy that shares nothing.
func (s *KLL) Clone() *KLL {
	c := &KLL{k: s.k, seed: s.seed, tosses: s.tosses, n: s.n, min: s.min, max: s.max, variance: s.variance, size: s.size, room: s.room, caps: slices.Clone(s.caps)}
	for _, l := range s.levels {
		c.levels = append(c.levels, slices.Clone(l))
	}
	return c
}

// compress makes room: the lowest level that is full goes up by half. Several rounds
// may be needed after a merge.
func (s *KLL) compress() {
	for s.size >= s.room {
		h := 0
		for h < len(s.levels)-1 && len(s.levels[h]) < s.caps[h] {
			h++
		}
		if h == len(s.levels)-1 {
			if h+1 >= maxLevels {
				s.room = math.MaxInt // cannot be reached with weights of int64
				return
			}
			s.grow()
		}
		s.compact(h)
	}
}

// compact halves level h into the next. A value too many stays: the smallest or the
// greatest in turn of the coin would need one more toss, so it is the smallest.
func (s *KLL) compact(h int) {
	l := s.levels[h]
	if h == 0 {
		order.Float64s(l)
	}
	if len(l) < 2 {
		return
	}
	odd := len(l) & 1
	pairs := l[odd:]
	up := make([]float64, 0, len(pairs)/2+len(s.levels[h+1]))
	for i := s.toss(); i < len(pairs); i += 2 {
		up = append(up, pairs[i])
	}
	if len(s.levels[h+1]) > 0 {
		up = merged(up, s.levels[h+1])
	}
	s.levels[h+1] = up
	s.levels[h] = l[:odd]
	s.size -= len(pairs) / 2
	w := math.Ldexp(1, h)
	s.variance += w * w
}

// toss returns 0 or 1: bit 0 of the next of the seed's numbers.
func (s *KLL) toss() int {
	s.tosses++
	return int(mix(s.seed, s.tosses) & 1)
}

// mix is SplitMix64's finaliser over a seed and a counter.
func mix(seed, counter uint64) uint64 {
	z := seed + counter*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// merged returns two sorted slices as one, in new memory.
func merged(a, b []float64) []float64 {
	out := make([]float64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
