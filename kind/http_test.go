package kind

import (
	"testing"

	"github.com/wardround/wardround"
)

func TestHTTPCredentials(t *testing.T) {
	for auth, want := range map[string]string{
		"": "", "basic": "HTTP Basic", "bearer": "HTTP Bearer", "api-key": "HTTP API key", "query-token": "HTTP token in the URL",
	} {
		h := &HTTPTransactionV1{HTTP: HTTPExchangeV1{Auth: auth, Secret: auth != ""}}
		if mechanism, readable := h.Credentials(); mechanism != want || readable != (auth != "") {
			t.Errorf("%q: %q, %v", auth, mechanism, readable)
		}
	}
}

// Which way data flowed, and whether somebody proved who it was.
func TestHTTPLinks(t *testing.T) {
	personal := FHIRPersonalV1{Name: true, ToServer: true, ToClient: true}
	for name, test := range map[string]struct {
		of   Linker
		want LinkClaim
	}{
		"a search": {&FHIRInteractionV1{Status: 200, Interaction: "search", Personal: personal},
			LinkClaim{Protocol: "fhir", Encrypted: wardround.No, Authenticated: wardround.No, Data: wardround.DataIdentified, ToClient: true}},
		"a create that is repeated to the client": {&FHIRInteractionV1{Status: 201, Interaction: "create", Personal: personal, HTTP: HTTPExchangeV1{Auth: "bearer"}},
			LinkClaim{Protocol: "fhir", Encrypted: wardround.No, Authenticated: wardround.Yes, Data: wardround.DataIdentified}},
		"a search with a session": {&FHIRInteractionV1{Status: 200, Interaction: "search", Personal: FHIRPersonalV1{Clinical: true, ToClient: true}, HTTP: HTTPExchangeV1{Cookie: true}},
			LinkClaim{Protocol: "fhir", Encrypted: wardround.No, Data: wardround.DataClinical, ToClient: true}},
		"an upload": {&HTTPTransactionV1{Status: 204, HTTP: HTTPExchangeV1{RequestSize: 9}},
			LinkClaim{Protocol: "http", Encrypted: wardround.No, Authenticated: wardround.No}},
		"a store": {&DICOMwebRequestV1{Status: 200, Transaction: "store", Personal: DICOMPersonalV1{ClinicalObject: true}},
			LinkClaim{Protocol: "dicomweb", Encrypted: wardround.No, Authenticated: wardround.No, Data: wardround.DataClinical}},
	} {
		if got, ok := test.of.Link(nil); !ok || got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
	for name, of := range map[string]Linker{
		"a request without answer": &HTTPTransactionV1{}, "an interaction that was not captured": &FHIRInteractionV1{HTTP: HTTPExchangeV1{Outcome: HTTPUnseen}},
	} {
		if l, ok := of.Link(nil); ok {
			t.Errorf("%s makes a link %+v", name, l)
		}
	}
}

// What was written to a server is no volume taken from it.
func TestFHIRVolume(t *testing.T) {
	f := FHIRInteractionV1{Status: 200, Interaction: "search", Personal: FHIRPersonalV1{ToClient: true},
		Types: []FHIRCountV1{{"Patient", 3}, {"OperationOutcome", 1}}, Others: 2, HTTP: HTTPExchangeV1{ResponseSize: 900}}
	if n, bytes := f.Volume(); n != 5 || bytes != 900 {
		t.Errorf("a search: %d, %d", n, bytes)
	}
	f.Interaction = "create"
	if n, _ := f.Volume(); n != 0 {
		t.Errorf("a create: %d", n)
	}
	f.Interaction, f.Status = "search", 500
	if n, _ := f.Volume(); n != 0 {
		t.Errorf("a failure: %d", n)
	}
}
