package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// What is left out is exactly what is over the limit, however it is encoded.
func TestFactsOverTheLimitAreLeftOut(t *testing.T) {
	for name, f := range map[string]wardround.Facts{
		"none":    nil,
		"small":   {"port": 104, "title": "CT1", "clear": true, "at": time.Unix(1e9, 0), "ms": 0.1, "names": []string{"a", "<&>\u2028"}},
		"escapes": {"text": strings.Repeat("\x00", 690)},
		"quotes":  {"text": strings.Repeat(`"`, 2040)},
		"plain":   {"text": strings.Repeat("x", wardround.MaxFacts-11)},
		"over":    {"text": strings.Repeat("x", wardround.MaxFacts-10)},
		"list":    {"text": []string{strings.Repeat("<", 683), "y"}},
		"other":   {"map": map[string]int{strings.Repeat("k", 5000): 1}},
		"fine":    {"map": map[string]int{"k": 1}},
	} {
		if n := len(f.JSON()); bound(f) < n && bound(f) <= wardround.MaxFacts {
			t.Errorf("%s: bounded by %d bytes, has %d", name, bound(f), n)
		}
		_, left := limited(f)["left_out"]
		if over := len(f.JSON()) > wardround.MaxFacts; left != over {
			t.Errorf("%s: %d bytes, left out: %v", name, len(f.JSON()), left)
		}
	}
}
