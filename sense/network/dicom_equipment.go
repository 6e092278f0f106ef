package network

import (
	"slices"
	"strings"
	"unicode"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

const (
	dicomDevices = 32 // pieces of equipment told per association
	dicomName    = 64 // characters of a value of VR LO
	// dicomArchive is for how long who acted as an archive counts as one, in
	// nanoseconds.
	dicomArchive = 30 * 24 * 3600e9
)

// dicomMachine are the elements that tell of equipment.
var dicomMachine = [...]dicom.Tag{
	dicom.SOPClassUID, dicom.Modality, dicom.Manufacturer, dicom.ManufacturerModelName, dicom.StationName,
	dicom.DeviceSerialNumber, dicom.SoftwareVersions, dicom.DeviceUID, dicom.UniqueDeviceIdentifier,
	dicom.GantryID, dicom.DetectorID, dicom.InstitutionName, dicom.InstitutionalDepartmentName,
	dicom.SpecificCharacterSet, dicom.PerformedStationAETitle,
}

// dicomEquipment gathers the equipment elements of the object that is passing by.
type dicomEquipment struct {
	b    []byte                       // the values, one after the other
	ends [len(dicomMachine)][2]uint16 // where each value stands in b
	key  []byte
}

func (q *dicomEquipment) reset() {
	q.b = q.b[:0]
	clear(q.ends[:])
}

func (q *dicomEquipment) add(t dicom.Tag, value []byte) {
	i := slices.Index(dicomMachine[:], t)
	if i < 0 || len(q.b)+len(value) > 1<<14 {
		return
	}
	start := len(q.b)
	q.b = append(q.b, value...)
	q.ends[i] = [2]uint16{uint16(start), uint16(len(q.b))}
}

func (q *dicomEquipment) value(t dicom.Tag) []byte {
	e := q.ends[slices.Index(dicomMachine[:], t)]
	return q.b[e[0]:e[1]]
}

// text returns a value in UTF-8, printable, at most n characters.
func (q *dicomEquipment) text(t dicom.Tag, n int) string {
	return printableText(dicom.Text(q.value(t), string(q.value(dicom.SpecificCharacterSet))), n)
}

// said returns what the object says of its equipment, as far as it may leave.
func (q *dicomEquipment) said() *kind.DICOMEquipmentV1 {
	text := func(t dicom.Tag, n int, may func(string, int) string) string {
		return may(dicom.Text(q.value(t), string(q.value(dicom.SpecificCharacterSet))), n)
	}
	return &kind.DICOMEquipmentV1{
		SOPClass:     dicomClass(string(q.value(dicom.SOPClassUID))),
		Modality:     dicomModality(q.value(dicom.Modality)),
		Manufacturer: text(dicom.Manufacturer, dicomName, product),
		Model:        text(dicom.ManufacturerModelName, dicomName, product),
		Station:      text(dicom.StationName, 16, identifier),
		Serial:       text(dicom.DeviceSerialNumber, dicomName, serial),
		Software:     text(dicom.SoftwareVersions, 2*dicomName, product),
		DeviceUID:    dicomClass(string(q.value(dicom.DeviceUID))),
		UDI:          text(dicom.UniqueDeviceIdentifier, 2*dicomName, serial),
		Gantry:       text(dicom.GantryID, dicomName, identifier),
		Detector:     text(dicom.DetectorID, 16, identifier),
		Institution:  text(dicom.InstitutionName, dicomName, place),
		Department:   text(dicom.InstitutionalDepartmentName, dicomName, place),
	}
}

// dicomTelling reports whether m says more than what was made.
func dicomTelling(m *kind.DICOMEquipmentV1) bool {
	return m.Manufacturer != "" || m.Model != "" || m.Station != "" || m.Serial != ""
}

// all returns the values as one key, valid until the next call.
func (q *dicomEquipment) all() []byte {
	q.key = q.key[:0]
	for i, e := range q.ends {
		q.key = append(append(q.key, byte(i)), q.b[e[0]:e[1]]...)
	}
	return q.key
}

// tellEquipment emits what the object that has passed by says of its equipment,
// unless the association told it before.
func (s *dicomStream) tellEquipment(o *dicom.Operation) {
	q, a := &s.equipment, s.association(o.Invoker)
	defer q.reset()
	if _, told := a.devices[string(q.all())]; told || len(a.devices) == dicomDevices {
		return
	}
	m := q.said()
	m.FromServer, m.AETitle = o.Invoker == dicom.Acceptor, a.out.Calling
	if o.Invoker != a.requestor {
		m.AETitle = a.out.Called
	}
	if a.devices == nil {
		a.devices = map[string]struct{}{}
	}
	a.devices[string(q.key)] = struct{}{}
	m.Archive = s.isArchive(o.Invoker)
	m.Own = dicomSameName(m.AETitle, m.Station) || dicomSameName(m.AETitle, q.text(dicom.PerformedStationAETitle, 16))
	if !dicomTelling(m) {
		return
	}
	m.Passed = o.Invoker != a.requestor || o.Request.MoveOriginator != "" || a.machine != nil && otherMachine(a.machine, m)
	if a.machine == nil {
		a.machine = m
	}
	s.conn.Emit(s.at, m)
}

// archiveKey names a side's address in what the sensor remembers.
func (s *dicomStream) archiveKey(side dicom.Side) uint64 {
	e := s.conn.flow.Src
	if side == dicom.Acceptor {
		e = s.conn.flow.Dst
	}
	a := e.Addr.As16()
	return Hash(Hash(0, "dicom archive"), a[:])
}

// archive remembers that the side took objects or answered a query.
func (s *dicomStream) archive(side dicom.Side) {
	s.conn.sensor.onces.first(s.archiveKey(side), s.at, dicomArchive)
}

func (s *dicomStream) isArchive(side dicom.Side) bool {
	return s.at < s.conn.sensor.onces.until[s.archiveKey(side)]
}

// otherMachine reports whether two objects were certainly made by different
// equipment.
func otherMachine(a, b *kind.DICOMEquipmentV1) bool {
	if a.Serial != "" && b.Serial != "" {
		return a.Serial != b.Serial
	}
	return a.Model != "" && b.Model != "" && a.Model != b.Model
}

// dicomSameName reports whether two names of a station, both told, are written for the same: equal
// but for case and what is no letter or digit, or one is the other with something
// put before or behind, as in RADCT01 and CT-01.
func dicomSameName(a, b string) bool {
	if a == kind.Withheld || b == kind.Withheld {
		return false
	}
	a, b = dicomLetters(a), dicomLetters(b)
	if len(a) > len(b) {
		a, b = b, a
	}
	return a != "" && a == b || len(a) >= 4 && (strings.HasPrefix(b, a) || strings.HasSuffix(b, a))
}

func dicomLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

// dicomModalities are the defined terms of Modality (PS3.3 §C.7.3.1.1.1), retired
// ones too.
var dicomModalities = map[string]string{}

func init() {
	for m := range strings.FieldsSeq(`ANN AR AS ASMT AU BDUS BI BMD CD CF CP CR CS CT CTPROTOCOL DD DF DG DM DMS DOC DS DX EC ECG EEG EMG EOG EPS ES FA FID FS
		GM HC HD IO IOL IVOCT IVUS KER KO LEN LP LS MA MG MR MS NM OAM OCT OP OPM OPR OPT OPTBSV OPTENF OPV OSS OT PA PLAN POS PR PT PX REG RESP RF RG RTDOSE
		RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR SR SRF ST STAIN TEXTUREMAP TG US VA VF XA XAPROTOCOL XC`) {
		dicomModalities[m] = m
	}
}

// dicomModality returns b if it is a modality of the standard.
func dicomModality(b []byte) string { return dicomModalities[string(b)] }
