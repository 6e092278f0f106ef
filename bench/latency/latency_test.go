package main

import (
	"testing"
	"time"
)

// A short run at a fifth of the rate: everything offered is stored, every fault
// becomes a finding, and none takes long.
func TestFaultsBecomeFindings(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	o := options{rate: 1000, seconds: 2, warm: 200 * time.Millisecond, faults: 20, beds: 6, dir: t.TempDir(), limit: time.Second}
	r, err := run(o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.findings) != 40 || r.judged < 2000 || len(r.stored) != r.judged {
		t.Errorf("%d findings of 40 faults, %d judged and %d stored of 2000", len(r.findings), r.judged, len(r.stored))
	}
	// The rate itself is for the benchmark: a test must hold on a busy machine too.
	if p99 := line("acknowledged to finding stored", r.findings); p99 > 10*time.Second || r.shed > 0 || r.missing > 0 {
		t.Errorf("p99 %s, %d shed, %d without a result", p99, r.shed, r.missing)
	}
}
