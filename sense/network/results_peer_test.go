package network

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
)

// TestResultsOfAnotherLibrarysMessages: python-hl7 builds what laboratories send, with
// other separators, escapes, alternative codes and repetitions, as results of every
// trigger that carries them. What is counted is what the script says it put in.
func TestResultsOfAnotherLibrarysMessages(t *testing.T) {
	const script = `
import hl7, json
out, seps = [], [("|", "^~\\&"), ("$", "%?!@")]
obx = [["NM", [["2345-7", "Glucose", "LN", "GLU", "Glukose", "L"]], "", [["5.4"]], [["mmol/L", "", "UCUM"]], "3.9-5.5", [["N"], ["A"]], "", "", "F"],
       ["NM", [["GLU", "Glukose", "L", "2345-7", "Glucose", "LN"]], "", [["97"]], [["mg/dL", "", "UCUM"]], "", [["N"]], "", "", "C"],
       ["NM", [["6690-2", "", "LN"]], "", [["7.1"]], [["10^3/uL"]], "4-10", [[""]], "", "", "F"],
       ["NM", [["2951-2", "", "LN"]], "", [[""]], [["mmol/L"]], "", [[""]], "", "", "X"],
       ["ST", [["5778-6", "", "LN"]], "", [["yellow"]], [[""]], "", [[""]], "", "", "F"]]
for i, typ in enumerate(["ORU^R01^ORU_R01", "ORU^R30^ORU_R30", "ORU^R32^ORU_R30", "OUL^R22^OUL_R22", "OUL^R21^OUL_R21", "ORU^R01^ORU_R01"]):
    f, d = seps[i % 2]
    c, r, e, s = d
    m = hl7.Message(separator="\r", separators="\r" + f + r + c + s, esc=e)
    empty = hl7.parse("MSH" + f + d + f + f + "\r")
    esc = lambda x: empty.escape(x)
    field = lambda reps: r.join(c.join(esc(x) for x in rep) for rep in reps) if isinstance(reps, list) else esc(reps)
    lines = ["MSH" + f + d + f + "LIS" + f + "SITE" + f + "TRIAGE" + f + "ICU" + f + "20260301080000" + f + f + typ.replace("^", c) + f + "P%d" % i + f + "P" + f + "2.5.1",
             "PID" + f + "1" + f + f + "4711" + f + f + "Doe" + c + "Jane" + f + f + "19480211" + f + "F"]
    lines += ["OBX" + f + str(n + 1) + f + f.join(field(x) for x in o) for n, o in enumerate(obx)]
    h = hl7.parse("\r".join(lines) + "\r")  # the library reads what it wrote
    assert len(list(h.segments("OBX"))) == len(obx) and h.segment("OBX")[3][0][0][0] == "2345-7"
    out.append(str(h))
print(json.dumps(out))
`
	var messages []string
	if err := json.Unmarshal(testkit.RunPython(t, []string{"hl7"}, script), &messages); err != nil {
		t.Fatal(err)
	}
	out := labTalk(t, messages...)
	if len(out) != 1 || out[0].Messages != 6 || out[0].Results != 30 || fmt.Sprint(out[0].Sexes, out[0].Ages) != "[{F 6}] [{70-79 6}]" {
		t.Fatalf("%+v", out)
	}
	var got []string
	for _, c := range out[0].Codes {
		got = append(got, fmt.Sprintf("%s %s %v %d-%d %v %v %v", c.Code, c.Unit, c.UCUM, c.Results, c.Missing, c.Statuses, c.Flags, c.Values))
	}
	want := []string{
		"loinc:2345-7 mg/dL true 6-0 [{C 6}] [{N 6}] [97]",
		"loinc:2345-7 mmol/L true 6-0 [{F 6}] [{A 6} {N 6}] [5.4]",
		"loinc:2951-2 mmol/L false 6-6 [{X 6}] [] []",
		"loinc:5778-6  false 6-0 [{F 6}] [] []",
		"loinc:6690-2 10*3/uL false 6-0 [{F 6}] [] [7.1]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHowAnotherLibrarysImagesWereMade: pydicom writes a plain and an Enhanced CT, with
// the settings where the standard puts them, in each way of writing.
func TestHowAnotherLibrarysImagesWereMade(t *testing.T) {
	const script = `
import sys
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian
def make(many, syntax, name):
    d = Dataset()
    d.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1" if many else "1.2.840.10008.5.1.4.1.1.2"
    d.SOPInstanceUID, d.Modality, d.Manufacturer, d.ManufacturerModelName, d.StationName, d.SoftwareVersions = "1.2.3.4", "CT", "ACME", "CT-9000", "CT-9", "4.1.2"
    d.PatientName, d.PatientID, d.PatientAge, d.BodyPartExamined = "KANARI^A", "KANARI", "067Y", "CHEST"
    d.SamplesPerPixel, d.PhotometricInterpretation, d.Rows, d.Columns, d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 1, "MONOCHROME2", 32, 64, 16, 12, 11, 0
    if many:
        d.NumberOfFrames = 2
        shared, measures = Dataset(), Dataset()
        measures.SliceThickness, measures.PixelSpacing = "0.75", ["0.48828125", "0.48828125"]
        shared.PixelMeasuresSequence = Sequence([measures])
        d.SharedFunctionalGroupsSequence = Sequence([shared])
        frames = []
        for kv, mas in ((110, 87.5), (140, 12)):
            f, x, e = Dataset(), Dataset(), Dataset()
            x.KVP, e.ExposureInmAs = str(kv), mas
            f.CTXRayDetailsSequence, f.CTExposureSequence = Sequence([x]), Sequence([e])
            frames.append(f)
        d.PerFrameFunctionalGroupsSequence = Sequence(frames)
    else:
        d.KVP, d.SliceThickness, d.PixelSpacing, d.Exposure = "110", "0.75", ["0.48828125", "0.48828125"], "87"
    d.PixelData = bytes(32 * 64 * 2 * (2 if many else 1))
    d["PixelData"].VR = "OW"
    d.file_meta = FileMetaDataset()
    d.file_meta.TransferSyntaxUID, d.file_meta.MediaStorageSOPClassUID, d.file_meta.MediaStorageSOPInstanceUID = syntax, d.SOPClassUID, d.SOPInstanceUID
    d.save_as(sys.argv[1] + "/" + name, enforce_file_format=True)
for n, s in enumerate([ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]):
    make(False, s, "one%d.dcm" % n)
    make(True, s, "many%d.dcm" % n)
`
	dir := t.TempDir()
	testkit.RunPython(t, []string{"pydicom"}, script, dir)
	for _, name := range []string{"one", "many"} {
		want := kind.DICOMAcquisitionV1{Station: "CT-9", Manufacturer: "ACME", Model: "CT-9000", Software: "4.1.2", Modality: "CT", BodyPart: "CHEST", Photometric: "MONOCHROME2",
			KVP: 110, SliceThickness: 0.75, PixelSpacing: 0.48828125, Exposure: 87, Rows: 32, Columns: 64, AgeBand: "65-79", Objects: 1}
		if name == "many" {
			want.Exposure = 87.5
		}
		for n := range 4 {
			b, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s%d.dcm", name, n)))
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range []int{7, len(b)} {
				all := &dicomwebObjects{}
				o := all.object()
				for p := b; len(p) > 0; p = p[min(size, len(p)):] {
					o.Feed(bytes.Clone(p[:min(size, len(p))]))
				}
				o.Close(true)
				if diff := cmp.Diff([]kind.DICOMAcquisitionV1{want}, all.made); diff != "" {
					t.Errorf("%s, syntax %d, in pieces of %d (-want +got):\n%s", name, n, size, diff)
				}
			}
		}
	}
}
