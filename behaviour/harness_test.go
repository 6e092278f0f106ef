package behaviour

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

var t0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// shelf is blobs in memory.
type shelf map[string][]byte

func (s shelf) Open(digest string) (io.ReadCloser, error) {
	b, ok := s[digest]
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "blob", "no blob %s", digest)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (s shelf) put(b []byte) *wardround.Blob {
	h := sha256.Sum256(b)
	d := "sha256:" + hex.EncodeToString(h[:])
	s[d] = b
	return &wardround.Blob{Digest: d, Size: int64(len(b)), Type: "application/octet-stream"}
}

func (s shelf) window(t testing.TB, w *sketch.Window) *wardround.Blob {
	t.Helper()
	w.Schema = w.Digest()
	var buf bytes.Buffer
	if err := w.Encode(&buf); err != nil {
		t.Fatal(err)
	}
	return s.put(buf.Bytes())
}

// ward makes patients' scans: kVp around 120, age around 60, a score that follows both,
// from the scanners CT_3 and CT_4.
type ward struct {
	rnd     *rand.Rand
	rows    int                  // patients of a day
	kvp     func(ct int) float64 // added to the tube voltage
	missing float64              // share of ages that are not there
	scale   float64              // of age: another unit
	wrong   float64              // share of outcomes that are turned
	label   bool                 // outcomes are known
}

func newWard(seed uint64) *ward {
	return &ward{rnd: rand.New(rand.NewPCG(seed, 1)), rows: 400, kvp: func(int) float64 { return 0 }, scale: 1}
}

func (w *ward) day(t testing.TB, from time.Time, seed uint64) *sketch.Window {
	t.Helper()
	out := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.Add(24 * time.Hour), Units: sketch.NewHLL()}
	columns := map[string]*sketch.Column{}
	col := func(name string, typ sketch.Type, role sketch.Role, group string) *sketch.Column {
		k := name + "|" + group
		if columns[k] == nil {
			c, err := sketch.NewColumn(name, typ, role, group, sketch.Options{Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			columns[k] = c
			out.Columns = append(out.Columns, c)
		}
		return columns[k]
	}
	outcome, err := sketch.NewOutcome("score", "", 100, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.rows {
		ct := 3 + i%2
		kvp := 120 + 8*w.rnd.NormFloat64() + w.kvp(ct)
		age := 60 + 15*w.rnd.NormFloat64()
		sick := w.rnd.Float64() < 0.3
		score := 1 / (1 + math.Exp(-(-1.2 + 1.5*b2f(sick)*2 - 0.6 + 1.2*w.rnd.NormFloat64())))
		sex := []string{"F", "M"}[w.rnd.IntN(2)]
		for _, g := range []string{"", fmt.Sprintf("source=CT_%d", ct)} {
			col("kvp", sketch.Number, sketch.Feature, g).AddNumber(kvp)
			if w.rnd.Float64() < w.missing {
				col("age", sketch.Number, sketch.Feature, g).AddMissing(1)
			} else {
				col("age", sketch.Number, sketch.Feature, g).AddNumber(age * w.scale)
			}
			col("sex", sketch.Category, sketch.Feature, g).AddText(sex, 1)
			col("score", sketch.Number, sketch.Output, g).AddNumber(score)
		}
		if w.label {
			if w.rnd.Float64() < w.wrong {
				sick = !sick
			}
			outcome.Add(score, sick)
		}
		out.Units.Add(fmt.Sprint(from.Unix(), i))
		out.Rows++
	}
	if w.label {
		out.Outcomes = []*sketch.Outcome{outcome}
	}
	out.RowsPerUnit.Add(1)
	return out
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// obs makes observations with the numbers of a log.
type obs struct{ seq uint64 }

func (o *obs) of(at time.Time, fields any, blob *wardround.Blob) *wardround.Observation {
	o.seq++
	return &wardround.Observation{Seq: o.seq, Kind: string(kind.Of(fields).Name), Version: 1, Sensor: "edge", Input: "x", Position: o.seq, At: at, Origin: wardround.Replay, Fields: fields, Blob: blob}
}

func windowOf(w *sketch.Window, version string) *kind.InferenceWindowV1 {
	return &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: version, Maker: "Maker", Product: "Chest Triage", From: w.From, To: w.To, Rows: w.Rows, Units: w.EffectiveUnits(), Schema: w.Schema,
		Sources: []kind.InferenceSource{{Name: "CT_3", Type: kind.IDAETitle, Rows: w.Rows / 2}, {Name: "CT_4", Type: kind.IDAETitle, Rows: w.Rows / 2}}}
}
