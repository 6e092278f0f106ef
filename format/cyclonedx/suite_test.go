package cyclonedx_test

import (
	"archive/zip"
	"io"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// file is one of the specification's own test files.
type file struct {
	name    string // "1.6/valid-bom-1.6.json"
	version string
	data    []byte
}

func (f file) valid() bool   { return strings.HasPrefix(path.Base(f.name), "valid-") }
func (f file) invalid() bool { return strings.HasPrefix(path.Base(f.name), "invalid-") }
func (f file) json() bool    { return strings.HasSuffix(f.name, ".json") }

var suite struct {
	once  sync.Once
	files []file
	err   error
}

// files returns the specification's test files, 1.2 to 1.7.
func files(t testing.TB) []file {
	t.Helper()
	name := testkit.Data(t, "cyclonedx/specification-tests.zip")
	suite.once.Do(func() {
		z, err := zip.OpenReader(name)
		if suite.err = err; err != nil {
			return
		}
		defer z.Close()
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				suite.err = err
				return
			}
			data, err := io.ReadAll(r)
			r.Close()
			if suite.err = err; err != nil {
				return
			}
			suite.files = append(suite.files, file{f.Name, path.Dir(f.Name), data})
		}
	})
	if suite.err != nil {
		t.Fatal(suite.err)
	}
	if len(suite.files) < 700 {
		t.Fatalf("only %d files", len(suite.files))
	}
	return suite.files
}
