package kind

// DICOMPersonalV1 says which elements about people carried a value, at any depth
// of the data sets. A query's wildcards are no value.
type DICOMPersonalV1 struct {
	PatientName    Presence `json:"patient_name,omitempty"`
	PatientID      Presence `json:"patient_id,omitempty"`
	BirthDate      Presence `json:"birth_date,omitempty"` // date or time
	OtherIDs       Presence `json:"other_ids,omitempty"`
	OtherNames     Presence `json:"other_names,omitempty"` // other, birth and mother's birth name
	Address        Presence `json:"address,omitempty"`
	Telephone      Presence `json:"telephone,omitempty"`
	Insurance      Presence `json:"insurance,omitempty"` // insurance plan, military rank, medical record locator
	Responsible    Presence `json:"responsible,omitempty"`
	Admission      Presence `json:"admission,omitempty"` // admission id, location in the hospital
	Accession      Presence `json:"accession,omitempty"`
	Order          Presence `json:"order,omitempty"` // study, procedure and order numbers
	Person         Presence `json:"person,omitempty"`
	Description    Presence `json:"description,omitempty"`     // sex, age, size, weight, origin, occupation, religion
	Health         Presence `json:"health,omitempty"`          // alerts, allergies, history, diagnoses, state
	Comments       Presence `json:"comments,omitempty"`        // free text
	Staff          Presence `json:"staff,omitempty"`           // physicians and operators
	ClinicalObject Presence `json:"clinical_object,omitempty"` // an object was stored
}

// Direct reports whether an element that names a patient or a relative directly
// carried a value.
func (p *DICOMPersonalV1) Direct() bool {
	return bool(p.PatientName || p.PatientID || p.BirthDate || p.OtherIDs || p.OtherNames || p.Address || p.Telephone || p.Insurance || p.Responsible)
}

// Clinical reports whether health data, or a number that leads to it, was there.
func (p *DICOMPersonalV1) Clinical() bool {
	return bool(p.Admission || p.Accession || p.Order || p.Health || p.Comments || p.Person || p.ClinicalObject)
}

// Fields names the elements that were there, in the order of the schema; none if
// nothing identified a person. Where several stand together, the first of PS3.6
// names them.
func (p *DICOMPersonalV1) Fields() []string {
	if !p.Direct() && !bool(p.Admission || p.Accession || p.Order || p.Person || p.Staff) {
		return nil
	}
	var out []string
	for _, f := range [...]struct {
		there Presence
		name  string
	}{
		{p.PatientName, "(0010,0010)"}, {p.PatientID, "(0010,0020)"}, {p.BirthDate, "(0010,0030)"},
		{p.OtherIDs, "(0010,1000)"}, {p.OtherNames, "(0010,1001)"}, {p.Address, "(0010,1040)"},
		{p.Telephone, "(0010,2154)"}, {p.Insurance, "(0010,1050)"}, {p.Responsible, "(0010,2297)"},
		{p.Admission, "(0038,0010)"}, {p.Accession, "(0008,0050)"}, {p.Order, "(0020,0010)"},
		{p.Person, "(0040,a123)"}, {p.Description, "(0010,0040)"}, {p.Health, "(0010,21b0)"},
		{p.Comments, "(0010,4000)"}, {p.Staff, "staff"},
	} {
		if f.there {
			out = append(out, f.name)
		}
	}
	return out
}

// Join adds what is in q.
func (p *DICOMPersonalV1) Join(q *DICOMPersonalV1) {
	p.PatientName = p.PatientName || q.PatientName
	p.PatientID = p.PatientID || q.PatientID
	p.BirthDate = p.BirthDate || q.BirthDate
	p.OtherIDs = p.OtherIDs || q.OtherIDs
	p.OtherNames = p.OtherNames || q.OtherNames
	p.Address = p.Address || q.Address
	p.Telephone = p.Telephone || q.Telephone
	p.Insurance = p.Insurance || q.Insurance
	p.Responsible = p.Responsible || q.Responsible
	p.Admission = p.Admission || q.Admission
	p.Accession = p.Accession || q.Accession
	p.Order = p.Order || q.Order
	p.Person = p.Person || q.Person
	p.Description = p.Description || q.Description
	p.Health = p.Health || q.Health
	p.Comments = p.Comments || q.Comments
	p.Staff = p.Staff || q.Staff
	p.ClinicalObject = p.ClinicalObject || q.ClinicalObject
}
