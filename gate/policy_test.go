package gate

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/junit"
	"github.com/wardround/wardround/format/sarif"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"

	"bytes"
	"encoding/json"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// looked is a gateway with one library that is affected, in two places, one that is
// not identified, and one of an ecosystem of which nothing is known.
func looked(t *testing.T) *Result {
	t.Helper()
	base := knowledge.New(knowledge.Options{})
	base.Put(knowledge.Feed{Name: "go", Kind: "osv", At: now.AddDate(0, 0, -3)}, []knowledge.Entry{{Record: &advisory.Record{
		ID: "GO-2099-1", Aliases: []string{"CVE-2099-1"}, Source: "osv", Modified: now.AddDate(0, 0, -9),
		Severities: []advisory.Severity{{System: "CVSS:3.1", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L"}},
		Affected: []advisory.Affected{{Package: &advisory.Package{Ecosystem: "Go", Name: "example.org/p"}, Status: advisory.IsAffected,
			Ranges: []advisory.Range{{Kind: advisory.Semver, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "1.2.3"}}}}}},
	}}})
	doc := &sbom.Document{Format: "CycloneDX", Version: "1.6", Root: 0, Components: []sbom.Component{
		{Ref: "gw", Parent: -1, Type: sbom.Device, Name: "Gateway", Version: "1"},
		{Ref: "a", Parent: 0, Type: sbom.Library, Name: "p", Version: "v1.0.0", PURL: "pkg:golang/example.org/p@v1.0.0", Licences: []string{"AGPL-3.0-only"}},
		{Ref: "b", Parent: 0, Type: sbom.Library, Name: "p", Version: "v1.0.0", PURL: "pkg:golang/example.org/p@v1.0.0"},
		{Ref: "c", Parent: 0, Type: sbom.Library, Name: "ours", Version: "1"},
		{Ref: "d", Parent: 0, Type: sbom.Library, Name: "left-pad", Version: "1.0.0", PURL: "pkg:npm/left-pad@1.0.0"},
	}}
	r, err := Look(doc, Options{Knowledge: base, Now: now, Name: "gw.cdx.json", Digest: "sha256:00"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLook(t *testing.T) {
	r := looked(t)
	if len(r.Rows) != 1 || r.Rows[0].Copies != 1 || r.Rows[0].Path != "Gateway > p" || r.Rows[0].Status != Affected || r.Rows[0].Fixed[0] != "1.2.3" {
		t.Errorf("%+v", r.Rows)
	}
	if r.Components != 5 || r.Without != 1 || strings.Join(r.Missing, " ") != "npm" || len(r.Unsure()) != 1 {
		t.Errorf("%+v", r)
	}
}

func judge(t *testing.T, r *Result, policy string) *Verdict {
	t.Helper()
	p, err := ReadPolicy(strings.NewReader("policy: 1\nname: x\n" + policy))
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Judge(r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPolicy(t *testing.T) {
	r := looked(t)
	for _, c := range []struct {
		name, policy string
		want         Outcome
		broken       int
	}{
		{"by severity", "rules: [{id: a, when: 'severity >= HIGH'}]", Refused, 1},
		{"not so grave: then it cannot be told, for npm", "rules: [{id: a, when: 'severity >= CRITICAL'}]", Unsure, 0},
		{"a warning refuses nothing", "rules: [{id: a, when: 'status == \"affected\"', action: warn}]", Unsure, 1},
		{"a named finding by alias", "rules: [{id: a, when: '\"GO-2099-1\" in ids'}]", Refused, 1},
		{"a licence", "rules: [{id: a, for: component, when: 'licences.exists(l, l.startsWith(\"AGPL\"))'}]", Refused, 1},
		{"the document", "rules: [{id: a, for: document, when: 'unidentified * 10 > components'}]", Refused, 1},
		{"excepted", "rules: [{id: a, when: 'true'}]\nexceptions: [{vulnerability: CVE-2099-1, until: 2026-11-22, reason: r, by: Ann}]", Unsure, 1},
		{"excepted until yesterday", "rules: [{id: a, when: 'true'}]\nexceptions: [{vulnerability: CVE-2099-1, until: 2026-11-21, reason: r, by: Ann}]", Refused, 1},
		{"another component excepted", "rules: [{id: a, when: 'true'}]\nexceptions: [{component: 'pkg:npm/*', until: 2099-01-01, reason: r, by: Ann}]", Refused, 1},
		{"knowledge too old", "knowledge: {max_age: 48h}\nrules: [{id: a, when: 'false'}]", Unsure, 0},
	} {
		v := judge(t, r, c.policy)
		if v.Outcome != c.want || len(v.Broken) != c.broken {
			t.Errorf("%s: %s with %d, want %s with %d: %+v", c.name, v.Outcome, len(v.Broken), c.want, c.broken, v)
		}
	}
	if v := judge(t, r, "knowledge: {max_age: 48h, required: [Maven]}\nrules: [{id: a, when: 'false'}]"); len(v.Unsure) != 3 {
		t.Errorf("%v", v.Unsure)
	}
}

func TestPoliciesThatAreRefused(t *testing.T) {
	for name, s := range map[string]string{
		"empty": "", "version": "policy: 2\nrules: [{id: a, when: 'true'}]", "no rules": "policy: 1", "unknown field": "policy: 1\ncolour: red\nrules: [{id: a, when: 'true'}]",
		"same id": "policy: 1\nrules: [{id: a, when: 'true'}, {id: a, when: 'true'}]", "not a boolean": "policy: 1\nrules: [{id: a, when: 'severity'}]",
		"unknown name": "policy: 1\nrules: [{id: a, when: 'weather'}]", "for": "policy: 1\nrules: [{id: a, for: dinner, when: 'true'}]",
		"exception without end": "policy: 1\nrules: [{id: a, when: 'true'}]\nexceptions: [{rule: a, reason: r, by: b}]",
		"too long":              "policy: 1\nrules: [{id: a, when: '" + strings.Repeat("true || ", 1000) + "true'}]",
	} {
		if _, err := ReadPolicy(strings.NewReader(s)); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCostIsBounded: a condition that would run for ever is ended.
func TestCostIsBounded(t *testing.T) {
	r := looked(t)
	for i := range 3000 {
		r.Rows[0].Aliases = append(r.Rows[0].Aliases, "X-"+strings.Repeat("1", i%7))
	}
	c, err := FailOn("ids.all(a, ids.all(b, ids.exists(c, c != a + b)))")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Rows(r); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("%v", err)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		p, s string
		want bool
	}{{"a*c", "abbc", true}, {"a*c", "abb", false}, {"*", "", true}, {"a*b*c", "a/b/x/c", true}, {"a*b*c", "acb", false}, {"abc", "abc", true}, {"ab", "abc", false}} {
		if glob(c.p, c.s) != c.want {
			t.Errorf("%s on %s", c.p, c.s)
		}
	}
}

// TestReports: what is written is read again by readers of the formats.
func TestReports(t *testing.T) {
	r := looked(t)
	v := judge(t, r, "rules: [{id: a, when: 'severity >= HIGH'}, {id: lic, for: component, action: warn, when: 'size(licences) > 0'}]")
	var b bytes.Buffer
	if err := WriteSARIF(&b, r, v, "1"); err != nil {
		t.Fatal(err)
	}
	log, err := sarif.Read(&b)
	if err != nil || len(log.Runs[0].Results) != 2 || log.Runs[0].Results[0].Level != sarif.Error || log.Runs[0].Results[1].Level != sarif.Warning {
		t.Errorf("%+v, %v", log, err)
	}
	b.Reset()
	if err := WriteJUnit(&b, r, v); err != nil {
		t.Fatal(err)
	}
	rep, err := junit.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if p, f, s := rep.Counts(); p != 0 || f != 2 || s != 1 {
		t.Errorf("passed %d, failed %d, skipped %d: the row and what cannot be told fail, the warning is skipped", p, f, s)
	}
	b.Reset()
	r.Rows[0].Why = "<script>|`x`"
	if err := WriteMarkdown(&b, r, v); err != nil || strings.Contains(b.String(), "<script>") || !strings.Contains(b.String(), "does not pass") {
		t.Errorf("%s, %v", b.String(), err)
	}
	if err := WriteVDR(&bytes.Buffer{}, &Result{doc: &sbom.Document{Root: -1}}, "1"); err != nil {
		t.Error(err)
	}
}

func TestAttest(t *testing.T) {
	r := looked(t)
	v := judge(t, r, "rules: [{id: a, when: 'severity >= HIGH'}]")
	k, _, err := attest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	env, err := Attest(t.Context(), k, r, v, "wardround@1", "sha256:11")
	if err != nil {
		t.Fatal(err)
	}
	o, err := attest.Open(t.Context(), env, k)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.ReadStatement(o.Payload)
	if err != nil || s.PredicateType != PredicateType || s.Subject[0].Digest["sha256"] != "00" {
		t.Fatalf("%+v, %v", s, err)
	}
	var p Predicate
	if err := json.Unmarshal(s.Predicate, &p); err != nil || p.Verdict.Outcome != Refused || len(p.Failed) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	r.Digest = ""
	if _, err := Attest(t.Context(), k, r, v, "x", ""); err == nil {
		t.Error("nothing can be stated of a document without digest")
	}
}

// A row of which nobody knows whether it is affected lets nothing pass that would be
// refused if it were; one that would not matter does.
func TestWhatCannotBeToldIsNoPass(t *testing.T) {
	r := &Result{Components: 1, Matched: 1, Feeds: []knowledge.Feed{{Name: "osv"}}, doc: &sbom.Document{}, Rows: []Row{{Vulnerability: "CVE-2024-1", Component: "pkg:npm/a", Severity: wardround.High, Status: CannotTell}}}
	for text, want := range map[string]int{"any": 1, "high": 1, "critical": 0, "none": 0, `status == "affected" && kev`: 0, `status != "fixed"`: 0} {
		c, err := FailOn(text)
		if err != nil {
			t.Fatal(err)
		}
		if unsure, err := c.Unsure(r); err != nil || len(unsure) != want {
			t.Errorf("fail on %s: %q, %v, want %d reasons", text, unsure, err, want)
		}
	}
	for rule, want := range map[string]Outcome{
		`status == "affected"`:                            Unsure,
		`status == "affected" && severity >= CRITICAL`:    Passed,
		"status == \"affected\"\n    action: warn":        Passed,
		`status == "affected" || status == "cannot_tell"`: Refused,
	} {
		p, err := ReadPolicy(strings.NewReader("policy: 1\nname: p\nrules:\n  - id: r\n    when: " + rule + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.Judge(r)
		if err != nil || v.Outcome != want {
			t.Errorf("%s: %s %q, %v, want %s", rule, v.Outcome, v.Unsure, err, want)
		}
	}
}
