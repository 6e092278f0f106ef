package sketch

import (
	"errors"
	"fmt"

	"github.com/axiomhq/hyperloglog"
)

// HLL counts how many different values there were, within 0.81 % of the truth (one
// standard error; exact in all likelihood below some thousands). It holds bits of
// hashes, no values; a value of few possibilities can still be tried out against it,
// so identifiers go in as keyed pseudonyms only.
type HLL struct{ s *hyperloglog.Sketch }

// HLLError is the standard error of a count, relative: 1.04/√2^14.
const HLLError = 0.008125

// NewHLL returns an empty counter of 2^14 registers.
func NewHLL() *HLL { return &HLL{hyperloglog.New14()} }

// Add adds a value.
func (h *HLL) Add(value string) { h.s.InsertHash(hashText(value)) }

// Estimate is the number of different values.
func (h *HLL) Estimate() int64 { return int64(h.s.Estimate()) }

// Interval is where the number lies in 99 % of cases.
func (h *HLL) Interval() (lo, mid, hi int64) {
	mid = h.Estimate()
	e := int64(float64(mid)*HLLError*2.576 + 0.5)
	return max(mid-e, min(mid, 1)), mid, mid + e
}

// Merge adds o's values.
func (h *HLL) Merge(o *HLL) {
	if err := h.s.Merge(o.s); err != nil {
		panic(fmt.Sprintf("sketch: %v", err)) // every HLL here has one precision
	}
}

// Clone returns a copy that shares nothing.
func (h *HLL) Clone() *HLL { return &HLL{h.s.Clone()} }

// MarshalBinary returns the one encoding of what was counted.
func (h *HLL) MarshalBinary() ([]byte, error) { return h.bytes(), nil }

// UnmarshalBinary reads what MarshalBinary wrote.
func (h *HLL) UnmarshalBinary(b []byte) error {
	if len(b) < 8 || b[1] != 14 {
		return errors.New("sketch: a distinct count of another precision")
	}
	s := hyperloglog.New14()
	if err := s.UnmarshalBinary(b); err != nil {
		return fmt.Errorf("sketch: %w", err)
	}
	h.s = s
	return nil
}

// bytes is the canonical encoding: counting first folds what has come lately into the
// sorted list.
func (h *HLL) bytes() []byte {
	h.s.Estimate()
	b, err := h.s.MarshalBinary()
	if err != nil {
		panic(fmt.Sprintf("sketch: %v", err))
	}
	return b
}

// hashText is FNV-1a with SplitMix64's finaliser: stable over versions and machines,
// because it is part of what is stored.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h, 1)
}
