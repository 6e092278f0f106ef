package sketch

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// MaxEdges bounds a histogram.
const MaxEdges = 4096

// Histogram counts values between fixed edges, exactly. Bin i holds Edges[i] ≤ x <
// Edges[i+1]; the last bin also holds its upper edge.
type Histogram struct {
	Edges        []float64 // ascending, finite, at least two
	Counts       []int64   // one less than edges
	Below, Above int64     // outside
}

// NewHistogram returns an empty histogram. The edges must be finite and ascend.
func NewHistogram(edges []float64) (*Histogram, error) {
	if len(edges) < 2 || len(edges) > MaxEdges {
		return nil, fmt.Errorf("histogram of %d edges; want 2 to %d", len(edges), MaxEdges)
	}
	for i, e := range edges {
		if math.IsNaN(e) || math.IsInf(e, 0) {
			return nil, errors.New("histogram with an edge that is no finite number")
		}
		if i > 0 && e <= edges[i-1] {
			return nil, fmt.Errorf("histogram edges %g and %g do not ascend", edges[i-1], e)
		}
	}
	return &Histogram{Edges: slices.Clone(edges), Counts: make([]int64, len(edges)-1)}, nil
}

// Add counts a value; NaN is not counted.
func (h *Histogram) Add(x float64) {
	last := len(h.Edges) - 1
	switch {
	case x != x:
	case x < h.Edges[0]:
		h.Below++
	case x > h.Edges[last]:
		h.Above++
	case x == h.Edges[last]:
		h.Counts[last-1]++
	default:
		i, found := slices.BinarySearch(h.Edges, x)
		if !found {
			i--
		}
		h.Counts[i]++
	}
}

// N is how many values were counted, also outside.
func (h *Histogram) N() int64 {
	n := h.Below + h.Above
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Merge adds o's counts; the edges must be equal.
func (h *Histogram) Merge(o *Histogram) error {
	if !slices.Equal(h.Edges, o.Edges) {
		return fmt.Errorf("histograms of different edges (%d and %d) do not merge", len(h.Edges), len(o.Edges))
	}
	for i, c := range o.Counts {
		h.Counts[i] += c
	}
	h.Below += o.Below
	h.Above += o.Above
	return nil
}

// Clone returns a copy that shares nothing.
func (h *Histogram) Clone() *Histogram {
	c := *h
	c.Edges, c.Counts = slices.Clone(h.Edges), slices.Clone(h.Counts)
	return &c
}
