package network

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// TestResultsOfFHIR: what a search finds and what is posted is counted by who told it;
// a refused write, what a server repeats of a write, and a result that was entered in
// error are not.
func TestResultsOfFHIR(t *testing.T) {
	observation := func(i int) string {
		return fmt.Sprintf(`{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}],"text":"KANARI"},"subject":{"reference":"Patient/KANARI","display":"KANARI"},`+
			`"valueQuantity":{"value":5.%d,"unit":"mmol/L KANARI","system":"http://unitsofmeasure.org","code":"mmol/L"},"interpretation":[{"coding":[{"code":"KANARI"}]}],"note":[{"text":"KANARI"}]}`, i)
	}
	panel := `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:KANARI","code":"KANARI"}]},"component":[` +
		`{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":1.2e2,"unit":"mmHg"}},` +
		`{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"dataAbsentReason":{"coding":[{"code":"not-performed"}]}}]}`
	wrong := strings.Replace(observation(1), `"final"`, `"entered-in-error"`, 1)
	patient := `{"resourceType":"Patient","gender":"male","birthDate":"1931-01","name":[{"family":"KANARI"}]}`
	var entries []string
	for i := range 6 {
		entries = append(entries, observation(i))
	}
	entries = append(entries, panel, wrong, patient)
	bundle := `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + strings.Join(entries, `},{"resource":`) + `}]}`
	accepted := "\nContent-Type: application/fhir+json"
	var out []*kind.ResultsWindowV1
	c := NewTestConn("http", httpFlow, func(o *wardround.Observation) {
		b, err := kind.Codec{}.Append(nil, o)
		if err != nil || strings.Contains(string(b), "KANARI") {
			t.Errorf("%v: %s", err, b)
		}
		if x, ok := o.Fields.(*kind.ResultsWindowV1); ok {
			out = append(out, x)
		}
	})
	for _, x := range []httpTalk{
		{request: "GET /fhir/Observation?code=2345-7 HTTP/1.1\n" + fhirHead, response: fhirOK, down: bundle},
		{request: "POST /fhir/Observation HTTP/1.1\n" + fhirHead + accepted, up: observation(7), response: "HTTP/1.1 201 x" + accepted, down: observation(7)},
		{request: "POST /fhir/Observation HTTP/1.1\n" + fhirHead + accepted, up: observation(8), response: "HTTP/1.1 422 x" + accepted, down: `{"resourceType":"OperationOutcome"}`},
	} {
		at := int64(1e18)
		s := c.proto.Open(c)
		for dir, text := range []string{httpWire(x.request, x.up), httpWire(x.response, x.down)} {
			if err := s.Data(Direction(dir), []byte(text), at); err != nil {
				t.Fatal(err)
			}
		}
		s.Close(at)
	}
	c.sensor.results.flush(int64(1e18))
	if len(out) != 2 || !out[0].FromServer || out[1].FromServer || out[0].Host != "fhir" || out[0].Protocol != "fhir" {
		t.Fatalf("%+v", out)
	}
	var got []string
	for _, x := range out {
		for _, c := range x.Codes {
			got = append(got, fmt.Sprintf("%s|%s|%v|%d-%d|%v|%v|%v|%v", c.Code, c.Unit, c.UCUM, c.Results, c.Missing, c.Reasons, c.Types, c.Flags, c.Values))
		}
	}
	want := []string{"loinc:2345-7|mmol/L|true|6-0|[]|[{Quantity 6}]|[{other 6}]|[5 5.1 5.2 5.3 5.4 5.5]", "loinc:8462-4||false|1-1|[{not-performed 1}]|[{ 1}]|[]|[]",
		"loinc:8480-6|mm[Hg]|false|1-0|[]|[{Quantity 1}]|[]|[]", "loinc:2345-7|mmol/L|true|1-0|[]|[{Quantity 1}]|[{other 1}]|[]"}
	if fmt.Sprint(got) != fmt.Sprint(want) || out[0].Results != 8 || fmt.Sprint(out[0].Sexes) != "[{M 1}]" {
		t.Errorf("%s\n%+v", strings.Join(got, "\n"), out[0])
	}
}
