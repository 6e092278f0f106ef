package csaf

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// suite is a testcases.json of the OASIS technical committee.
type suite struct {
	Tests []struct {
		ID       string      `json:"id"`
		Group    string      `json:"group"`
		Failures []suiteCase `json:"failures"`
		Valid    []suiteCase `json:"valid"`
	} `json:"tests"`
}

type suiteCase struct {
	Name   string `json:"name"`
	Valid  bool   `json:"valid"`
	Result string `json:"result"`
}

// expected is a result file of the suite.
type expected struct {
	Primary struct {
		ID       string  `json:"id"`
		Passed   bool    `json:"passed"`
		Errors   []place `json:"errors"`
		Warnings []place `json:"warnings"`
		Infos    []place `json:"infos"`
	} `json:"primary_result"`
}

type place struct {
	Path string `json:"instance_path"`
}

// verdictAt is the day at which documents are judged in tests.
func verdictAt() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

// runSuite judges every file of some groups and returns what is not as declared:
// the test in question must fail with a failing file and pass with a valid one, and
// a file of a mandatory test must be valid as a whole exactly if declared so.
func runSuite(t *testing.T, data fs.FS, groups []string, o Options) (files int, misses map[string]string) {
	t.Helper()
	b, err := fs.ReadFile(data, "testcases.json")
	if err != nil {
		t.Fatal(err)
	}
	var s suite
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for _, info := range Tests() {
		made[info.ID] = info.Made
	}
	v, err := NewValidator(o)
	if err != nil {
		t.Fatal(err)
	}
	misses = map[string]string{}
	for _, test := range s.Tests {
		if !slices.Contains(groups, test.Group) || !made[test.ID] {
			continue
		}
		for _, c := range slices.Concat(test.Failures, test.Valid) {
			doc, err := fs.ReadFile(data, c.Name)
			if err != nil {
				t.Fatal(err)
			}
			files++
			name := path.Base(c.Name)
			r := v.Validate(doc)
			fired := slices.Contains(r.Tests(Mandatory, Optional, Informative), test.ID)
			should := slices.ContainsFunc(test.Failures, func(f suiteCase) bool { return f.Name == c.Name })
			switch {
			case fired != should:
				misses[name] = fmt.Sprintf("%s fired %v, should %v: %v", test.ID, fired, should, r.Failures)
			case r.Valid != c.Valid:
				misses[name] = fmt.Sprintf("valid %v, declared %v: %v", r.Valid, c.Valid, r.Failures)
			case c.Result != "":
				if diff := comparePaths(t, data, c.Result, test.ID, r); diff != "" {
					misses[name] = diff
				}
			}
		}
	}
	return files, misses
}

// comparePaths holds the places where a test failed against those of a result file.
func comparePaths(t *testing.T, data fs.FS, name, id string, r *Result) string {
	b, err := fs.ReadFile(data, name)
	if err != nil {
		t.Fatal(err)
	}
	var want expected
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	var paths, got []string
	for _, e := range slices.Concat(want.Primary.Errors, want.Primary.Warnings, want.Primary.Infos) {
		paths = append(paths, e.Path)
	}
	for _, f := range r.Failures {
		if f.Test == id {
			got = append(got, f.Pointer)
		}
	}
	slices.Sort(paths)
	slices.Sort(got)
	return cmp.Diff(paths, got)
}

func TestSuite20(t *testing.T) {
	data := os.DirFS(testkit.Data(t, "csaf-validator/csaf_2.0/test/validator/data"))
	files, misses := runSuite(t, data, []string{"mandatory", "optional", "informative"}, Options{Optional: true, Informative: true, Now: verdictAt})
	expectMisses(t, misses, known20)
	if files != 230 {
		t.Errorf("%d files were judged", files)
	}
	t.Logf("%d files of %d as declared", files-len(misses), files)
}

// expectMisses: nothing is judged otherwise than declared but what is listed.
func expectMisses(t *testing.T, misses, known map[string]string) {
	t.Helper()
	for name, why := range misses {
		if known[name] == "" {
			t.Errorf("%s: %s", name, why)
		}
	}
	for name, why := range known {
		if misses[name] == "" {
			t.Errorf("%s is as declared now; it was not: %s", name, why)
		}
	}
}

func TestSuite21(t *testing.T) {
	testkit.Data(t, "csaf-validator/csaf_2.1/test/validator/data/testcases.json")
	z, err := zip.OpenReader(testkit.Data(t, "csaf-validator/csaf_2.1-mandatory.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	zipped, err := fs.Sub(z, "csaf_2.1/test/validator/data")
	if err != nil {
		t.Fatal(err)
	}
	data := overlay{zipped, os.DirFS(testkit.Data(t, "csaf-validator/csaf_2.1/test/validator/data"))}
	files, misses := runSuite(t, data, []string{"mandatory"}, Options{Now: verdictAt, Extensions: documentationExtensions()})
	expectMisses(t, misses, known21)
	if files != 496 {
		t.Errorf("%d files were judged", files)
	}
	if share := float64(files-len(misses)) / float64(files); share < 0.95 {
		t.Errorf("%.1f %% as declared", 100*share)
	}
	t.Logf("%d files of %d as declared", files-len(misses), files)
}

// TestSuite21Rest judges the recommended and informative files, where a checkout of
// the technical committee's repository is given: CSAF_REPOSITORY=…
func TestSuite21Rest(t *testing.T) {
	dir := os.Getenv("CSAF_REPOSITORY")
	if dir == "" {
		t.Skip("CSAF_REPOSITORY names no checkout of oasis-tcs/csaf")
	}
	files, misses := runSuite(t, os.DirFS(path.Join(dir, "csaf_2.1/test/validator/data")), []string{"recommended", "informative"}, Options{Optional: true, Informative: true, Now: verdictAt, Extensions: documentationExtensions()})
	for name, why := range misses {
		t.Logf("%s: %s", name, why)
	}
	t.Logf("%d files of %d as declared", files-len(misses), files)
}

// suite21 calls fn with every file of the mandatory tests of 2.1.
func suite21(t testing.TB, fn func(name string, b []byte)) {
	t.Helper()
	z, err := zip.OpenReader(testkit.Data(t, "csaf-validator/csaf_2.1-mandatory.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".result.json") || !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		b, err := fs.ReadFile(z, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		fn(f.Name, b)
	}
}

// overlay is a file system that looks in one place and then in another.
type overlay struct{ first, second fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	if f, err := o.first.Open(name); err == nil {
		return f, nil
	}
	return o.second.Open(name)
}

// documentationExtensions are two extensions that do what those say which the suite
// names: one holds a text and may occur once; one may hold notes too and occur
// often, but not beside the first.
func documentationExtensions() []Extension {
	url := func(n string) string {
		return "https://raw.githubusercontent.com/oasis-tcs/csaf/refs/heads/master/csaf_2.1/extension/data/valid/documentation-" + n + "/documentation-" + n + "-content_1.0.0.json"
	}
	schema := func(n, content string) []byte {
		return []byte(`{"$id": "` + url(n) + `", "type": "object", "required": ["$schema", "category", "critical", "content"], "properties": {
			"$schema": {"const": "` + url(n) + `"}, "category": {"enum": ["essential", "significant", "supplementary"]}, "critical": {"const": false}, "content": ` + content + `}}`)
	}
	metadata := func(most int, other string) []byte {
		places := []string{"$.document.x_extensions", "$.product_tree.branches..product.x_extensions", "$.product_tree.full_product_names[*].x_extensions", "$.vulnerabilities[*].metrics[*].content.x_extensions", "$.vulnerabilities[*].x_extensions", "$.x_extensions"}
		var b strings.Builder
		for i, p := range places {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q: {\"max_occurrence\": %d}", p, most)
		}
		return []byte(`{"incompatible_extensions": ["` + url(other) + `"], "requirement": {` + b.String() + `}}`)
	}
	return []Extension{
		{schema("11", `{"type": "object", "properties": {"documentation": {"type": "string"}}, "additionalProperties": false}`), metadata(1, "12")},
		{schema("12", `{"type": "object", "required": ["documentation"], "properties": {"documentation": {"type": "string"}, "notes": {"type": "array"}}}`), metadata(4096, "11")},
	}
}

// known20 are files of the 2.0 suite that contradict another test of it: declared
// valid, they fail that one as well as its own failing file does. The test that they
// are made for fires as declared.
var known20 = map[string]string{
	"oasis_csaf_tc-csaf_2_0-2021-6-2-08-02.json": "has md5 twice for one file, which 6.1.25 forbids",
	"oasis_csaf_tc-csaf_2_0-2021-6-2-09-02.json": "has sha1 twice for one file, which 6.1.25 forbids",
}

// known21 are the files of the 2.1 suite that are judged otherwise than declared,
// with the reason. The first five pass the test they are made for and fail another.
var known21 = map[string]string{
	"oasis_csaf_tc-csaf_2_1-2024-6-1-10-13.json":    "its CVSS 2 baseScore is 9.0, the vector comes to 10.0 (6.1.9)",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-16.json": "defines one product id twice (6.1.2) and refers to one that is not defined (6.1.1)",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-50-14.json":    "defines one product id twice (6.1.2), and vers:/all is a single version (6.1.59)",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-50-15.json":    "defines one product id twice (6.1.2)",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-54-14.json":    "names a licence that is in no list without its text (6.1.55)",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-27-08-02.json": "the result file blames the one product of the first vulnerability that has an id, and neither of the two that have none",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-48-16.json":    "cvss E has no version 3.0.1 in the registry of SSVC: 1.0.0, 1.1.0, 1.2.0, 2.0.0",
	"oasis_csaf_tc-csaf_2_1-2024-6-1-48-19.json":    "has the values M, C, R of ssvc SI, which is defined as N, M, R, C: a translation must not change the order",
}

// TestVerdictsOnCISA: of CISA's documents three are not valid, all for the name of a
// weakness that CWE never had.
func TestVerdictsOnCISA(t *testing.T) {
	v, err := NewValidator(Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	cisa(t, func(name string, b []byte) {
		r := v.Validate(b)
		for _, f := range r.Failures {
			got[path.Base(name)] = f.Test + " " + f.Pointer
		}
		if r.Valid != (len(r.Failures) == 0) {
			t.Errorf("%s: valid %v: %v", name, r.Valid, r.Failures)
		}
	})
	want := map[string]string{
		"icsa-19-099-04.json": "6.1.11 /vulnerabilities/4/cwe/name",
		"icsa-21-068-10.json": "6.1.11 /vulnerabilities/4/cwe/name",
		"icsa-21-259-01.json": "6.1.11 /vulnerabilities/2/cwe/name",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
