package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/vex"
)

// useCase asks about one vulnerability in one version of a product that is known by
// its bill of materials.
type useCase struct {
	product, version, vulnerability string
	want                            string // status; "" no statement speaks of it
}

// TestUseCases: CISA's and NTIA's use cases, as the CycloneDX project wrote them
// down. After the statements are applied each product has the status that the use
// case states, and its neighbours (the next version, another product) have none.
func TestUseCases(t *testing.T) {
	const log4j, jackson = "CVE-2021-44228", "CVE-2020-25649"
	twice := func(lo, hi, want string) []useCase {
		return []useCase{{"Acme Product", lo, jackson, want}, {"Acme Product", hi, jackson, want}}
	}
	cases := map[string][]useCase{
		// One product, one version, one vulnerability: each of the four statuses.
		"CISA-Use-Cases/Case-1/vex-affected.json":            {{"DEF", "1.0", log4j, "affected"}, {"DEF", "1.1", log4j, ""}, {"ABC", "1.0", log4j, ""}, {"DEF", "1.0", "CVE-2020-1", ""}},
		"CISA-Use-Cases/Case-1/vex-fixed.json":               {{"DEF", "1.1", log4j, "fixed"}, {"DEF", "1.0", log4j, ""}},
		"CISA-Use-Cases/Case-1/vex-not_affected.json":        {{"ABC", "4.2", log4j, "not_affected"}, {"ABC", "4.3", log4j, ""}},
		"CISA-Use-Cases/Case-1/vex-under_investigation.json": {{"GHI", "17.4", log4j, "under_investigation"}},
		// One product, one version, many vulnerabilities: alike, and mixed.
		"CISA-Use-Cases/Case-2/vex.json": {{"ABC", "4.2", "CVE-2020-11896", "not_affected"}, {"ABC", "4.2", "CVE-2020-11914", "not_affected"}, {"ABC", "4.1", "CVE-2020-11914", ""}},
		"CISA-Use-Cases/Case-3/vex.json": {{"GHI", "17.4", "CVE-2020-11896", "under_investigation"}, {"GHI", "17.4", "CVE-2020-11897", "not_affected"}, {"GHI", "17.4", "CVE-2020-11898", "affected"}},
		// Many versions; unspecified versions; many versions of different status.
		"CISA-Use-Cases/Case-4/vex.json": {{"ABC", "2.4", log4j, "affected"}, {"ABC", "2.5", log4j, ""}, {"ABC", "2.6", log4j, "affected"}, {"ABC", "3.7", log4j, "affected"}, {"ABC", "4.1", log4j, "affected"}, {"ABC", "4.2", log4j, ""}},
		"CISA-Use-Cases/Case-5/vex.json": {{"XYZ", "1", log4j, "under_investigation"}, {"XYZ", "99.2", log4j, "under_investigation"}},
		"CISA-Use-Cases/Case-6/vex.json": {{"ABC", "1.0", log4j, "not_affected"}, {"ABC", "2.3", log4j, "not_affected"}, {"ABC", "2.4", log4j, "affected"}, {"ABC", "2.5", log4j, "not_affected"}, {"ABC", "2.8", log4j, "not_affected"}, {"ABC", "2.9", log4j, "affected"}, {"ABC", "4.2", log4j, "not_affected"}, {"ABC", "4.3", log4j, ""}},
		// Many products, named by BOM-Link; one and several vulnerabilities.
		"CISA-Use-Cases/Case-7/vex.json": {{"ABC", "2.4", log4j, "affected"}, {"ABC", "4.2", log4j, "not_affected"}, {"JKL", "4.4", log4j, "not_affected"}, {"JKL", "5.0", log4j, "affected"}, {"JKL", "5.1", log4j, "fixed"}, {"JKL", "5.2", log4j, ""}},
		"CISA-Use-Cases/Case-8/vex.json": {{"ABC", "2.6", log4j, "affected"}, {"JKL", "5.2", log4j, "fixed"}, {"JKL", "5.1", "CVE-2021-45105", "affected"}, {"ABC", "2.5", "CVE-2021-45105", "not_affected"}},
		// NTIA: the three statuses of one version; ranges; many products, many vulnerabilities.
		"Use-Cases/Case-1/vex.json":  {{"Acme Product", "2.4.0", jackson, "not_affected"}, {"Acme Product", "2.4.1", jackson, ""}},
		"Use-Cases/Case-2/vex.json":  {{"Acme Product", "2.4.0", jackson, "affected"}},
		"Use-Cases/Case-3/vex.json":  {{"Acme Product", "2.4.0", jackson, "under_investigation"}},
		"Use-Cases/Case-4/vex.json":  append(twice("2.2.0", "2.4.0", "not_affected"), twice("2.1.9", "2.4.1", "")...),
		"Use-Cases/Case-5/vex.json":  append(twice("1.5.0", "6.9.9", "affected"), twice("1.4.9", "7.0.0", "not_affected")...),
		"Use-Cases/Case-6/vex.json":  {{"Acme Product 1", "1", jackson, "not_affected"}, {"Acme Product 3", "1", jackson, "not_affected"}},
		"Use-Cases/Case-8/vex.json":  append(twice("2.0.0", "5.9.0", "not_affected"), twice("2.7.1", "5.9.1", "")...),
		"Use-Cases/Case-9/vex.json":  {{"Acme Product 1", "1", "CVE-2020-11896", "not_affected"}, {"Acme Product 3", "1", "CVE-2020-11914", "not_affected"}},
		"Use-Cases/Case-10/vex.json": append(twice("2.2.0", "2.4.0", "not_affected"), twice("2.1.9", "2.4.1", "")...),
		"Use-Cases/Case-11/vex.json": {{"Acme Product", "2.2.0", "CVE-2020-11896", "not_affected"}, {"Acme Product", "2.2.0", "CVE-2020-11914", "not_affected"}},
		"Use-Cases/Case-12/vex.json": {{"Acme Product", "2.2.0", jackson, "not_affected"}, {"Acme Product", "2.2.0", "CVE-2020-35491", "affected"}, {"Acme Product", "2.2.0", "CVE-2020-14195", "not_affected"}},
		"Use-Cases/Case-13/vex.json": {{"Acme Product 1", "1", jackson, "not_affected"}, {"Acme Product 3", "1", jackson, "affected"}},
	}
	root := testkit.Data(t, "cyclonedx/bom-examples/VEX")
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for file, list := range cases {
		t.Run(file, func(t *testing.T) {
			set := caseSet(t, filepath.Join(root, file), now)
			boms := billsBeside(t, filepath.Join(root, filepath.Dir(file)))
			for _, c := range list {
				q := questionOf(c, boms, now)
				got := ""
				if claim := set.Claim(q); claim != nil {
					got = claim.Status
				}
				if got != c.want {
					t.Errorf("%s %s, %s: %q, want %q", c.product, c.version, c.vulnerability, got, c.want)
				}
				// The other way round: what does not decide anywhere is said, with the field.
				for _, d := range set.Diagnose(oneQuestion{q}, now, "") {
					switch {
					case c.want != "" && d.Outcome == "applied" && d.Status != c.want,
						c.want == "" && d.Outcome != "nothing":
						t.Errorf("%s %s: %+v", c.product, c.version, d)
					case d.Outcome == "nothing" && (d.Said == "" || d.Vulnerability == c.vulnerability && (d.Near == nil || d.Near.Field == "")):
						t.Errorf("%s %s: nothing is said of a statement without effect: %+v", c.product, c.version, d)
					}
				}
			}
		})
	}
	seen, err := filepath.Glob(filepath.Join(root, "*Use-Cases", "Case-*", "vex*.json"))
	if err != nil || len(seen) < len(cases) {
		t.Fatal(seen, err)
	}
	for _, f := range seen {
		name, _ := filepath.Rel(root, f)
		// NTIA's seventh states what holds of a product that it does not name.
		if name = filepath.ToSlash(name); cases[name] == nil && name != "Use-Cases/Case-7/vex.json" {
			t.Errorf("%s is not tried", name)
		}
	}
	unnamed := caseSet(t, filepath.Join(root, "Use-Cases/Case-7/vex.json"), now)
	for _, d := range unnamed.Diagnose(oneQuestion{questionOf(useCase{"Acme Product", "1", jackson, ""}, nil, now)}, now, "") {
		if d.Outcome != "nothing" || d.Near == nil || d.Near.Field != "product" {
			t.Errorf("a statement that names no product: %+v", d)
		}
	}
}

func caseSet(t *testing.T, file string, now time.Time) *vex.Set {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{now: func() time.Time { return now }}
	set := newClaims()
	if err := a.state(set, []stated{{name: file, data: b, trust: "unsigned"}}); err != nil {
		t.Fatal(err)
	}
	return set
}

// billsBeside reads the bills of materials beside a use case: product → serial
// number and ref.
func billsBeside(t *testing.T, dir string) map[string][2]string {
	t.Helper()
	out := map[string][2]string{}
	files, _ := filepath.Glob(filepath.Join(dir, "bom-*.json"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			SerialNumber string
			Metadata     struct {
				Component struct {
					Name string
					Ref  string `json:"bom-ref"`
				}
			}
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		out[doc.Metadata.Component.Name] = [2]string{doc.SerialNumber, doc.Metadata.Component.Ref}
	}
	return out
}

// questionOf asks about a vulnerable part of the product.
func questionOf(c useCase, boms map[string][2]string, now time.Time) *portfolio.Question {
	q := &portfolio.Question{
		Vulnerability: c.vulnerability, At: now, Release: &wardround.Release{Product: c.product, Version: c.version},
		Component: &portfolio.Identity{Name: "part", Version: "1", PURL: "pkg:maven/org.example/part@1"}, Ref: "part", Path: []string{c.product, "part"},
	}
	if b, ok := boms[c.product]; ok {
		q.Document, q.Root = b[0], b[1]
	}
	return q
}

// oneQuestion is a fleet of one product with one part.
type oneQuestion struct{ q *portfolio.Question }

func (f oneQuestion) Questions(id string) ([]portfolio.Question, bool) {
	if strings.EqualFold(id, f.q.Vulnerability) {
		return []portfolio.Question{*f.q}, true
	}
	return nil, true
}

func (f oneQuestion) Products() []portfolio.Question { return []portfolio.Question{*f.q} }
