package intake_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wardround/wardround/inventory/intake"
)

// Of a Device and a Location only what tells of equipment is read: nobody who has it,
// owns it, looks after it or lies in it, whatever release of FHIR names them.
func TestNobodyIsImported(t *testing.T) {
	const who = `{"reference":"Patient/kanarienvogel-1","identifier":{"value":"kanarienvogel-2"},"display":"Kanarienvogel Drei"}`
	const people = `"patient":` + who + `,"owner":` + who + `,"parent":` + who + `,"definition":` + who + `,"gateway":[` + who + `],"endpoint":[` + who + `],
		"contact":[{"system":"email","value":"kanarienvogel@example.org"}],"note":[{"authorString":"Kanarienvogel","text":"Kanarienvogel"}],"url":"http://kanarienvogel.example",
		"text":{"div":"<div>Kanarienvogel</div>"},"contained":[{"resourceType":"Patient","name":[{"family":"Kanarienvogel"}]}],"id":"kanarienvogel","meta":{"source":"kanarienvogel"},
		"extension":[{"url":"http://kanarienvogel","valueString":"Kanarienvogel"}],"statusReason":[{"text":"Kanarienvogel"}],"availabilityStatus":{"text":"Kanarienvogel"},
		"safety":[{"text":"Kanarienvogel"}],"specialization":[{"version":"Kanarienvogel"}],"property":[{"type":{"text":"Kanarienvogel"},"valueString":"Kanarienvogel"}],
		"usage":[{"text":"Kanarienvogel"}],"mode":{"text":"Kanarienvogel"},"lotNumber":"kanarienvogel","partNumber":"kanarienvogel","biologicalSourceEvent":{"value":"kanarienvogel"},
		"identifier":[{"system":"http://hospital.example/mrn","value":"kanarienvogel-4711","assigner":` + who + `},{"type":{"coding":[{"code":"MR"}]},"value":"kanarienvogel"}]`
	bundle := `{"resourceType":"Bundle","id":"kanarienvogel","entry":[
		{"fullUrl":"urn:x","resource":{"resourceType":"Device",` + people + `,"manufacturer":"ACME","serialNumber":"SN-1","modelNumber":"P9","location":{"reference":"Location/1","display":"Kanarienvogel"}}},
		{"resource":{"resourceType":"Location","id":"1","name":"ICU 2","telecom":[{"value":"kanarienvogel"}],"contact":[{"name":[{"text":"Kanarienvogel"}]}],"address":{"text":"Kanarienvogel"},
			"managingOrganization":` + who + `,"description":"Kanarienvogel","alias":["Kanarienvogel"]}}]}`
	rows, err := intake.FHIR(strings.NewReader(bundle), intake.From{File: "devices.json", By: "R. Roe"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.ToLower(string(b)); strings.Contains(text, "kanarien") || strings.Contains(text, "4711") {
		t.Errorf("imported of people: %s", b)
	}
	for _, of := range []string{"ACME", "SN-1", "P9", "ICU 2"} {
		if !strings.Contains(string(b), of) {
			t.Errorf("%s is not imported: %s", of, b)
		}
	}
}
