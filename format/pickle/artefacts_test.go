package pickle

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/wardround/wardround/internal/testkit"
)

// TestOrdinaryArtefacts reads what bench/artefacts/make.py made into the folder
// that WARDROUND_ARTEFACTS names. At most one file in a hundred may be other than
// inert or safe, in either half; none malicious. Torch's archives are the gate's.
func TestOrdinaryArtefacts(t *testing.T) {
	dir := os.Getenv("WARDROUND_ARTEFACTS")
	if dir == "" {
		testkit.Missing(t, "WARDROUND_ARTEFACTS: make the files with bench/artefacts/make.py")
	}
	for half, least := range map[string]int{"known": 100, "held": 50} {
		files, err := filepath.Glob(filepath.Join(dir, half, "*[lb]"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) < least {
			t.Fatalf("%s: only %d files", half, len(files))
		}
		other := 0
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			r, err := unpack(b)
			if err != nil {
				t.Fatal(f, err)
			}
			rep, err := Scan(r, Limits{}, Policy{})
			if err != nil {
				t.Fatal(f, err)
			}
			if rep.Class > Safe {
				other++
				t.Logf("%s: %s %v", filepath.Base(f), rep.Class, rep.Issues)
			}
			if rep.Class >= Unreadable {
				t.Errorf("%s: %s", f, rep.Class)
			}
		}
		t.Logf("%s: %d of %d ordinary files are not clean", half, other, len(files))
		if other*100 > len(files) {
			t.Errorf("%s: %d of %d ordinary files are not clean", half, other, len(files))
		}
	}
}

// unpack undoes the compressions of joblib.dump.
func unpack(b []byte) (io.Reader, error) {
	r := bytes.NewReader(b)
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		return gzip.NewReader(r)
	case bytes.HasPrefix(b, []byte("BZh")):
		return bzip2.NewReader(r), nil
	case bytes.HasPrefix(b, []byte("\xfd7zXZ")):
		return xz.NewReader(bufio.NewReader(r))
	case len(b) > 2 && b[0] == 0x78:
		return zlib.NewReader(r)
	case bytes.HasPrefix(b, []byte("\x5d\x00\x00")):
		return lzma.NewReader(bufio.NewReader(r))
	}
	return r, nil
}
