package performance

import (
	"testing"
)

// A model that stays as it was breaks a limit from its reference in few reports; with
// three standard deviations in many more.
func TestLimitsFromTheReferenceHoldTheirPromise(t *testing.T) {
	t.Parallel()
	const reports = 20
	breaches := func(c Config) (n int) {
		for i := range uint64(reports) {
			rp, rl := triage(2*i+1, 0, 2000, 0, 0)
			p, l := triage(2*i+2, 100_000, 2000, 0, 0)
			r := run(t, Files{Predictions: write(t, "p.csv", withLabels(p, l)), Reference: write(t, "r.csv", withLabels(rp, rl))}, &c)
			if r.Decision == Breach {
				n++
			}
		}
		return n
	}
	held, plain := breaches(Config{Estimator: "cbpe"}), breaches(Config{Estimator: "cbpe", Thresholds: "3sd"})
	t.Logf("of %d reports in which nothing changed %d broke a limit; %d with three standard deviations", reports, held, plain)
	if held > 5 { // one is expected; five is far out
		t.Errorf("%d of %d reports broke a limit while nothing changed", held, reports)
	}
	if plain < held {
		t.Errorf("three standard deviations are stricter: %d against %d", plain, held)
	}
}
