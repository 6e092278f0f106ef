package inference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// Metadata is what one observation of traffic tells of what a device feeds a service:
// the side of the inputs that no inference record has. It is made of fields that may
// leave a sensor, so there is no person in it.
type Metadata struct {
	To         string      // who is fed: AE title, receiving application, host name or address
	Host       string      // its address
	Source     string      // the device: AE title, device id, application or address
	SourceType kind.IDType // what Source is
	At         time.Time
	Rows       int64 // transactions that it stands for
	Attributes []Attribute

	made []kind.InferenceSource // stations that images name, and how many of each
}

// Attribute is one thing that is told, or that is missing where it should be told.
type Attribute struct {
	Name, Unit string
	Text       string // of a category
	Number     float64
	IsNumber   bool
	Missing    bool
	N          int64 // rows
	// Source is the device that this is of, where it is another one than the
	// observation's: images name the scanner that made them, whoever sends them.
	Source string
}

// MetadataOf returns what an observation tells of inputs; ok is false for one that
// tells nothing of them. It knows dicom.equipment, dicom.operation (C-STORE),
// dicomweb.request (what is stored), fhir.interaction and hl7.message.
func MetadataOf(o *wardround.Observation) (m Metadata, ok bool) {
	m = Metadata{At: o.At, Rows: int64(o.Times())}
	var from, to wardround.Endpoint
	if o.Flow != nil {
		from, to = o.Flow.Src, o.Flow.Dst
	}
	switch f := o.Fields.(type) {
	case *kind.DICOMEquipmentV1:
		if f.FromServer {
			from, to = to, from
		}
		m.source(f.Station, "", f.AETitle, kind.IDAETitle, from)
		m.text("manufacturer", f.Manufacturer)
		m.text("model", f.Model)
		m.text(kind.InputSoftware, f.Software)
		m.text("modality", f.Modality)
		m.text("SOP class", f.SOPClass)
		m.text("detector", f.Detector)
	case *kind.DICOMOperationV1:
		if f.Operation != "C-STORE" {
			return m, false
		}
		if f.FromServer {
			from, to = to, from
		}
		m.Rows = int64(max(f.Transactions, 1))
		m.To = f.Called
		m.source(f.Calling, kind.IDAETitle, "", "", from)
		m.text("SOP class", f.SOPClass)
		m.text("transfer syntax", f.TransferSyntax)
		m.text("outcome", f.Outcome)
		m.number("object size", "By", float64(f.RequestBytes)/float64(m.Rows))
		m.text("de-identified", yesNo(f.Deidentified))
		m.makings(f.Acquisitions)
	case *kind.DICOMwebRequestV1:
		m.Rows = int64(max(f.Objects, 1))
		switch f.Transaction {
		case "store":
			m.To = f.HTTP.Host
			m.source(first(f.HTTP.Client), "", "", "", from)
			m.number("object size", "By", float64(f.HTTP.RequestSize)/float64(m.Rows))
			m.text("media type", f.HTTP.RequestType)
		case "retrieve", "retrieve-uri": // whoever asks is fed, with what others made
			if len(f.Acquisitions) == 0 {
				return m, false
			}
			from, to = to, from
			m.source("", "", "", "", from)
		default:
			return m, false
		}
		m.text("outcome", f.HTTP.Outcome)
		m.makings(f.Acquisitions)
	case *kind.FHIRInteractionV1:
		m.To = f.HTTP.Host
		m.source(first(f.HTTP.Client), "", "", "", from)
		m.text("interaction", f.Interaction)
		m.text("resource", f.Resource)
		m.text("format", f.Format)
		for _, c := range append(slices.Clone(f.Types), f.Sent...) {
			m.Attributes = append(m.Attributes, Attribute{Name: "resource type", Text: c.Type, N: int64(c.Count)})
		}
		m.number("entries", "1", float64(f.Entries))
	case *kind.HL7MessageV1:
		if f.FromServer {
			from, to = to, from
		}
		m.To = f.ReceivingApp
		m.source(kind.HL7Application(f.SendingApp, f.SendingFacility), kind.IDHL7App, "", "", from)
		m.text("message", strings.Trim(f.Type+"^"+f.Trigger, "^"))
		m.text("HL7 version", f.Version)
		m.text("profile", f.Profile)
		m.text("character set", f.Charset)
		m.text("device type", f.DeviceType)
		for _, d := range f.Devices {
			m.each("device term", d.Type)
			m.each("device model", d.UDI) // the part of the UDI that names the model
		}
		m.number("message size", "By", float64(f.Bytes))
		m.text("results", yesNo(bool(f.Personal.OBX5)))
	default:
		return m, false
	}
	m.Host = to.String()
	if to.Addr.IsValid() {
		m.Host = to.Addr.String()
	}
	if m.To = told(m.To); m.To == "" {
		m.To = m.Host
	}
	return m, m.To != ""
}

// makings adds how images were made. What they were made by is told by the station that
// they name; where all name one, it is the source, whoever passed them on.
func (m *Metadata) makings(list []kind.DICOMAcquisitionV1) {
	for i := range list {
		a := &list[i]
		n, by := int64(a.Objects), told(a.Station)
		if by != "" {
			m.made = append(m.made, kind.InferenceSource{Name: by, Rows: n})
		}
		text := func(name, value string) {
			m.Attributes = append(m.Attributes, Attribute{Name: name, Text: told(value), Missing: told(value) == "", N: n, Source: by})
		}
		number := func(name, unit string, x float64) {
			m.Attributes = append(m.Attributes, Attribute{Name: name, Unit: unit, Number: x, IsNumber: true, Missing: x == 0, N: n, Source: by})
		}
		text("manufacturer", a.Manufacturer)
		text("model", a.Model)
		text(kind.InputSoftware, a.Software)
		text("modality", a.Modality)
		text("body part", a.BodyPart)
		text("photometric", a.Photometric)
		text("age band", a.AgeBand)
		number("kvp", "kV", a.KVP)
		number("slice thickness", "mm", a.SliceThickness)
		number("pixel spacing", "mm", a.PixelSpacing)
		number("exposure", "mA.s", a.Exposure)
		number("rows", "1", float64(a.Rows))
		number("columns", "1", float64(a.Columns))
	}
}

// source names the device by the first name that is told, or by its address.
func (m *Metadata) source(a string, at kind.IDType, b string, bt kind.IDType, from wardround.Endpoint) {
	switch {
	case told(a) != "":
		m.Source, m.SourceType = a, at
	case told(b) != "":
		m.Source, m.SourceType = b, bt
	case from.Addr.IsValid():
		m.Source, m.SourceType = from.Addr.String(), kind.IDIP
	default:
		m.Source = notTold
	}
}

func told(s string) string {
	if s == kind.Withheld {
		return ""
	}
	return s
}

func (m *Metadata) text(name, value string) {
	m.Attributes = append(m.Attributes, Attribute{Name: name, Text: told(value), Missing: told(value) == "", N: m.Rows})
}

// each is text for one of several of a message.
func (m *Metadata) each(name, value string) {
	m.Attributes = append(m.Attributes, Attribute{Name: name, Text: told(value), Missing: told(value) == "", N: 1})
}

func (m *Metadata) number(name, unit string, x float64) {
	m.Attributes = append(m.Attributes, Attribute{Name: name, Unit: unit, Number: x, IsNumber: true, Missing: x == 0, N: m.Rows})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// Inputs folds metadata into windows, one for each service that is fed and each span
// of time, with a group for each source device: columns of what scanners, analysers
// and interfaces say of themselves. The facts are of the part "inputs", and of
// "results" for what they say of laboratory results; who is the model behind a service
// is for whoever judges.
//
// It keeps no state on disk: what it folds is in the log, and the same log gives the
// same windows. It is not safe for concurrent use.
type Inputs struct {
	size  time.Duration
	grace time.Duration
	emit  func(*kind.InferenceWindowV1, *sketch.Window) error
	open  map[span]*open
	// results are what hosts were told of laboratory results.
	results map[span]*fedResults
	every   time.Duration   // of windows of results
	names   map[span]string // what the service is called, where that is told
	now     time.Time
	lost    int64
	// wanted says whether what a host is fed with matters to anybody; nil for all.
	wanted func(host, name string) bool
}

// Only restricts windows to hosts of which wanted says so, by address and name: those
// behind which models run.
func (i *Inputs) Only(wanted func(host, name string) bool) { i.wanted = wanted }

// ResultsEvery gives windows of laboratory results a size of their own. The sensor
// tells of them in spans of ten minutes.
func (i *Inputs) ResultsEvery(size time.Duration) { i.every = size }

// NewInputs returns a fold into windows of a size; a window is emitted when the log's
// time is grace beyond its end.
func NewInputs(size, grace time.Duration, emit func(*kind.InferenceWindowV1, *sketch.Window) error) *Inputs {
	return &Inputs{size: size, every: size, grace: grace, emit: emit, open: map[span]*open{}, names: map[span]string{}}
}

// Observe takes an observation, and emits what is over.
func (i *Inputs) Observe(o *wardround.Observation) error {
	if o.At.After(i.now) {
		i.now = o.At
	}
	if x, ok := o.Fields.(*kind.ResultsWindowV1); ok {
		i.result(o, x)
	} else if m, ok := MetadataOf(o); ok {
		i.add(m)
	}
	return i.over(i.now.Add(-i.grace))
}

// Close emits everything that is open.
func (i *Inputs) Close() error { return i.over(i.now.AddDate(100, 0, 0)) }

func (i *Inputs) add(m Metadata) {
	if i.wanted != nil && !i.wanted(m.Host, m.To) {
		return
	}
	s := span{model{Service: m.Host}, from(m.At, i.size)} // of one host, whatever it is called
	w := i.open[s]
	if w == nil {
		if len(i.open) >= maxOpen || time.Unix(s.From, 0).Add(i.size+i.grace).Before(i.now) {
			i.lost += m.Rows // told by the next window
			return
		}
		w = (&Mapping{Window: i.size}).open(s, 0)
		w.window.Model = kind.Inputs
		i.open[s] = w
	}
	if m.To != m.Host && (i.names[s] == "" || m.To < i.names[s]) { // the first by name: the order of talks decides nothing
		i.names[s] = m.To
	}
	w.window.Rows += m.Rows
	name := m.Source
	if _, ok := w.sources[name]; !ok && len(w.sources) >= maxSources {
		name = other
	}
	w.sources[name] += m.Rows
	for _, x := range m.made {
		if _, ok := w.sources[x.Name]; !ok && len(w.sources) >= maxSources {
			x.Name = other
		}
		if x.Name != name {
			w.sources[x.Name] += x.Rows
		}
	}
	for _, a := range m.Attributes {
		of := name
		if a.Source != "" {
			if of = a.Source; w.sources[of] == 0 {
				of = other
			}
		}
		for _, g := range []string{"", "source=" + of} {
			if c := w.attribute(a, g); c != nil {
				a.into(c)
			}
		}
	}
}

// attribute returns the column of an attribute.
func (w *open) attribute(a Attribute, group string) *sketch.Column {
	at := group + "\x00" + a.Name
	if c := w.index[at]; c != nil {
		return c
	}
	if len(w.index) >= maxColumns {
		return nil
	}
	typ := sketch.Category
	if a.IsNumber {
		typ = sketch.Number
	}
	c, err := sketch.NewColumn(a.Name, typ, sketch.Source, group, sketch.Options{Seed: uint64(w.From)<<16 ^ key(w.Service)})
	if err != nil {
		return nil
	}
	c.Unit = a.Unit
	w.index[at] = c
	w.window.Columns = append(w.window.Columns, c)
	return c
}

func (a Attribute) into(c *sketch.Column) {
	switch {
	case a.Missing:
		c.AddMissing(a.N)
	case a.IsNumber:
		for range min(a.N, 1000) { // one size stands for the mean of many alike
			c.AddNumber(a.Number)
		}
	default:
		c.AddText(a.Text, a.N)
	}
}

// over emits windows that end before a time.
func (i *Inputs) over(before time.Time) error {
	for _, s := range sorted(i.open) {
		w := i.open[s]
		if time.Unix(w.To, 0).After(before) {
			continue
		}
		w.lost, i.lost = i.lost, 0
		w.window.Service = cmp.Or(i.names[s], w.Service)
		w.seal()
		slices.SortFunc(w.window.Columns, func(a, b *sketch.Column) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group))
		})
		f := w.fact(&Mapping{})
		f.Part, f.Host, f.Model, f.Service = kind.Inputs, w.Service, kind.Inputs, w.window.Service
		if err := i.emit(f, w.window); err != nil {
			return err
		}
		delete(i.open, s)
		delete(i.names, s)
	}
	return i.overResults(before)
}
