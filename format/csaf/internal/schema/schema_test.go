package schema

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

func compile(t *testing.T, text string) *Schema {
	t.Helper()
	set, err := NewSet(map[string][]byte{"https://a.example/s": []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := set.Compile("https://a.example/s")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t *testing.T, text string) *tree.Node {
	t.Helper()
	d, err := tree.Parse([]byte(text), tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d.Root
}

func TestKeywords(t *testing.T) {
	for _, tt := range []struct{ schema, good, bad, where, why string }{
		{`{"type": ["string", "null"]}`, `null`, `1`, "", "of type number; null or string is required"},
		{`{"type": "integer"}`, `1.0`, `1.5`, "", "integer"},
		{`{"properties": {"a": {"type": "string"}}, "required": ["a"]}`, `{"a": "x"}`, `{}`, "", `"a" is missing`},
		{`{"properties": {"a": {"minLength": 2}}}`, `{"a": "äö"}`, `{"a": "ä"}`, "/a", "has 1 characters"},
		{`{"properties": {"a": {"maxLength": 2}}}`, `{"a": "äö"}`, `{"a": "äöü"}`, "/a", "has 3 characters"},
		{`{"additionalProperties": false, "properties": {"a": true}}`, `{"a": 1}`, `{"b/c": 1}`, "/b~1c", "not allowed"},
		{`{"additionalProperties": {"type": "number"}}`, `{"a": 1}`, `{"a": "x"}`, "/a", "number is required"},
		{`{"items": {"enum": ["a", 1, null]}}`, `["a", 1.0, null]`, `["a", "b"]`, "/1", `not one of "a", 1, null`},
		{`{"items": {"const": {"a": [1]}}}`, `[{"a": [1]}]`, `[{"a": [2]}]`, "/0", "an object is not one of"},
		{`{"minItems": 1, "maxItems": 2}`, `[1]`, `[1, 2, 3]`, "", "at most 2"},
		{`{"uniqueItems": true}`, `[1, "1", [1], {"a": 1}]`, `[{"a": 1, "b": 2}, {"b": 2.0, "a": 1}]`, "/1", "twice"},
		{`{"uniqueItems": true}`, `[1,2,3,4,5,6,7,8,"9",9]`, `[1,2,3,4,5,6,7,8,9,{"a":0},{"a":-0}]`, "/10", "twice"},
		{`{"minProperties": 1, "maxProperties": 1}`, `{"a": 1}`, `{}`, "", "at least 1"},
		{`{"minimum": 0, "maximum": 10, "multipleOf": 0.1}`, `9.3`, `9.35`, "", "multiple"},
		{`{"minimum": 0}`, `0`, `-1e-9`, "", "less than 0"},
		{`{"pattern": "^\\S+$"}`, `"ab"`, `"a\u00a0b"`, "", "pattern"},
		{`{"pattern": "^(?!ab)a.$"}`, `"ac"`, `"ab"`, "", "pattern"},
		{`{"pattern": "^a.b$"}`, `"axb"`, `"a\u2028b"`, "", "pattern"},
		{`{"format": "date-time"}`, `"2024-01-01T00:00:00Z"`, `"2024-01-01"`, "", "no date-time"},
		{`{"format": "uri"}`, `"https://a.example:8/b?c#d"`, `"a b:c"`, "", "no uri"},
		{`{"format": "uuid"}`, `"5868d6be-b28a-404e-a245-0b5093b31b8b"`, `"5868d6be-b28a-404e-a245-0b5093b31b8"`, "", "no uuid"},
		{`{"allOf": [{"minimum": 1}, {"maximum": 2}]}`, `2`, `3`, "", "more than 2"},
		{`{"anyOf": [{"type": "string"}, {"properties": {"a": {"type": "number"}}, "type": "object"}]}`, `{"a": 1}`, `{"a": "x"}`, "/a", "number is required"},
		{`{"oneOf": [{"minimum": 1}, {"maximum": 2}]}`, `0`, `1.5`, "", "fits 2"},
		{`{"$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}, "v": {"type": "number"}}}}, "$ref": "#/$defs/n"}`, `{"n": {"n": {"v": 1}}}`, `{"n": {"n": {"v": "x"}}}`, "/n/n/v", "number"},
		{`{"allOf": [{"properties": {"a": true}}], "anyOf": [{"properties": {"b": {"const": 1}}}, {"properties": {"c": true}}], "unevaluatedProperties": false}`, `{"a": 0, "b": 1, "c": 2}`, `{"a": 0, "b": 2}`, "/b", "not allowed"},
		{`false`, `null`, `null`, "", "nothing is allowed"},
	} {
		s := compile(t, tt.schema)
		if p := s.Problems(parse(t, tt.good)); len(p) > 0 && tt.good != tt.bad {
			t.Errorf("%s refuses %s: %+v", tt.schema, tt.good, p)
		}
		bad := parse(t, tt.bad)
		p := s.Problems(bad)
		if len(p) != 1 || p[0].Node.Pointer() != tt.where || !strings.Contains(p[0].Message, tt.why) || s.Valid(bad) {
			t.Errorf("%s, %s: %+v", tt.schema, tt.bad, p)
		}
	}
}

// TestNotCompiled: what is not known is refused, not passed over.
func TestNotCompiled(t *testing.T) {
	for text, want := range map[string]string{
		`{"contains": {}}`: "keyword is not known", `{"format": "email"}`: "not known", `{"$ref": "#/$defs/x"}`: "nothing is at this pointer", `{"$ref": "https://b.example/"}`: "not in the set",
		`{"type": "text"}`: "type", `[]`: "no schema", `{"pattern": "("}`: "missing closing", `{"pattern": "^(?!a"}`: "not closed", `{"anyOf": [{"nonsense": 1}]}`: "not known",
	} {
		set, err := NewSet(map[string][]byte{"https://a.example/s": []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := set.Compile("https://a.example/s"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := NewSet(map[string][]byte{"x": []byte("{")}); err == nil {
		t.Error("no JSON was taken")
	}
}

func TestUnknown(t *testing.T) {
	s := compile(t, `{"properties": {"a": {"properties": {"x": true}}, "l": {"items": {"anyOf": [{"properties": {"p": {}}}, {"properties": {"q": {}}}]}}, "open": {"additionalProperties": true}, "any": {}}}`)
	var got []string
	for _, n := range s.Unknown(parse(t, `{"a": {"x": 1, "y": 2}, "l": [{"p": 1, "q": 2, "r": 3}], "open": {"z": 1}, "b": {"c": 1}}`)) {
		got = append(got, n.Pointer())
	}
	if strings.Join(got, " ") != "/a/y /l/0/r /b" {
		t.Errorf("%v", got)
	}
}

func TestURI(t *testing.T) {
	for uri, want := range map[string]bool{
		"https://a.example": true, "urn:udi:1": true, "mailto:a@b.example": true, "https://user:pw@[::1]:8080/a%20b?q=1#f": true, "a+b-c.d:x": true, "file:///x": true, "https://ä.example": false,
		"": false, "x": false, ":x": false, "1a:x": false, "https://a b": false, "https://a/%zz": false, "https://a/%a": false, "https://a#b#c": false, "https://a:x": false, "https://[::1": false, "/relative": false, "https://a/<x>": false, "a_b:c": false,
	} {
		if isURI(uri) != want {
			t.Errorf("%s: %v", uri, !want)
		}
	}
}
