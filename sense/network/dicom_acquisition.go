package network

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

// dicomMaking are the elements that tell how an object was made, besides those of its
// equipment.
var dicomMaking = [...]dicom.Tag{dicom.BodyPartExamined, dicom.PhotometricInterpretation, dicom.KVP, dicom.SliceThickness, dicom.PatientAge,
	dicom.Rows, dicom.Columns, dicom.PixelSpacing, dicom.ImagerPixelSpacing, dicom.Exposure, dicom.ExposureInMicroAs, dicom.ExposureInmAs}

// dicomSettings gathers them from the object that is passing by.
type dicomSettings struct {
	b    [len(dicomMaking)][40]byte // the values of a DS have at most 16 bytes (PS3.5 §6.2), and there may be two
	ends [len(dicomMaking)]uint8
	// key and by are the equipment of the object before: most often it is the same.
	key []byte
	by  *kind.DICOMEquipmentV1
}

func (q *dicomSettings) reset() { clear(q.ends[:]) }

// element takes an element: one of the object, or, of an object of many frames, one of
// its functional groups (PS3.3 §C.7.6.16), those that all frames share or the first
// frame's.
func (q *dicomSettings) element(e *dicom.Element, value []byte) {
	if !q.here(e.Path, e.Tag) {
		return
	}
	var buf [32]byte
	switch e.Tag { // numbers that are not written as text
	case dicom.Rows, dicom.Columns:
		n, ok := e.Uint16()
		if !ok {
			return
		}
		value = strconv.AppendUint(buf[:0], uint64(n), 10)
	case dicom.ExposureInmAs:
		value = e.Value
		if len(value) < 8 {
			return
		}
		n := binary.LittleEndian.Uint64(value)
		if e.BigEndian {
			n = binary.BigEndian.Uint64(value)
		}
		x := math.Float64frombits(n)
		if !(x > 0 && x < 1e9) {
			return
		}
		value = strconv.AppendFloat(buf[:0], x, 'g', 6, 64)
	}
	q.add(e.Tag, value)
}

// here reports whether an element counts where it stands.
func (q *dicomSettings) here(path []dicom.Tag, t dicom.Tag) bool {
	if len(path) == 0 {
		return true
	}
	if len(path) != 2 || path[0] != dicom.SharedFunctionalGroups && path[0] != dicom.PerFrameFunctionalGroups {
		return false
	}
	switch path[1] {
	case dicom.PixelMeasuresSequence, dicom.CTXRayDetailsSequence, dicom.CTExposureSequence:
		i := slices.Index(dicomMaking[:], t)
		return i >= 0 && q.ends[i] == 0
	}
	return false
}

func (q *dicomSettings) add(t dicom.Tag, value []byte) {
	most := 16
	if t == dicom.PixelSpacing || t == dicom.ImagerPixelSpacing {
		most = len(q.b[0])
	}
	if i := slices.Index(dicomMaking[:], t); i >= 0 && len(value) <= most {
		q.ends[i] = uint8(copy(q.b[i][:], value))
	}
}

func (q *dicomSettings) value(t dicom.Tag) string {
	i := slices.Index(dicomMaking[:], t)
	return strings.Trim(string(q.b[i][:q.ends[i]]), " \x00")
}

// mas is the exposure in mAs, from whichever element tells it.
func (q *dicomSettings) mas() float64 {
	if x := dicomSetting(q.value(dicom.ExposureInmAs), 1e5); x > 0 {
		return x
	}
	if x := dicomSetting(q.value(dicom.ExposureInMicroAs), 1e8); x > 0 {
		return x / 1000
	}
	return dicomSetting(q.value(dicom.Exposure), 1e5)
}

// acquisition says how one object was made, as far as it may leave; false if it says
// nothing of that.
func (q *dicomSettings) acquisition(e *dicomEquipment) (kind.DICOMAcquisitionV1, bool) {
	a := kind.DICOMAcquisitionV1{
		BodyPart: dicomPart(q.value(dicom.BodyPartExamined)), Photometric: dicomPhotometric[q.value(dicom.PhotometricInterpretation)],
		KVP: dicomSetting(q.value(dicom.KVP), 1000), SliceThickness: dicomSetting(q.value(dicom.SliceThickness), 1000),
	}
	if a == (kind.DICOMAcquisitionV1{}) {
		return a, false
	}
	a.Rows, a.Columns = int(dicomSetting(q.value(dicom.Rows), 65535)), int(dicomSetting(q.value(dicom.Columns), 65535))
	a.PixelSpacing = dicomSetting(q.value(dicom.PixelSpacing), 1000)
	if a.PixelSpacing == 0 {
		a.PixelSpacing = dicomSetting(q.value(dicom.ImagerPixelSpacing), 1000)
	}
	a.Exposure = q.mas()
	if key := e.all(); q.by == nil || !bytes.Equal(key, q.key) {
		q.key, q.by = append(q.key[:0], key...), e.said()
	}
	m := q.by
	a.AgeBand = ageBand(q.value(dicom.PatientAge))
	a.Station, a.Manufacturer, a.Model, a.Software, a.Modality = m.Station, m.Manufacturer, m.Model, m.Software, m.Modality
	a.Objects = 1
	return a, true
}

// otherPart is what leaves of a body part that is none of the standard's.
const otherPart = "other"

// dicomPart returns a code string (0018,0015) if it is one of the standard's terms
// (PS3.16 annex L), as far as images are often made of it: sites add words of their
// own, and nobody knows what stands in those.
func dicomPart(s string) string {
	if s == "" || dicomParts[s] {
		return s
	}
	return otherPart
}

var dicomParts = map[string]bool{}

func init() {
	for p := range strings.FieldsSeq(`ABDOMEN ABDOMENPELVIS ADRENAL ANKLE AORTA ARM AXILLA BACK BLADDER BRAIN BREAST BRONCHUS BUTTOCK CALCANEUS CALF CAROTID CEREBELLUM CERVIX CHEEK
		CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX COLON CORNEA CORONARYARTERY CSPINE CTSPINE DUODENUM EAR ELBOW ESOPHAGUS EXTREMITY EYE EYELID FACE FEMUR FINGER FOOT FOREARM
		GALLBLADDER HAND HEAD HEADNECK HEART HIP HUMERUS ILEUM ILIUM JAW JEJUNUM KIDNEY KNEE LARYNX LEG LIVER LLEG LSPINE LSSPINE LUNG MANDIBLE MAXILLA MEDIASTINUM MOUTH NECK
		NECKCHEST NECKCHESTABDOMEN NECKCHESTABDPELV NOSE ORBIT OVARY PANCREAS PAROTID PATELLA PELVIS PENIS PHARYNX PROSTATE RECTUM RIB SCALP SCAPULA SCLERA SCROTUM SHOULDER SKULL SPINE
		SPLEEN SSPINE STERNUM STOMACH THIGH THUMB THYMUS THYROID TIBIA TLSPINE TMJ TOE TONGUE TRACHEA TSPINE UMBILICUS URETER URETHRA UTERUS VAGINA VULVA WHOLEBODY WRIST ZYGOMA`) {
		dicomParts[p] = true
	}
}

// dicomPhotometric are the defined terms of PS3.3 §C.7.6.3.1.2, retired ones too.
var dicomPhotometric = map[string]string{}

func init() {
	for _, t := range []string{"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "HSV", "ARGB", "CMYK", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB"} {
		dicomPhotometric[t] = t
	}
}

// dicomSetting reads a positive decimal string up to a bound (the first, if there are
// several); 0 for any other.
func dicomSetting(s string, most float64) float64 {
	s, _, _ = strings.Cut(s, `\`)
	x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(x > 0 && x <= most) {
		return 0
	}
	return x
}

// ageBand returns the band of an age string as 045Y or 006M (PS3.5 §6.2: AS); "" for
// any other.
func ageBand(s string) string {
	if len(s) != 4 {
		return ""
	}
	n, err := strconv.ParseUint(s[:3], 10, 16)
	if err != nil {
		return ""
	}
	switch s[3] {
	case 'D', 'W':
		n = 0
	case 'M':
		n /= 12
	case 'Y':
	default:
		return ""
	}
	for _, b := range [...]struct {
		below uint64
		name  string
	}{{18, "0-17"}, {40, "18-39"}, {65, "40-64"}, {80, "65-79"}} {
		if n < b.below {
			return b.name
		}
	}
	return "80+"
}
