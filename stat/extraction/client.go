package extraction

import (
	"math"
	"slices"
)

// MaxSample bounds the different inputs of a client that are held, as a hash and a cell.
const MaxSample = 256

// recent is how many inputs before a new one is held against: whoever steps around
// a few seeds in turn comes back to each.
const recent = 16

// earlier is how many of all inputs before, drawn by chance, it is held against besides:
// whoever goes round after round through seeds comes back to each after hundreds of
// others. With many features there are fewer, so that they take no more than this many numbers.
const (
	earlier      = 64
	maxEarlier   = 1 << 16
	seedOfChance = 0x9e3779b97f4a7c15
)

// Client is what one client asked. The zero value is ready.
//
// Of different inputs a sample is held by their hash (Gibbons, VLDB 2001): whatever comes
// again counts once, so that a load test with the same studies is not a search.
type Client struct {
	Queries int64
	Near    int64 // answers close to the decision
	Steps   int64 // inputs a small step from one before
	Outside int64 // inputs outside the reference
	Visited [Cells / 64]uint64
	Level   uint8            // of the sample: hashes that end with so many zero bits are in it
	Sample  map[uint64]uint8 // hash of the input → cell; at most MaxSample

	last [][]float64 // scaled rows; in memory alone
	next int
	some [][]float64 // of the rows before those, by chance (Vitter's algorithm R)
	rows uint64
}

// Ask counts a question: the row as a lens has seen it, a hash of the whole input, and
// whether the answer lay close to the decision. seen is nil where there is no lens.
func (c *Client) Ask(seen *Seen, input uint64, near bool) {
	c.Queries++
	if near {
		c.Near++
	}
	if seen == nil {
		c.sample(input, 0)
		return
	}
	if seen.Outside {
		c.Outside++
	}
	c.Visited[seen.Cell/64] |= 1 << (seen.Cell % 64)
	c.sample(input, seen.Cell)
	c.step(seen.Row)
}

func (c *Client) sample(input uint64, cell uint8) {
	input = mix(input)
	if input&(1<<c.Level-1) != 0 {
		return
	}
	if c.Sample == nil {
		c.Sample = map[uint64]uint8{}
	}
	c.Sample[input] = cell
	for len(c.Sample) > MaxSample {
		c.Level++
		for h := range c.Sample {
			if h&(1<<c.Level-1) != 0 {
				delete(c.Sample, h)
			}
		}
	}
}

// step counts a row that differs from one of those before by little: by less than a
// quarter of a spread on average, or in a tenth of its features alone.
func (c *Client) step(row []float64) {
	small := false
	for _, list := range [][][]float64{c.last, c.some} {
		for _, before := range list {
			same, little := compare(row, before)
			if same { // asked again: no step
				return
			}
			small = small || little
		}
	}
	if small {
		c.Steps++
	}
	if len(c.last) < recent {
		c.last = append(c.last, row)
		return
	}
	c.keep(c.last[c.next%recent])
	c.last[c.next%recent] = row
	c.next++
}

// keep draws whether a row that is no longer among the last is held on.
func (c *Client) keep(row []float64) {
	most := uint64(min(earlier, maxEarlier/max(len(row), 1)))
	c.rows++
	if uint64(len(c.some)) < most {
		c.some = append(c.some, row)
	} else if at := mix(c.rows*seedOfChance) % c.rows; at < most {
		c.some[at] = row
	}
}

// compare reports whether two rows are the same, or a small step apart. It ends with the
// feature that shows that they are neither: that is soon.
func compare(a, b []float64) (same, small bool) {
	if len(a) != len(b) {
		return false, false
	}
	near, few := float64(len(a))/16, 0
	if len(a) >= 4 {
		few = max(1, len(a)/10)
	}
	d, changed := 0.0, 0
	for i, z := range a {
		if e := z - b[i]; e != 0 {
			changed++
			if d += e * e; d >= near && changed > few {
				return false, false
			}
		}
	}
	return changed == 0, changed > 0
}

// Shape is what is told of a client: from its share of different inputs, never one of them.
type Shape struct {
	Queries  int64
	Distinct int64   // different inputs, estimated
	Coverage float64 // share of the cells that were visited
	// Entropy is that of the cells of different inputs, of order two, relative to the
	// largest there can be: the chance that two lie in one cell needs no correction for how
	// many were asked.
	Entropy float64
	Near    float64 // share of questions
	Steps   float64
	Outside float64
}

// Shape returns what is told of the client.
func (c *Client) Shape() Shape {
	s := Shape{Queries: c.Queries, Distinct: int64(len(c.Sample)) << c.Level}
	s.Distinct = min(s.Distinct, c.Queries)
	for v := range Cells {
		if c.Visited[v/64]&(1<<(v%64)) != 0 {
			s.Coverage += 1. / Cells
		}
	}
	var per [Cells]float64
	n := float64(len(c.Sample))
	for _, cell := range c.Sample {
		per[cell]++
	}
	pairs := 0.0
	for _, v := range per {
		pairs += v * (v - 1)
	}
	if n >= 2 && s.Coverage > 0 { // else there was no lens
		same := max(pairs, 1) / (n * (n - 1))
		s.Entropy = min(1, math.Log2(1/same)/math.Log2(Cells))
	}
	if q := float64(c.Queries); q > 0 {
		s.Near, s.Steps, s.Outside = float64(c.Near)/q, float64(c.Steps)/q, float64(c.Outside)/q
	}
	return s
}

// Hashes returns the sample in rising order.
func (c *Client) Hashes() []uint64 {
	out := make([]uint64, 0, len(c.Sample))
	for h := range c.Sample {
		out = append(out, h)
	}
	slices.Sort(out)
	return out
}

// mix spreads the bits of a hash (the finisher of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
