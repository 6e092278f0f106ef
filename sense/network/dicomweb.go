package network

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/dicomweb"
	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/format/http/content"
	"github.com/wardround/wardround/kind"
)

// isDICOMweb decides whether the exchange was DICOMweb's.
func (n *httpNote) isDICOMweb(x *http.Exchange) bool {
	return dicomweb.Recognise(n.dicomweb.Fit, dicomweb.IsMediaType(x.Request.Fields.Value("Content-Type")) ||
		dicomweb.IsMediaType(x.Response.Fields.Value("Content-Type")) || dicomweb.Accepts(x.Request.Fields.Value("Accept")))
}

// dicomwebRequest tells an exchange of DICOMweb.
func (n *httpNote) dicomwebRequest(x *http.Exchange, out kind.HTTPExchangeV1) *kind.DICOMwebRequestV1 {
	r := &n.dicomweb
	d := &kind.DICOMwebRequestV1{
		Method: httpMethod(x.Request.Method), Status: x.Response.Status, HTTP: out,
		Transaction: r.Transaction.String(), Level: r.Level.String(), Of: r.Of, Aspect: r.Aspect,
		Partial: x.Body.Opaque || x.RequestBody.Opaque,
	}
	for name, value := range http.Query(r.Query) {
		published := dicomwebParameter(name)
		i, found := slices.BinarySearch(d.Params, published)
		switch {
		case published == "" || !found && len(d.Params) == fhirParams:
			d.ParamsOther++
		case !found:
			d.Params = slices.Insert(d.Params, i, published)
		}
		if !wildcards([]byte(value)) {
			dicomwebPersonal(&d.Personal, dicomweb.PersonalParameter(name))
		}
	}
	for _, s := range [...]*dicomweb.Scanner{n.dicomUp, n.dicomDown} {
		if s == nil {
			continue
		}
		sum := s.Summary()
		d.Matches += sum.Matches
		d.Objects += sum.Objects
		d.Parts += sum.Parts
		d.Stored += sum.Stored
		d.Failed += sum.Failed
		d.Partial = d.Partial || !sum.Whole
		dicomwebPersonal(&d.Personal, sum.Personal)
	}
	if o := n.objects; o != nil {
		d.Patients = o.patients.count()
		d.Deidentified = o.read > 0 && o.clean == o.read
		d.Personal.Join(&o.personal)
		if r.Transaction != dicomweb.Search { // what a search finds is given to nobody
			d.Acquisitions, d.AcquisitionsOther = o.made, o.madeOther
		}
	}
	images := r.Transaction == dicomweb.Retrieve || r.Transaction == dicomweb.RetrieveURI
	if d.Objects > 0 || images && d.Succeeded() && r.Aspect != "metadata" {
		d.Personal.ClinicalObject = true
	}
	return d
}

// dicomwebParameter returns the name of a parameter if it is a published one, or made
// of tags of the standard: eight digits may also be a birth date.
func dicomwebParameter(name string) string {
	published := dicomweb.Parameter(name)
	if published == "" || strings.Trim(published, "0123456789abcdefABCDEF.") != "" {
		return published
	}
	for part := range strings.SplitSeq(published, ".") {
		tag, err := strconv.ParseUint(part, 16, 32)
		if _, known := dicom.LookUp(dicom.Tag(tag)); err != nil || !known {
			return ""
		}
	}
	return published
}

// dicomwebPersonal adds attributes that were searched by or found.
func dicomwebPersonal(p *kind.DICOMPersonalV1, found dicomweb.Personal) {
	for _, field := range found.Fields() {
		if sort := dicomAbout[dicomTag(field)]; sort != nil {
			*sort(p) = true
		}
	}
}

// dicomTag reads "(0010,0020)".
func dicomTag(field string) (t dicom.Tag) {
	for i := range len(field) {
		switch c := field[i]; {
		case digit(c):
			t = t<<4 | dicom.Tag(c-'0')
		case c >= 'a' && c <= 'f':
			t = t<<4 | dicom.Tag(c-'a'+10)
		}
	}
	return t
}

// dicomwebObjects reads the DICOM objects that cross in one exchange, as far as
// their identifying and equipment elements.
type dicomwebObjects struct {
	stored   bool // they are brought to the server
	personal kind.DICOMPersonalV1
	patients dicomSet
	read     int            // objects whose head was read
	clean    int            // of them, those that say to be de-identified
	machine  dicomEquipment // of the first of them
	// made is how the objects were made.
	made      []kind.DICOMAcquisitionV1
	madeOther int
}

func (o *dicomwebObjects) scanner(contentType string) *dicomweb.Scanner {
	s := dicomweb.NewScanner(contentType)
	s.Part = func(mediaType string) content.Sink {
		if mediaType != "application/dicom" {
			return nil
		}
		return o.object()
	}
	o.metadata(s)
	return s
}

// metadata reads how objects were made from their data sets in JSON (PS3.18 §10.4.1.1.2):
// those who ask for the metadata of images alone.
func (o *dicomwebObjects) metadata(s *dicomweb.Scanner) {
	var by dicomEquipment
	var set dicomSettings
	s.Attribute = func(within []uint32, tag uint32, value []byte) {
		var path [2]dicom.Tag
		for i, t := range within {
			path[i] = dicom.Tag(t)
		}
		if !set.here(path[:len(within)], dicom.Tag(tag)) {
			return
		}
		if len(within) == 0 {
			by.add(dicom.Tag(tag), value)
		}
		set.add(dicom.Tag(tag), value)
	}
	s.DataSet = func() {
		if a, ok := set.acquisition(&by); ok {
			var rest int
			o.made, rest = kind.JoinAcquisitions(o.made, a)
			o.madeOther += rest
		}
		set.reset()
		by.reset()
	}
}

// dicomwebObject is a DICOM file passing by.
type dicomwebObject struct {
	all    *dicomwebObjects
	file   *dicom.FileReader
	broken bool
	clean  bool
	seen   bool
	by     dicomEquipment
	set    dicomSettings
}

func (o *dicomwebObjects) object() *dicomwebObject {
	d := &dicomwebObject{all: o}
	d.file = dicom.NewFileReader(dicomConfig, d.element)
	return d
}

// Feed implements [content.Sink].
func (d *dicomwebObject) Feed(p []byte) {
	if !d.broken {
		d.broken = d.file.Feed(p) != nil
	}
}

// Gap implements [content.Sink]. What follows is not looked at.
func (d *dicomwebObject) Gap(int64) { d.broken = true }

// Close implements [content.Sink].
func (d *dicomwebObject) Close(bool) {
	o := d.all
	if !d.seen {
		return
	}
	o.read++
	if d.clean {
		o.clean++
	}
	if a, ok := d.set.acquisition(&d.by); ok {
		var rest int
		o.made, rest = kind.JoinAcquisitions(o.made, a)
		o.madeOther += rest
	}
}

func (d *dicomwebObject) element(e *dicom.Element) {
	value := e.Bytes()
	if e.VR == dicom.SQ {
		return
	}
	d.set.element(e, value) // also 32, whose bytes are a space and a null
	if len(value) == 0 {
		return
	}
	o := d.all
	d.seen = true
	if sort := dicomAbout[e.Tag]; sort != nil {
		*sort(&o.personal) = true
	}
	if e.Depth() > 0 {
		return
	}
	if o.read == 0 {
		o.machine.add(e.Tag, value)
	}
	d.by.add(e.Tag, value)
	switch e.Tag {
	case dicom.PatientID:
		o.patients.add(dicomHash(value))
	case dicom.PatientIdentityRemoved:
		d.clean = string(value) == "YES"
	}
}

// equipment returns what the first object says of what it was made with, if
// objects were brought to a server; else nil.
func (o *dicomwebObjects) equipment() *kind.DICOMEquipmentV1 {
	if o == nil || !o.stored || o.read == 0 {
		return nil
	}
	m := o.machine.said()
	if !dicomTelling(m) {
		return nil
	}
	return m
}
