package behaviour

import (
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// TestAnEstimatorIsHeldAgainstOutcomes: estimates that outcomes bear out are believed;
// when outcomes stop following the inputs, they no longer are.
func TestAnEstimatorIsHeldAgainstOutcomes(t *testing.T) {
	s, w := newSite(t), newWard(21)
	w.label = true
	var last map[string]*check.Judgement
	told := func(n int) {
		d := w.day(t, t0.AddDate(0, 0, n), uint64(n+1))
		last = s.see(d.To, &kind.InferenceLabelledV1{Model: "chest", Service: "triage", Version: "2.1", From: d.From, To: d.To, Labels: d.Rows,
			Estimates: []kind.InferenceMeasure{{Name: "auroc", Value: 0.935, Low: 0.9, High: 0.97, N: d.Rows, Method: "cbpe"}}}, s.blobs.window(t, d))
	}
	const item = "performance/trust in the estimate of auroc"
	told(0)
	want(t, last, item, wardround.Unknown)
	for n := 1; n < 20; n++ {
		told(n)
	}
	want(t, last, item, wardround.Pass)
	w.wrong = 0.4
	for n := 20; n < 30; n++ {
		told(n)
	}
	want(t, last, item, wardround.Fail)
}
