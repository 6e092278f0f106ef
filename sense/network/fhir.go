package network

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/fhir"
	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/kind"
)

// fhirParams is how many parameters of one search are told.
const fhirParams = 32

// isFHIR decides whether the exchange was FHIR's.
func (n *httpNote) isFHIR(x *http.Exchange) bool {
	var bodies [2]string
	if n.fhirUp != nil {
		bodies[0] = n.fhirUp.Summary().Type
	}
	if n.fhirDown != nil {
		bodies[1] = n.fhirDown.Summary().Type
	}
	if n.fhir.Fit == fhir.Misfit { // the request was not seen, or is for a file of an export
		return bodies[1] != ""
	}
	return fhir.Recognise(n.fhir.Fit, fhirTyped(x), bodies[:]...)
}

// fhirTyped reports whether a media type of the exchange is FHIR's.
func fhirTyped(x *http.Exchange) bool {
	for _, h := range [...]*http.Head{&x.Request.Head, &x.Response.Head} {
		if mediaType, _ := http.MediaType(h.Fields.Value("Content-Type")); fhir.IsMediaType(mediaType) {
			return true
		}
	}
	return fhir.Accepts(x.Request.Fields.Value("Accept"))
}

// fhirInteraction tells an exchange of FHIR.
func (n *httpNote) fhirInteraction(c *Conn, x *http.Exchange, out kind.HTTPExchangeV1) *kind.FHIRInteractionV1 {
	r := &n.fhir
	f := &kind.FHIRInteractionV1{
		Method: httpMethod(x.Request.Method), Status: x.Response.Status, HTTP: out,
		Interaction: r.Interaction.String(), Level: r.Level.String(), Resource: r.Type, Compartment: r.Compartment,
		Conditional: r.Conditional || r.Interaction == fhir.Create && x.Request.Fields.Has("If-None-Exist"),
	}
	if r.Fit == fhir.Misfit {
		f.Level = ""
	}
	if r.Operation != "" {
		if f.Operation = fhir.Operation(r.Operation); f.Operation == "" {
			f.Operation = "other"
		}
	}
	patient := fhirPatient(r)
	toServer := patient != ""
	search := fhirSearch{f: f, resource: r.Type}
	search.read(r.Query)
	if n.form != nil {
		search.read(string(n.form.Bytes))
		f.Partial = f.Partial || n.form.Size > int64(len(n.form.Bytes))
	}
	if patient == "" {
		patient = search.patient
	}
	if patient != "" {
		f.Patient = c.Pseudonym("fhir.patient", []byte(patient))
		f.Personal.Subject = true
	}
	toServer = toServer || search.personal
	if n.fhirUp != nil {
		sum := n.fhirUp.Summary()
		f.Sent = fhirCounts(sum.Types)
		toServer = fhirPersonal(&f.Personal, sum) || toServer
		if r.Interaction == fhir.Batch {
			f.Bundle = sum.Bundle
		}
	}
	f.Personal.ToServer = kind.Presence(toServer)
	if n.fhirDown != nil {
		n.answered(f, x)
	}
	f.Partial = f.Partial || x.Body.Opaque || x.RequestBody.Opaque
	return f
}

// answered fills in what the answer held.
func (n *httpNote) answered(f *kind.FHIRInteractionV1, x *http.Exchange) {
	sum := n.fhirDown.Summary()
	f.Format, f.Holds, f.Entries, f.Next, f.Others = sum.Format.String(), sum.Type, sum.Entries, sum.Next, sum.Others
	f.Types = fhirCounts(sum.Types)
	if sum.Bundle != "" {
		f.Bundle = sum.Bundle
	}
	f.Total = max(sum.Total, 0)
	f.Severity, f.Issue = sum.Issue.String(), sum.IssueCode
	f.Partial = f.Partial || !sum.Whole && (sum.Format != fhir.NoFormat || x.Body.Size > 0)
	f.Personal.ToClient = kind.Presence(fhirPersonal(&f.Personal, sum))
}

func fhirCounts(types []fhir.Tally) (out []kind.FHIRCountV1) {
	for _, t := range types {
		out = append(out, kind.FHIRCountV1{Type: t.Type, Count: t.Count})
	}
	return out
}

// fhirPatient is the id of the patient that the path names, or "".
func fhirPatient(r *fhir.Request) string {
	switch {
	case r.Type == "Patient" && r.Level == fhir.Instance:
		return r.ID
	case r.Compartment == "Patient":
		return r.CompartmentID
	}
	return ""
}

// fhirPersonal adds what a body holds about people, and reports whether it does.
func fhirPersonal(p *kind.FHIRPersonalV1, sum *fhir.Summary) bool {
	there := false
	for _, t := range sum.Types {
		if fhir.IsPersonal(t.Type) || fhir.IsStaff(t.Type) {
			there = true
			p.Clinical = p.Clinical || kind.Presence(fhir.IsPersonal(t.Type) && t.Type != "Patient" && t.Type != "Person" && t.Type != "RelatedPerson")
		}
	}
	for _, field := range sum.Personal.Fields() {
		resource, element, _ := strings.Cut(field, ".")
		fhirElement(p, resource, element)
		there = true
	}
	return there
}

// fhirElement notes one element of a resource about a person.
func fhirElement(p *kind.FHIRPersonalV1, resource, element string) {
	switch resource {
	case "RelatedPerson", "Person":
		p.Relative = true
		return
	case "Practitioner":
		p.Staff = true
		return
	case "subject":
		p.Subject = true
		return
	}
	switch element {
	case "identifier":
		p.Identifier = true
	case "name":
		p.Name = true
	case "telecom":
		p.Telecom = true
	case "birthDate", "deceased":
		p.BirthDate = true
	case "address":
		p.Address = true
	case "photo":
		p.Photo = true
	case "contact":
		p.Contact = true
	}
}

// fhirSearch reads the parameters of a search.
type fhirSearch struct {
	f        *kind.FHIRInteractionV1
	resource string
	patient  string // id of the one patient asked for
	personal bool   // a parameter holds something about a person
}

func (s *fhirSearch) read(query string) {
	f := s.f
	for name, value := range http.Query(query) {
		published := fhir.Parameter(name)
		i, found := slices.BinarySearch(f.Params, published)
		switch {
		case published == "" || !found && len(f.Params) == fhirParams:
			f.ParamsOther++
		case !found:
			f.Params = slices.Insert(f.Params, i, published)
		}
		if value != "" && published != "" {
			s.about(name, published, value)
		}
	}
}

// about notes what a parameter with a value says about a person.
func (s *fhirSearch) about(name, published, value string) {
	resource, element := s.resource, published
	switch published {
	case "patient", "subject", "beneficiary":
		resource = "Patient"
		_, element, _ = strings.Cut(name, ".")
		if element == "" {
			s.onePatient(value)
			s.f.Personal.Subject, s.personal = true, true
			return
		}
		element, _, _ = strings.Cut(element, ":")
	case "_id":
		if resource == "Patient" {
			s.onePatient(value)
			s.f.Personal.Subject, s.personal = true, true
		}
		return
	}
	switch resource {
	case "Patient", "Person", "RelatedPerson", "Practitioner":
	default:
		return
	}
	if element = fhirElementOf(element); element != "" {
		fhirElement(&s.f.Personal, resource, element)
		s.personal = true
	}
}

// onePatient takes the reference to a patient, if it is one alone.
func (s *fhirSearch) onePatient(value string) {
	if strings.ContainsRune(value, ',') {
		return
	}
	s.patient = value[strings.LastIndexByte(value, '/')+1:]
}

// fhirElementOf maps a search parameter of a person to the element it searches.
func fhirElementOf(parameter string) string {
	switch parameter {
	case "identifier":
		return "identifier"
	case "name", "family", "given", "phonetic", "link":
		return "name"
	case "telecom", "phone", "email":
		return "telecom"
	case "birthdate", "death-date", "deceased":
		return "birthDate"
	}
	if strings.HasPrefix(parameter, "address") {
		return "address"
	}
	return ""
}
