package csaf

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// at follows names and positions: "document/notes/0".
func at(v any, path string) any {
	for _, part := range strings.Split(path, "/") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, _ := strconv.Atoi(part)
			v = x[i]
		}
	}
	return v
}

// put sets the value at a path to JSON; the last part "-" appends to an array,
// and no text removes the member.
func put(t *testing.T, root any, path, text string) {
	t.Helper()
	dir, last := path[:max(0, strings.LastIndex(path, "/"))], path[strings.LastIndex(path, "/")+1:]
	var value any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	parent := root
	if dir != "" {
		parent = at(root, dir)
	}
	switch x := parent.(type) {
	case map[string]any:
		if text == "" {
			delete(x, last)
		} else {
			x[last] = value
		}
	case []any:
		if last == "-" {
			put2, _ := json.Marshal(append(x, value))
			put(t, root, dir, string(put2))
			return
		}
		i, _ := strconv.Atoi(last)
		x[i] = value
	default:
		t.Fatalf("%s is not there", path)
	}
}

// TestAdviceOf21: each of the recommended and informative tests of 2.1 says nothing
// of a document that is in order, and something once that is changed. (The files of
// the suite for these tests are judged by TestSuite21Rest where they are given.)
func TestAdviceOf21(t *testing.T) {
	d := advisoryDraft()
	d.Version = "2.1"
	d.Products[0].Range = "vers:intdot/>=4.0|<4.33"
	d.Products[0].Models, d.Products[0].Serials = nil, nil
	d.Vulnerabilities[0].Scores[0].Vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
	d.Vulnerabilities[0].IDs = []ID{{"https://euvd.enisa.europa.eu", "EUVD-2026-4660"}}
	d.Products[2].CPE, d.Products[3].SKUs = "cpe:2.3:h:maker:gateway:2.0:*:*:*:*:*:*:*", []string{"9"}
	base, err := d.Build()
	if err != nil {
		t.Fatal(err)
	}
	const (
		vuln   = "vulnerabilities/0"
		range1 = "product_tree/branches/0/branches/0/branches/0/branches"
		ssvc   = `[{"content": {"ssvc_v2": {"schemaVersion": "2.0.0", "timestamp": "2026-03-01T10:00:00Z", "selections": [{"namespace": "NS", "key": "MI", "version": "VER", "values": [{"key": "MF"}]}]}}, "products": ["old"]}]`
		ext    = `[{"$schema": "https://maker.example/x/ours_1.0.0.json", "category": "essential", "critical": true, "content": {"a": 1}}]`
	)
	selection := func(ns, version string) string {
		return strings.NewReplacer("NS", ns, "VER", version).Replace(ssvc)
	}
	for _, tt := range []struct {
		ids   string   // that must fire
		edits []string // path and value in turn
	}{
		{"6.2.1", []string{"product_tree/full_product_names", `[{"product_id": "x", "name": "x", "product_identification_helper": {"skus": ["1"]}}]`}},
		{"6.2.2", []string{vuln + "/remediations", ""}},
		{"6.2.3", []string{vuln + "/metrics", ""}},
		{"6.2.4", []string{"document/tracking/revision_history/1/number", `"2+b"`}},
		{"6.2.5", []string{"document/tracking/initial_release_date", `"2020-01-01T00:00:00Z"`}},
		{"6.2.6", []string{"document/tracking/current_release_date", `"2026-03-02T00:00:00Z"`}},
		{"6.2.7", []string{vuln + "/involvements", `[{"party": "vendor", "status": "open"}]`}},
		{"6.2.8 6.3.5", []string{range1 + "/0/product/product_identification_helper/hashes/0/file_hashes", `[{"algorithm": "md5", "value": "6ae24620ea9656230f49234efd078935"}]`}},
		{"6.2.9", []string{range1 + "/0/product/product_identification_helper/hashes/0/file_hashes", `[{"algorithm": "sha1", "value": "6ae24620ea9656230f49234efd07893500000000"}]`}},
		{"6.2.11", []string{"document/references/0/url", `"http://maker.example/maker-2026_001.json"`}},
		{"6.2.12", []string{"document/lang", ""}},
		{"6.2.14", []string{"document/lang", `"qtx"`}},
		{"6.2.15", []string{"document/lang", `"i-default"`}},
		{"6.2.17", []string{vuln + "/ids/0/text", `"CVE-2026-1000"`}},
		{"6.2.18", []string{range1 + "/0/name", `"<4.33"`}},
		{"6.2.20", []string{"document/other", `1`}},
		{"6.2.21", []string{"document/tracking/revision_history/1/date", `"2026-03-01T10:00:00Z"`}},
		{"6.2.22", []string{"document/title", `"MAKER-2026/001: unsigned updates"`}},
		{"6.2.23", []string{vuln + "/cwes/0", `{"id": "CWE-1324", "name": "DEPRECATED: Sensitive Information Accessible by Physical Probing of JTAG Interface", "version": "4.19.1"}`}},
		{"6.2.24 6.2.25", []string{vuln + "/cwes/0", `{"id": "CWE-20", "name": "Improper Input Validation", "version": "4.13"}`}},
		{"6.2.26", []string{vuln + "/cwes/0", `{"id": "CWE-1023", "name": "Incomplete Comparison with Missing Factors", "version": "4.19.1"}`}},
		{"6.2.27", []string{vuln + "/remediations/-", `{"category": "fix_planned", "details": "x", "product_ids": ["gw"]}`}},
		{"6.2.28 6.2.30", []string{"document/distribution/sharing_group", `{"id": "ffffffff-ffff-ffff-ffff-ffffffffffff", "name": "Public"}`}},
		{"6.2.29", []string{"document/distribution/sharing_group", `{"id": "00000000-0000-0000-0000-000000000000", "name": "No sharing allowed"}`}},
		{"6.2.31", []string{range1 + "/1/product/product_identification_helper/model_numbers", `["P100"]`}},
		{"6.2.32", []string{range1 + "/1/product/product_identification_helper/skus", `["12-345"]`}},
		{"6.2.33", []string{vuln + "/disclosure_date", `"2026-04-01T00:00:00Z"`}},
		{"6.2.34 6.2.35 6.2.37", []string{vuln + "/metrics", selection("x_maker.example#own", "1.0.0")}},
		{"6.3.14", []string{vuln + "/metrics", selection("x_maker.example#own", "1.0.0"), "document/distribution/tlp/label", `"GREEN"`}},
		{"6.2.36 6.2.37", []string{vuln + "/metrics", selection("ssvc//.maker.example#own", "2.0.0")}},
		{"6.3.15", []string{vuln + "/metrics", selection("ssvc//.maker.example#own", "2.0.0"), "document/distribution/tlp/label", `"RED"`}},
		{"6.3.13", []string{vuln + "/metrics", selection("ssvc", "1.0.0")}},
		{"6.2.38", []string{"document/category", `"csaf_deprecated_security_advisory"`}},
		{"6.2.39.1", []string{vuln + "/product_status/fixed", ""}},
		{"6.2.39.2", []string{"document/category", `"csaf_withdrawn"`, "document/lang", `"de"`}},
		{"6.2.39.3 6.2.39.4 6.2.39.5", []string{"document/category", `"csaf_superseded"`, "document/lang", `"de-AT"`, "x_extensions", ext}},
		{"6.2.40", []string{"document/notes/-", `{"category": "description", "title": "Product Description", "text": "x"}`}},
		{"6.2.41", []string{vuln + "/metrics", `[{"content": {"epss": {"percentile": "0.1", "probability": "0.2", "timestamp": "2026-01-01T00:00:00Z"}}, "products": ["old"]}]`}},
		{"6.2.42", []string{range1 + "/1/product/product_identification_helper/purls", `["pkg:generic/p100@4.34"]`}},
		{"6.2.42", []string{range1 + "/1/product/product_identification_helper/cpe", `"cpe:2.3:o:maker:p100_firmware:4.33:*:*:de:*:*:*:*"`}},
		{"6.2.43", []string{"document/license_expression", ""}},
		{"6.2.44", []string{"document/license_expression", `"GFDL-1.1"`}},
		{"6.2.45 6.3.17", []string{"document/license_expression", `"Own-Licence"`}},
		{"6.2.46", []string{"document/license_expression", `"LicenseRef-maker.example-1"`, "document/lang", `"de"`}},
		{"6.2.47 6.3.18", []string{vuln + "/metrics", `[{"content": {"qualitative_severity_rating": "high"}, "products": ["old"]}]`}},
		{"6.2.48", []string{"product_tree/branches/0/name", `"Open  source"`}},
		{"6.2.49", []string{range1 + "/0/name", `"vers:intdot/>=4.0"`}},
		{"6.2.50.3", []string{range1 + "/0/name", `"vers:intdot/>=4.0|<4.34"`}},
		{"6.2.50.1", []string{range1 + "/-", `{"category": "product_version_range", "name": "vers:intdot/>=4.32|<5", "product": {"product_id": "x", "name": "x"}}`, vuln + "/product_status/fixed/-", `"x"`}},
		{"6.2.50.2", []string{range1 + "/-", `{"category": "product_version_range", "name": ">=4.32|<5", "product": {"product_id": "x", "name": "x"}}`, vuln + "/product_status/fixed/-", `"x"`}},
		{"6.3.19.1", []string{range1 + "/-", `{"category": "product_version_range", "name": "vers:intdot/>=4.32|<5", "product": {"product_id": "x", "name": "x"}}`, vuln + "/product_status/known_affected/-", `"x"`}},
		{"6.3.19.2", []string{range1 + "/-", `{"category": "product_version_range", "name": ">=4.32|<5", "product": {"product_id": "x", "name": "x"}}`, vuln + "/product_status/known_affected/-", `"x"`}},
		{"6.3.19.3", []string{range1 + "/1/name", `"4.32"`, vuln + "/product_status", `{"known_affected": ["old", "new"]}`}},
		{"6.3.19.4", []string{range1 + "/-", `{"category": "product_version_range", "name": ">=4.32|<5", "branches": [{"category": "language", "name": "de", "product": {"product_id": "x", "name": "x"}}]}`}},
		{"6.3.19.5", []string{range1 + "/-", `{"category": "product_version", "name": "4.32", "branches": [{"category": "language", "name": "de", "product": {"product_id": "x", "name": "x"}}]}`}},
		{"6.2.51", []string{range1 + "/0/name", `"vers:ours/<4.33"`}},
		{"6.2.52", []string{range1 + "/0/product/product_identification_helper/hashes/0/file_hashes/0/algorithm", `"ours"`}},
		{"6.2.53", []string{vuln + "/ids/0/text", `"4660"`}},
		{"6.3.20", []string{vuln + "/ids/0/system_name", `"ours"`}},
		{"6.2.54.1 6.2.54.2 6.2.54.3 6.2.54.4 6.3.21.1 6.3.21.9", []string{"x_extensions", ext}},
		{"6.3.21.2 6.3.21.3", []string{"document/x_extensions", ext, "document/distribution/tlp/label", `"AMBER"`}},
		{"6.3.21.4", []string{range1 + "/0/product/x_extensions", ext}},
		{"6.3.21.5", []string{"product_tree/full_product_names", `[{"product_id": "x", "name": "x", "x_extensions": ` + ext + `}]`}},
		{"6.3.21.6", []string{"product_tree/product_paths/0/full_product_name/x_extensions", ext}},
		{"6.3.21.7", []string{vuln + "/metrics/0/content/x_extensions", ext}},
		{"6.3.21.8", []string{vuln + "/x_extensions", ext}},
		{"6.3.1 6.3.12", []string{vuln + "/metrics", `[{"content": {"cvss_v2": {"version": "2.0", "vectorString": "AV:N/AC:L/Au:N/C:C/I:C/A:C", "baseScore": 10}}, "products": ["old"]}]`}},
		{"6.3.2", []string{vuln + "/metrics", `[{"content": {"cvss_v3": {"version": "3.0", "vectorString": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8, "baseSeverity": "CRITICAL"}}, "products": ["old"]}]`}},
		{"6.2.19", []string{vuln + "/metrics/0/products/-", `"new"`}},
		{"6.3.3", []string{vuln + "/cve", ""}},
		{"6.3.4", []string{vuln + "/cwes", ""}},
		{"6.3.11", []string{range1 + "/1/name", `"v4.33"`}},
		{"6.3.22", []string{"product_tree/product_paths/-", `{"beginning_product_reference": "old-on-gw", "full_product_name": {"product_id": "x", "name": "x"}, "subpaths": [{"category": "installed_on", "next_product_reference": "gw"}]}`}},
	} {
		t.Run(tt.ids, func(t *testing.T) {
			var doc any
			if err := json.Unmarshal(base, &doc); err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(tt.edits); i += 2 {
				put(t, doc, tt.edits[i], tt.edits[i+1])
			}
			edited, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Optional: true, Informative: true, Now: verdictAt}
			before, after := Validate(base, o).Tests(), Validate(edited, o)
			for _, id := range strings.Fields(tt.ids) {
				if slices.Contains(before, id) {
					t.Errorf("%s fires before the change", id)
				}
				if !slices.Contains(after.Tests(Optional, Informative), id) {
					t.Errorf("%s does not fire: %v", id, after.Failures)
				}
			}
		})
	}
}
