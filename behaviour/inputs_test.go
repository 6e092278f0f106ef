package behaviour

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// fedWindow is an hour of images that a host was sent: of a scanner with a software.
func fedWindow(t *testing.T, from time.Time, station, software string, kvp float64) *sketch.Window {
	t.Helper()
	w := &sketch.Window{Version: sketch.Version, Model: kind.Inputs, Service: "TRIAGE", From: from, To: from.Add(time.Hour), Rows: 200}
	for _, g := range []string{"", "source=" + station} {
		soft, err := sketch.NewColumn(kind.InputSoftware, sketch.Category, sketch.Source, g, sketch.Options{})
		if err != nil {
			t.Fatal(err)
		}
		volt, err := sketch.NewColumn("kvp", sketch.Number, sketch.Source, g, sketch.Options{Seed: uint64(from.Unix())})
		if err != nil {
			t.Fatal(err)
		}
		soft.AddText(software, 200)
		for i := range 200 {
			volt.AddNumber(kvp + float64(i%20))
		}
		w.Columns = append(w.Columns, soft, volt)
	}
	return w
}

// TestPacketsAloneTellOfAnUpdate: the model's records say nothing of voltage or
// software. What crossed to the host it runs at does: the new software stands on the
// timeline before the voltage that moved; a host without a model is nobody's.
func TestPacketsAloneTellOfAnUpdate(t *testing.T) {
	h := newHospital(t, true) // opened anew after each batch
	rel := kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1", Document: "reference", Part: kind.Inputs, File: "inputs.sketch"}
	h.see(t0, &rel, h.blobs.window(t, fedWindow(t, t0.AddDate(0, 0, -1), "CT-3", "7.1", 110)))
	w := newWard(3)
	day := w.day(t, t0, 1)
	x := windowOf(day, "2.1")
	x.Host, x.Sources = "10.20.9.7", []kind.InferenceSource{{Name: "CT_3", Rows: 400}}
	h.see(day.To, x, h.blobs.window(t, day))
	for i := range 6 {
		software, kvp := "7.1", 110.0
		if i >= 3 {
			software, kvp = "7.2", 90
		}
		f := fedWindow(t, day.To.Add(time.Duration(i)*time.Hour), "CT-3", software, kvp)
		for _, host := range []string{"10.20.9.7", "10.99.9.9"} {
			h.see(f.To, &kind.InferenceWindowV1{Model: kind.Inputs, Service: "TRIAGE-" + host, Host: host, Part: kind.Inputs, From: f.From, To: f.To, Rows: f.Rows, Units: f.Rows, Schema: f.Schema}, h.blobs.window(t, f))
		}
	}
	if n := len(h.fold.List()); n != 1 {
		t.Fatalf("%d models: what a host is fed with is no model", n)
	}
	if !h.fold.Feeds("10.20.9.7", "") || !h.fold.Feeds("", "Triage") || h.fold.Feeds("10.99.9.9", "x") {
		t.Error("who runs where is not known")
	}
	d, _ := h.fold.Model("chest@triage")
	var told []string
	for _, e := range d.Events {
		switch {
		case e.Kind == EventSource && e.Before != "":
			told = append(told, e.Source+" "+e.Before+" "+e.After)
		case e.Kind == EventVerdict && e.State == wardround.Fail && e.Item == "kvp"+partMark(kind.Inputs):
			told = append(told, e.Topic)
		}
	}
	if len(told) != 2 || told[0] != "CT_3 7.1 7.2" || told[1] != "drift" {
		t.Errorf("the timeline is %q", told)
	}
	if len(d.Sources) != 1 {
		t.Errorf("a station and an application entity are one device: %+v", d.Sources)
	}
	if st := h.finding("model.drift", "kvp"+partMark(kind.Inputs)); st != wardround.Open {
		t.Errorf("the finding is %q", st)
	}
	ref, cur, err := h.fold.Picture("chest@triage", kind.Inputs, 2)
	if err != nil || ref == nil || cur == nil || cur.Rows != 400 {
		t.Errorf("the picture: %v, %v, %v", ref, cur, err)
	}
}
