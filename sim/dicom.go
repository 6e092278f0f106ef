package sim

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/wardround/wardround/format/dicom"
)

// node is a DICOM application entity on a host.
type node struct {
	host          *Host
	title         string
	port          uint16
	class, impl   string // implementation class UID and version name
	maker, model  string
	station, soft string
	serial        string
}

// association is an open association and its state.
type association struct {
	c        *Conn
	from, to node
	id       uint16
	w        *World
	// originator is who asked for the C-MOVE that this association carries out.
	originator string
}

var syntaxes = []string{dicom.ExplicitVRLittleEndian, dicom.ImplicitVRLittleEndian}

var explicit = dicom.Syntax{}

// associate opens an association; the contexts are numbered 1, 3, 5 … in the
// order of classes. calling replaces the caller's title if not empty.
func (w *World) associate(from, to node, calling string, classes ...string) *association {
	c := from.host.dial(to.host, to.port)
	if calling == "" {
		calling = from.title
	}
	rq := dicom.AssociateRQ{
		Version: 1, Called: to.title, Calling: calling, ApplicationContext: dicom.ApplicationContextName,
		User: dicom.UserInformation{MaxLength: 16384, ImplementationClass: from.class, ImplementationVersion: from.impl},
	}
	ac := dicom.AssociateAC{
		Version: 1, Called: to.title, Calling: calling, ApplicationContext: dicom.ApplicationContextName,
		User: dicom.UserInformation{MaxLength: 16384, ImplementationClass: to.class, ImplementationVersion: to.impl},
	}
	for i, class := range classes {
		id := uint8(2*i + 1)
		rq.Contexts = append(rq.Contexts, dicom.OfferedContext{ID: id, AbstractSyntax: class, TransferSyntaxes: syntaxes})
		ac.Contexts = append(ac.Contexts, dicom.AnsweredContext{ID: id, TransferSyntax: dicom.ExplicitVRLittleEndian})
	}
	c.exchange(rq.Append(nil), 3*time.Millisecond, ac.Append(nil))
	return &association{c: c, from: from, to: to, w: w}
}

func (a *association) release() {
	a.c.exchange(dicom.AppendReleaseRQ(nil), time.Millisecond, dicom.AppendReleaseRP(nil))
	a.c.close(up)
}

func (a *association) message(dir int, ctx uint8, cmd dicom.Command, data []byte) {
	cmd.DataSet = data != nil
	a.c.send(dir, dicom.AppendMessage(nil, 16384, ctx, &cmd, data))
	a.c.wait(2 * time.Millisecond)
}

func (a *association) echo() {
	a.id++
	a.message(up, 1, dicom.Command{Field: dicom.CEchoRQ, MessageID: a.id, AffectedSOPClass: dicom.Verification}, nil)
	a.message(down, 1, dicom.Command{Field: dicom.CEchoRSP, RespondingTo: a.id, AffectedSOPClass: dicom.Verification}, nil)
}

// find asks and gives one answer per patient.
func (a *association) find(ctx uint8, class string, query []byte, answers [][]byte) {
	a.id++
	a.message(up, ctx, dicom.Command{Field: dicom.CFindRQ, MessageID: a.id, AffectedSOPClass: class}, query)
	for _, d := range answers {
		a.message(down, ctx, dicom.Command{Field: dicom.CFindRSP, RespondingTo: a.id, AffectedSOPClass: class, Status: dicom.StatusPending}, d)
	}
	a.message(down, ctx, dicom.Command{Field: dicom.CFindRSP, RespondingTo: a.id, AffectedSOPClass: class}, nil)
}

// store sends one object.
func (a *association) store(ctx uint8, class string, instance string, data []byte) {
	a.id++
	a.message(up, ctx, dicom.Command{
		Field: dicom.CStoreRQ, MessageID: a.id, AffectedSOPClass: class, AffectedSOPInstance: instance,
		MoveOriginator: a.originator, MoveOriginatorMessageID: originatorMessage(a.originator),
	}, data)
	a.message(down, ctx, dicom.Command{
		Field: dicom.CStoreRSP, RespondingTo: a.id, AffectedSOPClass: class, AffectedSOPInstance: instance,
	}, nil)
}

// originatorMessage is the id of the one C-MOVE an originator has under way.
func originatorMessage(title string) uint16 {
	if title == "" {
		return 0
	}
	return 2
}

// move asks for objects to be sent to a title; n of them were.
func (a *association) move(ctx uint8, destination string, query []byte, n int) {
	a.id++
	a.message(up, ctx, dicom.Command{
		Field: dicom.CMoveRQ, MessageID: a.id, AffectedSOPClass: dicom.StudyRootMove, MoveDestination: destination,
	}, query)
	a.message(down, ctx, dicom.Command{
		Field: dicom.CMoveRSP, RespondingTo: a.id, AffectedSOPClass: dicom.StudyRootMove, Completed: uint16(n),
	}, nil)
}

// identity writes the elements that name a patient.
func identity(p *Patient, study string) []byte {
	b := dicom.AppendText(nil, explicit, dicom.StudyDate, dicom.DA, "20260302")
	b = dicom.AppendText(b, explicit, dicom.AccessionNumber, dicom.SH, p.Accession)
	return b
}

// image writes one object: equipment, patient, and pixels of size bytes.
func image(n node, p *Patient, class, study string, number int, pixels []byte) ([]byte, string) {
	instance := fmt.Sprintf("%s.1.%d", study, number)
	s := explicit
	b := dicom.AppendText(nil, s, dicom.SpecificCharacterSet, dicom.CS, "ISO_IR 100")
	b = dicom.AppendText(b, s, dicom.SOPClassUID, dicom.UI, class)
	b = dicom.AppendText(b, s, dicom.SOPInstanceUID, dicom.UI, instance)
	b = append(b, identity(p, study)...)
	b = dicom.AppendText(b, s, dicom.Modality, dicom.CS, modality(class))
	b = dicom.AppendText(b, s, dicom.Manufacturer, dicom.LO, n.maker)
	b = dicom.AppendText(b, s, dicom.InstitutionName, dicom.LO, "St. Example")
	b = dicom.AppendText(b, s, dicom.ReferringPhysicianName, dicom.PN, p.Kin)
	b = dicom.AppendText(b, s, dicom.StationName, dicom.SH, n.station)
	b = dicom.AppendText(b, s, dicom.OperatorsName, dicom.PN, p.Kin)
	b = dicom.AppendText(b, s, dicom.ManufacturerModelName, dicom.LO, n.model)
	b = dicom.AppendText(b, s, dicom.PatientName, dicom.PN, p.Family+"^"+p.Given)
	b = dicom.AppendText(b, s, dicom.PatientID, dicom.LO, p.MRN)
	b = dicom.AppendText(b, s, dicom.PatientBirthDate, dicom.DA, p.Born)
	b = dicom.AppendText(b, s, dicom.PatientSex, dicom.CS, p.Sex)
	b = dicom.AppendText(b, s, dicom.PatientAge, dicom.AS, fmt.Sprintf("%03dY", p.age()))
	b = dicom.AppendText(b, s, dicom.PatientAddress, dicom.LO, p.Street)
	if class == dicom.CTImageStorage {
		set := protocolOf(study, n.station, afterUpdate)
		b = dicom.AppendText(b, s, dicom.BodyPartExamined, dicom.CS, set.part)
		b = dicom.AppendText(b, s, dicom.SliceThickness, dicom.DS, decimal(set.slice))
		b = dicom.AppendText(b, s, dicom.KVP, dicom.DS, decimal(set.kvp))
	}
	b = dicom.AppendText(b, s, dicom.DeviceSerialNumber, dicom.LO, n.serial)
	b = dicom.AppendText(b, s, dicom.SoftwareVersions, dicom.LO, n.soft)
	b = dicom.AppendText(b, s, dicom.StudyInstanceUID, dicom.UI, study)
	b = dicom.AppendText(b, s, dicom.SeriesInstanceUID, dicom.UI, study+".1")
	b = dicom.AppendText(b, s, dicom.StudyID, dicom.SH, p.Visit)
	b = dicom.AppendUint16(b, s, dicom.NewTag(0x0028, 0x0002), dicom.US, 1)
	b = dicom.AppendText(b, s, dicom.PhotometricInterpretation, dicom.CS, "MONOCHROME2")
	b = dicom.AppendUint16(b, s, dicom.NewTag(0x0028, 0x0010), dicom.US, 128)
	b = dicom.AppendUint16(b, s, dicom.NewTag(0x0028, 0x0011), dicom.US, uint16(len(pixels)/256))
	b = dicom.AppendUint16(b, s, dicom.NewTag(0x0028, 0x0100), dicom.US, 16)
	b = dicom.AppendElement(b, s, dicom.PixelData, dicom.OW, pixels)
	return b, instance
}

// file makes a file of an object (PS3.10 §7.1): preamble, mark, file meta information.
func file(object []byte) []byte {
	meta := dicom.AppendText(nil, explicit, dicom.NewTag(0x0002, 0x0010), dicom.UI, dicom.ExplicitVRLittleEndian)
	b := append(make([]byte, 128), "DICM"...)
	b = dicom.AppendElement(b, explicit, dicom.NewTag(0x0002, 0x0000), dicom.UL, binary.LittleEndian.AppendUint32(nil, uint32(len(meta))))
	return append(append(b, meta...), object...)
}

func modality(class string) string {
	if class == dicom.UltrasoundImageStorage {
		return "US"
	}
	return "CT"
}

// query writes a study-level query for one patient, or for all with nil.
func query(p *Patient) []byte {
	s := explicit
	name, mrn := "*", ""
	if p != nil {
		name, mrn = p.Family+"^"+p.Given, p.MRN
	}
	b := dicom.AppendText(nil, s, dicom.QueryRetrieveLevel, dicom.CS, "STUDY")
	b = dicom.AppendText(b, s, dicom.PatientName, dicom.PN, name)
	b = dicom.AppendText(b, s, dicom.PatientID, dicom.LO, mrn)
	return dicom.AppendText(b, s, dicom.StudyInstanceUID, dicom.UI, "")
}

// match answers a query with one study.
func match(p *Patient, study string) []byte {
	s := explicit
	b := identity(p, study)
	b = dicom.AppendText(b, s, dicom.QueryRetrieveLevel, dicom.CS, "STUDY")
	b = dicom.AppendText(b, s, dicom.PatientName, dicom.PN, p.Family+"^"+p.Given)
	b = dicom.AppendText(b, s, dicom.PatientID, dicom.LO, p.MRN)
	b = dicom.AppendText(b, s, dicom.PatientBirthDate, dicom.DA, p.Born)
	return dicom.AppendText(b, s, dicom.StudyInstanceUID, dicom.UI, study)
}

// worklist answers a modality worklist query.
func worklist(p *Patient, n node, at time.Time) []byte {
	s := explicit
	b := dicom.AppendText(nil, s, dicom.AccessionNumber, dicom.SH, p.Accession)
	b = dicom.AppendText(b, s, dicom.PatientName, dicom.PN, p.Family+"^"+p.Given)
	b = dicom.AppendText(b, s, dicom.PatientID, dicom.LO, p.MRN)
	b = dicom.AppendText(b, s, dicom.PatientBirthDate, dicom.DA, p.Born)
	b = dicom.AppendText(b, s, dicom.AdmissionID, dicom.LO, p.Visit)
	item := dicom.AppendText(nil, s, dicom.Modality, dicom.CS, "CT")
	item = dicom.AppendText(item, s, dicom.ScheduledStationAETitle, dicom.AE, n.title)
	item = dicom.AppendText(item, s, dicom.NewTag(0x0040, 0x0002), dicom.DA, at.Format("20060102"))
	return dicom.AppendSequence(b, s, dicom.ScheduledProcedureStep, false, item)
}

// noise fills b with bytes that look like an image.
func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := 0; i+8 <= n; i += 8 {
		v := r.Uint64()
		for j := range 8 {
			b[i+j] = byte(v >> (8 * j))
		}
	}
	return b
}
