package picture

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/stat/sketch"
)

// shelf is blobs in memory.
type shelf map[string][]byte

func (s shelf) Open(digest string) (io.ReadCloser, error) {
	b, ok := s[digest]
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "blob", "no blob %s", digest)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (s shelf) window(t *testing.T, name string, shift float64) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(3, 4))
	w := &sketch.Window{Version: sketch.Version, Model: "chest", From: time.Unix(0, 0).UTC(), To: time.Unix(86400, 0).UTC(), Units: sketch.NewHLL()}
	for _, c := range []struct {
		name string
		typ  sketch.Type
	}{{"kvp", sketch.Number}, {"sex", sketch.Category}} {
		col, err := sketch.NewColumn(c.name, c.typ, sketch.Feature, "", sketch.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		w.Columns = append(w.Columns, col)
	}
	for range 4000 {
		w.Columns[0].AddNumber(120 + 8*rnd.NormFloat64() + shift)
		w.Columns[1].AddText([]string{"F", "M"}[rnd.IntN(2)], 1)
		w.Rows++
	}
	w.Schema = w.Digest()
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		t.Fatal(err)
	}
	s[name] = b.Bytes()
}

// Two versions were made on other data: the column that moved comes first, with a
// distance whose interval holds the true one; what cannot be read is told.
func TestCompareTellsWhatMoved(t *testing.T) {
	s := shelf{}
	s.window(t, "a", 0)
	s.window(t, "b", 8) // one standard deviation: D is 2Φ(1/2)-1
	s["broken"] = []byte("not a sketch")
	m := New(behaviour.New(behaviour.Options{Blobs: s}), s)
	c, err := m.Compare(Version{Name: "1", Reference: "a"}, Version{Name: "2", Reference: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Columns) != 2 || c.Columns[0].Column != "kvp" || !c.ColumnsKnown {
		t.Fatalf("%+v", c.Columns)
	}
	truth := math.Erf(0.5 / math.Sqrt2)
	if d := c.Columns[0].Distance; d == nil || d.Low > truth+0.02 || d.High < truth-0.02 || d.Low >= d.High {
		t.Errorf("distance %+v, true %.3f", d, truth)
	}
	if d := c.Columns[1].Distance; d == nil || d.Name != "total-variation" || d.Value > 0.05 {
		t.Errorf("sex: %+v", d)
	}
	if c, err = m.Compare(Version{Reference: "a"}, Version{Reference: "broken", Card: "gone"}); err != nil || c.ColumnsKnown || len(c.Problems) != 2 {
		t.Errorf("%v %+v", err, c)
	}
}

// Both sides are drawn at the same values, and what is drawn can be written as JSON.
func TestADistributionCarriesItsError(t *testing.T) {
	s := shelf{}
	s.window(t, "a", 0)
	s.window(t, "b", 8)
	m := New(behaviour.New(behaviour.Options{Blobs: s}), s)
	a, _ := m.window("a")
	b, _ := m.window("b")
	out := &Column{Reference: distribution(a, a.Column("kvp", ""), 1), Now: distribution(b, b.Column("kvp", ""), 1)}
	share(out, a.Column("kvp", ""), b.Column("kvp", ""))
	if len(out.Reference.CDF) != gridPoints || len(out.Now.CDF) != gridPoints {
		t.Fatalf("%d and %d points", len(out.Reference.CDF), len(out.Now.CDF))
	}
	wide := 0
	for i, p := range out.Now.CDF {
		if p.X != out.Reference.CDF[i].X {
			t.Fatal("other values")
		}
		if p.Low > p.Share || p.Share > p.High {
			t.Fatalf("%+v", p)
		}
		if p.High > p.Low {
			wide++
		}
	}
	if wide < gridPoints/2 {
		t.Errorf("only %d points have an error; the sketch is not exact", wide)
	}
	sum := 0.0
	for _, x := range out.Now.Bins {
		sum += x.Share
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("the bins hold %v of the rows", sum)
	}
	if _, err := json.Marshal(out); err != nil {
		t.Error(err)
	}
}

// An item is a column, a group and a part; names with brackets stay whole.
func TestHeatNamesWhatARowIsOf(t *testing.T) {
	day := func(n int) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }
	d := &behaviour.Detail{
		Judgements: []check.Judgement{{Topic: "drift", Item: "dose [mg]", Facts: wardround.Facts{"column": "dose [mg]"}}},
		Lines:      []behaviour.Line{{}, {Part: "inputs"}},
		Series: []behaviour.Series{
			{Topic: "drift", Item: "age [sex=F] of inputs", Points: []behaviour.Point{{To: day(1), State: wardround.Pass}}},
			{Topic: "drift", Item: "dose [mg]", Points: []behaviour.Point{{To: day(2), State: wardround.Fail, Effect: 0.3}}},
			{Topic: "performance", Item: "score", Points: []behaviour.Point{{To: day(2)}}},
		},
	}
	h := HeatOf(d, "", 1)
	if h.More != 1 || len(h.Times) != 2 || h.Rows[0].Column != "dose [mg]" || h.Rows[0].Group != "" || h.Rows[0].Cells[0].Time != 1 {
		t.Errorf("%+v", h)
	}
	if r := HeatOf(d, "", 0).Rows[1]; r.Column != "age" || r.Group != "sex=F" || r.Part != "inputs" {
		t.Errorf("%+v", r)
	}
}

// FuzzDocument: whatever lies in the store, a page gets a document or a refusal.
func FuzzDocument(f *testing.F) {
	f.Add("card", []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"machine-learning-model","name":"m"}]}`))
	f.Add("plan", []byte("plan: 1\nname: x\n"))
	f.Add("scan", []byte(`{"verdict":"malicious","trail":[{"op":"REDUCE"}]}`))
	f.Add("reference", []byte("WSK"))
	f.Fuzz(func(t *testing.T, kind string, b []byte) {
		m := New(behaviour.New(behaviour.Options{Blobs: shelf{"x": b}}), shelf{"x": b})
		d, err := m.Document(kind, "x")
		if err != nil {
			if wardround.ErrorCode(err) != wardround.EInvalid {
				t.Fatal(err)
			}
			return
		}
		if _, err := json.Marshal(d); err != nil {
			t.Fatal(err)
		}
	})
}
