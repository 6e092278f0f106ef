package drift

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// ward is a made-up intake of patients; what a case changes stands in its fields.
type ward struct {
	n                         int
	older, glucose, miss, bad float64
	gone, extra               string
	sex                       []string
	ct2                       float64 // added to kvp of scanner CT_2
}

var usual = ward{n: 1200, glucose: 1, miss: 0.02, sex: []string{"F", "M"}}

func (w ward) write(t testing.TB, name string, seed uint64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	names := []string{"row", "patient", "age", "glucose", "kvp", "sex", "scanner", "bmi", "when"}
	if w.extra != "" {
		names = append(names, w.extra)
	}
	var b strings.Builder
	for i := -1; i < w.n; i++ {
		scanner := []string{"CT_1", "CT_2"}[r.IntN(2)]
		kvp := 110 + 8*r.NormFloat64()
		if scanner == "CT_2" {
			kvp += w.ct2
		}
		cell := map[string]string{
			"row": fmt.Sprint(i), "patient": fmt.Sprintf("P%09d", r.IntN(1e9)), "age": fmt.Sprintf("%.2f", 60+w.older+12*r.NormFloat64()),
			"glucose": fmt.Sprintf("%.4f", (5.5+r.NormFloat64()*0.9)*w.glucose), "kvp": fmt.Sprintf("%.3f", kvp), "sex": w.sex[r.IntN(len(w.sex))],
			"scanner": scanner, "bmi": fmt.Sprintf("%.3f", 27+4*r.NormFloat64()), "when": fmt.Sprintf("2026-03-%02dT%02d:00:00Z", 1+i/24%28, (i+24)%24),
		}
		if r.Float64() < w.miss {
			cell["bmi"] = ""
		}
		if r.Float64() < w.bad {
			cell["glucose"] = "high"
		}
		first := true
		for _, n := range names {
			if n == w.gone {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			switch {
			case i < 0:
				b.WriteString(n)
			case cell[n] == "" && n == w.extra:
				b.WriteString("1")
			default:
				b.WriteString(cell[n])
			}
		}
		b.WriteByte('\n')
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t testing.TB, a, b string, cfg Config) *Report {
	t.Helper()
	r, err := Files(context.Background(), a, b, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Report) of(name string) *Column {
	for i := range r.Columns {
		if c := &r.Columns[i]; c.Name == name && c.Group == "" {
			return c
		}
	}
	return &Column{Reason: "no such column"}
}

func (r *Report) kinds() string {
	var k []string
	for _, s := range r.Shift {
		k = append(k, s.Kind)
	}
	return strings.Join(k, " ")
}

func (c *Column) has(kind string) bool {
	for _, q := range c.Quality {
		if q.Kind == kind {
			return true
		}
	}
	return false
}

func TestCases(t *testing.T) {
	change := func(f func(w *ward)) ward { w := usual; f(&w); return w }
	for name, c := range map[string]struct {
		now      ward
		cfg      Config
		decision Decision
		column   string // that decides
		want     Decision
		quality  string
		kinds    string
	}{
		"as usual":            {now: usual, decision: OK, column: "age", want: OK},
		"older by 0.4 sd":     {now: change(func(w *ward) { w.older = 5 }), decision: Drift, column: "age", want: Drift, kinds: "covariate"},
		"a day older":         {now: change(func(w *ward) { w.older = 0.003 }), decision: OK, column: "age", want: OK},
		"mg/dl":               {now: change(func(w *ward) { w.glucose = 18.016 }), decision: Drift, column: "glucose", want: Drift, quality: "unit", kinds: "data-quality"},
		"a thousandth":        {now: change(func(w *ward) { w.glucose = 0.001 }), decision: Drift, column: "glucose", want: Drift, quality: "unit", kinds: "data-quality"},
		"a third higher":      {now: change(func(w *ward) { w.glucose = 1.33 }), decision: Drift, column: "glucose", want: Drift, kinds: "covariate"},
		"half of bmi missing": {now: change(func(w *ward) { w.miss = 0.5 }), decision: Drift, column: "bmi", want: Drift, quality: "missing", kinds: "data-quality"},
		"all of bmi missing":  {now: change(func(w *ward) { w.miss = 1 }), decision: Drift, column: "bmi", want: Drift, quality: "missing", kinds: "data-quality"},
		"a tenth unreadable":  {now: change(func(w *ward) { w.bad = 0.1 }), decision: Drift, column: "glucose", want: Drift, quality: "invalid", kinds: "data-quality"},
		"a new category":      {now: change(func(w *ward) { w.sex = []string{"F", "M", "F", "M", "U"} }), decision: Drift, column: "sex", want: Drift, quality: "categories", kinds: "covariate"},
		"a column gone":       {now: change(func(w *ward) { w.gone = "kvp" }), decision: Unknown, column: "kvp", want: Unknown, kinds: "data-quality"},
		"a column more":       {now: change(func(w *ward) { w.extra = "dose" }), decision: OK, column: "dose", want: Unknown},
		"forty rows":          {now: change(func(w *ward) { w.n = 40 }), decision: Unknown, column: "age", want: Unknown},
		"one row":             {now: change(func(w *ward) { w.n = 1 }), decision: Unknown, column: "age", want: Unknown},
		"one scanner":         {now: change(func(w *ward) { w.ct2 = 20 }), cfg: Config{Source: "scanner"}, decision: Drift, column: "kvp", want: Drift, kinds: "source covariate"},
		"left out by config":  {now: change(func(w *ward) { w.older = 9 }), cfg: Config{Ignore: []string{"age"}}, decision: OK, column: "bmi", want: OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, usual.write(t, "reference.csv", 1), c.now.write(t, "current.csv", 2), c.cfg)
			col := r.of(c.column)
			if r.Decision != c.decision || col.Decision != c.want {
				t.Errorf("%s (%s); %s is %s (%s)", r.Decision, r.Reason, c.column, col.Decision, col.Reason)
			}
			if c.quality != "" && !col.has(c.quality) {
				t.Errorf("%s: no remark on %s: %+v", c.column, c.quality, col.Quality)
			}
			if c.decision != Unknown && c.now.gone == "" && r.kinds() != c.kinds {
				t.Errorf("kinds %q, want %q: %+v", r.kinds(), c.kinds, r.Shift)
			}
			for _, id := range []string{"row", "patient"} {
				if x := r.of(id); x.Type != "identifier" && x.N > 0 && c.now.n > 50 {
					t.Errorf("%s: %s %s", id, x.Type, x.Reason)
				}
			}
			if col.Decision == Unknown && col.Reason == "" {
				t.Error("unknown without a reason")
			}
			b, err := json.Marshal(r)
			if err != nil || !json.Valid(b) {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := r.WriteTable(&out); err != nil || !strings.Contains(out.String(), c.column) {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
}

// Every test on every type that takes it: silent when nothing moved, loud when much did.
func TestEveryTest(t *testing.T) {
	ref, null := usual.write(t, "reference.csv", 3), usual.write(t, "null.csv", 4)
	w := usual
	w.older, w.sex = 15, []string{"F", "M", "M", "M"}
	moved := w.write(t, "moved.csv", 5)
	try := func(column, test string) {
		t.Run(column+" "+test, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Columns: map[string]ColumnConfig{column: {Test: test}}, Rounds: 199, Multivariate: MultivariateConfig{Method: "none"}}
			if c := run(t, ref, null, cfg).of(column); c.Decision != OK || c.Test != test {
				t.Errorf("null: %s %s: %s", c.Test, c.Decision, c.Reason)
			}
			if c := run(t, ref, moved, cfg).of(column); c.Decision != Drift || c.Test != test {
				t.Errorf("moved: %s %s: %s %+v", c.Test, c.Decision, c.Reason, c)
			}
		})
	}
	for _, test := range numberTests {
		try("age", test)
	}
	for _, test := range categoryTests {
		try("sex", test)
	}
}

// A value that comes again and again, few rows against many: midranks of the one that stands for "below detection" alone would
// alarm each time. What moved is found.
func TestTiesOfUnequalFiles(t *testing.T) {
	write := func(name string, n int, by float64, seed uint64) string {
		r := rand.New(rand.NewPCG(seed, 13))
		var b strings.Builder
		b.WriteString("troponin,potassium\n")
		for range n {
			x := r.NormFloat64() + by
			if r.IntN(30) == 0 {
				x = 1.5
			}
			fmt.Fprintf(&b, "%.9f,%.1f\n", x, 4.2+0.5*(r.NormFloat64()+by))
		}
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	cfg := Config{Tests: map[string]string{"number": "cramer-von-mises"}, Rounds: 199, Multivariate: MultivariateConfig{Method: "none"}}
	ref, null, moved := write("reference.csv", 20_000, 0, 1), write("null.csv", 250, 0, 2), write("moved.csv", 250, 0.4, 3)
	for _, name := range []string{"troponin", "potassium"} {
		if c := run(t, ref, null, cfg).of(name); c.Decision != OK {
			t.Errorf("null: %s: %s: %s (p %v)", name, c.Decision, c.Reason, c.P)
		}
		if c := run(t, ref, moved, cfg).of(name); c.Decision != Drift {
			t.Errorf("moved: %s: %s: %s (p %v)", name, c.Decision, c.Reason, c.P)
		}
	}
}

// Beyond the bound of exact values columns become sketches: the decision stays, p becomes an interval around the exact one.
func TestBoundedColumns(t *testing.T) {
	w := usual
	w.n = 9000
	a := w.write(t, "reference.csv", 6)
	w.older = 4
	b := w.write(t, "current.csv", 7)
	ks := map[string]string{"number": "ks"}
	exact, rough := run(t, a, b, Config{Tests: ks}), run(t, a, b, Config{Tests: ks, Limits: Limits{Values: 1000}})
	for _, name := range []string{"age", "bmi"} {
		e, s := exact.of(name), rough.of(name)
		if s.Method != "sketch" || s.PLow > e.P || s.PHigh < e.P || s.Decision != e.Decision {
			t.Errorf("%s: %s p %v to %v %s; exact %v %s", name, s.Method, s.PLow, s.PHigh, s.Decision, e.P, e.Decision)
		}
	}
	few := run(t, a, b, Config{Limits: Limits{Categories: 2}})
	if c := few.of("patient"); c.Decision != Unknown {
		t.Errorf("more categories than the bound: %s %s", c.Decision, c.Reason)
	}
}

// A p that a sketch leaves open does no harm where the effect is small at either end of its interval.
func TestOpenPOfASmallEffect(t *testing.T) {
	c := Column{Limit: 0.05, effLow: 0, effHigh: 0.02, enough: true}
	if c.decide(1e-6, 0.9, Config{Alpha: 0.05}); c.Decision != OK {
		t.Errorf("%s: %s", c.Decision, c.Reason)
	}
	c.effHigh = 0.08
	if c.decide(1e-6, 0.9, Config{Alpha: 0.05}); c.Decision != Unknown {
		t.Errorf("%s: %s", c.Decision, c.Reason)
	}
}

func TestManyCategoriesAreUnknown(t *testing.T) {
	write := func(name string, seed uint64) string {
		r := rand.New(rand.NewPCG(seed, 1))
		var b strings.Builder
		b.WriteString("word,x\n")
		for range 20_000 {
			fmt.Fprintf(&b, "w%d,%f\n", r.IntN(3000), r.Float64())
		}
		f := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(f, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return f
	}
	r := run(t, write("a.csv", 1), write("b.csv", 2), Config{Limits: Limits{Categories: 1000}})
	if c := r.of("word"); c.Decision != Unknown || !strings.Contains(c.Reason, "too many categories") {
		t.Errorf("%s %s", c.Decision, c.Reason)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	good := usual.write(t, "good.csv", 1)
	for name, text := range map[string]string{"empty.csv": "", "head.csv": "a,b\n", "short.parquet": "PAR1\x00\x00PAR1", "binary.csv": "\x00\x01\x02\xff\xfe\n\x00"} {
		f := filepath.Join(dir, name)
		if err := os.WriteFile(f, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]string{{f, good}, {good, f}} {
			r, err := Files(context.Background(), pair[0], pair[1], Config{})
			if name == "binary.csv" && err == nil && r.Decision != OK {
				continue // a table of one strange column: nothing to compare is no pass
			}
			if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := Files(context.Background(), good, filepath.Join(dir, "none.csv"), Config{}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("no file: %v", err)
	}
	if _, err := Files(context.Background(), good, good, Config{Unit: "nobody"}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("a unit column that isn't there: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Files(ctx, good, good, Config{}); err == nil {
		t.Error("a cancelled comparison went on")
	}
}

// What a file says must not write to the terminal.
func TestNamesAreHarmless(t *testing.T) {
	f := filepath.Join(t.TempDir(), "a.csv")
	var b strings.Builder
	b.WriteString("\x1b[2Jname,x\n")
	for i := range 300 {
		fmt.Fprintf(&b, "c\x1b[31m%d,%d.5\n", i%3, i*i%101)
	}
	if err := os.WriteFile(f, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t, f, f, Config{}).WriteTable(&out); err != nil || strings.ContainsRune(out.String(), '\x1b') {
		t.Errorf("%v %q", err, out.String())
	}
}
