package pickle

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTorchArtefacts reads the pickles in what torch.save wrote, in the archive
// format and in the old one, which is several pickles in a row and then numbers.
func TestTorchArtefacts(t *testing.T) {
	dir := os.Getenv("WARDROUND_ARTEFACTS")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "torch-*.pt"))
	if dir == "" || len(files) == 0 {
		t.Skip("no files of torch in WARDROUND_ARTEFACTS; bench/artefacts/make.py makes them where torch is installed")
	}
	other := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var reports []*Report
		if zr, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
			for _, e := range zr.File {
				if !strings.HasSuffix(e.Name, "data.pkl") {
					continue
				}
				r, err := e.Open()
				if err != nil {
					t.Fatal(err)
				}
				p, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(err)
				}
				rep, err := Scan(bytes.NewReader(p), Limits{}, Policy{Torch: true})
				if err != nil {
					t.Fatal(err)
				}
				reports = append(reports, rep)
			}
		} else if reports, _, err = ScanAll(bytes.NewReader(b), int64(len(b)), 5, Limits{}, Policy{Torch: true}); err != nil {
			t.Fatal(err)
		}
		if len(reports) == 0 {
			t.Errorf("%s: no pickle", f)
		}
		for _, r := range reports {
			if r.Class > Safe {
				other++
				t.Logf("%s: %s %v", filepath.Base(f), r.Class, r.Issues)
				break
			}
		}
	}
	t.Logf("%d of %d files of torch are not clean", other, len(files))
	if other*100 > len(files) {
		t.Errorf("%d of %d files of torch are not clean", other, len(files))
	}
}
