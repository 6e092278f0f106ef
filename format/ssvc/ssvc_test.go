package ssvc

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestEveryRow: every row of every published table has its exact outcome, in the
// JSON form and in the CSV form.
func TestEveryRow(t *testing.T) {
	dir := testkit.Data(t, "ssvc")
	files, err := filepath.Glob(filepath.Join(dir, "json/decision_tables/*/*.json"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d tables, %v", len(files), err)
	}
	rows := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		table, err := Read(b)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		rel, _ := filepath.Rel(filepath.Join(dir, "json/decision_tables"), f)
		c, err := os.Open(filepath.Join(dir, "csv", strings.TrimSuffix(rel, ".json")+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		records, err := csv.NewReader(c).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		head := records[0]
		for _, r := range records[1:] {
			in := map[string]string{}
			for i := 1; i < len(head)-1; i++ {
				in[column(head[i])] = r[i]
			}
			d, err := table.Decide(in)
			if err != nil {
				t.Fatalf("%s row %s: %v", rel, r[0], err)
			}
			if want := r[len(r)-1]; !strings.EqualFold(d.Outcome.Name, want) || !d.Certain() {
				t.Errorf("%s row %s: %q, want %q", rel, r[0], d.Outcome.Name, want)
			}
			rows++
		}
		if e := Lookup(slug(f)); e == nil || e.Name != table.Name || len(e.rows) != len(records)-1 {
			t.Errorf("%s is not embedded as %q", rel, slug(f))
		}
	}
	t.Logf("%d tables, %d rows", len(files), rows)
	if rows < 1500 {
		t.Errorf("only %d rows", rows)
	}
}

// column takes the version and the namespace off a CSV heading: "In KEV v1.0.0 (cisa)".
func column(s string) string {
	s, _, _ = strings.Cut(s, " (cisa)")
	s, _, _ = strings.Cut(s, " (cvss)")
	if i := strings.LastIndex(s, " v"); i > 0 {
		s = s[:i]
	}
	return s
}

func TestDecide(t *testing.T) {
	bod := Lookup("bod-26-04")
	if bod == nil {
		t.Fatal(Names())
	}
	d, err := bod.Decide(map[string]string{"In KEV": "yes", "publicly exposed": "Y", "A": "yes", "technical-impact": "total"})
	if err != nil || d.Outcome.Key != "3DF" || !d.Certain() {
		t.Fatalf("%+v, %v", d, err)
	}
	d, err = bod.Decide(map[string]string{"KEV": "N", "PE": "N"})
	if err != nil || d.Certain() || d.Outcome.Key != "60D" || d.Least.Key != "FSU" || len(d.Missing) != 2 {
		t.Fatalf("what is missing is kept open: %+v, %v", d, err)
	}
	for _, in := range []map[string]string{{"KEV": "perhaps"}, {"weather": "fine"}} {
		if _, err := bod.Decide(in); err == nil {
			t.Errorf("%v was taken", in)
		}
	}
	for name := range short {
		if Lookup(name) == nil {
			t.Errorf("no table %q among %v", name, Names())
		}
	}
}

func FuzzRead(f *testing.F) {
	list, _ := filepath.Glob("tables/*bod*.json")
	for _, n := range list {
		b, _ := os.ReadFile(n)
		f.Add(b)
	}
	f.Add([]byte(`{"decision_points":{"a":{"values":[{"key":"x"}]},"b":{"values":[{"key":"y"}]}},"outcome":"b","mapping":[{"a":"x","b":"y"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := Read(b)
		if err != nil {
			return
		}
		if d, err := table.Decide(nil); err != nil || d == nil {
			t.Fatal(err)
		}
	})
}
