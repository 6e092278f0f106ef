package kind

import "github.com/wardround/wardround"

// DICOMwebRequest is a transaction of DICOM Web Services: see [DICOMwebRequestV1].
const DICOMwebRequest Name = "dicomweb.request"

// DICOMwebRequestV1 is one transaction of PS3.18 with its answer. UIDs and search
// values never leave.
type DICOMwebRequestV1 struct {
	Method string `json:"method,omitempty"`
	Status int    `json:"status,omitempty"` // 0 if no response was seen
	// Transaction is search (QIDO-RS), retrieve (WADO-RS), retrieve-uri (WADO-URI),
	// store (STOW-RS), delete, worklist (UPS-RS) or capabilities.
	Transaction string `json:"transaction"`
	Level       string `json:"level"`            // server, study, series, instance, frame
	Of          string `json:"of,omitempty"`     // a search: for studies, series or instances
	Aspect      string `json:"aspect,omitempty"` // a retrieval: only metadata, rendered, thumbnail …
	// Params are published names of parameters, and tags, sorted, each once.
	Params      []string `json:"params,omitempty"`
	ParamsOther int      `json:"params_other,omitempty"`

	Matches int `json:"matches,omitempty"` // data sets in a JSON answer
	Objects int `json:"objects,omitempty"` // DICOM objects that crossed
	Parts   int `json:"parts,omitempty"`   // parts of a multipart body: objects, frames, bulk data
	Stored  int `json:"stored,omitempty"`  // as the answer to a store says
	Failed  int `json:"failed,omitempty"`
	// Patients counts distinct patients in the objects, by id; a lower bound from 1,000 on.
	Patients int `json:"patients,omitempty"`
	// Partial is set when a body was not read to its end, so that counts are lower bounds.
	Partial      bool            `json:"partial,omitempty"`
	Personal     DICOMPersonalV1 `json:"personal"`
	Deidentified bool            `json:"deidentified,omitempty"` // all objects say so of themselves
	HTTP         HTTPExchangeV1  `json:"http"`

	// Acquisitions say how the objects that crossed were made, as those of
	// [DICOMOperationV1] do.
	Acquisitions      []DICOMAcquisitionV1 `json:"acquisitions,omitempty"`
	AcquisitionsOther int                  `json:"acquisitions_other,omitempty"`
}

var _ = Register[DICOMwebRequestV1](Schema{
	Name: DICOMwebRequest, Version: 1, Shed: ShedTransaction,
	Doc: "A DICOM web request: searching, retrieving or storing images over HTTP. Of the people in data sets only which elements were there is told.",
})

// PersonalFields implements the interface of that name.
func (d *DICOMwebRequestV1) PersonalFields() []string { return d.Personal.Fields() }

// Credentials implements the interface of that name.
func (d *DICOMwebRequestV1) Credentials() (mechanism string, readable bool) {
	return d.HTTP.credentials()
}

// Succeeded reports whether the server did what it was asked.
func (d *DICOMwebRequestV1) Succeeded() bool { return d.Status >= 200 && d.Status < 300 }

// Volume implements the interface of that name: records found, objects, frames and
// rendered images sent to the client.
func (d *DICOMwebRequestV1) Volume() (objects, bytes int64) {
	if !d.Succeeded() {
		return 0, 0
	}
	switch d.Transaction {
	case "search":
		return int64(d.Matches), d.HTTP.ResponseSize
	case "retrieve", "retrieve-uri":
		return int64(max(d.Parts, d.Objects, d.Matches, 1)), d.HTTP.ResponseSize
	}
	return 0, 0
}

// Link implements [Linker].
func (d *DICOMwebRequestV1) Link(*wardround.Observation) (LinkClaim, bool) {
	l := d.HTTP.link("dicomweb", d.Status)
	l.Data = wardround.DataTechnical
	switch {
	case d.Personal.Direct():
		l.Data = wardround.DataIdentified
	case d.Personal.Clinical():
		l.Data = wardround.DataClinical
	}
	l.ToClient = d.Transaction != "store" && d.Transaction != "delete"
	return l, d.Status != 0 || d.Objects > 0
}

// Claims implements [Claimer].
func (d *DICOMwebRequestV1) Claims(_ *wardround.Observation, c *Claims) {
	d.HTTP.claims(c, d.Status)
	c.Speak(Src, "dicomweb")
	c.Speak(Dst, "dicomweb")
	if d.Succeeded() && d.Transaction != "capabilities" && d.Transaction != "worklist" {
		c.Is(Dst, wardround.Service, "pacs", wardround.Diagnostic, "answers DICOMweb "+d.Transaction, wardround.Indicated)
	}
}
