package spdx

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/sbom"
)

// repeated is a long input that is never held: head, n times a piece, tail.
type repeated struct {
	head, tail string
	piece      func(i int) string
	n, i       int
	rest       string
}

func (r *repeated) Read(p []byte) (int, error) {
	for r.rest == "" {
		switch {
		case r.head != "":
			r.rest, r.head = r.head, ""
		case r.i < r.n:
			r.rest = r.piece(r.i)
			r.i++
		case r.tail != "":
			r.rest, r.tail = r.tail, ""
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// What is too large, too deep or too many is refused, with the limit as cause.
func TestLimits(t *testing.T) {
	x := strings.Repeat("x", 3000)
	packages := document2()
	for name, c := range map[string]struct {
		text  io.Reader
		limit sbom.Limits
	}{
		"white space":              {&repeated{piece: func(int) string { return strings.Repeat(" ", 1000) }, n: 1 << 20}, sbom.Limits{Bytes: 1 << 20}},
		"white space inside":       {&repeated{head: "{", piece: func(int) string { return strings.Repeat("\n", 1000) }, n: 1 << 20}, sbom.Limits{Bytes: 1 << 20}},
		"bytes":                    {strings.NewReader(`{"spdxVersion":"SPDX-2.3","comment":"` + strings.Repeat(x, 100) + `"}`), sbom.Limits{Bytes: 100_000}},
		"a name":                   {strings.NewReader(`{"spdxVersion":"SPDX-2.3","name":"` + x + `"}`), sbom.Limits{Text: 1000}},
		"a name with escapes":      {strings.NewReader(`{"spdxVersion":"SPDX-2.3","name":"\n` + x + `"}`), sbom.Limits{Text: 1000}},
		"a field name":             {strings.NewReader(`{"` + x + `":1}`), sbom.Limits{Text: 1000}},
		"depth":                    {&repeated{head: `{"spdxVersion":"SPDX-2.3","x":`, piece: func(int) string { return "[" }, n: 1 << 20}, sbom.Limits{}},
		"depth of inline elements": {&repeated{head: `{"@graph":[`, piece: func(int) string { return `{"to":` }, n: 1 << 20}, sbom.Limits{}},
		"components":               {strings.NewReader(packages), sbom.Limits{Components: 2}},
		"components 3":             {strings.NewReader(document3("3.0.1")), sbom.Limits{Components: 1}},
		"relations":                {strings.NewReader(document2(relation2("A", "OTHER", "B"), relation2("B", "OTHER", "A"))), sbom.Limits{Relations: 1}},
		"a line":                   {strings.NewReader("SPDXVersion: SPDX-2.3\nPackageName: " + x), sbom.Limits{Text: 1000}},
		"lines":                    {&repeated{head: "SPDXVersion: SPDX-2.3\n", piece: func(int) string { return "# remark\n" }, n: 1 << 20}, sbom.Limits{Bytes: 1 << 20}},
		"line components":          {strings.NewReader(everything), sbom.Limits{Components: 2}},
	} {
		if d, err := Decode(c.text, c.limit); !errors.Is(err, format.ErrLimit) || d != nil {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	// What is skipped may be long, and problems over their limit are counted.
	if _, err := Decode(strings.NewReader(`{"comment":"`+x+`\"","spdxVersion":"SPDX-2.3","creationInfo":{"comment":"`+x+`"}}`), sbom.Limits{Text: 1000}); err != nil {
		t.Error(err)
	}
	long := strings.Replace(document2(`{"spdxElementId":"SPDXRef-A","relationshipType":"OTHER","relatedSpdxElement":"SPDXRef-B","comment":"\n`+x+`"}`), `"name":"A"`, `"name":"A","annotations":[{"comment":"wardround:type: `+x+`"},{"comment":"support\u003alevel: maintained"}]`, 1)
	if d, err := Decode(strings.NewReader(long), sbom.Limits{Text: 1000}); err != nil || len(d.SBOM.Relations) != 1 || d.SBOM.Components[0].Support != "maintained" {
		t.Errorf("%v %+v", err, d)
	}
	var lost []string
	for i := range 10 {
		lost = append(lost, relation2("SPDXRef-A", "DEPENDS_ON", fmt.Sprint("SPDXRef-none-", i)))
	}
	d, err := Decode(strings.NewReader(document2(lost...)), sbom.Limits{Problems: 3})
	if err != nil || len(d.SBOM.Problems) != 4 || d.SBOM.Problems[3].Code != "more" || d.SBOM.Problems[3].Count != 7 {
		t.Errorf("%v %+v", err, d)
	}
}

// A document cut anywhere is refused as cut, never half taken in.
func TestTruncated(t *testing.T) {
	for _, text := range []string{everythingJSON, document3("3.0.1")} {
		for n := range len(text) - 1 {
			if d, err := Decode(strings.NewReader(text[:n]), sbom.Limits{}); !errors.Is(err, format.ErrTruncated) || d != nil {
				t.Fatalf("cut at %d: %v", n, err)
			}
		}
	}
	if _, err := Decode(strings.NewReader("SPDXVersion: SPDX-2.3\nDocumentComment: <text>never"), sbom.Limits{}); !errors.Is(err, format.ErrTruncated) {
		t.Error(err)
	}
}

func TestNoSPDX(t *testing.T) {
	for _, text := range []string{"\xFF\xFE{\x00", "\xFE\xFF\x00{", `{}`, `{"bomFormat":"CycloneDX"}`, `<rdf:RDF/>`, "hello", "a: b\n", `{"@context":"https://example.org","@graph":[{"type":"Person"}]}`, `{"spdxVersion":"SPDX-2.3"} {}`, `[]`, `{"spdxVersion":"SPDX-2.3","name":tru}`, `{"spdxVersion":"SPDX-2.3",}`, `{"spdxVersion":"SPDX-2.3" "name":"x"}`, "{\"spdxVersion\":\"a\nb\"}"} {
		d, err := Decode(strings.NewReader(text), sbom.Limits{})
		var at *format.Error
		if d != nil || !errors.As(err, &at) || !errors.Is(err, format.ErrMalformed) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Decode(strings.NewReader(" \n"), sbom.Limits{}); !errors.Is(err, format.ErrTruncated) {
		t.Error(err)
	}
}

// Containers that contain themselves, elements under one name, references to
// nowhere and to themselves: each is a problem with its place, and the rest stands.
func TestCrookedGraphs(t *testing.T) {
	d := decode(t, document2(
		relation2("SPDXRef-A", "CONTAINS", "SPDXRef-B"), relation2("SPDXRef-B", "CONTAINS", "SPDXRef-C"), relation2("SPDXRef-C", "CONTAINS", "SPDXRef-A"),
		relation2("SPDXRef-A", "DEPENDS_ON", "SPDXRef-A"), relation2("SPDXRef-A", "IS_FOND_OF", "SPDXRef-B"), relation2("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-gone"),
	)).SBOM
	codes := map[string]int{}
	for _, p := range d.Problems {
		codes[p.Code]++
		if p.Where == "" || p.Detail == "" {
			t.Errorf("%+v", p)
		}
	}
	for _, code := range []string{"cycle", "self-ref", "unknown-relationship", "unknown-ref"} {
		if codes[code] != 1 {
			t.Errorf("%s: %v", code, codes)
		}
	}
	up := 0
	for i := range d.Components {
		for at, n := i, 0; at >= 0; at, n = d.Components[at].Parent, n+1 {
			if n > 3 {
				t.Fatal("the cycle is still there")
			}
			up++
		}
	}
	if up != 6 { // one of three has no parent, the chain is 3+2+1
		t.Errorf("%+v", d.Components)
	}
	// The example of the specification: a package and a library that contain one
	// another. What is described stands above.
	d = decode(t, document2(relation2("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-A"), relation2("SPDXRef-B", "CONTAINS", "SPDXRef-A"), relation2("SPDXRef-A", "CONTAINS", "SPDXRef-B"))).SBOM
	if d.Root != 0 || d.Components[0].Parent != -1 || d.Components[1].Parent != 0 {
		t.Errorf("%d %+v", d.Root, d.Components)
	}
	// An element that is defined again in the same words is one.
	again := decode(t, "SPDXVersion: SPDX-2.3\nFileName: a\nSPDXID: SPDXRef-a\nPackageName: p\nSPDXID: SPDXRef-p\nFileName: a\nSPDXID: SPDXRef-a\n").SBOM
	if len(again.Components) != 2 || again.Components[0].Parent != 1 || again.Root != 1 || len(again.Problems) != 1 || again.Problems[0].Code != "repeated-definition" {
		t.Errorf("%+v", again)
	}
	twice := decode(t, `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-A","name":"one"},{"SPDXID":"SPDXRef-A","name":"two"},{"name":"three"},{"SPDXID":"SPDXRef-A#2","name":"four"}]}`).SBOM
	refs := map[string]bool{}
	for _, c := range twice.Components {
		refs[c.Ref] = true
	}
	if len(twice.Components) != 4 || len(refs) != 4 || refs[""] {
		t.Errorf("%+v", twice.Components)
	}
}

// A million containers inside one another end in bounded time.
func TestMillionNestedContainers(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 10_000
	}
	in := &repeated{
		head: `{"spdxVersion":"SPDX-2.3","packages":[{}`, tail: `]}`, n: 2 * n,
		piece: func(i int) string {
			if i < n {
				return fmt.Sprintf(`,{"SPDXID":"p%d","name":"p"}`, i)
			}
			sep := ","
			if i == n {
				sep = `],"relationships":[`
			}
			return fmt.Sprintf(`%s{"spdxElementId":"p%d","relationshipType":"CONTAINS","relatedSpdxElement":"p%d"}`, sep, i-n, (i-n+1)%n)
		},
	}
	start := time.Now()
	d, err := Decode(in, sbom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); len(d.SBOM.Components) != n+1 || took > 2*time.Minute {
		t.Errorf("%d components in %v", len(d.SBOM.Components), took)
	}
	if d.SBOM.Problems[len(d.SBOM.Problems)-1].Code != "cycle" {
		t.Errorf("%+v", d.SBOM.Problems)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(everythingJSON))
	f.Add([]byte(document2(relation2("SPDXRef-A", "CONTAINS", "DocumentRef-far:SPDXRef-X"))))
	f.Add([]byte(document3("3.0.1", `{"type":"Relationship","spdxId":"urn:r","from":{"type":"build_Build"},"to":[{"@id":"urn:B"}],"relationshipType":"hasOutput","completeness":"complete"}`)))
	f.Add([]byte(document3("3.0.0", `{"type":"security_CvssV3VulnAssessmentRelationship","from":"urn:v","to":"urn:A","security_score":"6.8"},{"type":"security_Vulnerability","spdxId":"urn:v"}`)))
	f.Add([]byte(`{"@graph":"\ud800\udc00\ud800\u0041"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(strings.NewReader(string(b)), sbom.Limits{Bytes: 1 << 20, Depth: 32, Components: 1000, Relations: 2000, Text: 4096, Problems: 10})
		if err != nil {
			return
		}
		n := len(d.SBOM.Components)
		if d.SBOM.Root < -1 || d.SBOM.Root >= n || n > 1000 {
			t.Fatalf("root %d of %d", d.SBOM.Root, n)
		}
		refs := map[string]bool{}
		for i, c := range d.SBOM.Components {
			if c.Ref == "" || refs[c.Ref] || c.Parent < -1 || c.Parent >= n {
				t.Fatalf("component %d: %+v", i, c)
			}
			refs[c.Ref] = true
			for at, steps := i, 0; at >= 0; at, steps = d.SBOM.Components[at].Parent, steps+1 {
				if steps > n {
					t.Fatal("a cycle of parents")
				}
			}
		}
		for _, r := range d.SBOM.Relations {
			if r.From < 0 || r.To < 0 || r.From >= n || r.To >= n || r.Kind == "" || r.From == r.To {
				t.Fatalf("%+v", r)
			}
		}
		for _, l := range d.SBOM.Links {
			if l.From < -1 || l.From >= n {
				t.Fatalf("%+v", l)
			}
		}
	})
}
