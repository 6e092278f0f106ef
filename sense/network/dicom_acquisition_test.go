package network

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

// making is the values of one object.
func making(values map[dicom.Tag]string) (kind.DICOMAcquisitionV1, bool) {
	var e dicomEquipment
	var q dicomSettings
	for t, v := range values {
		e.add(t, []byte(v))
		q.add(t, []byte(v))
	}
	return q.acquisition(&e)
}

// How an object was made leaves as codes, numbers and a wide band of age; what is no
// code, no number or too long does not.
func TestHowAnObjectWasMade(t *testing.T) {
	t.Parallel()
	got, ok := making(map[dicom.Tag]string{
		dicom.KVP: "120 ", dicom.SliceThickness: "1.25", dicom.BodyPartExamined: "CHEST ", dicom.PhotometricInterpretation: "MONOCHROME2 ", dicom.PatientAge: "067Y",
		dicom.Manufacturer: "Example Imaging", dicom.ManufacturerModelName: "Tomo 64", dicom.StationName: "CT-1", dicom.SoftwareVersions: "4.1.2", dicom.Modality: "CT",
	})
	want := kind.DICOMAcquisitionV1{Station: "CT-1", Manufacturer: "Example Imaging", Model: "Tomo 64", Software: "4.1.2", Modality: "CT",
		BodyPart: "CHEST", Photometric: "MONOCHROME2", KVP: 120, SliceThickness: 1.25, AgeBand: "65-79", Objects: 1}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Error(diff)
	}
	for name, c := range map[string]struct {
		values map[dicom.Tag]string
		want   kind.DICOMAcquisitionV1
	}{
		"nothing of it":    {map[dicom.Tag]string{dicom.Modality: "CT", dicom.PatientAge: "067Y"}, kind.DICOMAcquisitionV1{}},
		"not a number":     {map[dicom.Tag]string{dicom.KVP: "KAESTNER", dicom.SliceThickness: "NaN"}, kind.DICOMAcquisitionV1{}},
		"infinite":         {map[dicom.Tag]string{dicom.KVP: "1e99", dicom.SliceThickness: "-1"}, kind.DICOMAcquisitionV1{}},
		"too long":         {map[dicom.Tag]string{dicom.KVP: "120.0000000000000001"}, kind.DICOMAcquisitionV1{}},
		"no defined term":  {map[dicom.Tag]string{dicom.PhotometricInterpretation: "EMIL"}, kind.DICOMAcquisitionV1{}},
		"a name, no part":  {map[dicom.Tag]string{dicom.BodyPartExamined: "KAESTNER"}, kind.DICOMAcquisitionV1{BodyPart: otherPart, Objects: 1}},
		"no age":           {map[dicom.Tag]string{dicom.KVP: "80", dicom.PatientAge: "19561104"}, kind.DICOMAcquisitionV1{KVP: 80, Objects: 1}},
		"first of several": {map[dicom.Tag]string{dicom.KVP: `80\140`, dicom.PatientAge: "011M"}, kind.DICOMAcquisitionV1{KVP: 80, AgeBand: "0-17", Objects: 1}},
	} {
		got, ok := making(c.values)
		if diff := cmp.Diff(c.want, got); diff != "" || ok != (c.want != kind.DICOMAcquisitionV1{}) {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestHowFramesWereMade: an object of many frames tells it in its functional groups, those
// that all frames share and the first frame's, whichever way it is written.
func TestHowFramesWereMade(t *testing.T) {
	t.Parallel()
	for _, s := range []dicom.Syntax{{Implicit: true}, {}, {BigEndian: true}} {
		double := func(x float64) []byte {
			if s.BigEndian {
				return binary.BigEndian.AppendUint64(nil, math.Float64bits(x))
			}
			return binary.LittleEndian.AppendUint64(nil, math.Float64bits(x))
		}
		element := func(tag dicom.Tag, vr dicom.VR, value []byte) []byte {
			return dicom.AppendElement(nil, s, tag, vr, value)
		}
		sequence := func(tag dicom.Tag, items ...[]byte) []byte {
			return dicom.AppendSequence(nil, s, tag, s.Implicit, items...)
		}
		join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
		frame := func(kv string) []byte {
			return join(sequence(dicom.CTExposureSequence, element(dicom.ExposureInmAs, dicom.FD, double(123.5))),
				sequence(dicom.CTXRayDetailsSequence, element(dicom.KVP, dicom.DS, []byte(kv))))
		}
		object := join(
			element(dicom.Modality, dicom.CS, []byte("CT")), element(dicom.StationName, dicom.SH, []byte("CT-9 ")), element(dicom.PhotometricInterpretation, dicom.CS, []byte("MONOCHROME2 ")),
			dicom.AppendUint16(nil, s, dicom.Rows, dicom.US, 512), dicom.AppendUint16(nil, s, dicom.Columns, dicom.US, 768),
			sequence(dicom.SharedFunctionalGroups, sequence(dicom.PixelMeasuresSequence, join(element(dicom.SliceThickness, dicom.DS, []byte("0.75")), element(dicom.PixelSpacing, dicom.DS, []byte(`+0.48828125\+0.48828125 `))))),
			sequence(dicom.PerFrameFunctionalGroups, frame("110 "), frame("140 ")),
			element(dicom.PixelData, dicom.OW, make([]byte, 64)))
		var e dicomEquipment
		var q dicomSettings
		r := dicom.NewDataSetReader(dicomConfig, func(x *dicom.Element) {
			if x.VR != dicom.SQ && len(x.Bytes()) > 0 {
				if x.Depth() == 0 {
					e.add(x.Tag, x.Bytes())
				}
				q.element(x, x.Bytes())
			}
		})
		r.Begin(s, false)
		r.Feed(object)
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
		got, ok := q.acquisition(&e)
		want := kind.DICOMAcquisitionV1{Station: "CT-9", Modality: "CT", Photometric: "MONOCHROME2", KVP: 110, SliceThickness: 0.75, PixelSpacing: 0.48828125, Exposure: 123.5, Rows: 512, Columns: 768, Objects: 1}
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%+v: %s", s, diff)
		}
	}
}

// Ways of making objects are told in bounded numbers; what is beyond is counted.
func TestWaysAreBounded(t *testing.T) {
	t.Parallel()
	var list []kind.DICOMAcquisitionV1
	rest := 0
	for i := range 3 * kind.MaxAcquisitions {
		var more int
		list, more = kind.JoinAcquisitions(list, kind.DICOMAcquisitionV1{KVP: float64(1 + i/2), Objects: 2})
		rest += more
	}
	if len(list) != kind.MaxAcquisitions || list[0].Objects != 4 || rest != 3*kind.MaxAcquisitions*2-kind.MaxAcquisitions*4 {
		t.Errorf("%d ways, %d beside: %+v", len(list), rest, list[0])
	}
}
