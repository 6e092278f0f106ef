package main

import (
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

// The measurement itself: a small one misses no finding, in any of its ways.
func TestNothingIsMissing(t *testing.T) {
	o := options{records: testkit.Data(t, "advisories/golang-vulndb-osv.zip"), releases: 20, devices: 50, components: 200, old: 50,
		advisories: 10, every: 50 * time.Millisecond, seed: 1, sboms: 20, megabytes: 1}
	for name, run := range map[string]func(options) (bool, error){
		"one after the other": delta,
		"together":            func(o options) (bool, error) { o.together = true; return delta(o) },
		"huge":                huge,
	} {
		o.dir = t.TempDir()
		met, err := run(o)
		if err != nil || !met {
			t.Errorf("%s: met %v, %v", name, met, err)
		}
	}
}
