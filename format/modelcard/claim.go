package modelcard

import (
	"math"
	"strconv"
	"strings"
)

// Claim is a figure of performance that a card claims.
type Claim struct {
	Metric string  `json:"metric"` // as [MetricOf] names it
	Slice  string  `json:"slice,omitempty"`
	Value  float64 `json:"value"` // a share as a fraction of 1
	Low    float64 `json:"low,omitempty"`
	High   float64 `json:"high,omitempty"`
	Ranged bool    `json:"ranged,omitempty"` // Low and High are there
	Level  float64 `json:"level,omitempty"`  // of the interval: 0.95; 0 is not said
	Units  int64   `json:"units,omitempty"`
	// Dataset and Point are what it was measured on, if the card says so.
	Dataset string `json:"dataset,omitempty"`
	Point   string `json:"operating_point,omitempty"`
	Index   int    `json:"index"` // in the card's Metrics
}

// Claims are the claims that can be held against what is measured: those of metrics
// that are known by name, with a value that is a number. What is written in percent
// becomes a fraction. A share beyond 0 to 1, an interval that does not hold its value,
// and a time or a count that calls itself a metric are left out: they claim nothing
// that could be compared. [Card.Metrics] has all.
func (c *Card) Claims() []Claim {
	var out []Claim
	for i, m := range c.Metrics {
		known := MetricOf(m.Type)
		slice := m.Slice
		if known.Name == "" {
			// "Sensitivity (female)" claims something of a slice.
			if name, rest, ok := strings.Cut(m.Type, "("); ok && strings.HasSuffix(strings.TrimSpace(rest), ")") && slice == "" {
				if known = MetricOf(name); known.Name != "" {
					slice = strings.TrimSuffix(strings.TrimSpace(rest), ")")
				}
			}
		}
		if known.Name == "" || m.Extra.Unit != "" && m.Extra.Unit != "%" && m.Extra.Unit != "1" && known.Share {
			continue
		}
		value, percent, ok := Number(m.Value)
		if !ok {
			continue
		}
		scale := func(x float64, own bool) float64 {
			if own || m.Extra.Unit == "%" {
				return x / 100
			}
			return x
		}
		claim := Claim{Metric: known.Name, Slice: strings.TrimSpace(slice), Value: scale(value, percent), Index: i, Units: m.Extra.Units, Dataset: m.Extra.Dataset, Point: m.Extra.Point}
		if m.Interval != nil {
			low, p, ok1 := Number(m.Interval.Low)
			high, q, ok2 := Number(m.Interval.High)
			if ok1 && ok2 && low <= high {
				claim.Low, claim.High, claim.Ranged = scale(low, p), scale(high, q), true
			}
		}
		if level, p, ok := Number(m.Extra.Level); ok && level > 0 {
			if p || level > 1 {
				level /= 100
			}
			claim.Level = level
		}
		if claim.sound(known) {
			out = append(out, claim)
		}
	}
	return out
}

func (c *Claim) sound(k Known) bool {
	for _, x := range []float64{c.Value, c.Low, c.High} {
		if math.IsNaN(x) || math.IsInf(x, 0) || k.Share && (x < 0 || x > 1) {
			return false
		}
	}
	return !c.Ranged || c.Low <= c.Value && c.Value <= c.High
}

// Number reads a number as people write it: "0.94", "94.4 %", "1e-3". A comma is not
// guessed at: it separates thousands for some and decimals for others.
func Number(s string) (x float64, percent, ok bool) {
	s = strings.TrimSpace(s)
	if t, found := strings.CutSuffix(s, "%"); found {
		s, percent = strings.TrimSpace(t), true
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || strings.ContainsAny(s, "xX_") {
		return 0, false, false
	}
	return x, percent, true
}
