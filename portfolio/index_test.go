package portfolio

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestAChangedAdvisoryTouchesWhatHasTheComponent(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	one, two := release(t, ix, "Pump", "1"), release(t, ix, "Pump", "2")
	put(t, ix, one, bom("a", "x/net 1.0", "x/text 1.0"))
	put(t, ix, two, bom("b", "x/net 1.5", "x/text 1.0"))
	want(t, "nothing is known", drained(t, ix))

	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "1.2"))
	want(t, "an advisory", drained(t, ix), "Acme Pump 1 CVE-1 fail")
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "1.7"))
	want(t, "a wider range: the first is said anew, with another fix", drained(t, ix), "Acme Pump 1 CVE-1 fail", "Acme Pump 2 CVE-1 fail")
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "1.7"))
	want(t, "the same again", drained(t, ix))
	asked := s.asked
	ix.Change(s.put("CVE-2", "pkg:golang/x/text", "0.9"))
	want(t, "another package, not affected", drained(t, ix))
	if s.asked != asked+1 {
		t.Errorf("knowledge was asked %d times about one identity in two releases", s.asked-asked)
	}
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "1.2"))
	want(t, "narrowed again", drained(t, ix), "Acme Pump 1 CVE-1 fail", "Acme Pump 2 CVE-1 pass")
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(two), Vulnerability: "CVE-1"})
	if e == nil || e.Why != "pkg:golang/x/net@1.5: 1.5 is fixed (from 1.2)." {
		t.Errorf("why not: %+v", e)
	}
	ix.Change(s.drop("CVE-1"))
	want(t, "taken back", drained(t, ix), "Acme Pump 1 CVE-1 pass", "Acme Pump 2 CVE-1 pass")
}

func TestAnSBOMIsReplacedAtOnce(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	ix.Change(s.put("CVE-2", "pkg:golang/x/text", "2"))
	put(t, ix, id, bom("a", "app 1", " x/net 1.0", " x/text 1.0"))
	want(t, "first", drained(t, ix), "Acme Pump 1 CVE-1 fail", "Acme Pump 1 CVE-2 fail")
	put(t, ix, id, bom("a", "app 1", " x/net 1.0", " x/text 2.0", " x/sys 1"))
	want(t, "one was fixed", drained(t, ix), "Acme Pump 1 CVE-2 pass")
	put(t, ix, id, bom("a", "app 1", " x/text 2.0", " x/sys 1", "  x/net 1.0"))
	want(t, "it stands elsewhere", drained(t, ix), "Acme Pump 1 CVE-1 fail")
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"})
	if e.Places[0].Path != "Acme Pump 1 > app > x/sys > x/net" {
		t.Errorf("path %q", e.Places[0].Path)
	}
	put(t, ix, id, bom("a", "app 1"))
	want(t, "it is gone", drained(t, ix), "Acme Pump 1 CVE-1 pass")
	e = ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"})
	if e.Why != "No component that it names is in the product any more." {
		t.Errorf("why %q", e.Why)
	}
}

func TestAnSBOMIsReplacedWhileAPortionWaits(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	put(t, ix, id, bom("a", "x/net 1.0"))
	drained(t, ix)
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	put(t, ix, id, bom("a", "x/net 2.0")) // before it was said
	want(t, "what was never said needs no taking back", drained(t, ix))
}

func TestCannotTellIsNotHiddenByNotAffected(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	doc := bom("a", "x/net 3.0")
	doc.Components = append(doc.Components, sbom.Component{Parent: -1, Name: "x/net", PURL: "pkg:golang/x/net"})
	put(t, ix, id, doc)
	want(t, "one is fixed, of the other the version is not known", drained(t, ix), "Acme Pump 1 CVE-1 unknown")
	doc.Components = append(doc.Components, sbom.Component{Parent: -1, Name: "x/net", Version: "1.0", PURL: "pkg:golang/x/net@1.0"})
	put(t, ix, id, doc)
	want(t, "a third is affected", drained(t, ix), "Acme Pump 1 CVE-1 fail")
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"})
	if !strings.Contains(e.Why, "whether 1 other component is affected cannot be told") {
		t.Errorf("why %q", e.Why)
	}
}

func TestFoldedIDsPassUnderTheOldName(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	put(t, ix, id, bom("a", "x/net 1.0"))
	ix.Change(s.put("GO-1", "pkg:golang/x/net", "2"))
	want(t, "before", drained(t, ix), "Acme Pump 1 GO-1 fail")
	s.drop("GO-1")
	d := s.put("CVE-1", "pkg:golang/x/net", "2")
	s.aliases["GO-1"] = "CVE-1"
	d.Renamed = map[string][]string{"GO-1": {"CVE-1"}}
	ix.Change(d)
	want(t, "after", drained(t, ix), "Acme Pump 1 CVE-1 fail", "Acme Pump 1 GO-1 pass")
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "GO-1"})
	if e.Why != "GO-1 was folded into CVE-1, and is judged there." {
		t.Errorf("why %q", e.Why)
	}
}

func TestLinkedBillsCountAboveAndCirclesEnd(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	pump, board := release(t, ix, "Pump", "1"), release(t, ix, "Board", "7")
	top := bom("urn:uuid:3E671687-395B-41F5-A30F-A58921A69B79", "housing 1")
	top.Links = []sbom.Link{{From: 0, Document: "urn:cdx:11111111-395b-41f5-a30f-a58921a69b79/2#main"}}
	put(t, ix, pump, top)
	sub := bom("urn:uuid:11111111-395b-41f5-a30f-a58921a69b79", "linux 6", " openssl 1.0")
	sub.Links = []sbom.Link{{From: -1, Document: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1"}}
	put(t, ix, board, sub)
	ix.Change(s.put("CVE-1", "pkg:golang/openssl", "2"))
	want(t, "both", drained(t, ix), "Acme Board 7 CVE-1 fail", "Acme Pump 1 CVE-1 fail")
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(pump), Vulnerability: "CVE-1"})
	if e.Count != 1 || e.Places[0].Path != "Acme Pump 1 > housing > Acme Board 7 > linux > openssl" {
		t.Errorf("places %+v", e.Places)
	}
	put(t, ix, board, bom("urn:uuid:11111111-395b-41f5-a30f-a58921a69b79", "linux 6", " openssl 2.0"))
	want(t, "fixed below", drained(t, ix), "Acme Board 7 CVE-1 pass", "Acme Pump 1 CVE-1 pass")
}

func TestAMillionComponentsOfOneName(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second or two")
	}
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	doc := bom("a", "app 1")
	for range 1_000_000 {
		doc.Components = append(doc.Components, sbom.Component{Parent: 0, Name: "x/net", Version: "1.0", PURL: "pkg:golang/x/net@1.0"})
	}
	put(t, ix, id, doc)
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	want(t, "one answer", drained(t, ix), "Acme Pump 1 CVE-1 fail")
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"})
	if e.Count != 1_000_000 || len(e.Places) != maxPlaces {
		t.Errorf("%d in %d places", e.Count, len(e.Places))
	}
}

func TestAHundredThousandVersionsOfOnePackage(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	doc := bom("a", "app 1")
	for i := range 100_000 {
		v := fmt.Sprintf("1.%06d", i)
		doc.Components = append(doc.Components, sbom.Component{Parent: 0, Name: "x/net", Version: v, PURL: "pkg:golang/x/net@" + v})
	}
	put(t, ix, id, doc)
	began := time.Now()
	for i := range 5 {
		ix.Change(s.put(fmt.Sprint("CVE-", i), "pkg:golang/x/net", "1.05"))
	}
	if got := drained(t, ix); len(got) != 5 {
		t.Errorf("%q", got)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("five advisories took %v", took)
	}
	e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-0"})
	if e.Count != 50_000 || !strings.Contains(e.Why, "49999 components more likewise") {
		t.Errorf("%d: %s", e.Count, e.Why)
	}
}

func TestNestingThatIsACircleIsCut(t *testing.T) {
	ix := New(Options{Knowledge: newShelf()})
	id := release(t, ix, "Pump", "1")
	doc := bom("a", "x 1", "y 1", "z 1")
	doc.Components[0].Parent, doc.Components[1].Parent, doc.Components[2].Parent = 1, 2, 0
	put(t, ix, id, doc)
	b := ix.subjects[0].bill
	for row := range b.parent {
		steps := 0
		for at := int32(row); at >= 0; at = b.parent[at] {
			if steps++; steps > 3 {
				t.Fatal("the way up has no end")
			}
		}
	}
}

func TestPortionsAreBoundedAndComplete(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	names := []string{"1.0", "1.1", "1.2", "1.3"}
	for _, p := range []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"} {
		for _, v := range names {
			put(t, ix, release(t, ix, p, v), bom(p+v, "x/net "+v))
		}
	}
	drained(t, ix)
	var d Delta
	for i := range 120 {
		x := s.put("CVE-"+string(rune('a'+i%26))+string(rune('a'+i/26)), "pkg:golang/x/net", "9")
		d.Keys, d.Vulnerabilities = append(d.Keys, x.Keys...), append(d.Vulnerabilities, x.Vulnerabilities...)
	}
	ix.Change(d)
	p := ix.Drain()
	if len(p.Exposures) != MaxPortion || !p.More {
		t.Fatalf("%d answers, more %v", len(p.Exposures), p.More)
	}
	if rest := len(drained(t, ix)); rest != 40*120-MaxPortion {
		t.Errorf("%d answers in the rest", rest)
	}
}

func TestDevicesWithoutAReleaseAreMatchedByWhatTheyCallThemselves(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	a := &wardround.Asset{ID: "a1", Kind: wardround.Device, Attributes: map[string]wardround.Attribute{
		wardround.AttrName: {Value: "Bed 4 pump"}, wardround.AttrMaker: {Value: "Acme"}, wardround.AttrModel: {Value: "Pump"}, wardround.AttrSoftware: {Value: "1"}}}
	ix.Assets([]*wardround.Asset{a})
	ix.Change(s.put("CVE-1", "product:pump", "2"))
	want(t, "by name", drained(t, ix), "Bed 4 pump CVE-1 fail")
	b := *a
	b.Release = wardround.ReleaseIDOf("o", "Acme", "Pump", "1")
	ix.Assets([]*wardround.Asset{&b})
	want(t, "its release was not said yet", drained(t, ix))
	release(t, ix, "Pump", "1")
	want(t, "now it is judged there", drained(t, ix), "Acme Pump 1 CVE-1 fail", "Bed 4 pump CVE-1 pass")
	var in []wardround.AssetID
	for id := range ix.Instances(b.Release) {
		in = append(in, id)
	}
	if len(in) != 1 || in[0] != "a1" {
		t.Errorf("instances %v", in)
	}
}
