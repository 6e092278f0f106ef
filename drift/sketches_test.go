package drift

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/sketch"
)

// sketched makes of a table the sketch that "model sketch" makes.
func sketched(t testing.TB, name string, k int) string {
	t.Helper()
	f, err := table.Open(name, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := &sketch.Window{Model: "ward"}
	for _, c := range f.Columns() {
		typ := map[table.Kind]sketch.Type{table.Number: sketch.Number, table.Text: sketch.Category, table.Bool: sketch.Bool, table.Time: sketch.Time}[c.Kind]
		col, err := sketch.NewColumn(c.Name, typ, sketch.Feature, "", sketch.Options{Seed: seedOf(name), K: k, NoDisplay: true})
		if err != nil {
			t.Fatal(err)
		}
		w.Columns = append(w.Columns, col)
	}
	var v table.Values
	for {
		b, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		w.Rows += int64(b.Rows)
		for i, col := range w.Columns {
			if err := b.Read(i, &v); err != nil {
				t.Fatal(err)
			}
			for r := range b.Rows {
				switch {
				case !v.Ok(r):
					col.AddMissing(1)
				case v.Kind == table.Text:
					col.AddText(v.Dict[v.Codes[r]], 1)
				case v.Kind == table.Bool:
					col.AddText([]string{"false", "true"}[int(v.Numbers[r])], 1)
				default:
					col.AddNumber(v.Numbers[r])
				}
			}
		}
	}
	return written(t, w)
}

func written(t testing.TB, w *sketch.Window) string {
	t.Helper()
	w.Schema = w.Digest()
	b, err := w.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "window.sketch")
	if err := os.WriteFile(out, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// What is decided of files is decided of sketches of them, and of a file beside a sketch.
func TestSketchesAreDecidedAsFilesAre(t *testing.T) {
	change := func(f func(w *ward)) ward { w := usual; w.n = 6000; f(&w); return w }
	for name, now := range map[string]ward{
		"as usual":           change(func(*ward) {}),
		"older":              change(func(w *ward) { w.older = 5 }),
		"mg/dl":              change(func(w *ward) { w.glucose = 18.016 }),
		"half missing":       change(func(w *ward) { w.miss = 0.5 }),
		"a new category":     change(func(w *ward) { w.sex = []string{"F", "M", "U"} }),
		"a column gone":      change(func(w *ward) { w.gone = "kvp" }),
		"so few that exact":  change(func(w *ward) { w.n, w.older = 700, 6 }),
		"too few to be told": change(func(w *ward) { w.n = 30 }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was := usual
			was.n = 9000
			a, b := was.write(t, "reference.csv", 1), now.write(t, "current.csv", 2)
			files := run(t, a, b, Config{})
			sa, sb := sketched(t, a, 2048), sketched(t, b, 2048)
			for how, r := range map[string]*Report{"sketches": run(t, sa, sb, Config{}), "a sketch and a file": run(t, sa, b, Config{}), "a file and a sketch": run(t, a, sb, Config{})} {
				for _, column := range []string{"age", "glucose", "kvp", "sex", "scanner", "bmi"} {
					want, got := files.of(column), r.of(column)
					if got.Decision != want.Decision {
						t.Errorf("%s: %s is %s (%s), of files %s (%s)", how, column, got.Decision, got.Reason, want.Decision, want.Reason)
					}
				}
				if r.Multivariate != nil || !strings.Contains(strings.Join(r.Notes, " "), "a sketch holds none") {
					t.Errorf("%s: rows as a whole: %v, notes %q", how, r.Multivariate, r.Notes)
				}
			}
		})
	}
}

// With many rows every difference is significant and the sketches' own error is larger than what is. What matters is
// decided all the same.
func TestManyRowsInSketches(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	window := func(n int, by ...float64) *sketch.Window {
		w := &sketch.Window{Rows: int64(n)}
		for i, b := range by {
			c, err := sketch.NewColumn(string(rune('a'+i)), sketch.Number, sketch.Feature, "", sketch.Options{Seed: r.Uint64(), NoDisplay: true})
			if err != nil {
				t.Fatal(err)
			}
			x := make([]float64, n)
			for k := range x {
				x[k] = r.NormFloat64() + b
			}
			c.AddNumbers(x, nil)
			w.Columns = append(w.Columns, c)
		}
		return w
	}
	ref, cur := window(200_000, 0, 0, 0, 0), window(150_000, 0, 0.05, 0.3, 0.135)
	rep, err := Sketches(context.Background(), ref, cur, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]Decision{"a": OK, "b": OK, "c": Drift, "d": Unknown} {
		if c := rep.of(column); c.Decision != want {
			t.Errorf("%s is %s (%s), want %s", column, c.Decision, c.Reason, want)
		}
	}
	if b := rep.of("b"); !strings.Contains(b.Reason, "too small to matter") {
		t.Errorf("of b it is said: %s", b.Reason)
	}
}

// A unit counts once, as much as its rows are alike.
func TestUnitsOfSketches(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	window := func(shift float64) *sketch.Window {
		w := &sketch.Window{Units: sketch.NewHLL()}
		c, _ := sketch.NewColumn("x", sketch.Number, sketch.Feature, "", sketch.Options{Seed: r.Uint64(), NoDisplay: true})
		w.Columns = append(w.Columns, c)
		for u := range 60 {
			w.Units.Add(string(rune(u)) + "of" + string(rune(int(shift*100))))
			patient := r.NormFloat64()
			n := 1 + 99*(u%2)
			for range n {
				c.AddNumber(patient + 0.1*r.NormFloat64() + shift)
			}
			w.Rows += int64(n)
			w.RowsPerUnit.Add(float64(n))
		}
		return w
	}
	rep, err := Sketches(context.Background(), window(0), window(0.3), Config{})
	if err != nil {
		t.Fatal(err)
	}
	c := rep.of("x")
	if c.Decision != Unknown || c.Effective == nil || c.Effective[0] > 40 || c.Effective[0] < 25 {
		t.Errorf("%s (%s): %v independent values, and there are 30 patients who give nearly all rows", c.Decision, c.Reason, c.Effective)
	}
}

func TestSketchesThatAreNone(t *testing.T) {
	good := written(t, &sketch.Window{Rows: 3})
	torn := filepath.Join(t.TempDir(), "torn.sketch")
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(torn, b[:len(b)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{good: "no columns", torn: "torn.sketch", written(t, &sketch.Window{}): "no rows"} {
		if _, err := Files(context.Background(), name, name, Config{}); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want words of %q", name, err, want)
		}
	}
}
