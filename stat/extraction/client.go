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

// Client is what one client asked. The zero value is ready.
//
// Of different inputs a sample is held by their hash (Gibbons, VLDB 2001): whatever comes
// again counts once, so that a load test with the same studies is not a search.
type Client struct {
	Queries int64
	Near    int64 // answers close to the decision
	Steps   int64 // inputs a small step from one shortly before
	Outside int64 // inputs outside the reference
	Visited [Cells / 64]uint64
	Level   uint8            // of the sample: hashes that end with so many zero bits are in it
	Sample  map[uint64]uint8 // hash of the input → cell; at most MaxSample

	last [][]float64 // scaled rows; in memory alone
	next int
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

// step counts a row that differs from one of the last by little: by less than a quarter
// of a spread on average, or in a tenth of its features alone.
func (c *Client) step(row []float64) {
	small := false
	for _, before := range c.last {
		if len(before) != len(row) {
			continue
		}
		d, changed := 0.0, 0
		for i, z := range row {
			if e := z - before[i]; e != 0 {
				changed++
				d += e * e
			}
		}
		if changed == 0 { // asked again: no step
			return
		}
		if d < float64(len(row))/16 || len(row) >= 4 && changed <= max(1, len(row)/10) {
			small = true
		}
	}
	if small {
		c.Steps++
	}
	if len(c.last) < recent {
		c.last = append(c.last, row)
		return
	}
	c.last[c.next%recent] = row
	c.next++
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
