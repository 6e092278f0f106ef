package e2e

import (
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestColdStart: the first day on more than five hundred devices, while everything
// is still learned, ends in few cases and fewer notifications, and every finding is
// in one of the cases. A laptop looks at the first two hours of that day.
func TestColdStart(t *testing.T) {
	hours := "2"
	if testkit.CI() && !testing.Short() {
		hours = "24"
	}
	sim := exec.CommandContext(t.Context(), program, "sim", "capture", "--quiet", "--beds", "120", "--hours", hours, "-")
	day, err := sim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	r := invocation{args: []string{"replay", "--format", "json", "--quiet", "--learn", "336h", "-"}, stdin: day, measure: true, skip: observationLine}.run(t).want(t, 0)
	if err := sim.Wait(); err != nil {
		t.Fatal(err)
	}
	if r.peak > maxResident {
		t.Errorf("resident memory of %d MB", r.peak/1e6)
	}
	l := readObjects(t, r.stdout)
	var s struct{ Assets, Findings, Cases, Notifications int }
	if err := json.Unmarshal(l.summary(t).raw, &s); err != nil {
		t.Fatal(err)
	}
	if s.Assets < 500 || s.Findings < 50 || s.Cases > 20 || s.Notifications > 5 {
		t.Errorf("%s", l.summary(t).raw)
	}
	cases := map[string]bool{}
	for _, c := range l.of("case") {
		cases[c.ID] = true
	}
	for _, f := range l.of("finding") {
		var in struct{ Case string }
		if err := json.Unmarshal(f.raw, &in); err != nil || !cases[in.Case] {
			t.Errorf("in no case: %s", f.raw)
		}
	}
	t.Logf("%d assets, %d findings, %d cases, %d notifications, %d MB", s.Assets, s.Findings, s.Cases, s.Notifications, r.peak/1e6)
}
