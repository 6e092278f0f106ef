package artefact

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestPicklescanCorpus: the corpus of another scanner, 95 malicious and 14 benign
// files. The malicious ones are told so, a few may be unknown or unreadable, none
// is clean; no benign one is called malicious, and the encrypted one is unreadable.
func TestPicklescanCorpus(t *testing.T) {
	dir := testkit.Data(t, "models/picklescan")
	f, err := os.Open(filepath.Join(dir, "expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	bad, told := 0, 0
	for _, row := range rows[1:] {
		rep, err := ScanFile(context.Background(), filepath.Join(dir, row[0]), Options{Temp: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		switch row[1] {
		case "malicious":
			bad++
			if rep.Verdict == Malicious {
				told++
			} else {
				t.Logf("%s: %s, %v", row[0], rep.Verdict, rep.RuleIDs())
			}
			if rep.Verdict.Clean() {
				t.Errorf("%s is malicious and came out %s (%s): %v %v", row[0], rep.Verdict, rep.Format, rep.Rules, rep.Callables)
			}
		case "benign":
			if rep.Verdict == Malicious {
				t.Errorf("%s is benign and came out malicious: %v", row[0], rep.Rules)
			}
			if strings.Contains(row[0], "password") && rep.Verdict != Unreadable {
				t.Errorf("%s: %s", row[0], rep.Verdict)
			}
			t.Logf("%s: %s %s %v", row[0], rep.Verdict, rep.Format, rep.RuleIDs())
		default:
			t.Fatalf("verdict %q", row[1])
		}
	}
	t.Logf("%d of %d malicious files were told so", told, bad)
	if told < 90 || bad < 95 {
		t.Errorf("%d of %d malicious files were told so, want 90 of 95", told, bad)
	}
}
