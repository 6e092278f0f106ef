package fhir

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func results(body string, size int) (list []Result, sum Summary) {
	s := NewScanner()
	s.Results(func(r *Result) { list = append(list, *r) })
	for p := []byte(body); len(p) > 0; p = p[min(size, len(p)):] {
		piece := bytes.Clone(p[:min(size, len(p))])
		s.Feed(piece)
		clear(piece)
	}
	s.Close(true)
	return list, *s.Summary()
}

// An Observation of glucose as R4's examples have it, a blood pressure with components,
// one that was not done, a report, an order and the patient.
const (
	glucose = `{"resourceType":"Observation","id":"f001","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"15074-8","display":"Glucose [Moles/volume] in Blood"},{"system":"urn:lab","code":"GLU"}]},
"subject":{"reference":"Patient/f001","display":"P. van de Heuvel"},"issued":"2013-04-03T15:30:10+01:00","performer":[{"reference":"Practitioner/f005","display":"A. Langeveld"}],
"valueQuantity":{"value":6.3,"unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"},
"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H","display":"High"}]}],
"referenceRange":[{"low":{"value":3.1,"unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"},"high":{"value":6.2}}],"note":[{"text":"free text"}]}`
	pressure = `{"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":107,"unit":"mmHg","code":"mm[Hg]"}},
{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"not-performed"}]}}],
"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"status":"final","resourceType":"Observation"}`
	bounded = `{"resourceType":"Observation","status":"preliminary","code":{"coding":[{"system":"http://loinc.org","code":"10839-9"}]},"valueQuantity":{"value":0.01,"comparator":"<","unit":"ng/mL"}}`
	told    = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8302-2"}],"text":"Größe"},"valueString":"12345"}`
	report  = `{"resourceType":"DiagnosticReport","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"24323-8"}]},"result":[{"reference":"Observation/1"}],"conclusion":"free text"}`
	someone = `{"resourceType":"Patient","gender":"female","birthDate":"1944-11-17","name":[{"family":"Heuvel"}]}`
)

var glucoseIs = Result{Type: "Observation", Codes: []Coding{{"http://loinc.org", "15074-8"}, {"urn:lab", "GLU"}}, Value: "Quantity", Number: "6.3",
	Unit: "mmol/l", UnitCode: "mmol/L", UnitSystem: "http://unitsofmeasure.org", Status: "final", Flags: []string{"H"}, Ranged: true}

func TestResults(t *testing.T) {
	all := []Result{glucoseIs,
		{Type: "Observation", Component: true, Codes: []Coding{{"http://loinc.org", "8480-6"}}, Value: "Quantity", Number: "107", Unit: "mmHg", UnitCode: "mm[Hg]", Status: "final"},
		{Type: "Observation", Component: true, Codes: []Coding{{"http://loinc.org", "8462-4"}}, Absent: "not-performed", Status: "final"},
		{Type: "Observation", Codes: []Coding{{"http://loinc.org", "10839-9"}}, Value: "Quantity", Unit: "ng/mL", Status: "preliminary"},
		{Type: "Observation", Codes: []Coding{{"http://loinc.org", "8302-2"}}, Value: "string", Status: "final"},
		{Type: "DiagnosticReport", Codes: []Coding{{"http://loinc.org", "24323-8"}}, Status: "final"},
		{Type: "Patient", Gender: "female", BirthDate: "1944-11-17"},
	}
	list := []string{glucose, pressure, bounded, told, report, someone}
	bundle := `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + strings.Join(list, `},{"resource":`) + `}]}`
	for name, c := range map[string]struct {
		body string
		want []Result
	}{
		"one":         {glucose, all[:1]},
		"bundle":      {bundle, all},
		"NDJSON":      {strings.ReplaceAll(strings.ReplaceAll(strings.Join(list, "\x1e"), "\n", ""), "\x1e", "\n"), all},
		"transaction": {`{"entry":[{"fullUrl":"urn:uuid:1","resource":` + glucose + `,"request":{"method":"POST","url":"Observation"}}],"type":"transaction","resourceType":"Bundle"}`, all[:1]},
		"contained":   {`{"resourceType":"DiagnosticReport","status":"final","contained":[` + glucose + `],"code":{"coding":[{"system":"http://loinc.org","code":"24323-8"}]}}`, []Result{all[0], all[5]}},
		"parameters":  {`{"resourceType":"Parameters","parameter":[{"name":"x","resource":` + glucose + `}]}`, all[:1]},
		"XML": {`<Observation xmlns="http://hl7.org/fhir"><id value="f001"/><status value="final"/><code><coding><system value="http://loinc.org"/><code value="15074-8"/><display value="x"/></coding>` +
			`<coding><system value="urn:lab"/><code value="GLU"/></coding></code><subject><reference value="Patient/f001"/></subject>` +
			`<valueQuantity><value value="6.3"/><unit value="mmol/l"/><system value="http://unitsofmeasure.org"/><code value="mmol/L"/></valueQuantity>` +
			`<interpretation><coding><system value="y"/><code value="H"/></coding></interpretation><referenceRange><low><value value="3.1"/></low></referenceRange></Observation>`, all[:1]},
		"XML bundle": {`<Bundle><entry><resource><Observation><status value="final"/><code><coding><system value="http://loinc.org"/><code value="85354-9"/></coding></code>` +
			`<component><code><coding><system value="http://loinc.org"/><code value="8480-6"/></coding></code><valueQuantity><value value="107"/><unit value="mmHg"/><code value="mm[Hg]"/></valueQuantity></component>` +
			`<component><code><coding><system value="http://loinc.org"/><code value="8462-4"/></coding></code><dataAbsentReason><coding><system value="z"/><code value="not-performed"/></coding></dataAbsentReason></component>` +
			`</Observation></resource></entry><entry><resource><Patient><gender value="female"/><birthDate value="1944-11-17"/></Patient></resource></entry></Bundle>`, []Result{all[1], all[2], all[6]}},
		"XML contained": {`<DiagnosticReport><contained><Observation><status value="preliminary"/><code><coding><system value="http://loinc.org"/><code value="10839-9"/></coding></code>` +
			`<valueQuantity><value value="0.01"/><comparator value="&lt;"/><unit value="ng/mL"/></valueQuantity></Observation></contained><status value="final"/>` +
			`<code><coding><system value="http://loinc.org"/><code value="24323-8"/></coding></code></DiagnosticReport>`, []Result{all[3], all[5]}},
		"STU3": {`{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"15074-8"},{"system":"urn:lab","code":"GLU"}]},"interpretation":{"coding":[{"code":"H"}]},"referenceRange":[{}],` +
			`"valueQuantity":{"code":"mmol/L","system":"http://unitsofmeasure.org","unit":"mmol/l","value":6.3}}`, all[:1]},
	} {
		for _, size := range []int{1, 2, 7, 1 << 20} {
			got, sum := results(c.body, size)
			if diff := cmp.Diff(c.want, got); diff != "" || !sum.Whole {
				t.Errorf("%s in pieces of %d (-want +got, whole %v):\n%s", name, size, sum.Whole, diff)
			}
		}
	}
}

// What is asked for besides changes nothing of what is counted.
func TestResultsChangeNoSummary(t *testing.T) {
	for _, b := range bodies {
		_, with := results(b.body, 5)
		if diff := cmp.Diff(scan(b.body, 5), with); diff != "" {
			t.Errorf("%s (-without +with):\n%s", b.name, diff)
		}
	}
}

// An Observation of ten thousand components, each of a hundred codes, is bounded.
func TestResultsAreBounded(t *testing.T) {
	codes := strings.Repeat(`{"system":"s","code":"c"},`, 100)
	one := `{"code":{"coding":[` + strings.TrimSuffix(codes, ",") + `]},"valueQuantity":{"value":1}},`
	got, sum := results(`{"resourceType":"Observation","component":[`+strings.TrimSuffix(strings.Repeat(one, 10_000), ",")+`]}`, 1<<20)
	if len(got) != maxComponents || len(got[0].Codes) != maxCodings || !sum.Whole {
		t.Errorf("%d results, of %d codes", len(got), len(got[0].Codes))
	}
}

func FuzzResults(f *testing.F) {
	for _, b := range []string{glucose, pressure, bounded, told, report, someone, `{"resourceType":"Bundle","entry":[{"resource":` + pressure + `}]}`,
		`<Bundle><entry><resource><Observation><component><code><coding><code value="1"/></coding></code></component></Observation></resource></entry></Bundle>`} {
		f.Add(b, uint8(3))
	}
	f.Fuzz(func(t *testing.T, body string, size uint8) {
		want, _ := results(body, 1<<20)
		got, _ := results(body, 1+int(size))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the cut matters (-whole +pieces):\n%s", diff)
		}
		for _, r := range got {
			if n := len(fmt.Sprint(r)); n > 2000 {
				t.Fatalf("%d bytes of one result", n)
			}
		}
	})
}
