package behaviour

import (
	"bytes"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// followAll is a plan that follows everything, by every detector.
const followAll = `plan: 1
model: {product: chest}
outputs: [{name: score, type: number, operating_points: [{name: flag, threshold: 0.5}]}]
budget: {alarms_per_year: 2000, season: none}
watch:
  - {id: a, kind: stream, of: volume, every: 1h}
  - {id: b, kind: stream, of: override, test: cusum, every: 1h}
  - {id: c, kind: stream, of: missing, column: "*", test: ewma, every: 1h}
  - {id: d, kind: stream, of: mean, column: "*", test: page-hinkley, every: 1h}
  - {id: e, kind: stream, of: mean, column: "*", test: adwin, every: 1h}
  - {id: f, kind: stream, of: mean, column: "*", test: kswin, every: 1h}
  - {id: g, kind: stream, of: positive, column: score, operating_point: flag, test: e-process, every: 1h}
  - {id: h, kind: stream, of: estimate, metric: auroc, every: 1h}
  - {id: i, kind: stream, of: performance, metric: auroc, every: 1h}
  - {id: j, kind: stream, of: rank, column: outputs, test: e-process, every: 1h}
  - {id: k, kind: estimate, metric: auroc, at_least: 0.5, every: 1h}
`

// FuzzWindow: whatever a sensor hands over as a window, a reference or outcomes, nothing
// panics, and what is kept can be written down.
func FuzzWindow(f *testing.F) {
	w := newWard(1)
	w.rows, w.label = 40, true
	var good bytes.Buffer
	day := w.day(f, t0, 1)
	day.Schema = day.Digest()
	if err := day.Encode(&good); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes(), good.Bytes(), int64(40), int64(3), 0.5)
	f.Add([]byte("x"), good.Bytes(), int64(-1), int64(1)<<62, -1.0)
	f.Fuzz(func(t *testing.T, ref, cur []byte, rows, part int64, share float64) {
		if _, err := sketch.Decode(bytes.NewReader(cur), sketch.Limits{}); err != nil && len(cur) > 1000 {
			t.Skip() // the decoder has a target of its own
		}
		blobs := shelf{}
		fold := New(Options{Scope: scope, Origin: wardround.Replay, Blobs: blobs})
		if err := fold.Assets(nil, nil, t0); err != nil {
			t.Fatal(err)
		}
		var o obs
		at := t0
		for _, x := range []struct {
			fields any
			blob   []byte
		}{
			{&kind.ModelReceivedV1{Product: "chest", Document: "reference", File: "r"}, ref},
			{&kind.ModelReceivedV1{Product: "chest", Document: "plan", File: "p"}, []byte(followAll)},
			{&kind.InferenceWindowV1{Model: "chest", From: t0, To: t0.Add(time.Duration(rows)), Rows: rows, Units: part, Looked: rows, Outliers: part, Echoed: part, Squeezed: part,
				Oversight: &kind.InferenceOversight{Shown: rows, Accepted: part, Overridden: rows, Wrong: part, WrongAccepted: rows, Decide50: part},
				Clients:   []kind.InferenceClient{{Queries: rows, Near: part, Coverage: share, Entropy: share, Steps: part}},
				Estimates: []kind.InferenceMeasure{{Name: "auroc", Value: share, Low: -share, High: 1 / share, N: part}},
				Prompts:   &kind.InferencePrompts{Seen: rows, Matched: part, Answered: part}}, cur},
			{&kind.InferenceWindowV1{Model: "chest", From: t0.Add(time.Hour), To: t0.Add(3 * time.Hour), Rows: part, Oversight: &kind.InferenceOversight{Shown: 900, Accepted: rows, Overridden: part},
				Estimates: []kind.InferenceMeasure{{Name: "auroc", Value: 1 / share, Low: -1 / share, High: 1 / share, N: rows}}}, cur},
			{&kind.InferenceWindowV1{Model: "chest", From: t0.Add(3 * time.Hour), To: t0.Add(9 * time.Hour), Rows: part}, ref},
			{&kind.InferenceWindowV1{Model: "chest", From: t0.Add(9 * time.Hour), To: t0.Add(90 * time.Hour), Rows: part}, cur},
			{&kind.InferenceLabelledV1{Model: "chest", From: t0, To: t0, Labels: rows, Unmatched: part, TooLate: rows, Contrary: part}, cur},
			{&kind.ModelProbedV1{Product: "chest", Version: "1", Probe: "robustness", Measures: []kind.ModelResult{{Name: "a", Value: share, Limit: 1 / share, State: "fail"}}}, nil},
		} {
			var b *wardround.Blob
			if x.blob != nil {
				b = blobs.put(x.blob)
			}
			at = at.Add(time.Hour)
			if err := fold.Fold(o.of(at, x.fields, b)); err != nil {
				t.Fatal(err)
			}
			if err := fold.Assets(nil, nil, at); err != nil {
				t.Fatal(err)
			}
			fold.Flush(&wardround.Commit{})
			fold.Committed(o.seq)
		}
	})
}
