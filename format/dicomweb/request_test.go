package dicomweb

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	study    = "1.2.826.0.1.3680043.8.498.1"
	series   = "1.2.826.0.1.3680043.8.498.2"
	instance = "1.2.826.0.1.3680043.8.498.3"
)

func TestParseRequest(t *testing.T) {
	s, ss, sss := "/dicom-web/studies/"+study, "/dicom-web/studies/"+study+"/series/"+series, "/dicom-web/studies/"+study+"/series/"+series+"/instances/"+instance
	b := "/dicom-web"
	for _, test := range []struct {
		method, target string
		want           Request
	}{
		{"GET", "/dicom-web/studies?PatientID=1&limit=9", Request{Transaction: Search, Of: "studies", Fit: Certain, Base: b, Query: "PatientID=1&limit=9"}},
		{"GET", "/api/studies", Request{Transaction: Search, Of: "studies", Fit: Possible, Base: "/api"}},
		{"GET", "/dicom-web/series", Request{Transaction: Search, Of: "series", Fit: Certain, Base: b}},
		{"GET", "/dicom-web/instances?Modality=CT", Request{Transaction: Search, Of: "instances", Fit: Certain, Base: b, Query: "Modality=CT"}},
		{"GET", s + "/series", Request{Transaction: Search, Level: Study, Of: "series", Fit: Certain, Base: b, Study: study}},
		{"GET", s + "/instances", Request{Transaction: Search, Level: Study, Of: "instances", Fit: Certain, Base: b, Study: study}},
		{"GET", ss + "/instances", Request{Transaction: Search, Level: Series, Of: "instances", Fit: Certain, Base: b, Study: study, Series: series}},
		{"GET", s, Request{Transaction: Retrieve, Level: Study, Fit: Certain, Base: b, Study: study}},
		{"GET", ss, Request{Transaction: Retrieve, Level: Series, Fit: Certain, Base: b, Study: study, Series: series}},
		{"HEAD", sss, Request{Transaction: Retrieve, Level: Instance, Fit: Certain, Base: b, Study: study, Series: series, Instance: instance}},
		{"GET", s + "/metadata", Request{Transaction: Retrieve, Level: Study, Aspect: "metadata", Fit: Certain, Base: b, Study: study}},
		{"GET", ss + "/thumbnail", Request{Transaction: Retrieve, Level: Series, Aspect: "thumbnail", Fit: Certain, Base: b, Study: study, Series: series}},
		{"GET", sss + "/frames/1,2,7", Request{Transaction: Retrieve, Level: Frame, Aspect: "frames", Frames: 3, Fit: Certain, Base: b, Study: study, Series: series, Instance: instance}},
		{"GET", sss + "/frames/1/rendered", Request{Transaction: Retrieve, Level: Frame, Aspect: "rendered", Frames: 1, Fit: Certain, Base: b, Study: study, Series: series, Instance: instance}},
		{"GET", sss + "/bulkdata/7FE00010/x", Request{Transaction: Retrieve, Level: Instance, Aspect: "bulkdata", Fit: Certain, Base: b, Study: study, Series: series, Instance: instance}},
		{"POST", "/dicom-web/studies", Request{Transaction: Store, Fit: Certain, Base: b}},
		{"POST", s, Request{Transaction: Store, Level: Study, Fit: Certain, Base: b, Study: study}},
		{"DELETE", sss, Request{Transaction: Delete, Level: Instance, Fit: Certain, Base: b, Study: study, Series: series, Instance: instance}},
		{"GET", "/wado?requestType=WADO&studyUID=1.2&seriesUID=1.3&objectUID=1.4&contentType=image%2Fjpeg", Request{Transaction: RetrieveURI, Level: Instance, Aspect: "rendered", Fit: Certain, Base: "/wado",
			Study: "1.2", Series: "1.3", Instance: "1.4", Query: "requestType=WADO&studyUID=1.2&seriesUID=1.3&objectUID=1.4&contentType=image%2Fjpeg"}},
		{"POST", "/ups-rs/workitems", Request{Transaction: Worklist, Of: "workitems", Fit: Possible, Base: "/ups-rs"}},
		{"PUT", "/dicom-web/workitems/" + instance + "/state", Request{Transaction: Worklist, Level: Instance, Of: "workitems", Fit: Certain, Base: b, Instance: instance}},
		{"OPTIONS", "/dicom-web/", Request{Transaction: Capabilities, Fit: Possible, Base: b}},
		{"GET", "/shop/series/7", Request{}},
		{"GET", "/studies/physics/metadata", Request{}},
		{"PUT", s, Request{}},
		{"GET", s + "/series/" + series + "/secret", Request{}},
		{"GET", "/wado?requestType=OTHER&studyUID=1.2&objectUID=1.4", Request{}},
		{"GET", "/system", Request{}},
	} {
		if diff := cmp.Diff(test.want, ParseRequest(test.method, test.target)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.method, test.target, diff)
		}
	}
}

// What Form says, ParseRequest reads back.
func TestForm(t *testing.T) {
	b := "/dicom-web"
	for _, r := range []Request{
		{Transaction: Search, Of: "studies", Base: b, Query: "PatientID=1"},
		{Transaction: Search, Of: "instances", Base: b},
		{Transaction: Search, Level: Series, Of: "instances", Base: b, Study: study, Series: series},
		{Transaction: Retrieve, Level: Study, Base: b, Study: study},
		{Transaction: Retrieve, Level: Instance, Aspect: "metadata", Base: b, Study: study, Series: series, Instance: instance},
		{Transaction: Retrieve, Level: Frame, Aspect: "frames", Frames: 3, Base: b, Study: study, Series: series, Instance: instance},
		{Transaction: Store, Base: b},
		{Transaction: Store, Level: Study, Base: b, Study: study},
		{Transaction: Delete, Level: Study, Base: b, Study: study},
		{Transaction: Worklist, Level: Instance, Of: "workitems", Base: b, Instance: instance},
		{Transaction: Capabilities, Base: b},
		{Transaction: RetrieveURI, Level: Instance, Base: "/wado", Study: "1.2", Series: "1.3", Instance: "1.4", Query: "requestType=WADO&studyUID=1.2&seriesUID=1.3&objectUID=1.4"},
	} {
		method, target := r.Form()
		got := ParseRequest(method, target)
		got.Fit = Misfit
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", method, target, diff)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"PatientName": "PatientName", "00100010": "00100010", "00400275.00400009": "00400275.00400009", "7fe00010": "7fe00010",
		"includefield": "includefield", "AnnaMuster": "", "0010001": "", "00100010.": "", "00100010x": "", "": "",
	} {
		if got := Parameter(name); got != want {
			t.Errorf("Parameter(%q) = %q, want %q", name, got, want)
		}
	}
	both := PersonalParameter("PatientName") | PersonalParameter("00100020") | PersonalParameter("Modality")
	if diff := cmp.Diff([]string{"(0010,0010)", "(0010,0020)"}, both.Fields()); diff != "" {
		t.Error(diff)
	}
}

func TestMediaTypes(t *testing.T) {
	for value, want := range map[string]bool{
		"application/dicom": true, "application/dicom+json; charset=utf-8": true, `multipart/related; type="application/dicom"; boundary=x`: true,
		"multipart/related; type=application/octet-stream": false, "application/json": false, "image/jpeg": false,
	} {
		if got := IsMediaType(value); got != want {
			t.Errorf("%s: %v", value, got)
		}
	}
	if !Accepts("text/html, application/dicom+json;q=0.5") || Accepts("*/*") {
		t.Error("Accepts")
	}
	if Recognise(Possible, false) || !Recognise(Possible, true) || !Recognise(Certain, false) || Recognise(Misfit, true) {
		t.Error("Recognise")
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("GET", "/dicom-web/studies/1.2.3/series/1.2.4/instances/1.2.5/frames/1,2")
	f.Add("GET", "/wado?requestType=WADO&studyUID=1.2&objectUID=1.4")
	f.Fuzz(func(t *testing.T, method, target string) {
		r := ParseRequest(method, target)
		if r.Fit == Misfit && r != (Request{}) || r.Fit != Misfit && r.Transaction == None {
			t.Fatalf("%s %q: %+v", method, target, r)
		}
	})
}
