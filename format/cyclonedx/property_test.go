package cyclonedx_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
)

// device reads one component of a type with these properties.
func device(t *testing.T, typ string, properties ...[2]string) sbom.Component {
	t.Helper()
	var list []string
	for _, p := range properties {
		list = append(list, fmt.Sprintf(`{"name":%q,"value":%q}`, p[0], p[1]))
	}
	doc := read(t, []byte(jsonHead+`"components":[{"type":"`+typ+`","name":"x","properties":[`+strings.Join(list, ",")+`]}]}`))
	return doc.Components[0]
}

// TestSupport: what FDA section 524B asks for is read under our names, those of
// CycloneDX's taxonomy and those in use, by precedence.
func TestSupport(t *testing.T) {
	end := time.Date(2031, 12, 31, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		properties [][2]string
		level      string
		end        time.Time
	}{
		"ours":                   {[][2]string{{"wardround:support:level", "actively maintained"}, {"wardround:support:end", "2031-12-31"}}, "actively maintained", end},
		"the taxonomy's":         {[][2]string{{"cdx:lifecycle:milestone:endOfSupport", "2031-12-31T00:00:00Z"}}, "", end},
		"somebody's":             {[][2]string{{"acme:softwareLevelOfSupport", "abandoned"}, {"acme:end-of-support-date", "2031-12-31"}}, "abandoned", end},
		"without a namespace":    {[][2]string{{"Level_Of_Support", "no longer maintained"}, {"EndOfSupport", "2031-12-31"}}, "no longer maintained", end},
		"ours before others":     {[][2]string{{"x:endOfSupport", "2020-01-01"}, {"cdx:lifecycle:milestone:endOfSupport", "2025-01-01"}, {"wardround:support:end", "2031-12-31"}}, "", end},
		"others after ours":      {[][2]string{{"wardround:support:end", "2031-12-31"}, {"cdx:lifecycle:milestone:endOfSupport", "2025-01-01"}}, "", end},
		"end of life is another": {[][2]string{{"cdx:lifecycle:milestone:endOfLife", "2031-12-31"}, {"cdx:lifecycle:milestone:endOfGuaranteedSupport", "2031-12-31"}}, "", time.Time{}},
		"something else":         {[][2]string{{"x:support", "yes"}, {"endOfSupport:note", "2031-12-31"}}, "", time.Time{}},
	} {
		got := device(t, "library", c.properties...)
		if got.Support != c.level || !got.EndOfSupport.Equal(c.end) {
			t.Errorf("%s: %q, %v", name, got.Support, got.EndOfSupport)
		}
	}
}

// TestIdentifiers: UDI, GTIN, model and serial number of a device.
func TestIdentifiers(t *testing.T) {
	for name, c := range map[string]struct {
		typ        string
		properties [][2]string
		want       map[string]string
	}{
		"the taxonomy's": {"device", [][2]string{{"cdx:device:serialNumber", "S1"}, {"cdx:device:gs1:gtin-14", "04012345678901"}, {"cdx:device:gs1:gmn", "G"}, {"cdx:device:sku", "K"}, {"cdx:device:location", "U4"}},
			map[string]string{"serial-number": "S1", "gtin": "04012345678901", "model-number": "G", "sku": "K"}},
		"somebody's": {"device", [][2]string{{"udi:udi-di", "1"}, {"udi:BasicUdiDi", "2"}, {"acme:modelNumber", "M"}, {"acme:serial_number", "S"}},
			map[string]string{"udi-di": "1", "basic-udi-di": "2", "model-number": "M", "serial-number": "S"}},
		"a model number before a GMN":        {"device", [][2]string{{"cdx:device:gs1:gmn", "G"}, {"acme:modelNumber", "M"}}, map[string]string{"model-number": "M"}},
		"the serial number of a certificate": {"library", [][2]string{{"x509:serialNumber", "1234"}}, nil},
		"of a part, by the taxonomy":         {"library", [][2]string{{"cdx:device:serialNumber", "S"}}, map[string]string{"serial-number": "S"}},
		"ours, of any key":                   {"device", [][2]string{{"wardround:identifier:fda-listing", "D1"}, {"wardround:identifier:udi-di", "1"}, {"udi-di", "2"}}, map[string]string{"fda-listing": "D1", "udi-di": "1"}},
	} {
		if diff := cmp.Diff(c.want, device(t, c.typ, c.properties...).Identifiers); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	doc := read(t, []byte(jsonHead+`"metadata":{"component":{"type":"device","name":"Pump"},"properties":[{"name":"udi-di","value":"1"},{"name":"cdx:lifecycle:milestone:endOfSupport","value":"2030-01-01"}],"manufacture":{"name":"Maker"}}}`))
	if c := doc.Components[0]; doc.Root != 0 || c.Identifiers["udi-di"] != "1" || c.EndOfSupport.Year() != 2030 || c.Manufacturer != "Maker" || doc.Name != "Pump" {
		t.Errorf("%+v", c)
	}
}

// TestHierarchy: parts have parents, in the order in which they begin, whichever
// way round the members stand.
func TestHierarchy(t *testing.T) {
	doc := read(t, []byte(jsonHead+`"dependencies":[{"dependsOn":["file"],"ref":"image"},{"ref":"root","dependsOn":["image","urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#other"]}],
	"components":[{"components":[{"type":"library","name":"pkg","components":[{"type":"file","name":"f","bom-ref":"file"}]}],"type":"container","name":"image","bom-ref":"image"}],
	"metadata":{"component":{"components":[{"type":"firmware","name":"boot"}],"type":"device","name":"Pump","bom-ref":"root"}},
	"services":[{"name":"cloud","services":[{"name":"inner"}]}]}`))
	var got []string
	for _, c := range doc.Components {
		got = append(got, fmt.Sprintf("%s %s in %d", c.Type, c.Name, c.Parent))
	}
	want := []string{"container image in -1", "library pkg in 0", "file f in 1", "device Pump in -1", "firmware boot in 3", "service cloud in -1", "service inner in 5"}
	if diff := cmp.Diff(want, got); diff != "" || doc.Root != 3 {
		t.Errorf("root %d, %s", doc.Root, diff)
	}
	relations := []sbom.Relation{{From: 0, To: 2, Kind: sbom.DependsOn}, {From: 3, To: 0, Kind: sbom.DependsOn}}
	links := []sbom.Link{{From: 3, Document: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1", Element: "other"}}
	if diff := cmp.Diff(relations, doc.Relations) + cmp.Diff(links, doc.Links); diff != "" || len(doc.Problems) > 0 {
		t.Error(diff, doc.Problems)
	}
}

// TestLinks: a BOM-Link is the same, escaped or not.
func TestLinks(t *testing.T) {
	const serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
	for _, ref := range []string{"a", "pkg:npm/%40a/b@1?x=y", "100% sure", "ä ö", "x#y", "", "a+b"} {
		s := cyclonedx.Link(serial, 4, ref)
		document, got := cyclonedx.SplitLink(s)
		if document != "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/4" || got != ref {
			t.Errorf("%q: %s is %q in %q", ref, s, got, document)
		}
	}
	if _, ref := cyclonedx.SplitLink("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:npm/%40a/b@1"); ref != "pkg:npm/%40a/b@1" {
		t.Errorf("unescaped: %q", ref)
	}
}
