package xsd_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/xsd"
	"github.com/wardround/wardround/internal/testkit"
)

// TestCycloneDX: the specification's XML files of 1.2 to 1.7 are judged as their
// names say.
func TestCycloneDX(t *testing.T) {
	z, err := zip.OpenReader(testkit.Data(t, "cyclonedx/specification-tests.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	spdx := schema(t, "spdx.xsd")
	schemas := map[string]*xsd.Schema{}
	valid, invalid := 0, 0
	for _, f := range z.File {
		version, name := path.Dir(f.Name), path.Base(f.Name)
		want := strings.HasPrefix(name, "valid-")
		if !strings.HasSuffix(name, ".xml") || !want && !strings.HasPrefix(name, "invalid-") {
			continue
		}
		if schemas[version] == nil {
			begin := time.Now()
			s, err := xsd.Compile(schema(t, "bom-"+version+".xsd"), spdx)
			if err != nil {
				t.Fatalf("%s: %v", version, err)
			}
			schemas[version] = s
			t.Logf("%s compiled in %v", version, time.Since(begin))
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		bad, err := schemas[version].Validate(bytes.NewReader(data), xsd.Options{})
		if want {
			valid++
		} else {
			invalid++
		}
		if got := err == nil && len(bad) == 0; got != want {
			t.Errorf("%s: valid %v, %v %v", f.Name, got, err, bad)
		}
	}
	t.Logf("%d valid, %d invalid", valid, invalid)
	if valid < 232 || invalid < 150 {
		t.Errorf("only %d valid and %d invalid files", valid, invalid)
	}
}

func schema(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(testkit.Data(t, "cyclonedx/schema/"+name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
