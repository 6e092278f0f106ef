package sketch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// ward is a window over rows first to last of a stream that seed fixes, as one shard
// would build it.
func ward(t testing.TB, first, last int, shard uint64) *Window {
	t.Helper()
	r := rand.New(rand.NewPCG(77, 1))
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	w := &Window{Model: "sepsis", Release: "2.1", Service: "icu", From: from, To: from.Add(time.Hour), Units: NewHLL()}
	column := func(name string, typ Type, role Role, group string) *Column {
		c, err := NewColumn(name, typ, role, group, Options{K: 64, Seed: shard, Categories: 16, Edges: edgesOf(typ)})
		if err != nil {
			t.Fatal(err)
		}
		w.Columns = append(w.Columns, c)
		return c
	}
	lactate, site := column("lactate", Number, Feature, ""), column("site", Category, Feature, "")
	lactate.Unit = "mmol/L"
	female := column("lactate", Number, Feature, "sex=F")
	female.Unit = "mmol/L"
	vent, score := column("ventilated", Bool, Feature, ""), column("score", Number, Output, "")
	table, err := NewOutcome("score", "", 50, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.Outcomes = []*Outcome{table}
	for i := range last {
		x, s, place, unit, sex := math.Exp(r.NormFloat64()), r.Float64(), int(r.ExpFloat64()*8), r.IntN(500), r.IntN(2)
		label := r.Float64() < s
		if i < first {
			continue
		}
		w.Rows++
		w.Units.Add(fmt.Sprint("1:", unit))
		switch {
		case i%50 == 0:
			lactate.AddMissing(1)
		case i%51 == 0:
			lactate.AddNumber(math.NaN())
		case i%53 == 0:
			lactate.AddNumber(math.Inf(1))
		default:
			lactate.AddNumber(x)
		}
		if sex == 0 {
			female.AddNumber(x)
		}
		site.AddText(fmt.Sprint("ward ", place), 1)
		vent.AddText(fmt.Sprint(i%3 == 0), 1)
		score.AddNumber(s)
		table.Add(s, label)
	}
	w.RowsPerUnit.Add(float64(w.Rows) / 500)
	w.Schema = w.Digest()
	return w
}

func edgesOf(t Type) []float64 {
	if t == Number {
		return []float64{0, .5, 1, 2, 4}
	}
	return nil
}

func encoded(t testing.TB, w *Window) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMergedShardsAreOnePass(t *testing.T) {
	const n = 20_000
	whole := ward(t, 0, n, 99)
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 1, 0, 2}} {
		var got *Window
		for _, p := range order {
			part := ward(t, p*n/4, (p+1)*n/4, uint64(p))
			if got == nil {
				got = part
			} else if err := got.Merge(part); err != nil {
				t.Fatal(err)
			}
		}
		if got.Rows != whole.Rows || got.Units.Estimate() != whole.Units.Estimate() || got.Schema != whole.Schema {
			t.Errorf("rows %d of %d, units %d of %d", got.Rows, whole.Rows, got.Units.Estimate(), whole.Units.Estimate())
		}
		for _, want := range whole.Columns {
			c := got.Column(want.Name, want.Group)
			if c == nil || c.N != want.N || c.Missing != want.Missing || c.Invalid != want.Invalid || c.PosInf != want.PosInf || c.Rows() != want.Rows() {
				t.Fatalf("%s: %+v, want %+v", want.Name, c, want)
			}
			if want.Type.Numeric() {
				near(t, "mean", c.Moments.Mean, want.Moments.Mean, 1e-12)
				near(t, "variance", c.Moments.Variance(), want.Moments.Variance(), 1e-12)
				near(t, "skewness", c.Moments.Skewness(), want.Moments.Skewness(), 1e-10)
				near(t, "kurtosis", c.Moments.Kurtosis(), want.Moments.Kurtosis(), 1e-10)
				if fmt.Sprint(c.Bins) != fmt.Sprint(want.Bins) || fmt.Sprint(c.Display.Bars()) != fmt.Sprint(want.Display.Bars()) {
					t.Errorf("%s: histograms differ", want.Name)
				}
				for x := 0.1; x < 4; x += .1 {
					_, a, _ := c.Ranks.CDF(x)
					_, b, _ := want.Ranks.CDF(x)
					if math.Abs(a-b) > c.Ranks.RankError(.999)+want.Ranks.RankError(.999) {
						t.Errorf("%s: CDF(%g) is %g merged and %g in one pass", want.Name, x, a, b)
					}
				}
			} else if c.Distinct.Estimate() != want.Distinct.Estimate() {
				t.Errorf("%s: %d and %d different values", want.Name, c.Distinct.Estimate(), want.Distinct.Estimate())
			}
		}
		if a, b := got.Outcomes[0], whole.Outcomes[0]; fmt.Sprint(a.Pos, a.Neg) != fmt.Sprint(b.Pos, b.Neg) || math.Abs(a.Brier()-b.Brier()) > 1e-12 {
			t.Error("outcome tables differ")
		}
	}
}

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if math.Abs(got-want) > rel*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: %.17g, want %.17g", what, got, want)
	}
}

func TestEncodingIsCanonical(t *testing.T) {
	w := ward(t, 0, 5000, 1)
	a := encoded(t, w)
	back, err := Decode(bytes.NewReader(a), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if b := encoded(t, back); !bytes.Equal(a, b) {
		t.Error("decoding and encoding changes the bytes")
	}
	// The same content in another order of columns.
	w.Columns[0], w.Columns[3] = w.Columns[3], w.Columns[0]
	if b := encoded(t, w); !bytes.Equal(a, b) {
		t.Error("the order of columns changes the bytes")
	}
	if b := encoded(t, ward(t, 0, 5000, 1)); !bytes.Equal(a, b) {
		t.Error("building again changes the bytes")
	}
	// What was read goes on as what was not written: replay is byte-equal.
	more := ward(t, 5000, 9000, 2)
	must(t, back.Merge(more))
	must(t, w.Merge(more))
	if !bytes.Equal(encoded(t, back), encoded(t, w)) {
		t.Error("a window read again merges to other bytes")
	}
	for _, x := range []float64{1, 2, 3} {
		for i := range 500 {
			back.Column("lactate", "").AddNumber(x * float64(i))
			w.Column("lactate", "").AddNumber(x * float64(i))
			back.Column("site", "").AddText(fmt.Sprint("new ", i%40), 1)
			w.Column("site", "").AddText(fmt.Sprint("new ", i%40), 1)
		}
	}
	if !bytes.Equal(encoded(t, back), encoded(t, w)) {
		t.Error("a window read again takes values to other bytes")
	}
	if a[4] != Version || !IsSketch(a) {
		t.Error("no version after the magic")
	}
}

func TestDistinctCountsHaveOneEncoding(t *testing.T) {
	for _, n := range []int{0, 1, 100, 5000, 60_000} {
		var first []byte
		for seed := range uint64(4) {
			perm := rand.New(rand.NewPCG(seed, 1)).Perm(n)
			parts := []*HLL{NewHLL(), NewHLL(), NewHLL()}
			for i, p := range perm {
				parts[i%(1+int(seed)%3)].Add(fmt.Sprint(p))
				if i%1000 == 0 {
					parts[0].Estimate()
				}
			}
			parts[1].Merge(parts[2])
			parts[0].Merge(parts[1])
			if e := parts[0].Estimate(); math.Abs(float64(e)-float64(n)) > 0.03*float64(n) {
				t.Errorf("%d values are estimated as %d", n, e)
			}
			b := parts[0].bytes()
			if first == nil {
				first = b
			} else if !bytes.Equal(first, b) {
				t.Errorf("%d values in another order and other parts have another encoding (%d and %d bytes)", n, len(first), len(b))
			}
		}
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(w *Window)
		want   string
	}{
		{"model", func(w *Window) { w.Model = "x" }, `one is of model "sepsis", one of "x"`},
		{"version", func(w *Window) { w.Version = 2 }, "one is of version 1, one of 2"},
		{"units", func(w *Window) { w.Units = nil }, "units are told on one side only"},
		{"unit", func(w *Window) { w.Column("lactate", "").Unit = "mg/dL" }, `has the unit "mmol/L" here and "mg/dL" there`},
		{"k", func(w *Window) { w.Column("score", "").Ranks = NewKLL(65, 1) }, "quantile sketches of k 64 and k 65 do not merge"},
		{"type", func(w *Window) { w.Column("score", "").Type = Time }, "is of type number here and time there"},
		{"role", func(w *Window) { w.Column("score", "").Role = Feature }, "is a output here"},
		{"bins", func(w *Window) { w.Outcomes[0], _ = NewOutcome("score", "", 20, 0, 1) }, "has 50 bins here and 20 there"},
		{"edges", func(w *Window) { w.Column("score", "").Bins, _ = NewHistogram([]float64{0, 1}) }, "histograms of different edges"},
		{"categories", func(w *Window) { w.Column("site", "").Top = NewHeavy(17) }, "holds 16 categories here and 17 there"},
		{"schema", func(w *Window) { w.Columns = w.Columns[1:] }, "column lactate is on one side only"},
		{"display", func(w *Window) { w.Column("score", "").Display = nil }, "on one side only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, b := ward(t, 0, 300, 1), ward(t, 300, 600, 2)
			c.change(b)
			before := encoded(t, a)
			err := a.Merge(b)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant %s", err, c.want)
			}
			if !bytes.Equal(before, encoded(t, a)) {
				t.Error("a refused merge has changed the window")
			}
		})
	}
}

func TestAGroupOfOneSideIsTaken(t *testing.T) {
	a, b := ward(t, 0, 300, 1), ward(t, 300, 600, 2)
	for i, c := range a.Columns {
		if c.Group != "" {
			a.Columns = append(a.Columns[:i], a.Columns[i+1:]...)
			break
		}
	}
	b.Service, b.From = "er", b.From.Add(-time.Hour)
	must(t, a.Merge(b))
	c := a.Column("lactate", "sex=F")
	if c == nil || c.N == 0 || a.Service != "" || !a.From.Equal(b.From) {
		t.Errorf("%+v", a)
	}
	c.AddNumber(1)
	if b.Column("lactate", "sex=F").N == c.N {
		t.Error("the group is shared with the other window")
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	good := encoded(t, ward(t, 0, 2000, 1))
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"empty", nil, "this is no sketch file"},
		{"text", []byte("a,b\n1,2\n"), "this is no sketch file"},
		{"another version", append([]byte("WRSK\x07"), good[5:]...), "the file is of version 7; this program reads version 1"},
		{"cut", good[:len(good)/2], "cut or damaged"},
		{"short", good[:6], "ends too early"},
		{"a bit turned", flipped(good, len(good)/3), "cut or damaged"},
	} {
		if _, err := Decode(bytes.NewReader(c.b), Limits{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := Decode(bytes.NewReader(good), Limits{Bytes: 100}); err == nil || !strings.Contains(err.Error(), "limit of 100 bytes") {
		t.Errorf("too large: %v", err)
	}
	if _, err := Decode(bytes.NewReader(good), Limits{Columns: 2}); err == nil || !strings.Contains(err.Error(), "5 columns") {
		t.Errorf("too many columns: %v", err)
	}
	bad := ward(t, 0, 10, 1)
	bad.Columns = append(bad.Columns, bad.Columns[0])
	if err := bad.Encode(&bytes.Buffer{}); err == nil {
		t.Error("a column that is there twice was written")
	}
	bad = ward(t, 0, 10, 1)
	bad.Model = strings.Repeat("x", 2000)
	if err := bad.Encode(&bytes.Buffer{}); err == nil {
		t.Error("a name of 2,000 bytes was written")
	}
}

func flipped(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 4
	return c
}

// sealed gives bytes that were changed a check that fits, so that what is behind it
// is tried.
func sealed(b []byte) []byte {
	if len(b) < 5+checkLen {
		return b
	}
	c := bytes.Clone(b[:len(b)-checkLen])
	return append(c, check(c)...)
}

func FuzzDecode(f *testing.F) {
	for _, n := range []int{0, 3, 700} {
		f.Add(encoded(f, ward(f, 0, n, 1)))
	}
	f.Add(binary.AppendUvarint([]byte("WRSK\x01"), 1<<40))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = sealed(b)
		w, err := Decode(bytes.NewReader(b), Limits{Bytes: 1 << 20, Columns: 100})
		if err != nil {
			return
		}
		if again := encoded(t, w); !bytes.Equal(again, b) {
			t.Fatal("what was read is written otherwise")
		}
		// What was read can be asked, added to and merged.
		for _, c := range w.Columns {
			if c.Type.Numeric() {
				c.Ranks.CDF(1)
				c.Ranks.Quantile(.5)
				c.Ranks.Support()
				c.AddNumbers([]float64{1, 2, math.Inf(1)}, nil)
				if c.Display != nil {
					c.Display.Bars()
				}
			} else {
				c.Top.Top(10)
				c.AddText("x", 1)
			}
		}
		other, err := Decode(bytes.NewReader(b), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		_ = other.Merge(w)
	})
}

func TestRowsTogether(t *testing.T) {
	for _, c := range []struct {
		rows []float64
		want float64
	}{{nil, 1}, {[]float64{1, 1, 1}, 1}, {[]float64{5, 5}, 5}, {[]float64{1, 99}, 98.02}, {[]float64{1, 1, 1, 7}, 5.2}} {
		w := &Window{}
		sum := 0.0
		for _, n := range c.rows { // Σm²/Σm
			w.RowsPerUnit.Add(n)
			w.Rows += int64(n)
			sum += n * n
		}
		if got := w.RowsTogether(); math.Abs(got-c.want) > 1e-9 || w.Rows > 0 && math.Abs(got-sum/float64(w.Rows)) > 1e-9 {
			t.Errorf("units of %v rows: %v, want %v", c.rows, got, c.want)
		}
	}
	w := &Window{Rows: 100, Units: NewHLL()} // the sizes of its units are not told
	w.Units.Add("one")
	if got := w.RowsTogether(); got != 100 {
		t.Errorf("a hundred rows of one unit: %v", got)
	}
}
