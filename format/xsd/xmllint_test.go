package xsd_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/xsd"
	"github.com/wardround/wardround/internal/testkit"
)

// TestAgreesWithXmllint changes the specification's valid files at random and has
// each judged by libxml2 too: the verdicts are the same.
func TestAgreesWithXmllint(t *testing.T) {
	xmllint := testkit.Need(t, "xmllint")
	z, err := zip.OpenReader(testkit.Data(t, "cyclonedx/specification-tests.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := t.TempDir()
	spdx := schema(t, "spdx.xsd")
	save(t, filepath.Join(dir, "spdx.xsd"), spdx)
	rnd := rand.New(rand.NewPCG(7, 1))
	ours := map[string]string{} // file → what was wrong
	lists := map[string][]string{}
	schemas := map[string]*xsd.Schema{}
	for _, f := range z.File {
		version, name := path.Dir(f.Name), path.Base(f.Name)
		if !strings.HasSuffix(name, ".xml") || !strings.HasPrefix(name, "valid-") || f.UncompressedSize64 > 60_000 {
			continue
		}
		if schemas[version] == nil {
			bom := schema(t, "bom-"+version+".xsd")
			if schemas[version], err = xsd.Compile(bom, spdx); err != nil {
				t.Fatal(err)
			}
			// xmllint resolves the import by its place, and must not fetch it.
			save(t, filepath.Join(dir, version+".xsd"), bytes.Replace(bom, []byte(`schemaLocation="http://cyclonedx.org/schema/spdx"`), []byte(`schemaLocation="spdx.xsd"`), 1))
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
		for n := range 4 {
			doc := change(rnd, string(data))
			at := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.xml", version, name, n))
			save(t, at, []byte(doc))
			bad, err := schemas[version].Validate(strings.NewReader(doc), xsd.Options{})
			if err != nil || len(bad) > 0 {
				ours[at] = fmt.Sprint(err, bad)
			}
			lists[version] = append(lists[version], at)
		}
	}
	valid, invalid := 0, 0
	for version, list := range lists {
		out, _ := exec.Command(xmllint, append([]string{"--nonet", "--noout", "--schema", filepath.Join(dir, version+".xsd")}, list...)...).CombinedOutput()
		for _, at := range list {
			theirs := bytes.Contains(out, []byte(at+" validates\n"))
			if theirs {
				valid++
			} else {
				invalid++
			}
			if why, bad := ours[at]; bad == theirs {
				t.Errorf("%s: xmllint says valid %v, we say: %s", filepath.Base(at), theirs, why)
			}
		}
	}
	t.Logf("%d valid, %d not", valid, invalid)
	if valid < 200 || invalid < 200 {
		t.Errorf("only %d valid and %d invalid files", valid, invalid)
	}
}

func save(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

var (
	piece     = regexp.MustCompile(`<[^>]*>[^<]*`)
	value     = regexp.MustCompile(`="[^"]*"`)
	attribute = regexp.MustCompile(` ([a-z-]+)=`)
)

// change makes one change of six kinds: it swaps two tags with their texts, takes a
// leaf away or doubles it, or sets another text, value or name of an attribute.
func change(r *rand.Rand, doc string) string {
	c := piece.FindAllString(doc, -1)
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	i, j := r.IntN(len(c)), r.IntN(len(c))
	leaf := i+1 < len(c) && strings.HasPrefix(c[i+1], "</") && !strings.HasPrefix(c[i], "</")
	switch r.IntN(6) {
	case 0:
		c[i], c[j] = c[j], c[i]
	case 1:
		if leaf {
			c = append(c[:i], c[i+2:]...)
		}
	case 2:
		if leaf {
			c = append(c[:i+2], append([]string{c[i], c[i+1]}, c[i+2:]...)...)
		}
	case 3:
		c[i] = c[i][:strings.IndexByte(c[i], '>')+1] + pick("", "x", "1", "true", " ", "2020-01-01T00:00:00Z", "-1", "a b", "0.5", "http://x y", "MIT")
	case 4:
		c[i] = value.ReplaceAllStringFunc(c[i], func(s string) string {
			if strings.Contains(s, "http") { // a namespace: another document altogether
				return s
			}
			return `="` + pick("", "x", "1", "library", "required") + `"`
		})
	case 5:
		c[i] = attribute.ReplaceAllString(c[i], ` q$1=`)
	}
	return strings.Join(c, "")
}
