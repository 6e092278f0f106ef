package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func scan(body string, size int) Summary {
	s := NewScanner()
	for p := []byte(body); len(p) > 0; p = p[min(size, len(p)):] {
		piece := bytes.Clone(p[:min(size, len(p))])
		s.Feed(piece)
		clear(piece)
	}
	s.Close(true)
	return *s.Summary()
}

const patient = `{"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:x","value":"MRN1"}],"name":[{"family":"Muster","given":["Anna"]}],
"birthDate":"1970-01-01","contact":[{"name":{"text":"Next of kin"}}],"generalPractitioner":[{"reference":"Practitioner/9"}]}`

const observation = `{"status":"final","code":{"text":"Heart rate"},"subject":{"reference":"Patient/p1"},"resourceType":"Observation","valueQuantity":{"value":72}}`

var bodies = []struct {
	name, body string
	want       Summary
	fields     []string
}{
	{"a patient", patient, Summary{Format: JSON, Type: "Patient", Roots: 1, Total: -1, Types: []Tally{{"Patient", 1}}, Whole: true},
		[]string{"Patient.identifier", "Patient.name", "Patient.birthDate", "Patient.contact"}},
	{"an observation, its type last", "\ufeff\n" + observation, Summary{Format: JSON, Type: "Observation", Roots: 1, Total: -1, Types: []Tally{{"Observation", 1}}, Whole: true}, []string{"subject"}},
	{"a page of search results", `{"resourceType":"Bundle","id":"x","type":"searchset","total":1234,"link":[{"relation":"self","url":"http://x"},{"relation":"next","url":"http://y"}],
"entry":[{"fullUrl":"u","resource":` + patient + `,"search":{"mode":"match"}},{"resource":` + observation + `},{"resource":` + observation + `}]}`,
		Summary{Format: JSON, Type: "Bundle", Roots: 1, Bundle: "searchset", Total: 1234, Entries: 3, Next: true, Types: []Tally{{"Patient", 1}, {"Observation", 2}}, Whole: true},
		[]string{"Patient.identifier", "Patient.name", "Patient.birthDate", "Patient.contact", "subject"}},
	{"a transaction", `{"type":"transaction","entry":[{"request":{"method":"POST","url":"Patient"},"resource":` + patient + `},{"request":{"method":"DELETE","url":"Patient/1"}},{"request":{"url":"x","method":"PUT"}}],"resourceType":"Bundle"}`,
		Summary{Format: JSON, Type: "Bundle", Roots: 1, Bundle: "transaction", Total: -1, Entries: 3, Types: []Tally{{"Patient", 1}}, Methods: Methods{Post: 1, Put: 1, Delete: 1}, Whole: true},
		[]string{"Patient.identifier", "Patient.name", "Patient.birthDate", "Patient.contact"}},
	{"an outcome", `{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"informational"},{"code":"security","severity":"error","diagnostics":"Anna Muster"},{"severity":"error","code":"login"}]}`,
		Summary{Format: JSON, Type: "OperationOutcome", Roots: 1, Total: -1, Types: []Tally{{"OperationOutcome", 1}}, Issue: Error, IssueCode: "security", Whole: true}, nil},
	{"bulk data", observation + "\n" + observation + "\n" + strings.ReplaceAll(patient, "\n", "") + "\n",
		Summary{Format: JSON, Type: "Observation", Roots: 3, Total: -1, Types: []Tally{{"Observation", 2}, {"Patient", 1}}, Whole: true},
		[]string{"Patient.identifier", "Patient.name", "Patient.birthDate", "Patient.contact", "subject"}},
	{"a resource in another", `{"resourceType":"Encounter","contained":[{"resourceType":"Practitioner","name":[{"text":"Dr. X"}]}],"type":[{"text":"x"}]}`,
		Summary{Format: JSON, Type: "Encounter", Roots: 1, Total: -1, Types: []Tally{{"Practitioner", 1}, {"Encounter", 1}}, Whole: true}, []string{"Practitioner.name"}},
	{"parameters with a patient", `{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","name":[]}}]}`,
		Summary{Format: JSON, Type: "Parameters", Roots: 1, Total: -1, Types: []Tally{{"Patient", 1}, {"Parameters", 1}}, Whole: true}, []string{"Patient.name"}},
	{"JSON that is no FHIR", `{"name":"Anna","total":3,"type":"searchset"}`, Summary{Format: JSON, Total: 3, Whole: true}, nil},
	{"an unknown type", `{"resourceType":"Anna"}`, Summary{Format: JSON, Roots: 1, Total: -1, Others: 1, Whole: true}, nil},
	{"cut", `{"resourceType":"Bundle","type":"searchset","total":9,"entry":[{"resource":{"resourceType":"Patient","name":[{`,
		Summary{Format: JSON, Type: "Bundle", Roots: 1, Bundle: "searchset", Total: 9, Entries: 1, Types: []Tally{{"Patient", 1}}}, []string{"Patient.name"}},
	{"no document", "hello", Summary{Total: -1}, nil},

	{"XML: a page of search results", `<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"><type value="searchset"/><total value="7"/><link><relation value="next"/></link>
<entry><resource><Patient><name><family value="Muster"/></name><birthDate value="1970-01-01"/></Patient></resource></entry><entry><resource><Observation><subject/></Observation></resource></entry></Bundle>`,
		Summary{Format: XML, Type: "Bundle", Roots: 1, Bundle: "searchset", Total: 7, Entries: 2, Next: true, Types: []Tally{{"Patient", 1}, {"Observation", 1}}, Whole: true},
		[]string{"Patient.name", "Patient.birthDate", "subject"}},
	{"XML: a transaction", `<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource><Device/></resource><request><method value="PUT"/></request></entry></Bundle>`,
		Summary{Format: XML, Type: "Bundle", Roots: 1, Bundle: "transaction", Total: -1, Entries: 1, Types: []Tally{{"Device", 1}}, Methods: Methods{Put: 1}, Whole: true}, nil},
	{"XML: an outcome", `<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="fatal"/><code value="exception"/></issue></OperationOutcome>`,
		Summary{Format: XML, Type: "OperationOutcome", Roots: 1, Total: -1, Types: []Tally{{"OperationOutcome", 1}}, Issue: Fatal, IssueCode: "exception", Whole: true}, nil},
	{"XML: a resource in another", `<Encounter xmlns="http://hl7.org/fhir"><contained><Patient><telecom/></Patient></contained><subject/></Encounter>`,
		Summary{Format: XML, Type: "Encounter", Roots: 1, Total: -1, Types: []Tally{{"Patient", 1}, {"Encounter", 1}}, Whole: true}, []string{"Patient.telecom", "subject"}},
	{"HTML", `<html><head><title>x</title></head><body>hi</body></html>`, Summary{Format: XML, Roots: 1, Total: -1, Others: 1, Whole: true}, nil},
}

func TestScanner(t *testing.T) {
	for _, test := range bodies {
		for _, size := range []int{1, 3, 50, 1 << 20} {
			got := scan(test.body, size)
			fields := got.Personal.Fields()
			got.Personal = 0
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s in pieces of %d (-want +got):\n%s", test.name, size, diff)
			}
			if diff := cmp.Diff(test.fields, fields); diff != "" {
				t.Errorf("%s in pieces of %d, fields (-want +got):\n%s", test.name, size, diff)
			}
		}
	}
}

func TestScannerGap(t *testing.T) {
	s := NewScanner()
	s.Feed([]byte(`{"resourceType":"Bundle","type":"searchset","total":5,"entry":[{"resource":{"resourceType":"Patient"}},{`))
	s.Gap(100)
	s.Feed([]byte(`},{"resource":{"resourceType":"Patient"}}]}`))
	s.Close(true)
	if sum := s.Summary(); sum.Whole || sum.Total != 5 || sum.Entries != 2 || sum.Resources() != 1 {
		t.Errorf("%+v", *sum)
	}
}

// A Bundle as encoding/json writes it is counted as encoding/json reads it.
func TestScannerCounts(t *testing.T) {
	names := strings.Fields(typeNames)
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		type any = map[string]interface{}
		var entries []any
		counts := map[string]int{}
		for range r.IntN(200) {
			name := names[r.IntN(8)]
			counts[name]++
			entries = append(entries, any{"fullUrl": "x", "resource": any{"resourceType": name, "id": fmt.Sprint(r.IntN(99)),
				"text": any{"div": "<div>\"resourceType\":\"Patient\"</div>"}, "extension": []any{{"entry": []any{{"resource": any{"resourceType": "Patient"}}}}}}})
		}
		body, err := json.Marshal(any{"resourceType": "Bundle", "type": "collection", "total": len(entries), "entry": entries})
		if err != nil {
			t.Fatal(err)
		}
		got := scan(string(body), 1+r.IntN(200))
		if got.Entries != len(entries) || got.Total != int64(len(entries)) || !got.Whole || got.Others != 0 {
			t.Fatalf("seed %d: %+v, want %d entries", seed, got, len(entries))
		}
		for _, tally := range got.Types {
			if counts[tally.Type] != tally.Count {
				t.Errorf("seed %d: %d of %s, want %d", seed, tally.Count, tally.Type, counts[tally.Type])
			}
		}
		if len(got.Types) != len(counts) {
			t.Errorf("seed %d: %d types, want %d", seed, len(got.Types), len(counts))
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, b := range bodies {
		f.Add(b.body, uint8(3))
	}
	f.Fuzz(func(t *testing.T, body string, size uint8) {
		want, got := scan(body, 1<<20), scan(body, 1+int(size))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the cut matters (-whole +pieces):\n%s", diff)
		}
		if len(got.Types) > maxTypes {
			t.Fatalf("%d types", len(got.Types))
		}
	})
}

func BenchmarkScanner(b *testing.B) {
	var body bytes.Buffer
	body.WriteString(`{"resourceType":"Bundle","type":"searchset","total":1000,"entry":[`)
	for i := range 1000 {
		if i > 0 {
			body.WriteByte(',')
		}
		body.WriteString(`{"fullUrl":"http://x/Observation/1","resource":` + observation + `}`)
	}
	body.WriteString("]}")
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		s := NewScanner()
		s.Feed(body.Bytes())
		s.Close(true)
	}
}
