package inference

import (
	"fmt"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// labSpan is ten minutes of a laboratory's results, as the sensor tells them.
func labSpan(at time.Time, source, unit string, by float64) *wardround.Observation {
	code := kind.ResultCodeV1{Code: "loinc:2345-7", Unit: unit, Results: 8, Missing: 1, Ranged: 7, Numbers: 7,
		Types: []kind.ResultCountV1{{Text: "NM", Count: 8}}, Statuses: []kind.ResultCountV1{{Text: "F", Count: 8}}, Flags: []kind.ResultCountV1{{Text: "H", Count: 2}}}
	for i := range 7 {
		code.Values, code.ValueCounts = append(code.Values, (90+float64(i))*by), append(code.ValueCounts, 1)
	}
	return traffic(at.Add(10*time.Minute), &kind.ResultsWindowV1{Protocol: "hl7", SendingApp: source, SendingFacility: "HOSP", ReceivingApp: "TRIAGE", Software: "LabCore 8.4",
		From: at, To: at.Add(10 * time.Minute), Messages: 8, Results: 12, Codes: []kind.ResultCodeV1{code, {Code: "local:ab12", Results: 4}},
		Ages: []kind.ResultCountV1{{Text: "60-69", Count: 5}, {Count: 3}}, Sexes: []kind.ResultCountV1{{Text: "F", Count: 8}}})
}

// TestResultsAreFoldedByDevice: two laboratories, of which one changes its unit in the
// second hour. Windows merge, whichever codes an hour has.
func TestResultsAreFoldedByDevice(t *testing.T) {
	t.Parallel()
	var facts []*kind.InferenceWindowV1
	var windows []*sketch.Window
	in := NewInputs(time.Hour, 10*time.Minute, func(f *kind.InferenceWindowV1, w *sketch.Window) error {
		facts, windows = append(facts, f), append(windows, w)
		return nil
	})
	in.Only(func(host, name string) bool { return name == "LAB7^HOSP" || host == "10.0.0.20" })
	for i := range 12 {
		at := noon.Add(time.Duration(i) * 10 * time.Minute)
		unit, by := "mg/dL", 1.0
		if i >= 6 {
			unit, by = "mmol/L", 1/18.0156
		}
		for _, o := range []*wardround.Observation{labSpan(at, "LAB7", unit, by), labSpan(at, "LAB8", "mg/dL", 1)} {
			if err := in.Observe(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if len(facts) != 2 || facts[0].Part != kind.Results || !facts[0].OfHost() || facts[0].Host != "10.0.0.20" || facts[0].Service != "TRIAGE" || facts[0].Rows != 144 ||
		fmt.Sprint(facts[0].Sources) != "[{LAB7^HOSP hl7-app 72} {LAB8^HOSP hl7-app 72}]" || facts[0].Schema != facts[1].Schema {
		t.Fatalf("%d windows, %+v", len(facts), facts)
	}
	for i, want := range []string{"mg/dL", "mmol/L"} {
		w := windows[i]
		unit := w.Column(ResultUnit("loinc:2345-7"), "source=LAB7^HOSP")
		if unit == nil || fmt.Sprint(unit.Top.Top(-1)) != fmt.Sprintf("[{%s 48 48 48}]", want) {
			t.Errorf("units: %+v", unit)
		}
		c := w.Column(ResultNumber("loinc:2345-7", want), "source=LAB7^HOSP")
		if c == nil || c.N != 42 || c.Missing != 6 || c.Unit != want {
			t.Errorf("values: %+v", c)
		}
		mix := w.Column("code", "")
		if fmt.Sprint(mix.Top.Top(-1)) != "[{loinc:2345-7 96 96 96} {local:ab12 48 48 48}]" {
			t.Errorf("the mix is %v", mix.Top.Top(-1))
		}
		if c := w.Column(kind.InputSoftware, "source=LAB7^HOSP"); fmt.Sprint(c.Top.Top(1)) != "[{LabCore 8.4 48 48 48}]" {
			t.Errorf("software: %+v", c)
		}
		if c := w.Column("age band", ""); c.Top.Top(1)[0].Text != "60-69" {
			t.Errorf("ages: %+v", c)
		}
	}
	if err := windows[0].Merge(windows[1]); err != nil {
		t.Error(err)
	}
	if code, unit, units, ok := ResultColumn("loinc:2345-7 [mg/dL]"); code != "loinc:2345-7" || unit != "mg/dL" || units || !ok {
		t.Error("a column's name")
	}
	if _, _, _, ok := ResultColumn("slice thickness"); ok {
		t.Error("a column that is none of a code")
	}
}

// TestResultsAreBounded: a thousand devices of a thousand codes each.
func TestResultsAreBounded(t *testing.T) {
	t.Parallel()
	n := 0
	in := NewInputs(time.Hour, 10*time.Minute, func(f *kind.InferenceWindowV1, w *sketch.Window) error {
		n++
		if len(w.Columns) > maxColumns || f.SourcesOf > maxSources+1 {
			t.Errorf("%d columns of %d devices", len(w.Columns), f.SourcesOf)
		}
		var sum int64
		for _, c := range w.Columns {
			if c.Name == "code" && c.Group == "" {
				sum = c.N
			}
		}
		if sum != 400_000 || f.Rows != 400_000 {
			t.Errorf("%d results are in the mix of %d", sum, f.Rows)
		}
		return nil
	})
	for i := range 400 {
		x := &kind.ResultsWindowV1{Protocol: "hl7", SendingApp: fmt.Sprint("L", i), ReceivingApp: "T", From: noon, To: noon, Messages: 1, Results: 1000}
		for k := range 1000 {
			x.Codes = append(x.Codes, kind.ResultCodeV1{Code: fmt.Sprint("local:", k), Results: 1})
		}
		if err := in.Observe(traffic(noon, x)); err != nil {
			t.Fatal(err)
		}
	}
	if err := in.Close(); err != nil || n != 1 {
		t.Error(n, err)
	}
}
