package vex

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	model "github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/portfolio"
)

var now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// set holds documents that a test writes as values.
type set struct {
	*Set
	t    *testing.T
	next *model.Document
}

func newSet(t *testing.T) *set {
	s := &set{t: t}
	s.Set = New(Options{Read: func([]byte) (*model.Document, error) { return s.next, nil }})
	return s
}

// put takes in a document; trust is "verified" or "unsigned".
func (s *set) put(author, id, trust string, statements ...model.Statement) []string {
	s.t.Helper()
	for i := range statements {
		if statements[i].Where == "" {
			statements[i].Where = "/" + string(rune('0'+i))
		}
	}
	s.next = &model.Document{Author: author, ID: id, Issued: now.AddDate(0, -1, 0), Statements: statements}
	row := &wardround.Document{ID: wardround.DocumentID("d-" + id), Name: id + ".json", Trust: trust, Signer: "key-" + author, At: now}
	out, err := s.State(&wardround.Observation{Fields: &kind.VEXReceivedV1{}}, row, bytes.NewReader(nil))
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func says(vuln string, status model.Status, p ...model.Product) model.Statement {
	return model.Statement{Vulnerability: vuln, Status: status, Products: p}
}

var pump = &wardround.Release{Maker: "Example Imaging", Product: "Pump 3000", Version: "4.2", Models: []string{"P-3000"}, UDIDI: "04012345000017"}

// ask is the question about log4j in the pump.
func ask(change func(*portfolio.Question)) *portfolio.Question {
	r := *pump
	q := &portfolio.Question{
		Vulnerability: "CVE-2021-44228", Aliases: []string{"GHSA-jfh8-c2jp-5v3q"}, Release: &r, Document: "urn:cdx:1/1", Ref: "log4j", At: now,
		Component: &portfolio.Identity{Name: "log4j-core", Group: "org.apache.logging.log4j", Version: "2.14.1", PURL: "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Supplier: "Apache"},
	}
	if change != nil {
		change(q)
	}
	return q
}

// TestWhatAStatementSpeaksOf: each form names the pump's log4j, or does not, and says
// which field prevented it.
func TestWhatAStatementSpeaksOf(t *testing.T) {
	log4j := model.Product{PURL: "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}
	for _, c := range []struct {
		name  string
		st    model.Statement
		field string // of the miss; "" speaks of it
	}{
		{"product by name and component", says("CVE-2021-44228", model.NotAffected, model.Product{Vendor: "example imaging", Name: "Pump-3000", Version: "4.2", Components: []model.Product{log4j}}), ""},
		{"by alias", says("GHSA-jfh8-c2jp-5v3q", model.NotAffected, log4j), ""},
		{"the component alone", says("CVE-2021-44228", model.NotAffected, log4j), ""},
		{"any version of it", says("CVE-2021-44228", model.NotAffected, model.Product{PURL: "pkg:maven/org.apache.logging.log4j/log4j-core"}), ""},
		{"the product alone", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000"}), ""},
		{"by UDI", says("CVE-2021-44228", model.NotAffected, model.Product{UDI: "04012345000017"}), ""},
		{"by BOM-Link", says("CVE-2021-44228", model.NotAffected, model.Product{Document: "urn:cdx:1/1", Ref: "log4j"}), ""},
		{"by model number", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "P-3000"}), ""},
		{"range", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000", Range: "vers:generic/>=4.0|<5.0"}), ""},
		{"another version of the component", says("CVE-2021-44228", model.NotAffected, model.Product{PURL: "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.0"}), "purl.version"},
		{"another version of the product", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000", Version: "4.1", Components: []model.Product{log4j}}), "version"},
		{"another component", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000", Components: []model.Product{{PURL: "pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1"}}}), "purl.name"},
		{"another maker", says("CVE-2021-44228", model.NotAffected, model.Product{Vendor: "Other", Name: "Pump 3000"}), "maker"},
		{"another product", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 4000"}), "product"},
		{"range that it is out of", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000", Range: "vers:generic/<4.0"}), "range"},
		{"a digest alone", says("CVE-2021-44228", model.NotAffected, model.Product{Hashes: []model.Hash{{Value: "00"}}}), "hash"},
		{"another BOM", says("CVE-2021-44228", model.NotAffected, model.Product{Document: "urn:cdx:2/1", Ref: "log4j"}), "document"},
		{"nothing that can be read", says("CVE-2021-44228", model.NotAffected, model.Product{PURL: "nope"}), "identifier"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSet(t)
			s.put("Example Imaging", "one", "unsigned", c.st)
			claim := s.Claim(ask(nil))
			if (claim != nil) != (c.field == "") {
				t.Fatalf("claim %+v, want field %q", claim, c.field)
			}
			d := s.Diagnose(fleet{ask(nil)}, now, "")[0]
			switch {
			case c.field == "" && (d.Outcome != "applied" || d.Decides != 1):
				t.Errorf("%+v", d)
			case c.field != "" && (d.Outcome != "nothing" || d.Near == nil || d.Near.Field != c.field || d.Said == ""):
				t.Errorf("%+v, near %+v; want field %q", d, d.Near, c.field)
			}
		})
	}
}

// fleet has one question, whatever is asked of its vulnerability.
type fleet struct{ q *portfolio.Question }

func (f fleet) Questions(id string) ([]portfolio.Question, bool) {
	if id == f.q.Vulnerability || id == f.q.Aliases[0] {
		return []portfolio.Question{*f.q}, true
	}
	return nil, id == "CVE-2020-0001"
}

func (f fleet) Products() []portfolio.Question { return []portfolio.Question{*f.q} }

// TestDistro: the qualifier that silently suppresses nothing elsewhere is named here.
func TestDistro(t *testing.T) {
	s := newSet(t)
	s.put("Debian", "d", "unsigned", says("CVE-2021-44228", model.NotAffected, model.Product{PURL: "pkg:deb/debian/openssl@3.0.1?distro=debian-11"}))
	q := ask(func(q *portfolio.Question) {
		q.Component = &portfolio.Identity{Name: "openssl", Version: "3.0.1", PURL: "pkg:deb/debian/openssl@3.0.1?distro=debian-12.13"}
	})
	d := s.Diagnose(fleet{q}, now, "")[0]
	if d.Near == nil || d.Near.Field != "purl.distro" || !strings.Contains(d.Said, "debian-12.13") {
		t.Errorf("%+v %+v", d, d.Near)
	}
	s.put("Debian", "d", "unsigned", says("CVE-2021-44228", model.NotAffected, model.Product{PURL: "pkg:deb/debian/openssl@3.0.1?distro=debian-12"}))
	if s.Claim(q) == nil {
		t.Error("debian-12 covers debian-12.13")
	}
}

// TestInheritance: a later version inherits when the author says so, and only then.
func TestInheritance(t *testing.T) {
	for _, inherits := range []bool{false, true} {
		s := newSet(t)
		st := says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000", Version: "4.1"})
		st.Inherits = inherits
		s.put("Example Imaging", "one", "unsigned", st)
		if got := s.Claim(ask(nil)) != nil; got != inherits {
			t.Errorf("inherits %v: claim %v", inherits, got)
		}
		if s.Claim(ask(func(q *portfolio.Question) { q.Release.Version = "4.0" })) != nil {
			t.Error("an earlier version never inherits")
		}
	}
}

// TestPrecedence: signature, then maker, then what names more, then what is newer.
func TestPrecedence(t *testing.T) {
	log4j := model.Product{PURL: "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}
	product := model.Product{Name: "Pump 3000", Components: []model.Product{log4j}}
	s := newSet(t)
	want := func(status, why string) {
		t.Helper()
		if c := s.Claim(ask(nil)); c == nil || c.Status != status {
			t.Errorf("%s: %+v, want %s", why, c, status)
		}
	}
	s.put("Somebody", "a", "unsigned", says("CVE-2021-44228", model.Affected, product))
	want("affected", "the only one")
	s.put("Example Imaging", "b", "unsigned", says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000"}))
	want("not_affected", "the maker goes before anybody")
	s.put("Example Imaging", "c", "unsigned", says("CVE-2021-44228", model.UnderInvestigation, product))
	want("under_investigation", "the component goes before the product")
	newer := says("CVE-2021-44228", model.Fixed, product)
	newer.Updated = now
	s.put("Example Imaging", "d", "unsigned", newer)
	want("fixed", "the newer")
	s.put("Somebody", "e", "verified", says("CVE-2021-44228", model.Affected, model.Product{Name: "Pump 3000"}))
	want("affected", "a signature goes before none")
	if c := s.Claim(ask(nil)); len(c.Conflicts) != 0 {
		t.Errorf("what is not signed does not conflict with what is: %v", c.Conflicts)
	}
	s.put("Somebody", "f", "verified", says("CVE-2021-44228", model.NotAffected, product))
	if c := s.Claim(ask(nil)); c.Status != "not_affected" || len(c.Conflicts) != 1 || c.Conflicts[0] != "d-e" {
		t.Errorf("%+v", c)
	}
	for _, d := range s.Diagnose(fleet{ask(nil)}, now, "") {
		want := map[string]string{"d-f": "applied"}[string(d.Document)]
		if want == "" {
			want = "overruled"
		}
		if d.Outcome != want {
			t.Errorf("%s: %+v", d.Document, d)
		}
	}
}

// TestExpiredReplacedWithdrawn: what has ended, was replaced or taken back does not
// hold.
func TestExpiredReplacedWithdrawn(t *testing.T) {
	s := newSet(t)
	st := says("CVE-2021-44228", model.NotAffected, model.Product{Name: "Pump 3000"})
	st.Expires = now.AddDate(0, 0, -1)
	s.put("Example Imaging", "one", "unsigned", st)
	if s.Claim(ask(nil)) != nil {
		t.Error("it ended yesterday")
	}
	if d := s.Diagnose(fleet{ask(nil)}, now, "")[0]; d.Outcome != "expired" {
		t.Errorf("%+v", d)
	}
	touched := s.put("Example  imaging", "one", "unsigned", says("CVE-2099-9", model.NotAffected, model.Product{Name: "Pump 3000"}))
	if strings.Join(touched, " ") != "CVE-2021-44228 CVE-2099-9" {
		t.Errorf("both what was and what is spoken of is touched: %v", touched)
	}
	if docs, n := s.Count(); docs != 1 || n != 1 {
		t.Error(docs, n)
	}
	if _, err := s.State(&wardround.Observation{Fields: &kind.VEXReceivedV1{Withdrawn: true}}, &wardround.Document{Name: "x"}, bytes.NewReader(nil)); err != nil {
		t.Fatal(err)
	}
	if docs, n := s.Count(); docs != 0 || n != 0 || len(s.byVuln) != 0 {
		t.Error("withdrawn", docs, n)
	}
}

// TestDiagnosesSayWhatIsNotKnown.
func TestDiagnosesSayWhatIsNotKnown(t *testing.T) {
	s := newSet(t)
	s.put("A", "one", "unsigned", says("CVE-1900-1", model.NotAffected, model.Product{Name: "Pump 3000"}), says("CVE-2020-0001", model.NotAffected, model.Product{Name: "Pump 3000"}), says("CVE-2021-44228", model.NotAffected))
	d := s.Diagnose(fleet{ask(nil)}, now, "")
	if !strings.Contains(d[0].Said, "No source of knowledge") || !strings.Contains(d[1].Said, "Nothing that is here has CVE-2020-0001") || d[2].Near.Field != "product" {
		t.Errorf("%+v", d)
	}
}

func TestStated(t *testing.T) {
	s := newSet(t)
	s.put("Example Imaging", "one", "unsigned", says("CVE-1", model.Affected, model.Product{Name: "Pump 3000"}), says("CVE-2", model.NotAffected, model.Product{Name: "Pump 3000"}), says("CVE-3", model.Affected, model.Product{Name: "Other"}))
	if got := s.Stated(pump); strings.Join(got, " ") != "CVE-1" {
		t.Error(got)
	}
}

func TestUnreadableLeavesWhatWas(t *testing.T) {
	s := New(Options{})
	good := `{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"A","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a@1"}],"status":"fixed"}]}`
	o := &wardround.Observation{Fields: &kind.VEXReceivedV1{}}
	if _, err := s.State(o, &wardround.Document{Name: "a"}, strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.State(o, &wardround.Document{Name: "a"}, strings.NewReader("{")); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("%v", err)
	}
	if _, n := s.Count(); n != 1 {
		t.Error(n)
	}
}
