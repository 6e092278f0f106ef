package pickle

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestPicklescanCorpus reads the raw pickles of picklescan's own corpus as bytes;
// archives and .npy files are the gate's affair. Nothing here is ever loaded.
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
	malicious, found := 0, 0
	for _, row := range rows[1:] {
		b, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(row[0], ".pkl") && !strings.HasSuffix(row[0], ".pickle") || bytes.HasPrefix(b, []byte("PK")) {
			continue
		}
		reports, _, err := ScanAll(bytes.NewReader(b), int64(len(b)), 0, Limits{}, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		worst := Class(0)
		for _, r := range reports {
			worst = max(worst, r.Class)
		}
		switch row[1] {
		case "malicious":
			malicious++
			if worst == Malicious {
				found++
			} else {
				t.Logf("%s: %s", row[0], worst)
			}
			if worst <= Safe {
				t.Errorf("%s: %s, and it is malicious", row[0], worst)
			}
		default:
			if worst == Malicious {
				t.Errorf("%s: malicious, and it is benign: %+v", row[0], reports[0].Callables)
			}
		}
	}
	t.Logf("%d of %d malicious pickles are found malicious", found, malicious)
	if found*100 < malicious*95 {
		t.Errorf("only %d of %d malicious pickles are found malicious", found, malicious)
	}
}
