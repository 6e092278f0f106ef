package behaviour

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// told is what one device tells of one code in an hour.
type toldOf struct {
	source, code, unit string
	values             []float64
	missing            int64
}

// resultWindow is an hour of laboratory results that a host was told.
func resultWindow(t *testing.T, from time.Time, list ...toldOf) *sketch.Window {
	t.Helper()
	w := &sketch.Window{Version: sketch.Version, Model: kind.Inputs, Service: "TRIAGE", From: from, To: from.Add(time.Hour)}
	col := func(name string, typ sketch.Type, group, unit string) *sketch.Column {
		if c := w.Column(name, group); c != nil {
			return c
		}
		c, err := sketch.NewColumn(name, typ, sketch.Source, group, sketch.Options{Seed: uint64(from.Unix())})
		if err != nil {
			t.Fatal(err)
		}
		c.Unit = unit
		w.Columns = append(w.Columns, c)
		return c
	}
	for _, x := range list {
		n := int64(len(x.values)) + x.missing
		w.Rows += n
		g := "source=" + x.source
		for _, of := range []string{"", g} {
			col("code", sketch.Category, of, "").AddText(x.code, n)
		}
		col(x.code+" unit", sketch.Category, g, "").AddText(x.unit, n)
		c := col(x.code+" ["+x.unit+"]", sketch.Number, g, x.unit)
		c.AddMissing(x.missing)
		for _, v := range x.values {
			c.AddNumber(v)
		}
	}
	return w
}

const plansGlucose = `plan: 1
name: sepsis plan
model: {maker: Maker, product: Chest Triage, called: [chest], services: [triage], sources: [{name: LAB7, modality: laboratory}]}
intended_use: {purpose: sepsis}
inputs: [{name: "loinc:2345-7", type: number}, {name: age, type: number}]
outputs: [{name: score, type: number}]
`

// story feeds hours of results to a host and returns what stands on the timeline.
func labStory(t *testing.T, h *hospital, host, plan string, hours ...[]toldOf) (events []string) {
	t.Helper()
	rel := kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1", Model: "chest"}
	if plan != "" {
		x := rel
		x.Document, x.File, x.Format = "plan", "plan.yaml", "wardround-plan/1"
		h.see(t0, &x, h.blobs.put([]byte(plan)))
	}
	day := newWard(3).day(t, t0, 1)
	x := windowOf(day, "2.1")
	x.Host = "10.20.9.7"
	h.see(day.To, x, h.blobs.window(t, day))
	for i, list := range hours {
		w := resultWindow(t, day.To.Add(time.Duration(i)*time.Hour), list...)
		f := &kind.InferenceWindowV1{Model: kind.Inputs, Part: kind.Results, Service: "ENGINE", Host: host, From: w.From, To: w.To, Rows: w.Rows}
		blob := h.blobs.window(t, w)
		seen := map[string]bool{}
		for _, x := range list {
			if !seen[x.source] {
				f.Sources = append(f.Sources, kind.InferenceSource{Name: x.source, Type: kind.IDHL7App, Rows: 1})
			}
			seen[x.source] = true
		}
		h.see(f.To, f, blob)
	}
	d, _ := h.fold.Model("chest@triage")
	for _, e := range d.Events {
		if e.Kind == EventSchema && e.Item != "" {
			events = append(events, fmt.Sprintf("%s %s %s → %s", e.Item, e.Source, e.Before, e.After))
		}
	}
	return events
}

func trouble(h *hospital, item string) string {
	d, _ := h.fold.Model("chest@triage")
	for _, j := range d.Judgements {
		if j.Topic == "quality" && j.Item == item && j.State == wardround.Fail {
			return fmt.Sprint(j.Facts["trouble"])
		}
	}
	return ""
}

const glucoseItem = "loinc:2345-7 [source=LAB7^HOSP] of results"

// TestTheUnitOfALaboratoryChanged: a laboratory that the plan names as a source tells
// the interface engine of glucose. On the fourth hour it does so in mmol/L. The model
// reads mg/dL: that is told with both units and the date. Sodium, which the model does
// not read, is nobody's matter.
func TestTheUnitOfALaboratoryChanged(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	hour := func(unit string, by float64) []toldOf {
		return []toldOf{{"LAB7^HOSP", "loinc:2345-7", unit, lab(r, 25, 110, 0.3, by), 0}, {"LAB7^HOSP", "loinc:2951-2", []string{"mmol/L", "meq/L"}[r.IntN(2)], lab(r, 25, 140, 0.02, 1), 0}}
	}
	h := newHospital(t, true)
	const mmol = 1 / 18.0156
	events := labStory(t, h, "10.99.9.9", plansGlucose, hour("mg/dL", 1), hour("mg/dL", 1), hour("mg/dL", 1), hour("mmol/L", mmol), hour("mmol/L", mmol))
	if strings.Join(events, "|") != "loinc:2345-7 LAB7^HOSP mg/dL → mmol/L" {
		t.Errorf("the timeline says %q", events)
	}
	if got := trouble(h, glucoseItem); got != "its unit changed from mg/dL to mmol/L on 2026-03-02" {
		t.Errorf("the trouble is %q", got)
	}
	if st := h.finding("model.quality", glucoseItem); st != wardround.Open {
		t.Errorf("the finding is %q", st)
	}
	d, _ := h.fold.Model("chest@triage")
	if len(d.Lines) != 1 || len(d.Sources) != 3 {
		t.Errorf("what feeds it from afar is no line of its own: %+v, %+v", d.Lines, d.Sources)
	}
	if !h.fold.Feeds("", "LAB7^HOSP") || !h.fold.Feeds("lab7", "") || h.fold.Feeds("", "LAB8") {
		t.Error("who feeds it is not known")
	}
}

// TestAPersonAcceptsTheNewUnit: who says that what is seen now is as it should be is
// not told again.
func TestAPersonAcceptsTheNewUnit(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	hour := func(unit string, by float64) []toldOf {
		return []toldOf{{"LAB7^HOSP", "loinc:2345-7", unit, lab(r, 30, 110, 0.3, by), 0}}
	}
	h := newHospital(t, true)
	labStory(t, h, "10.99.9.9", plansGlucose, hour("mg/dL", 1), hour("mg/dL", 1), hour("mmol/L", 1/18.0156))
	if trouble(h, glucoseItem) == "" {
		t.Fatal("the change is not told")
	}
	h.see(t0.AddDate(0, 0, 2), &kind.ModelDecidedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1", Model: "chest@triage", Act: "learn", Role: "engineer", By: "x", Reason: "the model converts"}, nil)
	w := resultWindow(t, t0.AddDate(0, 0, 3), hour("mmol/L", 1/18.0156)...)
	h.see(w.To, &kind.InferenceWindowV1{Model: kind.Inputs, Part: kind.Results, Service: "ENGINE", Host: "10.99.9.9", From: w.From, To: w.To, Rows: w.Rows, Sources: []kind.InferenceSource{{Name: "LAB7^HOSP", Type: kind.IDHL7App, Rows: 30}}}, h.blobs.window(t, w))
	if got := trouble(h, glucoseItem); got != "" {
		t.Errorf("it is told again: %q", got)
	}
}

// TestTheUnitStaysAndTheValuesDoNot: the silent case, which is found by the values.
func TestTheUnitStaysAndTheValuesDoNot(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	hour := func(by float64) []toldOf {
		return []toldOf{{"LAB7^HOSP", "loinc:2345-7", "mg/dL", lab(r, 25, 110, 0.3, by), 0}}
	}
	h := newHospital(t, true)
	events := labStory(t, h, "10.20.9.7", "", hour(1), hour(1), hour(1), hour(1/18.0156), hour(1/18.0156))
	if len(events) != 1 || !strings.HasSuffix(events[0], "mg/dL → × 0.0555 (as mmol/L)") {
		t.Errorf("the timeline says %q", events)
	}
	if got := trouble(h, glucoseItem); !strings.HasPrefix(got, "since 2026-03-02 its values are 0.0555 times what they were, as if they came in mmol/L, and its unit still says mg/dL") || !strings.Contains(got, "the plan does not say") {
		t.Errorf("the trouble is %q", got)
	}
	h = newHospital(t, true)
	events = labStory(t, h, "10.20.9.7", "", hour(1), hour(1), hour(3.3), hour(1), hour(1))
	if len(events) != 2 || trouble(h, glucoseItem) != "" {
		t.Errorf("an hour of another scale: %q, %q", events, trouble(h, glucoseItem))
	}
}

// TestWhatIsNoChangeOfUnit: another name for the same unit is told on the timeline and
// is no finding; neither are hours without results, or a change of the ward's patients.
func TestWhatIsNoChangeOfUnit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	hour := func(unit string, median float64, n int) []toldOf {
		return []toldOf{{"LAB7^HOSP", "loinc:2951-2", unit, lab(r, n, median, 0.05, 1), 0}}
	}
	h := newHospital(t, true)
	events := labStory(t, h, "10.20.9.7", "", hour("10*3/uL", 140, 30), hour("10*3/uL", 140, 2), hour("10*9/L", 150, 30), hour("10*9/L", 165, 30))
	if got := trouble(h, "loinc:2951-2 [source=LAB7^HOSP] of results"); got != "" || len(events) != 1 {
		t.Errorf("%q, %q", got, events)
	}
}

// TestAUnitInNameOnly: the unit changed and the values did not.
func TestAUnitInNameOnly(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	hour := func(unit string, missing int64) []toldOf {
		return []toldOf{{"LAB7^HOSP", "loinc:2345-7", unit, lab(r, 60, 110, 0.3, 1), missing}}
	}
	h := newHospital(t, true)
	labStory(t, h, "10.20.9.7", plansGlucose, hour("mg/dL", 1), hour("mg/dL", 1), hour("mmol/L", 0), hour("mmol/L", 0))
	if got := trouble(h, glucoseItem); !strings.Contains(got, "its values did not move with its unit") {
		t.Errorf("the trouble is %q", got)
	}
	h = newHospital(t, true)
	labStory(t, h, "10.20.9.7", strings.Replace(plansGlucose, `"loinc:2345-7", type: number`, `"loinc:2345-7", type: number, unit: mmol/L`, 1), hour("mg/dL", 1))
	if got := trouble(h, glucoseItem); got != "its unit is mg/dL, the model reads mmol/L" {
		t.Errorf("against the plan: %q", got)
	}
	h = newHospital(t, true)
	labStory(t, h, "10.20.9.7", "", hour("mg/dL", 1), hour("mg/dL", 2), hour("mg/dL", 200))
	if got := trouble(h, glucoseItem); !strings.Contains(got, "have no value") {
		t.Errorf("missing: %q", got)
	}
}
