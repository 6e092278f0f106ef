package csaf

import (
	"archive/zip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/internal/testkit"
)

// cisa calls fn with every document of the shared CISA set.
func cisa(t testing.TB, fn func(name string, b []byte)) {
	t.Helper()
	z, err := zip.OpenReader(testkit.Data(t, "advisories/cisa-csaf.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		fn(f.Name, b)
	}
}

// TestEveryAdvisoryOfCISALoads and nothing of it is lost on the way: as many
// records, products and statuses as a plain look at the JSON counts.
func TestEveryAdvisoryOfCISALoads(t *testing.T) {
	docs, records := 0, 0
	cisa(t, func(name string, b []byte) {
		d, err := ReadBytes(b, ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		docs++
		if len(d.Problems) > 0 {
			t.Errorf("%s: %v", name, d.Problems)
		}
		var plain struct {
			ProductTree     json.RawMessage `json:"product_tree"`
			Vulnerabilities []struct {
				ProductStatus map[string][]string `json:"product_status"`
				Remediations  []json.RawMessage   `json:"remediations"`
			} `json:"vulnerabilities"`
		}
		if err := json.Unmarshal(b, &plain); err != nil {
			t.Fatal(err)
		}
		if want := strings.Count(string(plain.ProductTree), `"product_id":`); len(d.Products) != want {
			t.Errorf("%s: %d products, want %d", name, len(d.Products), want)
		}
		rs := d.Records(RecordOptions{})
		records += len(rs)
		if len(rs) != len(plain.Vulnerabilities) {
			t.Fatalf("%s: %d records", name, len(rs))
		}
		for i, v := range plain.Vulnerabilities {
			want := 0
			for status, ids := range v.ProductStatus {
				if status != "recommended" && status != "unknown" {
					want += len(ids)
				}
			}
			if len(rs[i].Affected) != want || len(rs[i].Remedies) != len(v.Remediations) {
				t.Errorf("%s: record %d has %d products and %d remedies, want %d and %d", name, i, len(rs[i].Affected), len(rs[i].Remedies), want, len(v.Remediations))
			}
			for _, a := range rs[i].Affected {
				if a.Product.Full == "" || a.Unread == "" && len(a.Versions) == 0 {
					t.Errorf("%s: %s says nothing of its versions", name, a.Product.ID)
				}
			}
		}
	})
	if docs != 2363 {
		t.Errorf("%d documents", docs)
	}
	t.Logf("%d documents, %d records", docs, records)
}

const small = `{
 "document": {"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Pump", "lang": "en", "x_future": [1],
  "publisher": {"category": "vendor", "name": "Maker", "namespace": "https://maker.example"},
  "notes": [{"category": "summary", "text": "A pump"}],
  "tracking": {"id": "M-1", "version": "2", "status": "final", "initial_release_date": "2024-01-02T03:04:05Z", "current_release_date": "2024-02-02T03:04:05+01:00",
   "revision_history": [{"date": "2024-01-02T03:04:05Z", "number": "1", "summary": "First"}, {"date": "2024-02-02T02:04:05Z", "number": "2", "summary": "More"}]}},
 "product_tree": {
  "branches": [{"category": "vendor", "name": "Maker", "branches": [
    {"category": "product_family", "name": "Pumps", "branches": [
     {"category": "product_name", "name": "P100", "branches": [
      {"category": "product_version_range", "name": "<V4.33", "product": {"product_id": "A", "name": "Maker P100 before 4.33", "product_identification_helper": {
        "model_numbers": ["P100-?"], "serial_numbers": ["SN*"], "skus": ["s"], "sbom_urls": ["https://maker.example/sbom"],
        "hashes": [{"filename": "f", "file_hashes": [{"algorithm": "sha256", "value": "00"}]}],
        "x_generic_uris": [{"namespace": "https://maker.example/udi", "uri": "urn:udi:0123"}]}}},
      {"category": "product_version", "name": "4.33", "product": {"product_id": "B", "name": "Maker P100 4.33"}}]}]},
    {"category": "product_name", "name": "OS", "product": {"product_id": "O", "name": "Maker OS", "product_identification_helper": {"cpe": "cpe:2.3:o:maker:os:7\\.1:*:*:*:*:*:*:*", "purl": "pkg:generic/os"}}}]}],
  "full_product_names": [{"product_id": "F", "name": "A thing of which no version is named"}],
  "relationships": [{"category": "installed_on", "product_reference": "B", "relates_to_product_reference": "O", "full_product_name": {"product_id": "B-on-O", "name": "P100 4.33 on OS"}}],
  "product_groups": [{"group_id": "G", "product_ids": ["A", "F"]}]},
 "vulnerabilities": [
  {"cve": "CVE-2024-0001", "ids": [{"system_name": "Maker", "text": "BUG-7"}], "cwe": {"id": "CWE-79", "name": "n"}, "notes": [{"category": "description", "text": "It leaks"}],
   "product_status": {"known_affected": ["A", "F"], "fixed": ["B"], "known_not_affected": ["O", "B-on-O"], "recommended": ["B"]},
   "flags": [{"label": "component_not_present", "date": "2024-01-03T00:00:00Z", "product_ids": ["O"]}],
   "threats": [{"category": "impact", "details": "Not reachable", "product_ids": ["B-on-O"]}],
   "scores": [{"products": ["A"], "cvss_v3": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}}],
   "remediations": [{"category": "vendor_fix", "details": "Update", "url": "https://maker.example/fw", "group_ids": ["G"]}, {"category": "mitigation", "details": "Unplug", "product_ids": ["A"]}]},
  {"title": "Without a name", "product_status": {"under_investigation": ["A"]}}]}`

func TestRecords(t *testing.T) {
	d, err := Read(strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	rs := d.Records(RecordOptions{Ranges: func(text string) ([]advisory.Range, bool) {
		return []advisory.Range{{Kind: advisory.Loose, Events: []advisory.Event{{Fixed: strings.TrimPrefix(text, "<")}}}}, text == "<V4.33"
	}})
	b, err := json.MarshalIndent(struct {
		Records []advisory.Record
		VEX     *vex.Document
		Problem []string
	}{rs, d.VEX(), d.Problems}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "small.json", append(b, '\n'))
}

// golden compares with a file under testdata; -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestNotRead(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"no JSON", "<csaf>", "line 1"},
		{"other JSON", `{"bomFormat": "CycloneDX"}`, "not a CSAF document"},
		{"CSAF of another time", `{"document": {"csaf_version": "3.0"}}`, "not a CSAF document"},
		{"two meanings", `{"document": {"csaf_version": "2.0", "tracking": {"id": "a", "id": "b"}}}`, "/document/tracking/id: the name occurs twice"},
		{"too deep", `{"document": {"csaf_version": "2.0"}, "product_tree": ` + strings.Repeat(`{"branches":[`, 200), "nested deeper"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ReadBytes([]byte(tt.doc), ReadOptions{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := ReadBytes([]byte(small), ReadOptions{Bytes: 100}); err == nil {
		t.Error("a document over the limit was read")
	}
}

// TestWrongTypes: a field of the wrong type is missing, and said to be.
func TestWrongTypes(t *testing.T) {
	d, err := ReadBytes([]byte(`{"document": {"csaf_version": "2.0", "title": 7, "tracking": {"aliases": "x", "initial_release_date": "soon", "revision_history": [1]}},
		"product_tree": {"branches": {}, "full_product_names": [{"name": "n"}], "product_groups": "x"}, "vulnerabilities": [[], {"product_status": {"fixed": [1, "P"]}, "remediations": [{"group_ids": ["G"]}]}]}`), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/document/title: a text is expected", "/document/tracking/aliases: an array is expected", "/document/tracking/initial_release_date: the time can't be read",
		"/product_tree/full_product_names/0: a product without product_id", "/product_tree/branches: an array is expected", "/product_tree/product_groups: an array is expected",
		"/vulnerabilities/1/product_status/fixed/0: a text is expected", "/vulnerabilities/1/remediations/0: the product group G is not defined"}
	if diff := cmp.Diff(want, d.Problems); diff != "" {
		t.Error(diff)
	}
	if rs := d.Records(RecordOptions{}); len(rs) != 2 || rs[1].Affected[0].Unread != "the document does not define the product P" {
		t.Errorf("%+v", rs)
	}
}
