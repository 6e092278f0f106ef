package csaf

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wardround/wardround/format/csaf/internal/schema"
	"github.com/wardround/wardround/format/csaf/internal/tree"
	"github.com/wardround/wardround/internal/testkit"
)

// judge is a complete implementation of JSON Schema, to hold ours against.
func judge(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertVocabs()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { return schema.CompilePattern(s) })
	for url, b := range schemaSources() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		// The schemas of 2.1 state a dialect of their own; what it adds is that formats
		// are asserted, which is asked for above.
		if m := doc.(map[string]any); m["$schema"] != nil {
			if s := m["$schema"].(string); s == oasis+"v2.1/schema/meta.json" || s == "https://www.first.org/cvss/meta.json" {
				m["$schema"] = "https://json-schema.org/draft/2020-12/schema"
			}
		}
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string]*jsonschema.Schema{}
	for version, url := range map[string]string{"2.0": oasis + "v2.0/csaf_json_schema.json", "2.1": oasis + "v2.1/schema/csaf.json"} {
		s, err := c.Compile(url)
		if err != nil {
			t.Fatal(err)
		}
		out[version] = s
	}
	return out
}

// differ judges a document by both and reports whether they disagree.
func differ(t testing.TB, schemas map[string]*jsonschema.Schema, doc []byte) (ours, theirs bool, why any) {
	t.Helper()
	d, err := tree.Parse(doc, tree.Limits{})
	if err != nil {
		return false, false, err
	}
	sc, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	version := d.Root.At("document", "csaf_version")
	if sc.document[version] == nil {
		version = "2.0"
	}
	var v any
	if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(doc)); err != nil {
		t.Fatal(err)
	}
	problems := sc.document[version].Problems(d.Root)
	err = schemas[version].Validate(v)
	return len(problems) == 0, err == nil, []any{problems, err}
}

// TestSchemaAgainstTheLibrary: on every document of the suites and of CISA, and on
// thousands of damaged ones, ours and a complete implementation agree.
func TestSchemaAgainstTheLibrary(t *testing.T) {
	schemas := judge(t)
	n, invalid := 0, 0
	check := func(name string, doc []byte) {
		n++
		ours, theirs, why := differ(t, schemas, doc)
		if !theirs {
			invalid++
		}
		if ours != theirs {
			t.Errorf("%s: ours %v, the library %v: %v", name, ours, theirs, why)
		}
	}
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "csaf-validator/csaf_2.0/test/validator/data"), "*", "*.json"))
	if err != nil || len(files) < 200 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var some [][]byte
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, b)
		some = append(some, b)
	}
	suite21(t, func(name string, b []byte) {
		check(name, b)
		some = append(some, b)
	})
	i := 0
	cisa(t, func(name string, b []byte) {
		if i++; i%10 == 0 { // the library takes milliseconds for each
			check(name, b)
		}
	})
	for k, b := range some {
		if k%4 == 0 {
			for _, broken := range damage(t, b) {
				check("damaged", broken)
			}
		}
	}
	if invalid < n/10 {
		t.Errorf("of %d documents only %d were invalid", n, invalid)
	}
	t.Logf("%d documents, %d of them invalid", n, invalid)
}

// damage returns copies of a document in which one value after another is of the
// wrong type, missing, empty or out of range.
func damage(t testing.TB, doc []byte) (out [][]byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	wrongs := []any{nil, "", "x y", 11.5, -1.0, []any{}, map[string]any{}, true, "2024-13-01T00:00:00Z", "2024-01-01t00:00:00.5z", []any{"a", "a"}, "http://[", "\u00a0x"}
	turn := 0
	var visit func(at any)
	try := func(put func(any), was any) {
		for range 2 {
			put(wrongs[turn%len(wrongs)])
			turn++
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b)
		}
		put(was)
		visit(was)
	}
	visit = func(at any) {
		switch x := at.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(x)) {
				if k == "csaf_version" {
					continue
				}
				was := x[k]
				try(func(w any) { x[k] = w }, was)
				delete(x, k)
				b, _ := json.Marshal(v)
				out = append(out, b)
				x[k] = was
			}
		case []any:
			for i := range x {
				try(func(w any) { x[i] = w }, x[i])
			}
		}
	}
	visit(v)
	return out
}
