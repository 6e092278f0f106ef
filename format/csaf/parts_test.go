package csaf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestDamagedDocuments: whatever of a document is of the wrong type or missing, it
// is read and judged, by every test, and never valid against its schema's word.
func TestDamagedDocuments(t *testing.T) {
	v, err := NewValidator(Options{Optional: true, Informative: true, Now: verdictAt, Extensions: documentationExtensions()})
	if err != nil {
		t.Fatal(err)
	}
	n, i := 0, 0
	suite21(t, func(name string, b []byte) {
		if i++; i%3 != 0 {
			return
		}
		for _, broken := range damage(t, b) {
			n++
			r := v.Validate(broken)
			if r.Valid && len(r.Tests(Schema, Mandatory)) > 0 {
				t.Fatalf("%s is valid: %v", broken, r.Failures)
			}
			if d, err := ReadBytes(broken, ReadOptions{}); err == nil {
				d.VEX()
				d.Records(RecordOptions{})
			}
		}
	})
	t.Logf("%d documents", n)
}

func TestFilename(t *testing.T) {
	for id, want := range map[string]string{
		"ICSMA-20-254-01": "icsma-20-254-01.json", "Example Company - 2019-YH3234": "example_company_-_2019-yh3234.json",
		"RHBA-2019:0024": "rhba-2019_0024.json", "2022 #01-A": "2022_01-a.json", "a+b": "a+b.json", "äöü": "_.json",
	} {
		if got := Filename(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestVersionRange(t *testing.T) {
	for _, tt := range []struct {
		text, problem string
		single, open  bool
	}{
		{"vers:npm/1.2.3|>=2.0.0|<5.0.0", "", false, false},
		{"vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "", false, false},
		{"vers:all/*", "", false, false},
		{"vers:all/<V7.0.3", "no constraint but *", false, false},
		{"vers:npm/<2.0.0|>1.0.0", "ascending", false, true},
		{"vers:npm/>=1.0.0-1|<1.0.0-alpha", "", false, false},
		{"vers:golang/>=v1.0.0|<v1.10.0", "", false, false},
		{"vers:deb/>=2|<1", "", false, false},
		{"vers:npm/>1.0.0|>2.0.0", "same direction", false, true},
		{"vers:npm/=1.0.0", "canonical", true, false},
		{"vers:npm/>=1.0.0|1.0.0", "occurs twice", false, false},
		{"vers:npm/>=1.0.0|", "without a version", false, true},
		{"vers:npm/>= 1.0.0", "white space", false, true},
		{"vers:npm/~1.0.0", "", true, false},
		{"<4.2", "", false, false},
		{"=4.2", "", true, false},
		{"4.2", "", true, false},
		{">10.9a|!=10.9c|!=10.9f|<=10.9k", "", false, false},
		{"<2024-4|>2024-10|<2024-12", "", false, false},
		{"all versions", "white space", true, false},
		{"<>3", "not known", false, false},
	} {
		r := readRange(tt.text)
		if tt.problem == "" && r.problem != "" || !strings.Contains(r.problem, tt.problem) || r.single() != tt.single || r.openAbove() != tt.open {
			t.Errorf("%s: %+v", tt.text, r)
		}
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"vers:intdot/>2.1.0|<4.2.0", "vers:intdot/>1.2.0|<2.4.0", true},
		{">2.4.0|<4.2.0", ">1.2.0|<2.1.0", false},
		{"<2.0", ">=2.0", false},
		{"<=2.0", ">=2.0", true},
		{"2.4", ">2|!=2.4|<3", false},
		{"2.5", ">2|!=2.4|<3", true},
		{"vers:all/*", "1", true},
		{">5", "<3|>9", true},
	} {
		a, b := readRange(tt.a), readRange(tt.b)
		if a.overlaps(b) != tt.want || b.overlaps(a) != tt.want {
			t.Errorf("%s and %s: want %v", tt.a, tt.b, tt.want)
		}
	}
}

// TestCompareLoose: each of a line is before the next.
func TestCompareLoose(t *testing.T) {
	for _, line := range []string{"1 1.0.1 1.2 1.10 2 10", "1.0-alpha 1.0-rc.1 1.0 1.0.1", "V4.9 v4.10 V5", "10.9a 10.9b 10.9k 10.10a", "2024-4 2024-10 2024-12"} {
		f := strings.Fields(line)
		for i := range f {
			for j := range f {
				if got := compareLoose(f[i], f[j]); (got < 0) != (i < j) || (got > 0) != (i > j) {
					t.Errorf("%s and %s: %d", f[i], f[j], got)
				}
			}
		}
	}
}

func TestLicenceExpression(t *testing.T) {
	for text, want := range map[string]string{
		"MIT": "", "(MIT OR Apache-2.0) AND BSD-3-Clause": "", "GPL-2.0-or-later WITH Classpath-exception-2.0": "", "GPL-2.0+": "", "LicenseRef-maker.example-1": "", "mit or (cc-by-4.0 and mit)": "",
		"MIT WITH AdditionRef-x": "", "": "empty", "MIT Apache-2.0": "no operator", "MIT OR": "ends", "OR MIT": "identifier is due", "(MIT": "not closed", "MIT)": "closes nothing", "()": "closes nothing", "MIT (": "operator is due",
		"MIT WITH MIT WITH MIT": "identifier is due", "LicenseRef-": "no identifier", "licenseref-x": "prefix is written", "DocumentRef-a:LicenseRef-b": "must not be used", "LicenseRef-a+": "no identifier has", "AdditionRef-x": "wrong place", "a/b": "no identifier has",
	} {
		if _, problem := parseLicence(text); want == "" && problem != "" || !strings.Contains(problem, want) {
			t.Errorf("%s: %q, want %q", text, problem, want)
		}
	}
}

// TestRateVector: vectors with their scores from the specifications' examples, in
// any order of metrics.
func TestRateVector(t *testing.T) {
	for _, tt := range []struct {
		version, vector               string
		base, temporal, environmental float64
	}{
		{"2.0", "AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, 7.8, 7.8},
		{"2.0", "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 7.8, 6.4, 6.4},
		{"2.0", "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 7.8, 6.4, 9.2},
		{"3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, 9.8, 9.8},
		{"3.1", "CVSS:3.1/A:H/AC:L/AV:N/C:H/I:H/PR:N/S:U/UI:N", 9.8, 9.8, 9.8},
		{"3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/MC:N/MI:N/MA:N", 9.8, 8.8, 0},
		{"4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10, 10, 10},
		{"4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:P", 9.3, 9.3, 9.3},
	} {
		r := rateVector(tt.version, tt.vector)
		if r == nil || r.base != tt.base || r.temporal != tt.temporal || r.environmental != tt.environmental {
			t.Errorf("%s: %+v, want %v", tt.vector, r, tt)
		}
	}
	for _, v := range []string{"", "CVSS:3.1/AV:N", "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"} {
		if r := rateVector("3.1", v); r != nil {
			t.Errorf("%s: %+v", v, r)
		}
	}
}

// TestPURLSuite: package URLs are valid as the suite of the specification has it,
// but for slashes after pkg:, which CSAF calls invalid (2.1 §3.1.4.3.5), and for two
// with capitals in the names of qualifiers: the suite takes those in others.
func TestPURLSuite(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "purl/types"), "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	n := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct {
			Tests []struct {
				Type  string `json:"test_type"`
				Input any    `json:"input"`
				Fails bool   `json:"expected_failure"`
			} `json:"tests"`
		}
		if err := json.Unmarshal(b, &suite); err != nil {
			t.Fatal(err)
		}
		for _, c := range suite.Tests {
			text, ok := c.Input.(string)
			if c.Type != "parse" || !ok || strings.HasPrefix(text, "pkg:/") {
				continue
			}
			n++
			capitals := text == "pkg:gem/jruby-launcher@1.1.2?Platform=java" || strings.HasSuffix(text, "?Arch=i386&Distro=fedora-25")
			if why := purlProblem(text); (why != "") != c.Fails && !capitals {
				t.Errorf("%s: %q", text, why)
			}
		}
	}
	if n < 100 {
		t.Errorf("%d package URLs", n)
	}
}

func TestPURLProblem(t *testing.T) {
	for purl, ok := range map[string]bool{
		"pkg:npm/a@1": true, "pkg:maven/com.example/a": true, "pkg:oci/a@sha256%3Aabc?repository_url=x": true, "pkg:generic/a": true, "pkg:deb/debian/curl@7": true,
		"pkg:maven/a": false, "pkg:maven/@1": false, "pkg:oci/ns/a": false, "pkg://npm/a": false, "npm/a": false, "pkg:npm": false,
	} {
		if why := purlProblem(purl); (why == "") != ok {
			t.Errorf("%s: %q", purl, why)
		}
	}
}

// TestEveryTestIsThere: 43 mandatory tests of 2.0 and 81 of 2.1, 20 and 62 optional,
// 11 and 34 informative; of them only spelling, grammar and links are not made.
func TestEveryTestIsThere(t *testing.T) {
	count := map[string]int{}
	for _, info := range Tests() {
		if info.Title == "" {
			t.Errorf("%s has no title", info.ID)
		}
		for _, v := range info.Versions {
			count[v+" "+string(info.Kind)]++
		}
		if !info.Made && info.ID != "6.3.6" && info.ID != "6.3.7" && info.ID != "6.3.8" && info.ID != "6.3.16" {
			t.Errorf("%s is not made", info.ID)
		}
	}
	for key, want := range map[string]int{"2.0 mandatory": 43, "2.1 mandatory": 81, "2.0 optional": 20, "2.1 optional": 62, "2.0 informative": 11, "2.1 informative": 34} {
		if count[key] != want {
			t.Errorf("%s: %d, want %d", key, count[key], want)
		}
	}
}

func TestOptions(t *testing.T) {
	b, err := advisoryDraft().Build()
	if err != nil {
		t.Fatal(err)
	}
	broken := []byte(strings.Replace(string(b), `"status": "final"`, `"status": "finished"`, 1))
	if r := Validate(broken, Options{}); r.Valid || r.Tests()[0] != "schema" || r.Failures[0].Pointer != "/document/tracking/status" || r.Version != "2.0" {
		t.Errorf("%+v", r)
	}
	if r := Validate(broken, Options{Skip: []string{"schema"}}); !r.Valid {
		t.Errorf("%+v", r)
	}
	if r := Validate(broken, Options{Only: []string{"6.2.16"}}); !r.Valid || len(r.Tests(Optional)) != 1 {
		t.Errorf("%+v", r)
	}
	twice := []byte(strings.Replace(string(b), `"status": "final"`, `"status": "final", "status": "final"`, 1))
	if r := Validate(twice, Options{}); r.Valid || r.Failures[0].Pointer != "/document/tracking/status" {
		t.Errorf("%+v", r)
	}
	if r := Validate([]byte(`{"document": {"csaf_version": "1.0"}}`), Options{}); r.Valid || r.Version != "" {
		t.Errorf("%+v", r)
	}
	if r := Validate(b, Options{Extensions: []Extension{{Schema: []byte("{}")}}}); r.Valid {
		t.Error("an extension without a name was taken")
	}
}
