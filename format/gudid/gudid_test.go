package gudid

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const one = `{"gudid":{"device":{"companyName":"Example Pumps, Inc.","brandName":"Volumat","versionModelNumber":"8015","catalogNumber":"C-1","devicePublishDate":"2020-01-02",
"deviceCommDistributionEndDate":null,"contacts":{"customerContact":[{"phone":"1"}]},"gmdnTerms":{"gmdn":[{"gmdnPTName":"licensed"}]},
"identifiers":{"identifier":[{"deviceId":"20885403512367","deviceIdType":"Package","deviceIdIssuingAgency":"GS1"},{"deviceId":"10885403512360","deviceIdType":"Primary","deviceIdIssuingAgency":"GS1"}]}}}}`

func TestShapes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"as AccessGUDID answers":     {one, []string{"gudid.device Volumat 8015 10885403512360 GS1 20885403512367"}},
		"a list, one identifier":     {`[{"brandName":"A","versionModelNumber":"1","identifiers":{"identifier":{"deviceId":"X"}}},{"device":{"brandName":"B"}}]`, []string{"[0] A 1 X  ", "[1].device B    "}},
		"devices, identifiers plain": {`{"devices":[{"brandName":"A","identifiers":[{"deviceId":"X","deviceIdType":"primary"}]}]}`, []string{"devices[0] A  X  "}},
	} {
		got, err := Read(strings.NewReader(c.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var lines []string
		for _, d := range got {
			lines = append(lines, strings.Join([]string{d.Path, d.Brand, d.Model, d.Primary, d.Agency, strings.Join(d.Others, ",")}, " "))
		}
		if diff := cmp.Diff(c.want, lines); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFaultsHaveAPlace(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"{\n\"gudid\": }":                         "line 2",
		`{"gudid":{"device":"x"}}`:                "gudid.device: want a device",
		`{"devices":[{"brandName":1}]}`:           "devices[0]: brandName: number is not what belongs here",
		`{"devices":[{"devicePublishDate":"x"}]}`: `devices[0]: devicePublishDate: "x" is no date`,
		`{"identifiers":{"identifier":7}}`:        "identifiers",
		`[]`:                                      "it holds no device",
		`[[[[[[{}]]]]]]`:                          "nested too deeply",
	} {
		if _, err := Read(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", in, err, want)
		}
	}
	many := `{"identifiers":[` + strings.Repeat(`{"deviceId":"X"},`, maxIDs+1) + `{}]}`
	if _, err := Read(strings.NewReader(many)); err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("identifiers are not bounded: %v", err)
	}
	devices := `[` + strings.Repeat(`{},`, MaxDevices) + `{}]`
	if _, err := Read(strings.NewReader(devices)); err == nil || !strings.Contains(err.Error(), "more than 50000") {
		t.Errorf("devices are not bounded: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(one))
	f.Add([]byte(`[{"brandName":"A","identifiers":{"identifier":{"deviceId":"X"}}}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := Read(strings.NewReader(string(b)))
		if err == nil && len(all) == 0 {
			t.Fatal("no device, and no error")
		}
		for _, d := range all {
			if d.Path == "" || len(d.Others) > maxIDs {
				t.Fatalf("%+v", d)
			}
		}
	})
}
