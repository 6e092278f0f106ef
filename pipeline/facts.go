package pipeline

import (
	"time"

	"github.com/wardround/wardround"
)

// limited returns the facts of a verdict, or a note in their place when they are
// over [wardround.MaxFacts]. Verdicts are given by the thousand and mostly change
// nothing, so that only facts that may be too large are encoded to find out.
func limited(f wardround.Facts) wardround.Facts {
	if bound(f) > wardround.MaxFacts && len(f.JSON()) > wardround.MaxFacts {
		return wardround.Facts{"left_out": "the facts are over 4 kB"}
	}
	return f
}

// bound is at least the length of f as JSON: in a string every byte may become
// six. Values of types that are not listed make it larger than any limit.
func bound(f wardround.Facts) int {
	n := 2
	for k, v := range f {
		n += 6*len(k) + 4
		switch v := v.(type) {
		case string:
			n += 6*len(v) + 2
		case []string:
			for _, s := range v {
				n += 6*len(s) + 3
			}
			n += 4
		case bool, int, int64, uint64, uint16, int32, uint32, float64:
			n += 32
		case time.Time:
			n += 40
		default:
			return wardround.MaxFacts + 1
		}
	}
	return n
}
