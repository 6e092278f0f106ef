package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/model"
)

// version returns what is known of the version that the plan of the reference is of:
// good figures on enough patients.
func version(t testing.TB, p *model.Plan) *model.Facts {
	t.Helper()
	f := &model.Facts{Format: "safetensors", Architecture: "3D CNN", Operators: map[string]int{"Conv": 53}, Weights: "sha256:aa", Dependencies: map[string]string{"torch": "2.4.0"}}
	f.OfPlan(p)
	f.Metrics = []model.Measured{
		{Metric: "auroc", Dataset: "fifth centre", Value: 0.97, Low: 0.96, High: 0.98, Ranged: true, Units: 2600},
		{Metric: "sensitivity", Point: "flag", Value: 0.94, Low: 0.92, High: 0.96, Ranged: true, Units: 2600},
		{Metric: "sensitivity", Point: "flag", Group: "sex=F", Value: 0.94, Low: 0.91, High: 0.96, Ranged: true, Units: 1200},
		{Metric: "sensitivity", Point: "flag", Group: "sex=M", Value: 0.94, Low: 0.91, High: 0.96, Ranged: true, Units: 1400},
		{Metric: "sensitivity", Point: "flag", Group: "age=18..65", Value: 0.94, Low: 0.91, High: 0.96, Ranged: true, Units: 1300},
		{Metric: "sensitivity", Point: "flag", Group: "age=65..110", Value: 0.94, Low: 0.91, High: 0.96, Ranged: true, Units: 1300},
	}
	return f
}

// said writes a comparison down, without the criteria that are met.
func said(c *model.Comparison) []string {
	var out []string
	for _, ch := range c.Changes {
		if ch.What == model.PerformanceChange && ch.Verdict == model.Inside {
			continue
		}
		out = append(out, fmt.Sprintf("%s %s: %s %s: %s", ch.What, ch.Item, ch.Verdict, ch.Clause, ch.Why))
	}
	return out
}

// TestChangesAgainstThePlan: twelve new versions of one model, and what they need.
func TestChangesAgainstThePlan(t *testing.T) {
	few := 0.1
	for _, c := range []struct {
		story   string
		change  func(f *model.Facts, p *model.Plan)
		diff    *model.WeightDiff
		verdict model.Verdict
		want    string // one line of what is said
	}{
		{"nothing changed", func(*model.Facts, *model.Plan) {}, &model.WeightDiff{Tensors: 3}, model.Inside, ""},
		{
			"trained again, with good figures for everyone", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb" },
			&model.WeightDiff{Tensors: 3, Changed: []model.TensorChange{{"conv1", 0.2}}}, model.Inside, "weights : inside retrain: agreed, and every criterion is met",
		},
		{
			"trained again, too far from before", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb" },
			&model.WeightDiff{Tensors: 3, Changed: []model.TensorChange{{"conv1", 0.2}, {"head", 0.7}}}, model.Outside, "weights : outside retrain: head changed by 0.7 of its norm, at most 0.5 may",
		},
		{
			"trained again, and nobody compared the weights", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb" },
			nil, model.Undecid, "weights : unknown retrain: the weights were not compared tensor by tensor, and the clause bounds by how much they may differ",
		},
		{
			"worse for women", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb"; f.Metrics[2].Low = 0.86 },
			&model.WeightDiff{Tensors: 3, Changed: []model.TensorChange{{"conv1", 0.2}}}, model.Outside, "weights : outside retrain: sensitivity of sex=F: 0.86 is less than 0.9",
		},
		{
			"tried on too few women", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb"; f.Metrics[2].Units = 40 },
			&model.WeightDiff{Tensors: 3, Changed: []model.TensorChange{{"conv1", 0.2}}}, model.Undecid, "weights : unknown retrain: sensitivity of sex=F: measured on 40 units; at least 100 are asked for",
		},
		{
			"worse on the test data by more than agreed", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb"; f.Metrics[0].Value = 0.955 },
			&model.WeightDiff{Tensors: 3, Changed: []model.TensorChange{{"conv1", 0.2}}}, model.Outside, "weights : outside retrain: auroc: worse by 0.015; at most 0.01 is agreed",
		},
		{
			"the figures are missing", func(f *model.Facts, _ *model.Plan) { f.Weights = "sha256:bb"; f.Metrics = nil },
			&model.WeightDiff{Tensors: 3, Changed: []model.TensorChange{{"conv1", 0.2}}}, model.Undecid, "weights : unknown retrain: auroc: it was not measured",
		},
		{
			"other test data", func(f *model.Facts, _ *model.Plan) { f.Training[1].Digest = "sha256:" + strings.Repeat("0", 64) },
			&model.WeightDiff{Tensors: 3}, model.Outside, "training-data fifth centre: outside : no clause of the change control plan speaks of it",
		},
		{
			"a threshold within its bounds", func(f *model.Facts, _ *model.Plan) { f.Outputs[0].Points[0].Threshold = 0.65 },
			&model.WeightDiff{Tensors: 3}, model.Inside, "operating-point score/flag: inside threshold: agreed, and every criterion is met",
		},
		{
			"a threshold beyond them", func(f *model.Facts, _ *model.Plan) { f.Outputs[0].Points[0].Threshold = 0.75 },
			&model.WeightDiff{Tensors: 3}, model.Outside, "operating-point score/flag: outside threshold: 0.75 is not between 0.5 and 0.7",
		},
		{
			"children", func(f *model.Facts, _ *model.Plan) { f.IntendedUse.Population = "Anybody with a chest CT" },
			&model.WeightDiff{Tensors: 3}, model.Outside, "intended-use population: outside : a change of the intended use is never predetermined: it is another device",
		},
		{
			"another unit", func(f *model.Facts, _ *model.Plan) { f.Inputs[0].Unit = "mo" },
			&model.WeightDiff{Tensors: 3}, model.Outside, "input age: outside : no clause of the change control plan speaks of it",
		},
		{
			"another layer", func(*model.Facts, *model.Plan) {},
			&model.WeightDiff{Tensors: 4, Added: []string{"head.2"}}, model.Outside, "architecture head.2: outside : no clause of the change control plan speaks of it",
		},
		{
			"the same weights, and another configuration", func(*model.Facts, *model.Plan) {},
			&model.WeightDiff{Tensors: 3, Files: []model.FileChange{{"config.json", "one content", "another"}}}, model.Outside, "files config.json: outside : no clause of the change control plan speaks of it",
		},
		{
			"another library", func(f *model.Facts, _ *model.Plan) { f.Dependencies = map[string]string{"torch": "2.5.0"} },
			&model.WeightDiff{Tensors: 3}, model.Outside, "dependencies torch: outside : no clause of the change control plan speaks of it",
		},
		{
			"the libraries are not known any more", func(f *model.Facts, _ *model.Plan) { f.Dependencies = nil },
			&model.WeightDiff{Tensors: 3}, model.Undecid, "dependencies : unknown : of the new version libraries are not known",
		},
		{
			"the plan is not authorised", func(f *model.Facts, p *model.Plan) { f.Outputs[0].Points[0].Threshold = 0.65; p.PCCP.Authorised = "" },
			&model.WeightDiff{Tensors: 3}, model.Outside, "operating-point score/flag: outside : the change control plan is not authorised yet: nothing is inside it",
		},
		{
			"no plan of changes", func(f *model.Facts, p *model.Plan) { f.Format = "onnx"; p.PCCP = nil },
			&model.WeightDiff{Tensors: 3}, model.Outside, "format format: outside : no change control plan: nothing was agreed beforehand",
		},
		{
			"a metric became worse that nobody spoke of", func(f *model.Facts, _ *model.Plan) {
				f.Metrics = append(f.Metrics, model.Measured{Metric: "brier", Value: few})
			},
			&model.WeightDiff{Tensors: 3}, model.Undecid, "performance brier: unknown : it became worse by 0.05, and no criterion speaks of it",
		},
	} {
		t.Run(c.story, func(t *testing.T) {
			t.Parallel()
			plan := readPlan(t, example(t))
			old, latest := version(t, plan), version(t, readPlan(t, example(t)))
			old.Metrics = append(old.Metrics, model.Measured{Metric: "brier", Value: 0.05})
			c.change(latest, plan)
			got := model.Compare(old, latest, c.diff, plan)
			if got.Verdict != c.verdict || got.NeedsPeople() != (c.verdict != model.Inside) {
				t.Errorf("%s; want %s", got.Verdict, c.verdict)
			}
			if lines := said(got); c.want == "" && len(lines) > 0 || c.want != "" && !slices.Contains(lines, c.want) {
				t.Errorf("%s\nwant %s", strings.Join(lines, "\n"), c.want)
			}
		})
	}
}

// TestNothingKnown: of two versions of which nothing is known nothing is inside.
func TestNothingKnown(t *testing.T) {
	c := model.Compare(&model.Facts{}, &model.Facts{}, nil, readPlan(t, example(t)))
	if c.Verdict != model.Undecid || !c.NeedsPeople() {
		t.Errorf("%+v", c)
	}
}

// TestManyChangesAreCounted, not listed without end, and never pass.
func TestManyChangesAreCounted(t *testing.T) {
	a, b := &model.Facts{Weights: "x", Dependencies: map[string]string{}}, &model.Facts{Weights: "x", Dependencies: map[string]string{}}
	for i := range 5000 {
		b.Dependencies[fmt.Sprint("lib", i)] = "1"
	}
	if c := model.Compare(a, b, nil, nil); len(c.Changes) > 2000 || c.Verdict != model.Outside {
		t.Errorf("%d changes, %s", len(c.Changes), c.Verdict)
	}
}

// TestLocalAcceptance: the maker's figures do not count, those measured here do.
func TestLocalAcceptance(t *testing.T) {
	p := readPlan(t, example(t))
	here := func(low float64, units int64) []model.Measured {
		return []model.Measured{
			{Metric: "sensitivity", Point: "flag", Value: 0.93, Low: low, High: 0.97, Ranged: true, Units: units},
			{Metric: "specificity", Point: "flag", Value: 0.9, Units: units},
		}
	}
	for _, c := range []struct {
		name    string
		metrics []model.Measured
		want    model.Verdict
	}{
		{"good enough, on enough", here(0.89, 400), model.Inside},
		{"its interval reaches below", here(0.85, 400), model.Outside},
		{"on too few", here(0.89, 200), model.Undecid},
		{"nothing was measured", nil, model.Undecid},
	} {
		got, rows := p.Accept(c.metrics)
		if got != c.want || len(rows) != 2 {
			t.Errorf("%s: %s, %+v; want %s", c.name, got, rows, c.want)
		}
	}
	if got, _ := (&model.Plan{}).Accept(here(0.89, 400)); got != model.Undecid {
		t.Errorf("without a protocol: %s", got)
	}
}

func TestGroups(t *testing.T) {
	g := model.Subgroup{Column: "age", Bands: []float64{18, 65, 110}}
	if diff := cmp.Diff([]string{"age=18..65", "age=65..110"}, g.Groups()); diff != "" {
		t.Error(diff)
	}
	for x, want := range map[float64]string{17: "", 18: "age=18..65", 65: "age=65..110", 110: ""} {
		if got := g.GroupOf("", x); got != want {
			t.Errorf("%v: %q; want %q", x, got, want)
		}
	}
}
