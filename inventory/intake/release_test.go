package intake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

var releases = From{File: "exports/r.file", By: "ann"}

func lines(all []*kind.ReleaseSaidV1) (out []string) {
	for _, s := range all {
		out = append(out, strings.Join([]string{s.Maker, s.Product, s.Version, s.UDIDI, s.GTIN, strings.Join(s.Models, "+"), string(s.Support), s.SupportEnds.Format("2006")}, "|"))
	}
	return out
}

func TestReleasesOfSpreadsheets(t *testing.T) {
	t.Parallel()
	got, err := ReleasesCSV(strings.NewReader("\xef\xbb\xbfProduct;Version;maker;models;support;support-ends;declared:transmission-encryption\nPump;1.2;Example;P 1 | P-1;Supported;2030-01-31;yes\n\nPump;1.3;Example;;;;\n"), releases)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Example|Pump|1.2|||P 1+P-1|supported|2030", "Example|Pump|1.3|||||0001"}, lines(got)); diff != "" {
		t.Error(diff)
	}
	if got[0].Declared["transmission-encryption"] != "yes" || got[0].Source != "import:r.file" || got[0].By != "ann" {
		t.Errorf("%+v", got[0])
	}
	for in, want := range map[string]string{
		"":                                      "the first line must name the columns",
		"product\nPump\n":                       `column "version" is missing`,
		"product,version,colour\n":              `r.file:1:17: column "colour" is not known`,
		"product,version,Product\n":             "stands twice",
		"product,version\nPump\n":               ":2: 1 cells, the header has 2",
		"product,version\nPump,\n":              `:2: a release of "Pump" needs a version`,
		"product,version\n=cmd(),1\n":           "would run as a formula",
		"product,version\nPump,1\nPUMP ,1\n":    ":3:  PUMP 1 stands in line 2 already",
		"product,version,released\nPump,1,2026": "no date",
		"product,version,released,support-ends\nPump,1,2026-01-01,2025-01-01\n": "support ends before the release came out (2025-01-01 before 2026-01-01)",
		"product,version,support\nPump,1,gold\n":                                `no stage of support "gold"`,
		"product,version,kind\nPump,1,toy\n":                                    "toy",
		"product,version\n\"Pump,1\n":                                           ":2",
		"product,version\n\xff,1\n":                                             "not UTF-8",
		"product,version\n":                                                     "it names no release",
	} {
		got, err := ReleasesCSV(strings.NewReader(in), releases)
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(fmt.Sprint(err), want) || got != nil {
			t.Errorf("%q: %v; want %q", in, err, want)
		}
	}
}

func TestReleasesOfRegistries(t *testing.T) {
	t.Parallel()
	device := func(model string) string {
		return `{"companyName":"Example","brandName":"Pump","versionModelNumber":"` + model + `","identifiers":{"identifier":[{"deviceId":"10885403512360","deviceIdType":"Primary","deviceIdIssuingAgency":"GS1"}]}}`
	}
	for _, c := range []struct{ in, version, want, wrong string }{
		{device("8015"), "9.1", "Example|Pump|9.1|10885403512360|10885403512360|8015||0001", ""},
		{device("V2.4.1"), "", "Example|Pump|V2.4.1|10885403512360|10885403512360|V2.4.1||0001", ""},
		{device("8015"), "", "", "which version of its software"},
		{`[` + device("8015") + `,` + device("8016") + `]`, "9.1", "", "stands in [0] already"},
		{strings.Replace(device("1.0"), "10885403512360", "10885403512361", 1), "", "", "check digit"},
	} {
		got, err := ReleasesGUDID(strings.NewReader(c.in), releases, c.version)
		if c.wrong != "" {
			if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s: %v; want %q", c.in, err, c.wrong)
			}
			continue
		}
		if err != nil || strings.Join(lines(got), "\n") != c.want {
			t.Errorf("%s: %v, %v", c.in, lines(got), err)
		}
	}
}

func TestReleasesOfFHIR(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want, wrong string }{
		"devices of one release give it once; a ward's own name is not the product's": {
			`{"resourceType":"Bundle","entry":[
			{"resource":{"resourceType":"Device","manufacturer":"Example","serialNumber":"1","modelNumber":"P-1","udiCarrier":[{"deviceIdentifier":"10885403512360"}],"deviceName":[{"name":"Bed 7","type":"user-friendly-name"},{"name":"Pump","type":"model-name"}],"version":[{"type":{"text":"hardware"},"value":"B"},{"type":{"text":"software"},"value":"1.2"}]}},
			{"resource":{"resourceType":"Device","manufacturer":"Example","serialNumber":"2","deviceName":[{"name":"Pump","type":"model-name"}],"version":[{"value":"1.2"}]}},
			{"resource":{"resourceType":"Device","status":"entered-in-error"}},
			{"resource":{"resourceType":"Location","id":"l"}}]}`,
			"Example|Pump|1.2|10885403512360||P-1||0001", "",
		},
		"R5: names and versions are lists with types": {
			`{"resourceType":"DeviceDefinition","manufacturer":{"display":"Example"},"deviceName":[{"name":"Pump","type":"registered-name"}],"modelNumber":"P-1","partNumber":"77",
			"regulatoryIdentifier":[{"type":"basic","deviceIdentifier":"B-1"}],"version":[{"type":{"coding":[{"code":"hardware-version"}]},"value":"B"},{"type":{"coding":[{"code":"software-version"}]},"value":"1.2"}]}`,
			"Example|Pump|1.2|||P-1+77||0001", "",
		},
		"one without a version": {`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Device","modelNumber":"P"}}]}`, "", "entry[0].resource.version"},
		"something else":        {`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}]}`, "", `entry[0].resource.resourceType: "Patient", want Device or DeviceDefinition`},
		"broken":                {"{\n\"resourceType\": \"Bundle\",,}", "", "r.file:2"},
		"a wrong type":          {`{"resourceType":"DeviceDefinition","version":7}`, "", "DeviceDefinition.version"},
	} {
		got, err := ReleasesFHIR(strings.NewReader(c.in), releases, "")
		switch {
		case c.wrong != "" && (wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), c.wrong) || got != nil):
			t.Errorf("%s: %v; want %q", name, err, c.wrong)
		case c.wrong == "" && (err != nil || strings.Join(lines(got), "\n") != c.want):
			t.Errorf("%s: %v, %v", name, lines(got), err)
		}
	}
}

func TestGTIN(t *testing.T) {
	t.Parallel()
	// The examples of the GS1 General Specifications, and digits changed.
	for s, ok := range map[string]bool{"6291041500213": true, "6291041500214": false, "10885403512360": true, "96385074": true, "036000291452": true, "036000291425": false, "1234": false, "629104150021A": false} {
		if (GTIN(s) == "") != ok {
			t.Errorf("%s: %q", s, GTIN(s))
		}
	}
}

func FuzzReleases(f *testing.F) {
	f.Add("product,version\nPump,1\n")
	f.Add(`{"resourceType":"DeviceDefinition","deviceName":[{"name":"P"}],"version":["1","2"]}`)
	f.Add(`{"gudid":{"device":{"brandName":"P","versionModelNumber":"1.0"}}}`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, read := range []func() ([]*kind.ReleaseSaidV1, error){
			func() ([]*kind.ReleaseSaidV1, error) { return ReleasesCSV(strings.NewReader(s), releases) },
			func() ([]*kind.ReleaseSaidV1, error) { return ReleasesFHIR(strings.NewReader(s), releases, "1") },
			func() ([]*kind.ReleaseSaidV1, error) { return ReleasesGUDID(strings.NewReader(s), releases, "") },
		} {
			all, err := read()
			if (err == nil) != (len(all) > 0) {
				t.Fatalf("%d releases, %v", len(all), err)
			}
			for _, x := range all {
				if err := CheckRelease(x); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
