package http

import (
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTarget(t *testing.T) {
	for _, test := range []struct {
		target string
		want   Target
	}{
		{"/a/b?c=d", Target{"", "/a/b", "c=d"}}, {"/", Target{"", "/", ""}}, {"*", Target{"", "*", ""}},
		{"http://h:80/a?b", Target{"h:80", "/a", "b"}}, {"http://u:p@h", Target{"h", "", ""}}, {"http://h?b", Target{"h", "/", "b"}},
		{"h:443", Target{"h:443", "", ""}}, {"/a?u=http://x/y", Target{"", "/a", "u=http://x/y"}}, {"?a=b", Target{"", "/", "a=b"}},
		{"/a#f?x", Target{"", "/a", ""}}, {"", Target{"", "/", ""}}, {"/http://h/a", Target{"", "/http://h/a", ""}},
	} {
		if diff := cmp.Diff(test.want, ParseTarget(test.target)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.target, diff)
		}
	}
}

func TestSegments(t *testing.T) {
	got := slices.Collect(Segments("//a%2fb/c//%zz/"))
	if diff := cmp.Diff([]string{"a/b", "c", "%zz"}, got); diff != "" {
		t.Error(diff)
	}
}

// Queries that net/url reads are read alike.
func FuzzQuery(f *testing.F) {
	f.Add("a=b&c=d%20e&f=&g&h=+i")
	f.Add("name=O%27Hara&_count=50&birthdate=ge1970-01-01")
	f.Fuzz(func(t *testing.T, query string) {
		want, err := url.ParseQuery(query)
		got := url.Values{}
		for name, value := range Query(query) {
			got.Add(name, value)
		}
		if err == nil && !cmp.Equal(want, got) {
			t.Errorf("%q (-net/url +ours):\n%s", query, cmp.Diff(want, got))
		}
	})
}

func TestCredentials(t *testing.T) {
	for _, test := range []struct {
		value string
		want  Credentials
	}{
		{"Basic d2FyZDpzZWNyZXQ=", Credentials{"basic", "ward", true}},
		{"basic  d2FyZDpzZWNyZXQ", Credentials{"basic", "ward", true}},
		{"Basic d2FyZDo=", Credentials{"basic", "ward", false}},
		{"Basic !!", Credentials{"basic", "", false}},
		{"Bearer abc.def", Credentials{"bearer", "", true}},
		{`Digest realm="a, b", username="o\"hara", uri="/"`, Credentials{"digest", `o"hara`, false}},
		{"Negotiate TlRM", Credentials{"negotiate", "", false}},
		{"", Credentials{"malformed", "", false}},
		{"<script> x", Credentials{"malformed", "", true}},
	} {
		if diff := cmp.Diff(test.want, ParseCredentials(test.value)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.value, diff)
		}
	}
}

func TestMediaType(t *testing.T) {
	mediaType, params := MediaType(` Multipart/Related ; type="application/dicom"; x; boundary = "a;b\"c"`)
	if mediaType != "multipart/related" || Param(params, "boundary") != `a;b"c` || Param(params, "type") != "application/dicom" || Param(params, "x") != "" {
		t.Errorf("%s %q %q", mediaType, Param(params, "boundary"), Param(params, "type"))
	}
}

func TestProducts(t *testing.T) {
	for _, test := range []struct {
		value string
		want  []Product
	}{
		{"curl/7.88.1", []Product{{"curl", "7.88.1"}}},
		{"Mozilla/5.0 (X11; Linux (nested) of Anna \\) Muster) Gecko/20100101 Firefox/115.0", []Product{{"Mozilla", "5.0"}, {"Gecko", "20100101"}, {"Firefox", "115.0"}}},
		{"HAPI-FHIR/6.8.0 (FHIR Client; FHIR 4.0.1/R4; apache)", []Product{{"HAPI-FHIR", "6.8.0"}}},
		{"(only a comment", nil}, {"", nil}, {"/x /", nil}, {"anna@example.org/1 a/b/c tool/2(comment)x", []Product{{"tool", "2"}, {"x", ""}}},
	} {
		if diff := cmp.Diff(test.want, Products(test.value)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.value, diff)
		}
	}
}

func TestClassifyArtefact(t *testing.T) {
	for _, test := range []struct {
		path, disposition, contentType, first string
		want                                  Artefact
	}{
		{"/updates/monitor-3.2.swu", "", "application/octet-stream", "", Artefact{Firmware, "swu", ""}},
		{"/files/17", `attachment; filename="Drug Library v9.xml"`, "application/xml", "", Artefact{DrugLibrary, "xml", ""}},
		{"/drug-library/current.dat", "", "application/octet-stream", "", Artefact{DrugLibrary, "dat", ""}},
		{"/pump/firmware/a.bin", "", "application/octet-stream", "", Artefact{Firmware, "bin", ""}},
		{"/x.bin", "", "application/octet-stream", "", Artefact{}},
		{"/x.bin", "", "application/octet-stream", "\x27\x05\x19\x56", Artefact{Firmware, "bin", "uboot-image"}},
		{"/image.zip", "", "application/zip", "PK\x03\x04", Artefact{}},
		{"/setup.exe", "", "application/octet-stream", "MZ\x90", Artefact{Program, "exe", "portable-executable"}},
		{"/debian/pool/a.deb", "", "application/vnd.debian.binary-package", "!<arch>\ndebian", Artefact{Program, "deb", "debian"}},
		{"/firmware/notes.html", "", "text/html", "<html>", Artefact{}},
		{"/api/firmware/version", "", "application/json", "{", Artefact{}},
		{"/fhir/Patient/1", "", "application/fhir+json", "{", Artefact{}},
		{"/MZ.txt", "", "text/plain", "MZ is a text", Artefact{}},
		{"/dicom-web/studies/1/series", "", "application/dicom+json", "[", Artefact{}},
	} {
		got := ClassifyArtefact(test.path, test.disposition, test.contentType, []byte(test.first))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.path, test.disposition, diff)
		}
	}
}
