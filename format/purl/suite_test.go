package purl_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/internal/testkit"
)

// parts is how the suite writes a purl's components; null and absent are "".
type parts struct {
	Type       string            `json:"type"`
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Version    string            `json:"version"`
	Qualifiers map[string]string `json:"qualifiers"`
	Subpath    string            `json:"subpath"`
}

func (c parts) purl() purl.PURL {
	p := purl.PURL{Type: c.Type, Namespace: c.Namespace, Name: c.Name, Version: c.Version, Subpath: c.Subpath}
	for k, v := range c.Qualifiers {
		p.Qualifiers = append(p.Qualifiers, purl.Qualifier{Key: k, Value: v})
	}
	slices.SortFunc(p.Qualifiers, func(a, b purl.Qualifier) int { return strings.Compare(a.Key, b.Key) })
	return p
}

type suiteCase struct {
	Description string          `json:"description"`
	Group       string          `json:"test_group"`
	Type        string          `json:"test_type"`
	Input       json.RawMessage `json:"input"`
	Output      json.RawMessage `json:"expected_output"`
	Failure     bool            `json:"expected_failure"`
	File        string          `json:"-"`
}

func suite(t testing.TB) []suiteCase {
	t.Helper()
	dir := testkit.Data(t, "purl")
	files, _ := filepath.Glob(filepath.Join(dir, "types", "*.json"))
	files = append(files, filepath.Join(dir, "spec", "specification-test.json"))
	var all []suiteCase
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Tests []suiteCase `json:"tests"`
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(f, err)
		}
		for _, c := range doc.Tests {
			c.File = filepath.Base(f)
			all = append(all, c)
		}
	}
	if len(all) < 500 {
		t.Fatalf("only %d cases in %s", len(all), dir)
	}
	return all
}

// Every case of the purl specification's own suite: what must be parsed is
// parsed into the same parts, what must be refused is refused, what is built is
// the same text, and validation answers with the canonical form.
func TestSpecificationSuite(t *testing.T) {
	right, count := map[string]int{}, map[string]int{}
	for _, c := range suite(t) {
		count[c.Type]++
		if problem := judge(t, c); problem != "" {
			t.Errorf("%s, %s: %s: %s\n%s", c.File, c.Type, c.Description, c.Input, problem)
			continue
		}
		right[c.Type]++
	}
	for kind, n := range count {
		t.Logf("%s: %d of %d", kind, right[kind], n)
	}
}

func judge(t *testing.T, c suiteCase) string {
	t.Helper()
	var text, want string
	switch c.Type {
	case "build":
		var in parts
		decode(t, c.Input, &in)
		got, err := purl.Build(in.purl())
		if c.Failure || err != nil {
			return refusal(c, got, err)
		}
		decode(t, c.Output, &want)
		return cmp.Diff(want, got)
	case "parse":
		decode(t, c.Input, &text)
		got, err := purl.Parse(text)
		if c.Failure || err != nil {
			return refusal(c, got.String(), err)
		}
		var out parts
		decode(t, c.Output, &out)
		return cmp.Diff(out.purl(), got)
	default:
		decode(t, c.Input, &text)
		got, err := purl.Canonical(text)
		if c.Failure || err != nil {
			return refusal(c, got, err)
		}
		decode(t, c.Output, &want)
		return cmp.Diff(want, got)
	}
}

func refusal(c suiteCase, got string, err error) string {
	switch {
	case c.Failure && err == nil:
		return "not refused, but " + got
	case !c.Failure && err != nil:
		return err.Error()
	}
	return ""
}

func decode(t *testing.T, raw json.RawMessage, to any) {
	t.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
}
