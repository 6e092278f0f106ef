package xsd_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/xsd"
)

// small returns a schema document with these declarations.
func small(declarations string) []byte {
	return []byte(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">` + declarations + `</xs:schema>`)
}

// judge returns the rules that a document breaks.
func judge(t *testing.T, declarations, document string) []string {
	t.Helper()
	s, err := xsd.Compile(small(declarations))
	if err != nil {
		t.Fatal(err)
	}
	bad, err := s.Validate(strings.NewReader(document), xsd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, b := range bad {
		rules = append(rules, b.Rule)
	}
	return rules
}

// TestSimpleTypes: texts of the built-in types and facets, as Part 2 has them.
func TestSimpleTypes(t *testing.T) {
	restrict := func(base, facets string) string {
		return `<xs:element name="r"><xs:simpleType><xs:restriction base="` + base + `">` + facets + `</xs:restriction></xs:simpleType></xs:element>`
	}
	plain := func(name string) string { return `<xs:element name="r" type="` + name + `"/>` }
	for _, c := range []struct {
		schema  string
		yes, no []string
	}{
		{plain("xs:boolean"), []string{"true", "0", " false\n"}, []string{"", "True", "yes", "2"}},
		{plain("xs:integer"), []string{"0", "-12", "+7", " 3 "}, []string{"", "1.0", "1e3", "a", "1 2"}},
		{plain("xs:nonNegativeInteger"), []string{"0", "-0", "12"}, []string{"-1", ""}},
		{plain("xs:positiveInteger"), []string{"1", "+12", "007"}, []string{"0", "-1", "-0"}},
		{plain("xs:decimal"), []string{"1.5", ".5", "5.", "-0"}, []string{"", ".", "1e3", "INF"}},
		{plain("xs:double"), []string{"1e3", "INF", "-INF", "NaN"}, []string{"+INF", "inf", "e3"}},
		{plain("xs:int"), []string{"2147483647"}, []string{"2147483648"}},
		{plain("xs:date"), []string{"2024-02-29", "2023-12-31Z", "-0044-03-15", "12024-01-01", "2023-01-01+14:00"}, []string{"2023-02-29", "2023-13-01", "2023-1-01", "0000-01-01", "023-01-01", "01999-01-01", "2023-01-01+15:00", "2023-01-01T00:00:00"}},
		{plain("xs:dateTime"), []string{"2020-04-07T07:01:00Z", "2020-04-07T24:00:00", "2020-04-07T07:01:00.123+05:30"}, []string{"2020-04-07", "2020-04-07T24:00:01", "2020-04-07T07:01", "2020-04-07 07:01:00", "2020-04-07ZT07:01:00", "2020-02-30T00:00:00Z"}},
		{plain("xs:anyURI"), []string{"", "https://example.org/a b", "ünïcode", "../x#y", "pkg:npm/%40a/b@1?x=y", "urn:cdx:1/1#a"}, []string{"a#b#c", "1http://x", "%zz", "%4"}},
		{plain("xs:language"), []string{"en", "de-CH"}, []string{"", "englishlong-x!"}},
		{restrict("xs:string", `<xs:minLength value="2"/><xs:maxLength value="3"/>`), []string{"ab", "äöü", "  "}, []string{"a", "abcd", ""}},
		{restrict("xs:token", `<xs:minLength value="2"/>`), []string{" a b "}, []string{" a "}},
		{restrict("xs:string", `<xs:enumeration value="a"/><xs:enumeration value="b c"/>`), []string{"a", "b c"}, []string{" a", "b  c", "A", ""}},
		{restrict("xs:decimal", `<xs:minInclusive value="0"/><xs:maxInclusive value="1"/>`), []string{"0", "1.000", "0.99999999999999999999"}, []string{"-0.1", "1.00000000000000000000000001", "x"}},
		{restrict("xs:string", `<xs:pattern value="[a-c]+"/><xs:pattern value="\d{2}"/>`), []string{"abc", "12", "١٢"}, []string{"abd", "123", "xabc", "abc\n"}},
		{`<xs:simpleType name="n"><xs:restriction base="xs:string"><xs:pattern value="a*"/></xs:restriction></xs:simpleType>` +
			restrict("t:n", `<xs:pattern value=".."/>`), []string{"aa"}, []string{"a", "bb", "aaa"}},
		{`<xs:element name="r"><xs:simpleType><xs:union memberTypes="xs:integer xs:boolean"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="none"/></xs:restriction></xs:simpleType></xs:union></xs:simpleType></xs:element>`,
			[]string{"1", "true", "none", " 5 "}, []string{"", " none", "x"}},
	} {
		for _, s := range c.yes {
			if bad := judge(t, c.schema, `<r xmlns="urn:t">`+s+`</r>`); bad != nil {
				t.Errorf("%s: %q is refused: %v", c.schema, s, bad)
			}
		}
		for _, s := range c.no {
			if bad := judge(t, c.schema, `<r xmlns="urn:t">`+s+`</r>`); !slices.Equal(bad, []string{"cvc-type.3.1.3"}) {
				t.Errorf("%s: %q gives %v", c.schema, s, bad)
			}
		}
	}
}

// TestPatterns: expressions of XML Schema mean what Part 2, appendix F says, where
// Go's mean something else.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, yes, no string }{
		{`a|bc`, "a bc", "abc ab xa"},
		{`^a$`, "^a$", "a"},
		{`[$^]+`, "$ ^ ^$", "a"},
		{`[^a-c]`, "d ^", "a c"},
		{`a.c`, "abc", "ac abbc"},
		{`\i\c*`, "a _a-1 é:x", "1a -a"},
		{`\w+`, "aé1+", "a-b a!"},
		{`[-a]+`, "- a-", "b"},
		{`[a-]+`, "- a-", "b"},
		{`[\-\w]+`, "a-b", "a.b"},
		{`\p{Lu}+`, "AÄ", "aA"},
		{`[\p{Lu}\d]+`, "A1", "a1"},
		{`x{2,3}`, "xx xxx", "x xxxx"},
		{`(a|b){2}`, "ab ba", "a abc"},
		{`\{\}\|\?`, "{}|?", "{}"},
		{`\?*a`, "a ??a", "?"},
		{`[\\"#$%&amp;'\[\]]`, `\ " # $ % &amp; ' [ ]`, "a"},
	} {
		schema := `<xs:element name="r"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="` + strings.ReplaceAll(c.pattern, `"`, "&quot;") + `"/></xs:restriction></xs:simpleType></xs:element>`
		for _, s := range strings.Fields(c.yes) {
			if bad := judge(t, schema, `<r xmlns="urn:t">`+s+`</r>`); bad != nil {
				t.Errorf("%s does not match %q", c.pattern, s)
			}
		}
		for _, s := range strings.Fields(c.no) {
			if bad := judge(t, schema, `<r xmlns="urn:t">`+s+`</r>`); bad == nil {
				t.Errorf("%s matches %q", c.pattern, s)
			}
		}
	}
	for _, p := range []string{`a**`, `a*?`, `(?:a)`, `[a-z-[aeiou]]`, `\p{IsBasicLatin}`, `\b`, `[`, `[]`, `(a`, `a)`, `a{1`, `{2}`, `*`, `\`, `[\D]`, `a]`} {
		if _, err := xsd.Compile(small(`<xs:element name="r"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="` + p + `"/></xs:restriction></xs:simpleType></xs:element>`)); err == nil {
			t.Errorf("the pattern %s is taken", p)
		}
	}
}

// TestContent: which children may stand where.
func TestContent(t *testing.T) {
	e := func(name string, least, most string) string {
		return fmt.Sprintf(`<xs:element name="%s" type="xs:string" minOccurs="%s" maxOccurs="%s"/>`, name, least, most)
	}
	in := func(particle string) string {
		return `<xs:element name="r"><xs:complexType>` + particle + `</xs:complexType></xs:element>`
	}
	other := `<xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>`
	for _, c := range []struct{ schema, yes, no string }{
		{in(""), "-", "a"},
		{in(`<xs:sequence>` + e("a", "1", "1") + e("b", "0", "1") + `</xs:sequence>`), "a ab", "- b ba aa abb"},
		{in(`<xs:sequence>` + e("a", "2", "3") + `</xs:sequence>`), "aa aaa", "a aaaa -"},
		{in(`<xs:sequence>` + e("a", "0", "unbounded") + e("b", "1", "unbounded") + `</xs:sequence>`), "b ab aaabbb", "a - aba"},
		{in(`<xs:choice>` + e("a", "1", "1") + e("b", "1", "1") + `</xs:choice>`), "a b", "- ab aa"},
		{in(`<xs:choice minOccurs="0" maxOccurs="unbounded">` + e("a", "1", "1") + e("b", "1", "1") + `</xs:choice>`), "- a b abba", "c"},
		{in(`<xs:sequence minOccurs="2" maxOccurs="2">` + e("a", "1", "1") + e("b", "0", "1") + `</xs:sequence>`), "aa aba abab aab", "a ab aaa bb"},
		{in(`<xs:sequence>` + e("a", "0", "1") + `<xs:choice>` + e("b", "1", "1") + `<xs:sequence>` + e("c", "1", "1") + e("a", "1", "1") + `</xs:sequence></xs:choice></xs:sequence>`), "b ab ca aca", "a c aa bca"},
		{in(`<xs:sequence>` + e("a", "1", "1") + e("b", "0", "0") + `</xs:sequence>`), "a", "ab"},
		{in(`<xs:sequence>` + e("a", "0", "1") + other + `</xs:sequence>`), "- a ax xx axx", "xa b"},
		// A choice that only the next element decides: no automaton that looks one ahead reads it.
		{in(`<xs:choice><xs:sequence>` + e("a", "1", "1") + e("b", "1", "1") + `</xs:sequence><xs:sequence>` + e("a", "1", "1") + e("c", "1", "1") + `</xs:sequence></xs:choice>`), "ab ac", "a abc bc"},
	} {
		doc := func(letters string) string {
			var b strings.Builder
			b.WriteString(`<r xmlns="urn:t">`)
			for _, l := range strings.TrimPrefix(letters, "-") {
				if l == 'x' {
					b.WriteString(`<x xmlns="urn:x"><r any="thing"><y/></r></x>`)
				} else {
					fmt.Fprintf(&b, "\n <%c/>", l)
				}
			}
			return b.String() + `</r>`
		}
		for _, s := range strings.Fields(c.yes) {
			if bad := judge(t, c.schema, doc(s)); bad != nil {
				t.Errorf("%s: %s is refused: %v", c.schema, s, bad)
			}
		}
		for _, s := range strings.Fields(c.no) {
			if bad := judge(t, c.schema, doc(s)); bad == nil {
				t.Errorf("%s: %s is taken", c.schema, s)
			}
		}
	}
}

const library = `
<xs:complexType name="base"><xs:simpleContent><xs:extension base="xs:integer"><xs:attribute name="unit" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="more"><xs:simpleContent><xs:extension base="t:base"><xs:attributeGroup ref="t:tagged"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:attributeGroup name="tagged"><xs:attribute name="tag" type="xs:token"/><xs:anyAttribute namespace="##other" processContents="lax"/></xs:attributeGroup>
<xs:element name="r"><xs:complexType><xs:sequence>
  <xs:element name="v" type="t:base" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="n" minOccurs="0" maxOccurs="unbounded"><xs:complexType mixed="true"><xs:sequence><xs:element ref="t:r" minOccurs="0"/></xs:sequence><xs:attribute name="id" type="xs:string"/></xs:complexType></xs:element>
  <xs:element name="d" type="xs:integer" default="4" minOccurs="0"/>
  <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence><xs:attribute name="k" type="xs:string"/></xs:complexType>
<xs:unique name="ids"><xs:selector xpath=".//*"/><xs:field xpath="@id"/></xs:unique>
<xs:key name="units"><xs:selector xpath="t:v"/><xs:field xpath="@unit"/></xs:key></xs:element>`

// TestRules: what else can be wrong, by the rule that names it.
func TestRules(t *testing.T) {
	for doc, want := range map[string]string{
		`<r xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:t t.xsd"/>`: "",
		`<r/>`:                                                                   "cvc-elt.1",
		`<s xmlns="urn:t"/>`:                                                     "cvc-elt.1",
		`<r xmlns="urn:t" x="1"/>`:                                               "cvc-complex-type.3.2.2",
		`<r xmlns="urn:t" xml:lang="en"/>`:                                       "cvc-complex-type.3.2.2",
		`<r xmlns="urn:t">text</r>`:                                              "cvc-complex-type.2.3",
		`<r xmlns="urn:t"><v unit="a">1</v></r>`:                                 "",
		`<r xmlns="urn:t"><v unit="a">x</v></r>`:                                 "cvc-type.3.1.3",
		`<r xmlns="urn:t"><v unit="a"><v/></v></r>`:                              "cvc-complex-type.2.2 cvc-type.3.1.3",
		`<r xmlns="urn:t"><v>1</v></r>`:                                          "cvc-complex-type.4 cvc-identity-constraint.4.2.1",
		`<r xmlns="urn:t"><v unit="a">1</v><v unit="a">2</v></r>`:                "cvc-identity-constraint.4.1",
		`<r xmlns="urn:t"><n>text <r/> text</n></r>`:                             "",
		`<r xmlns="urn:t"><n><r><v unit="a">1</v></r></n><v unit="a">1</v></r>`:  "cvc-complex-type.2.4",
		`<r xmlns="urn:t"><n id="1"/><n id="2"/></r>`:                            "",
		`<r xmlns="urn:t"><n id="1"><r><n id="1"/></r></n></r>`:                  "cvc-identity-constraint.4.1",
		`<r xmlns="urn:t"><n id="1"/><x xmlns="urn:x" id="1"/></r>`:              "cvc-identity-constraint.4.1",
		`<r xmlns="urn:t"><d/></r>`:                                              "",
		`<r xmlns="urn:t"><d>x</d></r>`:                                          "cvc-type.3.1.3",
		`<r xmlns="urn:t"><x xmlns="urn:x"><t:r xmlns:t="urn:t"/></x></r>`:       "",
		`<r xmlns="urn:t"><x xmlns="urn:x"><t:r xmlns:t="urn:t" q="1"/></x></r>`: "cvc-complex-type.3.2.2",
		`<r xmlns="urn:t"><x xmlns=""/></r>`:                                     "cvc-complex-type.2.4",
		`<r xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:t"><v unit="a" tag="b" t:q="1" xsi:type="t:more">1</v></r>`:      "cvc-complex-type.3.2.2",
		`<r xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:t"><v unit="a" tag="b" xml:lang="x" xsi:type="t:more">1</v></r>`: "",
		`<r xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><v unit="a" xsi:type="string">1</v></r>`:                                      "cvc-elt.4",
		`<r xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`:                                                             "cvc-elt.3.1",
	} {
		if got := strings.Join(judge(t, library, doc), " "); got != want {
			t.Errorf("%s: %q, want %q", doc, got, want)
		}
	}
}

// TestPlace: a violation says where it is.
func TestPlace(t *testing.T) {
	s, err := xsd.Compile(small(library))
	if err != nil {
		t.Fatal(err)
	}
	bad, err := s.Validate(strings.NewReader("<r xmlns=\"urn:t\">\n <v unit=\"a\">1</v>\n <v unit=\"b\">x</v></r>"), xsd.Options{})
	if err != nil || len(bad) != 1 {
		t.Fatal(bad, err)
	}
	if got := bad[0].String(); got != `line 3, column 19: /r/v[2]: "x" is no integer (cvc-type.3.1.3)` {
		t.Error(got)
	}
}

// TestRefusesWhatItDoesNotKnow: a construct that is passed over is a document
// wrongly accepted.
func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, d := range []string{
		`<xs:element name="r" substitutionGroup="t:x"/>`, `<xs:element name="r" nillable="true"/>`, `<xs:element name="r" abstract="true"/>`, `<xs:element name="r" fixed="1"/>`,
		`<xs:element name="r"><xs:complexType><xs:all/></xs:complexType></xs:element>`, `<xs:group name="g"/>`, `<xs:attribute name="a"/>`, `<xs:notation name="n"/>`, `<xs:include schemaLocation="x"/>`,
		`<xs:redefine schemaLocation="x"/>`, `<xs:import namespace="urn:else"/>`, `<xs:element name="r"><xs:complexType><xs:complexContent/></xs:complexType></xs:element>`,
		`<xs:element name="r"><xs:complexType><xs:simpleContent><xs:restriction base="xs:string"/></xs:simpleContent></xs:complexType></xs:element>`,
		`<xs:simpleType name="l"><xs:list itemType="xs:string"/></xs:simpleType>`, `<xs:element name="r" type="xs:ID"/>`, `<xs:element name="r" type="t:gone"/>`, `<xs:element name="r" type="q:x"/>`,
		`<xs:simpleType name="s"><xs:restriction base="xs:string"><xs:totalDigits value="1"/></xs:restriction></xs:simpleType>`, `<xs:simpleType name="s"><xs:restriction base="t:s"/></xs:simpleType>`,
		`<xs:simpleType name="s"><xs:restriction base="xs:string"><xs:minInclusive value="1"/></xs:restriction></xs:simpleType>`,
		`<xs:element name="r"><xs:complexType><xs:assert test="1"/></xs:complexType></xs:element>`, `<xs:element name="r"><xs:keyref name="k" refer="t:k"/></xs:element>`,
		`<xs:element name="r"><xs:unique name="u"><xs:selector xpath="a|b"/><xs:field xpath="@x"/></xs:unique></xs:element>`, `<xs:element name="r"><xs:unique name="u"><xs:selector xpath="a"/><xs:field xpath="b"/></xs:unique></xs:element>`,
		`<xs:element name="r"/><xs:element name="r"/>`, `<other xmlns="urn:o"/>`, `text`,
		`<xs:element name="r"><xs:complexType><xs:sequence maxOccurs="5000"><xs:element name="a"/></xs:sequence></xs:complexType></xs:element>`,
		`<xs:element name="r"><xs:complexType><xs:sequence maxOccurs="999999999"/></xs:complexType></xs:element>`,
		`<xs:element name="r"><xs:complexType><xs:sequence minOccurs="2" maxOccurs="1"/></xs:complexType></xs:element>`,
	} {
		if _, err := xsd.Compile(small(d)); err == nil {
			t.Errorf("%s is taken", d)
		}
	}
	if _, err := xsd.Compile([]byte(`<a/>`)); err == nil {
		t.Error("an empty document is a schema")
	}
	// What is for XML Schema 1.1 alone is left out as its attribute says.
	if bad := judge(t, `<xs:element name="r"><xs:complexType><xs:assert xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" vc:minVersion="1.1" test="x"/></xs:complexType></xs:element>`, `<r xmlns="urn:t"/>`); bad != nil {
		t.Error(bad)
	}
}

// TestBounds: what is too large or breaks off is an error, and violations are
// counted to an end.
func TestBounds(t *testing.T) {
	s, err := xsd.Compile(small(library))
	if err != nil {
		t.Fatal(err)
	}
	many := `<r xmlns="urn:t">` + strings.Repeat(`<v>x</v>`, 10_000) + `</r>`
	if bad, err := s.Validate(strings.NewReader(many), xsd.Options{Violations: 7}); err != nil || len(bad) != 7 {
		t.Errorf("%d violations, %v", len(bad), err)
	}
	deep := strings.Repeat(`<x xmlns="urn:x">`, 600)
	if _, err := s.Validate(strings.NewReader(`<r xmlns="urn:t">`+deep), xsd.Options{}); !errors.Is(err, format.ErrLimit) {
		t.Error(err)
	}
	if _, err := s.Validate(strings.NewReader(`<r xmlns="urn:t">`), xsd.Options{}); !errors.Is(err, format.ErrTruncated) {
		t.Error(err)
	}
	if _, err := s.Validate(io.MultiReader(strings.NewReader(`<r xmlns="urn:t">`), strings.NewReader(strings.Repeat(" ", 1000))), xsd.Options{Bytes: 500}); !errors.Is(err, format.ErrLimit) {
		t.Error(err)
	}
}

// FuzzValidate: any document gets an answer, and the same in a second run.
func FuzzValidate(f *testing.F) {
	s, err := xsd.Compile(small(library))
	if err != nil {
		f.Fatal(err)
	}
	for _, d := range []string{
		`<r xmlns="urn:t"><v unit="a">1</v><n id="1">x<r/></n><d/><x xmlns="urn:x"/></r>`,
		`<r xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:t"><v unit="a" tag="b" xsi:type="t:more">1</v></r>`,
	} {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, d string) {
		a, aerr := s.Validate(strings.NewReader(d), xsd.Options{})
		b, berr := s.Validate(strings.NewReader(d), xsd.Options{})
		if (aerr == nil) != (berr == nil) || len(a) != len(b) {
			t.Fatalf("%v %v, then %v %v", a, aerr, b, berr)
		}
	})
}

// FuzzCompile: any schema document is compiled or refused.
func FuzzCompile(f *testing.F) {
	f.Add(small(library))
	f.Add(small(`<xs:element name="r"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[a-z]{2}(-\i\c*)?"/></xs:restriction></xs:simpleType></xs:element>`))
	f.Fuzz(func(_ *testing.T, d []byte) {
		if s, err := xsd.Compile(d); err == nil {
			s.Validate(strings.NewReader(`<r xmlns="urn:t"><v unit="a">1</v></r>`), xsd.Options{}) //nolint:errcheck // only that it ends
		}
	})
}
