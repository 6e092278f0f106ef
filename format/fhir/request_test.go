package fhir

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRequest(t *testing.T) {
	tests := []struct {
		method, target string
		want           Request
	}{
		{"GET", "/fhir/Patient/123", Request{Interaction: Read, Level: Instance, Fit: Certain, Base: "/fhir", Type: "Patient", ID: "123"}},
		{"HEAD", "/Patient/123", Request{Interaction: Read, Level: Instance, Fit: Probable, Type: "Patient", ID: "123"}},
		{"GET", "http://ehr/baseDstu3/Patient/1/_history/2", Request{Interaction: VRead, Level: Instance, Fit: Certain, Base: "/baseDstu3", Type: "Patient", ID: "1", Version: "2"}},
		{"PUT", "/r4/Device/pump-1", Request{Interaction: Update, Level: Instance, Fit: Probable, Base: "/r4", Type: "Device", ID: "pump-1"}},
		{"PUT", "/fhir/Patient?identifier=1", Request{Interaction: Update, Level: Type, Fit: Certain, Base: "/fhir", Type: "Patient", Conditional: true, Query: "identifier=1"}},
		{"PATCH", "/fhir/Patient/1", Request{Interaction: Patch, Level: Instance, Fit: Certain, Base: "/fhir", Type: "Patient", ID: "1"}},
		{"DELETE", "/fhir/Patient/1", Request{Interaction: Delete, Level: Instance, Fit: Certain, Base: "/fhir", Type: "Patient", ID: "1"}},
		{"DELETE", "/fhir/Observation?code=1", Request{Interaction: Delete, Level: Type, Fit: Certain, Base: "/fhir", Type: "Observation", Conditional: true, Query: "code=1"}},
		{"POST", "/fhir/Observation", Request{Interaction: Create, Level: Type, Fit: Certain, Base: "/fhir", Type: "Observation"}},
		{"GET", "/fhir/Observation?patient=1&_count=50", Request{Interaction: Search, Level: Type, Fit: Certain, Base: "/fhir", Type: "Observation", Query: "patient=1&_count=50"}},
		{"GET", "/fhir/Patient", Request{Interaction: Search, Level: Type, Fit: Certain, Base: "/fhir", Type: "Patient"}},
		{"POST", "/fhir/Patient/_search", Request{Interaction: Search, Level: Type, Fit: Certain, Base: "/fhir", Type: "Patient"}},
		{"POST", "/fhir/_search?_type=Patient", Request{Interaction: Search, Level: System, Fit: Certain, Base: "/fhir", Query: "_type=Patient"}},
		{"GET", "/fhir/Patient/1/Observation?code=2", Request{Interaction: Search, Level: Compartment, Fit: Certain, Base: "/fhir", Type: "Observation", Compartment: "Patient", CompartmentID: "1", Query: "code=2"}},
		{"GET", "/fhir/Patient/1/*", Request{Interaction: Search, Level: Compartment, Fit: Certain, Base: "/fhir", Type: "*", Compartment: "Patient", CompartmentID: "1"}},
		{"POST", "/fhir/Patient/1/Condition/_search", Request{Interaction: Search, Level: Compartment, Fit: Certain, Base: "/fhir", Type: "Condition", Compartment: "Patient", CompartmentID: "1"}},
		{"GET", "/fhir/Patient/1/_history", Request{Interaction: History, Level: Instance, Fit: Certain, Base: "/fhir", Type: "Patient", ID: "1"}},
		{"GET", "/fhir/Patient/_history", Request{Interaction: History, Level: Type, Fit: Certain, Base: "/fhir", Type: "Patient"}},
		{"GET", "/fhir/_history", Request{Interaction: History, Level: System, Fit: Certain, Base: "/fhir"}},
		{"GET", "/fhir/metadata", Request{Interaction: Capabilities, Level: System, Fit: Certain, Base: "/fhir"}},
		{"GET", "/metadata", Request{Interaction: Capabilities, Level: System, Fit: Possible}},
		{"GET", "/fhir/Patient/1/$everything", Request{Interaction: OperationCall, Level: Instance, Fit: Certain, Base: "/fhir", Type: "Patient", ID: "1", Operation: "everything"}},
		{"GET", "/fhir/$export?_type=Patient", Request{Interaction: OperationCall, Level: System, Fit: Certain, Base: "/fhir", Operation: "export", Query: "_type=Patient"}},
		{"GET", "/fhir/Group/7/%24export", Request{Interaction: OperationCall, Level: Instance, Fit: Certain, Base: "/fhir", Type: "Group", ID: "7", Operation: "export"}},
		{"POST", "/fhir/Patient/$match", Request{Interaction: OperationCall, Level: Type, Fit: Certain, Base: "/fhir", Type: "Patient", Operation: "match"}},
		{"POST", "/fhir", Request{Interaction: Batch, Level: System, Fit: Possible, Base: "/fhir"}},
		{"POST", "/", Request{Interaction: Batch, Level: System, Fit: Possible}},
		{"GET", "/fhir?_getpages=1", Request{Interaction: Search, Level: System, Fit: Possible, Base: "/fhir", Query: "_getpages=1"}},
		{"GET", "/fhir/r4/tenant/Location/fhir/Patient/9", Request{Interaction: Read, Level: Instance, Fit: Certain, Base: "/fhir/r4/tenant/Location/fhir", Type: "Patient", ID: "9"}},

		{"GET", "/index.html", Request{}},
		{"GET", "/Patient/1/2/3/4/5", Request{}},
		{"PUT", "/Patient", Request{}},
		{"DELETE", "/Patient", Request{}},
		{"GET", "/Patient/" + string(make([]byte, 65)), Request{}},
		{"OPTIONS", "/fhir/Patient/1", Request{}},
		{"CONNECT", "h:443", Request{}},
	}
	for _, test := range tests {
		got := ParseRequest(test.method, test.target)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.method, test.target, diff)
		}
	}
}

// What Form says, ParseRequest reads back.
func TestForm(t *testing.T) {
	for _, r := range []Request{
		{Interaction: Read, Level: Instance, Base: "/fhir", Type: "Patient", ID: "1"},
		{Interaction: VRead, Level: Instance, Base: "/fhir", Type: "Patient", ID: "1", Version: "3"},
		{Interaction: Update, Level: Instance, Base: "/fhir", Type: "Patient", ID: "1"},
		{Interaction: Patch, Level: Instance, Base: "/fhir", Type: "Patient", ID: "1"},
		{Interaction: Delete, Level: Type, Base: "/fhir", Type: "Patient", Conditional: true, Query: "identifier=x"},
		{Interaction: Create, Level: Type, Base: "/fhir", Type: "Observation"},
		{Interaction: Search, Level: Compartment, Base: "/fhir", Type: "Observation", Compartment: "Patient", CompartmentID: "1", Query: "code=1"},
		{Interaction: History, Level: System, Base: "/fhir"},
		{Interaction: Capabilities, Level: System, Base: "/fhir"},
		{Interaction: OperationCall, Level: Type, Base: "/fhir", Type: "Patient", Operation: "export"},
		{Interaction: Batch, Level: System, Base: "/fhir"},
	} {
		method, target := r.Form()
		got := ParseRequest(method, target)
		got.Fit = Misfit
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", method, target, diff)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"patient": "patient", "name:exact": "name", "subject:Patient.name": "subject", "_has:Observation:patient:code": "_has",
		"_count": "_count", "AnnaMuster": "", "": "", "Patient": "",
	} {
		if got := Parameter(name); got != want {
			t.Errorf("Parameter(%q) = %q, want %q", name, got, want)
		}
	}
	if Modifier("name:exact") != "exact" || Modifier("name:Anna") != "" || Modifier("name") != "" {
		t.Error("modifiers")
	}
	if Operation("everything") != "everything" || Operation("anna-muster") != "" {
		t.Error("operations")
	}
	if !IsType("Patient") || IsType("patient") || !IsPersonal("Observation") || IsPersonal("ValueSet") || !IsStaff("Practitioner") {
		t.Error("types")
	}
	if n := len(types); n != 178 {
		t.Errorf("%d types, R4, R4B and R5 have 178", n)
	}
	for name := range types { // the lists of personal and staff types name known ones
		if !containsWord(typeNames, name) {
			t.Errorf("%s is no resource type", name)
		}
	}
}

func containsWord(words, word string) bool { _, ok := set(words)[word]; return ok }

func TestRecognise(t *testing.T) {
	for _, test := range []struct {
		fit       Fit
		mediaType bool
		bodies    []string
		want      bool
	}{
		{Certain, false, nil, true}, {Probable, false, []string{"", ""}, false}, {Probable, true, nil, true},
		{Possible, false, []string{"", "Bundle"}, true}, {Possible, false, []string{"html"}, false}, {Misfit, true, []string{"Patient"}, false},
	} {
		if got := Recognise(test.fit, test.mediaType, test.bodies...); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
	if !Accepts("text/html, application/fhir+json;q=0.9") || Accepts("application/json") || !Scannable("application/fhir+ndjson") || Scannable("text/html") {
		t.Error("media types")
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("GET", "/fhir/Patient/1/_history/2?x=y")
	f.Add("POST", "/fhir/Patient/1/$everything")
	f.Fuzz(func(t *testing.T, method, target string) {
		r := ParseRequest(method, target)
		if r.Fit == Misfit {
			if r != (Request{}) {
				t.Fatalf("a misfit says %+v", r)
			}
			return
		}
		if r.Interaction == None || r.Type != "" && r.Type != "*" && !IsType(r.Type) || len(r.ID) > maxID {
			t.Fatalf("%s %q: %+v", method, target, r)
		}
	})
}
