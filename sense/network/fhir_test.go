package network

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

const fhirHead = "Host: fhir\nAccept: application/fhir+json"

const fhirOK = "HTTP/1.1 200 OK\nContent-Type: application/fhir+json; fhirVersion=4.0"

func TestFHIRInteraction(t *testing.T) {
	bundle := `{"resourceType":"Bundle","type":"searchset","total":321,"link":[{"relation":"next","url":"x"}],"entry":[` +
		`{"resource":{"resourceType":"Patient","name":[{"family":"Muster"}],"identifier":[]}},{"resource":{"resourceType":"Observation","subject":{"reference":"Patient/1"}}},` +
		`{"resource":{"resourceType":"Observation"}},{"resource":{"resourceType":"Practitioner","name":[]}}]}`
	got := httpOne[kind.FHIRInteractionV1](t, httpTalk{
		request:  "GET /fhir/Observation?patient=Patient/p1&_count=50&code:in=x&AnnaMuster=1&_include=Observation:subject HTTP/1.1\n" + fhirHead + "\nAuthorization: Bearer x",
		response: fhirOK, down: bundle,
	})
	want := &kind.FHIRInteractionV1{
		Method: "GET", Status: 200, Interaction: "search", Level: "type", Resource: "Observation",
		Params: []string{"_count", "_include", "code", "patient"}, ParamsOther: 1, Patient: got.Patient,
		Format: "json", Holds: "Bundle", Bundle: "searchset", Total: 321, Entries: 4, Next: true,
		Types:    []kind.FHIRCountV1{{Type: "Patient", Count: 1}, {Type: "Observation", Count: 2}, {Type: "Practitioner", Count: 1}},
		Personal: kind.FHIRPersonalV1{Identifier: true, Name: true, Staff: true, Subject: true, Clinical: true, ToServer: true, ToClient: true},
		HTTP: kind.HTTPExchangeV1{Version: "1.1", Host: "fhir", ResponseType: "application/fhir+json", ResponseSize: int64(len(bundle)),
			Auth: "bearer", Secret: true, Outcome: kind.HTTPAnswered, LatencyMS: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n, bytes := got.Volume(); n != 4 || bytes != int64(len(bundle)) {
		t.Errorf("volume %d, %d", n, bytes)
	}
	if l, ok := got.Link(nil); !ok || l.Protocol != "fhir" || l.Data != wardround.DataIdentified || !l.ToClient || l.Authenticated != wardround.Yes {
		t.Errorf("link %+v", l)
	}
	if diff := cmp.Diff([]string{"Patient.identifier", "Patient.name", "Practitioner", "subject"}, got.PersonalFields()); diff != "" {
		t.Error(diff)
	}
}

// The same patient, named in a path, in a search and in a compartment, has one
// pseudonym; another has another.
func TestFHIRPatient(t *testing.T) {
	pseudonym := func(request, up string) kind.Pseudonym {
		t.Helper()
		return httpOne[kind.FHIRInteractionV1](t, httpTalk{request: request + " HTTP/1.1\n" + fhirHead, up: up, response: "HTTP/1.1 404 x"}).Patient
	}
	path := pseudonym("GET /fhir/Patient/p1", "")
	for _, request := range []string{
		"GET /fhir/Patient/p1/_history/3", "GET /fhir/Observation?subject=Patient/p1", "GET /fhir/Observation?patient=p1", "GET /fhir/Patient?_id=p1",
		"GET /fhir/Patient/p1/Observation", "GET /fhir/Patient/p1/$everything", "GET /fhir/Encounter?patient:Patient=p1",
	} {
		if got := pseudonym(request, ""); got == "" || got != path {
			t.Errorf("%s: %q, want %q", request, got, path)
		}
	}
	for _, request := range []string{"GET /fhir/Patient/p2", "GET /fhir/Patient", "GET /fhir/Observation?patient=p1,p2", "GET /fhir/Observation?patient.name=p1", "GET /fhir/Device/p1"} {
		if got := pseudonym(request, ""); got == path {
			t.Errorf("%s is taken for the same patient", request)
		}
	}
	form := httpOne[kind.FHIRInteractionV1](t, httpTalk{
		request: "POST /fhir/Observation/_search HTTP/1.1\n" + fhirHead + "\nContent-Type: application/x-www-form-urlencoded", up: "patient=p1&_sort=date", response: "HTTP/1.1 404 x"})
	if form.Patient != path || form.Interaction != "search" || strings.Join(form.Params, " ") != "_sort patient" {
		t.Errorf("%s", httpJSON(form))
	}
}

// What a request brings is told apart from what the answer holds.
func TestFHIRDirections(t *testing.T) {
	patient := `{"resourceType":"Patient","birthDate":"1970-01-01"}`
	outcome := `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid"}]}`
	create := httpOne[kind.FHIRInteractionV1](t, httpTalk{request: "POST /fhir/Patient HTTP/1.1\n" + fhirHead + "\nContent-Type: application/fhir+json\nIf-None-Exist: identifier=1", up: patient,
		response: "HTTP/1.1 422 x\nContent-Type: application/fhir+json", down: outcome})
	if p := create.Personal; !bool(p.BirthDate) || !bool(p.ToServer) || bool(p.ToClient) || !create.Conditional || create.Severity != "error" || create.Issue != "invalid" || len(create.Sent) != 1 {
		t.Errorf("create: %s", httpJSON(create))
	}
	if l, _ := create.Link(nil); l.ToClient || l.Data != wardround.DataIdentified {
		t.Errorf("create: link %+v", l)
	}
	transaction := httpOne[kind.FHIRInteractionV1](t, httpTalk{request: "POST /fhir HTTP/1.1\n" + fhirHead + "\nContent-Type: application/fhir+json",
		up:       `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":` + patient + `,"request":{"method":"PUT"}}]}`,
		response: fhirOK, down: `{"resourceType":"Bundle","type":"transaction-response","entry":[{}]}`})
	if transaction.Interaction != "batch" || transaction.Bundle != "transaction-response" || len(transaction.Sent) != 1 {
		t.Errorf("transaction: %s", httpJSON(transaction))
	}
	everything := httpOne[kind.FHIRInteractionV1](t, httpTalk{request: "GET /fhir/Patient/1/$everything HTTP/1.1\n" + fhirHead,
		response: fhirOK + "\nContent-Encoding: gzip", down: gzipped(`{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + patient + `}]}`)})
	if everything.Operation != "everything" || everything.Entries != 1 || everything.Partial {
		t.Errorf("compressed: %s", httpJSON(everything))
	}
	brotli := httpOne[kind.FHIRInteractionV1](t, httpTalk{request: "GET /fhir/Patient HTTP/1.1\n" + fhirHead, response: fhirOK + "\nContent-Encoding: br", down: "??"})
	if !brotli.Partial {
		t.Errorf("a coding nobody undoes: %s", httpJSON(brotli))
	}
	export := httpOne[kind.FHIRInteractionV1](t, httpTalk{request: "GET /export/7/Patient.ndjson HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/fhir+ndjson", down: patient + "\n" + patient + "\n"})
	if n, _ := export.Volume(); n != 2 || export.Interaction != "" || export.Count("Patient") != 2 {
		t.Errorf("a file of an export: %s", httpJSON(export))
	}
	unasked := httpOne[kind.FHIRInteractionV1](t, httpTalk{request: "", response: fhirOK, down: patient})
	if unasked.Interaction != "" || unasked.Holds != "Patient" || !bool(unasked.Personal.ToClient) {
		t.Errorf("unasked: %s", httpJSON(unasked))
	}
}

// What only looks like FHIR is plain HTTP.
func TestNotFHIR(t *testing.T) {
	for _, x := range []httpTalk{
		{request: "GET /Location/5 HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/json", down: `{"name":"x"}`},
		{request: "POST /api/login HTTP/1.1\nHost: h\nContent-Type: application/json", up: `{"user":"x"}`, response: "HTTP/1.1 200 OK"},
		{request: "GET /search?name=x HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: text/html", down: "<html></html>"},
	} {
		httpOne[kind.HTTPTransactionV1](t, x)
	}
	for _, x := range []httpTalk{
		{request: "GET /Location/5 HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/json", down: `{"resourceType":"Location"}`},
		{request: "GET /metadata HTTP/1.1\nHost: h", response: "HTTP/1.1 200 OK\nContent-Type: application/xml", down: `<CapabilityStatement xmlns="http://hl7.org/fhir"/>`},
	} {
		httpOne[kind.FHIRInteractionV1](t, x)
	}
}
