package performance

import (
	"math"
	"strings"
	"time"

	"github.com/wardround/wardround/format/table"
)

// layouts of dates that stand as texts, as Parquet files often have them.
var layouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006-01-02", "2006/01/02 15:04:05", "2006/01/02", "20060102"}

// dates makes a column that is to be a time one of times, if nearly all its texts
// are dates, or its numbers seconds or milliseconds since 1970; without a zone they
// are UTC. Else it stays as it is.
func (c *column) dates() {
	if c == nil {
		return
	}
	switch c.kind {
	case table.Text:
		at := make([]float64, len(c.dict))
		for k, s := range c.dict {
			at[k] = date(s)
		}
		good, all := 0, 0
		numbers := make([]float64, len(c.codes))
		for i, k := range c.codes {
			if numbers[i] = math.NaN(); c.ok(i) {
				all++
				if numbers[i] = at[k]; !math.IsNaN(at[k]) {
					good++
				}
			}
		}
		if all == 0 || good*20 < all*19 {
			return
		}
		c.kind, c.numbers, c.codes, c.dict, c.invalid = table.Time, numbers, nil, nil, int64(all-good)
	case table.Number:
		low, high := math.Inf(1), math.Inf(-1)
		for i, v := range c.numbers {
			if c.ok(i) && !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
		scale := 0.0
		switch {
		case low >= 6e8 && high <= 5e9: // 1989 to 2128, in seconds
			scale = 1
		case low >= 6e11 && high <= 5e12:
			scale = 1e-3
		case low >= 6e14 && high <= 5e15:
			scale = 1e-6
		case low >= 6e17 && high <= 5e18:
			scale = 1e-9
		default:
			return
		}
		numbers := make([]float64, len(c.numbers))
		for i, v := range c.numbers {
			numbers[i] = v * scale
		}
		c.kind, c.numbers = table.Time, numbers
	}
}

func date(s string) float64 {
	s = strings.TrimSpace(s)
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9
		}
	}
	return math.NaN()
}
