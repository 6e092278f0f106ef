package cyclonedx_test

import (
	"path"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/cyclonedx"
)

// TestSpecificationSuite: every file of the specification's own tests, JSON and
// XML of 1.2 to 1.7, is judged as its name says.
func TestSpecificationSuite(t *testing.T) {
	count := map[string]int{}
	for _, f := range files(t) {
		if !f.valid() && !f.invalid() {
			continue
		}
		bad := cyclonedx.Validate(f.data, cyclonedx.Options{})
		kind := path.Ext(f.name)[1:] + " valid"
		if f.invalid() {
			kind = path.Ext(f.name)[1:] + " invalid"
		}
		count[kind]++
		if f.valid() != (len(bad) == 0) {
			t.Errorf("%s: %v", f.name, bad)
		}
	}
	t.Log(count)
	if count["json valid"] < 218 || count["json invalid"] < 139 || count["xml valid"] < 232 || count["xml invalid"] < 150 {
		t.Errorf("too few files: %v", count)
	}
}

// TestViolationsSayWhere: the place and the rule of what is wrong are told.
func TestViolationsSayWhere(t *testing.T) {
	for doc, want := range map[string]string{
		`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library"}]}`:           "/components/0: missing property 'name' (required)",
		`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"engine","name":"x"}]}`: "/components/0/type: value must be one of",
		`{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"version":2}`:                     "/version: the name stands twice",
		`{"bomFormat":"CycloneDX","specVersion":"9.9"}`:                                             `/specVersion: "9.9" is not one of 1.2 to 1.7 (version)`,
		`{"bomFormat":"CycloneDX"}`:                    "/specVersion: the document names no version",
		`{"bomFormat":"CycloneDX","specVersion":"1.6"`: "/: json: /specVersion at byte 44: truncated",
		`[1]`: "/specVersion",
		``:    "/: json at byte 0: truncated",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"/></components></bom>`: "line 1, /bom/components/component: something is missing; expected: ",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6">`:                                                           "/: xml at byte 49: truncated",
		`<bom/>`: "/specVersion",
	} {
		bad := cyclonedx.Validate([]byte(doc), cyclonedx.Options{})
		if len(bad) != 1 || !strings.HasPrefix(bad[0].String(), want) {
			t.Errorf("%s: %v, want %s", doc, bad, want)
		}
	}
}

// TestLax: 1.2 and 1.3 have a schema that lets unknown members pass.
func TestLax(t *testing.T) {
	doc := []byte(`{"bomFormat":"CycloneDX","specVersion":"1.3","version":1,"other":1}`)
	if bad := cyclonedx.Validate(doc, cyclonedx.Options{}); len(bad) != 1 {
		t.Errorf("strictly: %v", bad)
	}
	if bad := cyclonedx.Validate(doc, cyclonedx.Options{Lax: true}); len(bad) != 0 {
		t.Errorf("laxly: %v", bad)
	}
}
