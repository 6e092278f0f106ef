package kind

import "github.com/wardround/wardround"

// FHIRInteraction is a RESTful interaction of FHIR: see [FHIRInteractionV1].
const FHIRInteraction Name = "fhir.interaction"

// FHIRInteractionV1 is one interaction (R4 and R5, http.html) with its answer.
// Names of types, parameters and operations are published ones; an id or a search
// value never leaves.
type FHIRInteractionV1 struct {
	Method string `json:"method,omitempty"`
	Status int    `json:"status,omitempty"` // 0 if no response was seen
	// Interaction is read, vread, update, patch, delete, history, create, search,
	// capabilities, batch (or transaction, as Bundle tells) or operation; "" if the
	// request was not seen or is none of these, such as that for a file of an export.
	Interaction string `json:"interaction"`
	Level       string `json:"level,omitempty"` // system, type, instance, compartment
	// Resource is the resource type of the interaction; "*" for all in a compartment.
	Resource    string `json:"resource,omitempty"`
	Compartment string `json:"compartment,omitempty"` // type that the search is within, "Patient"
	// Operation is the name without "$"; "other" if it is no published one.
	Operation   string   `json:"operation,omitempty"`
	Conditional bool     `json:"conditional,omitempty"`
	Params      []string `json:"params,omitempty"` // published names, sorted, each once
	ParamsOther int      `json:"params_other,omitempty"`
	// Patient is the patient whose record was asked for by id, for counting different
	// ones.
	Patient Pseudonym `json:"patient,omitempty"`

	// What the answer held, or for create, update and batch the request.
	Format  string        `json:"format,omitempty"` // json, xml
	Holds   string        `json:"holds,omitempty"`  // resource type of the answer
	Bundle  string        `json:"bundle,omitempty"` // Bundle.type
	Total   int64         `json:"total,omitempty"`  // Bundle.total
	Entries int           `json:"entries,omitempty"`
	Next    bool          `json:"next,omitempty"` // there is a next page
	Types   []FHIRCountV1 `json:"types,omitempty"`
	Others  int           `json:"others,omitempty"` // resources that Types does not count
	Sent    []FHIRCountV1 `json:"sent,omitempty"`   // resources in the request
	// Partial is set when a body was not read to its end, so that counts are lower bounds.
	Partial  bool   `json:"partial,omitempty"`
	Severity string `json:"severity,omitempty"` // of the worst issue: fatal, error, warning …
	Issue    string `json:"issue,omitempty"`    // its code, "security"

	// Personal says which elements about people were there, in either direction.
	Personal FHIRPersonalV1 `json:"personal"`
	HTTP     HTTPExchangeV1 `json:"http"`
}

// FHIRCountV1 counts resources of one type.
type FHIRCountV1 struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

// FHIRPersonalV1 says which elements about people were there.
type FHIRPersonalV1 struct {
	Identifier Presence `json:"identifier,omitempty"` // of Patient, as the next
	Name       Presence `json:"name,omitempty"`
	Telecom    Presence `json:"telecom,omitempty"`
	BirthDate  Presence `json:"birth_date,omitempty"`
	Address    Presence `json:"address,omitempty"`
	Photo      Presence `json:"photo,omitempty"`
	Contact    Presence `json:"contact,omitempty"`  // next of kin
	Relative   Presence `json:"relative,omitempty"` // any of RelatedPerson and Person
	Staff      Presence `json:"staff,omitempty"`    // any of Practitioner
	Subject    Presence `json:"subject,omitempty"`  // a reference to a patient, or a patient's id
	Clinical   Presence `json:"clinical,omitempty"` // a resource about a patient, other than Patient
	// ToServer says that the request had some of them, ToClient the response.
	ToServer Presence `json:"to_server,omitempty"`
	ToClient Presence `json:"to_client,omitempty"`
}

var _ = Register[FHIRInteractionV1](Schema{
	Name: FHIRInteraction, Version: 1, Shed: ShedTransaction,
	Doc: "An interaction with a FHIR server: what was asked for, how it was answered, how many resources of which types crossed. Of people only which elements were there is told.",
})

// Direct reports whether an element that names a patient or a relative directly
// was there.
func (p *FHIRPersonalV1) Direct() bool {
	return bool(p.Identifier || p.Name || p.Telecom || p.BirthDate || p.Address || p.Photo || p.Contact || p.Relative)
}

// Fields names the elements that were there; none if nothing identified a person.
func (p *FHIRPersonalV1) Fields() []string {
	var out []string
	for _, f := range [...]struct {
		there Presence
		name  string
	}{
		{p.Identifier, "Patient.identifier"}, {p.Name, "Patient.name"}, {p.Telecom, "Patient.telecom"},
		{p.BirthDate, "Patient.birthDate"}, {p.Address, "Patient.address"}, {p.Photo, "Patient.photo"},
		{p.Contact, "Patient.contact"}, {p.Relative, "RelatedPerson"}, {p.Staff, "Practitioner"}, {p.Subject, "subject"},
	} {
		if f.there {
			out = append(out, f.name)
		}
	}
	return out
}

// PersonalFields implements the interface of that name.
func (f *FHIRInteractionV1) PersonalFields() []string { return f.Personal.Fields() }

// Credentials implements the interface of that name.
func (f *FHIRInteractionV1) Credentials() (mechanism string, readable bool) {
	return f.HTTP.credentials()
}

// Succeeded reports whether the server did what it was asked.
func (f *FHIRInteractionV1) Succeeded() bool { return f.Status >= 200 && f.Status < 300 }

// Writes reports whether the interaction changes records.
func (f *FHIRInteractionV1) Writes() bool {
	switch f.Interaction {
	case "create", "update", "patch", "delete", "batch":
		return true
	}
	return false
}

// Resources is how many resources the answer held, an OperationOutcome aside.
func (f *FHIRInteractionV1) Resources() int {
	n := f.Others
	for _, t := range f.Types {
		if t.Type != "OperationOutcome" {
			n += t.Count
		}
	}
	return n
}

// Count is how many resources of a type the answer held.
func (f *FHIRInteractionV1) Count(resource string) int {
	for _, t := range f.Types {
		if t.Type == resource {
			return t.Count
		}
	}
	return 0
}

// Volume implements the interface of that name. Conformance resources and
// terminology are no clinical content; what a server repeats of a write is nothing
// new to the client.
func (f *FHIRInteractionV1) Volume() (objects, bytes int64) {
	if !f.Succeeded() || !bool(f.Personal.ToClient) || f.Writes() {
		return 0, 0
	}
	return int64(f.Resources()), f.HTTP.ResponseSize
}

// Link implements [Linker].
func (f *FHIRInteractionV1) Link(*wardround.Observation) (LinkClaim, bool) {
	l := f.HTTP.link("fhir", f.Status)
	l.Data = wardround.DataTechnical
	switch {
	case f.Personal.Direct():
		l.Data = wardround.DataIdentified
	case bool(f.Personal.Clinical || f.Personal.Subject):
		l.Data = wardround.DataClinical
	}
	switch {
	case f.Writes() && bool(f.Personal.ToServer):
	case bool(f.Personal.ToClient):
		l.ToClient = true
	case !bool(f.Personal.ToServer):
		l.ToClient = f.HTTP.ResponseSize > f.HTTP.RequestSize
	}
	return l, f.Status != 0 || bool(f.Personal.ToServer) || f.HTTP.Outcome == HTTPUnanswered
}

// Claims implements [Claimer].
func (f *FHIRInteractionV1) Claims(_ *wardround.Observation, c *Claims) {
	f.HTTP.claims(c, f.Status)
	c.Speak(Src, "fhir")
	c.Speak(Dst, "fhir")
	if f.Succeeded() {
		c.Is(Dst, wardround.Service, "fhir-server", wardround.CriticalityUnknown, "answers FHIR "+f.Interaction, wardround.Indicated)
	}
}
