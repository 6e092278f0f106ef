package cyclonedx_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
)

const (
	jsonHead = `{"bomFormat":"CycloneDX","specVersion":"1.6",`
	xmlHead  = `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6">`
)

// endless gives the same text again and again, and counts.
type endless struct {
	text string
	gave int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.gave%int64(len(e.text)):])
	for n < len(p) {
		n += copy(p[n:], e.text)
	}
	e.gave += int64(n)
	return n, nil
}

// TestEndsSoon: what comes without end, or blows up, is refused for its limit after
// a bounded read and in a bounded time.
func TestEndsSoon(t *testing.T) {
	space := strings.Repeat(" ", 4096)
	for name, c := range map[string]struct {
		begin, again string
		lim          sbom.Limits
		most         int64 // bytes read
	}{
		"10 GB of white space, JSON":      {jsonHead, space, sbom.Limits{}, 20 << 20},
		"10 GB of white space before":     {"", space, sbom.Limits{}, 20 << 20},
		"10 GB of white space, XML":       {xmlHead, space, sbom.Limits{}, 20 << 20},
		"a million nested components":     {jsonHead + `"components":[`, `{"type":"library","name":"x","components":[`, sbom.Limits{}, 1 << 20},
		"a million nested in XML":         {xmlHead + `<components>`, `<component type="library"><name>x</name><components>`, sbom.Limits{}, 1 << 20},
		"nested where nobody looks":       {jsonHead + `"x":`, `[`, sbom.Limits{}, 1 << 20},
		"components without end":          {jsonHead + `"components":[`, `{"type":"library","name":"x"},`, sbom.Limits{Components: 10_000}, 2 << 20},
		"components without end, XML":     {xmlHead + `<components>`, `<component type="library"><name>x</name></component>`, sbom.Limits{Components: 10_000}, 2 << 20},
		"dependencies without end":        {jsonHead + `"dependencies":[{"ref":"a","dependsOn":[`, `"b",`, sbom.Limits{Relations: 10_000}, 1 << 20},
		"dependencies before their ref":   {jsonHead + `"dependencies":[{"dependsOn":[`, `"b",`, sbom.Limits{Relations: 10_000}, 1 << 20},
		"dependencies without end, XML":   {xmlHead + `<dependencies><dependency ref="a">`, `<dependency ref="b"/>`, sbom.Limits{Relations: 10_000}, 1 << 20},
		"compositions without end":        {jsonHead + `"compositions":[`, `{"aggregate":"complete","assemblies":["a"]},`, sbom.Limits{Relations: 10_000}, 2 << 20},
		"a name without end":              {jsonHead + `"components":[{"name":"`, "x", sbom.Limits{}, 4 << 20},
		"a name without end, XML":         {xmlHead + `<components><component><name>`, "x", sbom.Limits{}, 4 << 20},
		"properties without end":          {jsonHead + `"components":[{"properties":[`, `{"name":"a","value":"b"},`, sbom.Limits{Bytes: 4 << 20}, 5 << 20},
		"properties without end, XML":     {xmlHead + `<components><component><properties>`, `<property name="a">b</property>`, sbom.Limits{Bytes: 4 << 20}, 5 << 20},
		"CPEs without end":                {jsonHead + `"components":[{"properties":[`, `{"name":"wardround:cpe","value":"b"},`, sbom.Limits{Bytes: 4 << 20}, 5 << 20},
		"links without end":               {jsonHead + `"externalReferences":[`, `{"type":"bom","url":"a"},`, sbom.Limits{Relations: 10_000}, 2 << 20},
		"relations of a property, no end": {jsonHead + `"components":[{"properties":[`, `{"name":"wardround:relation:runs-on","value":"b"},`, sbom.Limits{Relations: 10_000}, 2 << 20},
	} {
		e := &endless{text: c.again}
		begin := time.Now()
		doc, err := cyclonedx.Read(io.MultiReader(strings.NewReader(c.begin), e), c.lim)
		if !errors.Is(err, format.ErrLimit) || doc != nil || e.gave > c.most {
			t.Errorf("%s: %d bytes read, %v", name, e.gave, err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestByteLimit: the document may have as many bytes as are allowed, and no more.
func TestByteLimit(t *testing.T) {
	for _, doc := range []string{jsonHead + `"version":1}`, xmlHead + `</bom>`} {
		if _, err := cyclonedx.Read(strings.NewReader(doc), sbom.Limits{Bytes: int64(len(doc))}); err != nil {
			t.Error(err)
		}
		if _, err := cyclonedx.Read(strings.NewReader(doc), sbom.Limits{Bytes: int64(len(doc)) - 1}); !errors.Is(err, format.ErrLimit) {
			t.Errorf("one byte less: %v", err)
		}
	}
}

// TestRefused: what is broken, dangerous or something else is refused with a place,
// by the reader and by the validator.
func TestRefused(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>&c;</name></component></components></bom>`
	for name, c := range map[string]struct {
		doc   string
		cause error
		words string
	}{
		"billion laughs":          {laughs, format.ErrMalformed, "document type declaration"},
		"an external entity":      {`<!DOCTYPE bom SYSTEM "file:///etc/passwd">` + xmlHead, format.ErrMalformed, "document type declaration"},
		"an entity from nowhere":  {xmlHead + `<components>&x;</components></bom>`, format.ErrMalformed, "entity"},
		"nothing":                 {"", format.ErrTruncated, "byte 0"},
		"JSON that breaks off":    {jsonHead + `"components":[{"name":"a"`, format.ErrTruncated, "/components/0"},
		"XML that breaks off":     {xmlHead + `<components><component>`, format.ErrTruncated, "line 1"},
		"JSON with a wrong comma": {jsonHead + "\n" + `"components":[{"name":"a",}]}`, format.ErrMalformed, "line 2"},
		"JSON followed by more":   {jsonHead + `"version":1} x`, format.ErrMalformed, "end of the document"},
		"SPDX":                    {`{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}`, format.ErrMalformed, "no CycloneDX"},
		"another bomFormat":       {`{"bomFormat":"CycleDX","specVersion":"1.6"}`, format.ErrMalformed, "CycleDX"},
		"another list":            {`[1,2]`, format.ErrMalformed, "no CycloneDX"},
		"another XML":             {`<html xmlns="http://www.w3.org/1999/xhtml"/>`, format.ErrMalformed, "html"},
		"XML of no namespace":     {`<bom/>`, format.ErrMalformed, "namespace"},
		"a number of letters":     {xmlHead + `<components><component type="library"><name>x</name><evidence><identity><field>purl</field><confidence>high</confidence></identity></evidence></component></components></bom>`, format.ErrMalformed, "/bom/components/component[1]"},
		"UTF-16 JSON":             {wide(jsonHead+`"version":1}`, binary.LittleEndian), format.ErrMalformed, "UTF-8"},
		"text":                    {"hello", format.ErrMalformed, "byte 0"},
	} {
		doc, err := cyclonedx.Read(strings.NewReader(c.doc), sbom.Limits{})
		if !errors.Is(err, c.cause) || doc != nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
		if bad := cyclonedx.Validate([]byte(c.doc), cyclonedx.Options{}); len(bad) == 0 {
			t.Errorf("%s is valid", name)
		}
	}
	_, err := cyclonedx.Read(strings.NewReader(`{"spdxVersion":"SPDX-2.3"}`), sbom.Limits{})
	if !cyclonedx.IsNotCycloneDX(err) {
		t.Errorf("SPDX: %v", err)
	}
	_, err = cyclonedx.Read(strings.NewReader(jsonHead), sbom.Limits{})
	if cyclonedx.IsNotCycloneDX(err) {
		t.Errorf("a broken one: %v", err)
	}
	boom := errors.New("the line went dead")
	if _, err = cyclonedx.Read(io.MultiReader(strings.NewReader(jsonHead), iotest.ErrReader(boom)), sbom.Limits{}); !errors.Is(err, boom) {
		t.Error(err)
	}
}

func wide(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// TestEncodings: marks of UTF-8 and XML in UTF-16 are read as what they are.
func TestEncodings(t *testing.T) {
	inner := `<components><component type="library"><name>ümläut</name></component></components></bom>`
	for name, doc := range map[string]string{
		"UTF-8 with a mark, JSON": "\xef\xbb\xbf" + jsonHead + `"components":[{"type":"library","name":"ümläut"}]}`,
		"UTF-8 with a mark, XML":  "\xef\xbb\xbf" + xmlHead + inner,
		"UTF-16 little":           wide(strings.Replace(xmlHead, `?>`, ` encoding="UTF-16"?>`, 1)+inner, binary.LittleEndian),
		"UTF-16 big":              wide(xmlHead+inner, binary.BigEndian),
		"Latin-1":                 strings.Replace(xmlHead, `?>`, ` encoding="iso-8859-1"?>`, 1) + strings.NewReplacer("ü", "\xfc", "ä", "\xe4").Replace(inner),
	} {
		got, err := cyclonedx.Read(strings.NewReader(doc), sbom.Limits{})
		if err != nil || len(got.Components) != 1 || got.Components[0].Name != "ümläut" || len(got.Problems) > 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestProblems: what can't be used is written down with its place, and the rest is
// read.
func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		doc  string
		want []string // code, place
	}{
		"bom-refs that stand twice": {`"components":[{"type":"library","bom-ref":"a","name":"x"},{"type":"library","bom-ref":"a","name":"y"},{"type":"library","bom-ref":"a","name":"z"}]`, []string{"duplicate-ref /components/1", "duplicate-ref /components/2"}},
		"refs to nothing":           {`"components":[{"type":"library","bom-ref":"a","name":"x"}],"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"c","dependsOn":["a","b"]}]`, []string{"unknown-ref /dependencies/0/dependsOn/0", "unknown-ref /dependencies/1/dependsOn/0"}},
		"a circle":                  {`"components":[{"type":"library","bom-ref":"a","name":"x"},{"type":"library","bom-ref":"b","name":"y"}],"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a"]}]`, []string{"cycle dependencies"}},
		"purls that are none":       {`"components":[{"type":"library","name":"x","purl":"npm/x"},{"type":"library","name":"y","purl":"pkg:npm/y@1"},{"type":"library","name":"z","purl":"pkg:npm/%zz"}]`, []string{"bad-purl /components/0/purl", "bad-purl /components/2/purl"}},
		"names that stand twice":    {`"components":[{"type":"library","name":"x","name":"y"}]`, []string{"duplicate-key /components/0/name"}},
		"no name and no type":       {`"components":[{"version":"1"}]`, []string{"no-name /components/0", "unknown-type /components/0"}},
		"other types of JSON":       {`"components":[{"type":"library","name":5},"x",{"type":"library","name":"y","hashes":{}}]`, []string{"wrong-type /components/0/name", "no-name /components/0", "wrong-type /components/1", "wrong-type /components/2/hashes"}},
		"a date that is none":       {`"metadata":{"timestamp":"yesterday"},"components":[{"type":"library","name":"x","properties":[{"name":"wardround:support:end","value":"soon"}]}]`, []string{"bad-date /metadata/timestamp", "bad-date /components/0"}},
		"properties that disagree":  {`"components":[{"type":"library","name":"x","properties":[{"name":"a:supportLevel","value":"1"},{"name":"b:levelOfSupport","value":"2"},{"name":"a:supportLevel","value":"1"}]}]`, []string{"conflict /components/0/properties/1/value"}},
		"a revision that is none":   {`"version":0`, []string{"bad-revision /version"}},
		"a BOM-Link that is none":   {`"externalReferences":[{"type":"bom","url":"urn:cdx:1/2"}]`, []string{"bad-link /externalReferences/0"}},
		"bytes that are no text":    {`"components":[{"type":"library","name":"x` + "\xff" + `"}]`, []string{"bad-text /components/0/name"}},
	} {
		doc, err := cyclonedx.Read(strings.NewReader(jsonHead+c.doc+"}"), sbom.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, p := range doc.Problems {
			got = append(got, p.Code+" "+strings.TrimSuffix(p.Where, "/value"))
			if p.Detail == "" {
				t.Errorf("%s: %s says nothing", name, p.Code)
			}
		}
		for i := range c.want {
			c.want[i] = strings.TrimSuffix(c.want[i], "/value")
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		seen := map[string]bool{}
		for _, p := range doc.Components {
			if seen[p.Ref] || p.Ref == "" {
				t.Errorf("%s: the ref %q is not unique", name, p.Ref)
			}
			seen[p.Ref] = true
		}
	}
	doc, err := cyclonedx.Read(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.9","components":[`+strings.Repeat(`{},`, 2000)+`{}]}`), sbom.Limits{Problems: 10})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(doc.Problems); n != 11 || doc.Problems[10].Code != "more" || doc.Problems[10].Count != 2*2001+1-10 {
		t.Errorf("%d problems, the last %+v", n, doc.Problems[n-1])
	}
}

// TestLargeCircle: a circle through 200,000 components is found without recursion.
func TestLargeCircle(t *testing.T) {
	const n = 200_000
	var b bytes.Buffer
	b.WriteString(jsonHead + `"components":[{"type":"library","bom-ref":"r0","name":"x"}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"type":"library","bom-ref":"r%d","name":"x"}`, i)
	}
	b.WriteString(`],"dependencies":[{"ref":"r0","dependsOn":["r1"]}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"ref":"r%d","dependsOn":["r%d"]}`, i, (i+1)%n)
	}
	b.WriteString(`]}`)
	doc, err := cyclonedx.Read(&b, sbom.Limits{})
	if err != nil || len(doc.Problems) != 1 || !strings.HasPrefix(doc.Problems[0].Detail, "200000 components depend on one another") {
		t.Errorf("%v %v", doc.Problems, err)
	}
}

// TestSinkEndsIt: an error of the sink ends the reading and comes back.
func TestSinkEndsIt(t *testing.T) {
	full := errors.New("the disk is full")
	for _, doc := range []string{
		jsonHead + `"components":[{"type":"library","name":"x"},{"type":"library","name":"y"}]}`,
		xmlHead + `<components><component type="library"><name>x</name></component><component type="library"><name>y</name></component></components></bom>`,
	} {
		s := &failing{err: full}
		if _, err := cyclonedx.Scan(strings.NewReader(doc), sbom.Limits{}, s); !errors.Is(err, full) || s.calls != 1 {
			t.Errorf("%v after %d calls", err, s.calls)
		}
	}
}

type failing struct {
	err   error
	calls int
}

func (f *failing) Component(int, sbom.Component) error { f.calls++; return f.err }
func (f *failing) Relation(sbom.Relation) error        { f.calls++; return f.err }
