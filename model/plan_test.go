package model_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround/model"
)

// example is the plan that the reference prints.
func example(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("../docs/reference/model-plan.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "```yaml\n")
	text, _, ok := strings.Cut(text, "```")
	if !ok {
		t.Fatal("the reference prints no plan")
	}
	return text
}

func readPlan(t testing.TB, text string) *model.Plan {
	t.Helper()
	p, err := model.ReadPlan(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheReferencesExampleHolds(t *testing.T) {
	if d := cmp.Diff(example(t), string(model.Example())); d != "" {
		t.Errorf("the reference prints another plan than model plan --example (-reference +program)\n%s", d)
	}
	for _, p := range readPlan(t, example(t)).Problems() {
		t.Error(p)
	}
}

// TestReferenceNamesEveryField: the table of the reference and the fields that are
// read are the same.
func TestReferenceNamesEveryField(t *testing.T) {
	b, err := os.ReadFile("../docs/reference/model-plan.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	_, fields, _ := strings.Cut(string(b), "\n## The fields\n")
	fields, _, _ = strings.Cut(fields, "\n## ")
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(fields, -1) {
		got = append(got, m[1])
	}
	want := model.Paths()
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-read +documented)\n%s", diff)
	}
}

// TestSchemaForEditors: it takes the example and refuses what the reader refuses.
func TestSchemaForEditors(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(model.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		v, err = jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	text := example(t)
	if err := valid(text); err != nil {
		t.Errorf("the example: %v", err)
	}
	for _, x := range [][2]string{{"at_most: 0.15", "at_mst: 0.15"}, {"kind: missing", "kind: mising"}, {"metric: auroc, dataset", "metric: beauty, dataset"}, {"plan: 1", "plan: 2"}} {
		bad := strings.Replace(text, x[0], x[1], 1)
		if bad == text {
			t.Fatalf("%q is not in the example", x[0])
		}
		if valid(bad) == nil {
			t.Errorf("%s is valid", x[1])
		}
	}
}

// TestRules: one thing is taken away from a plan that holds, and the rule that misses
// it says so, with its line.
func TestRules(t *testing.T) {
	text := example(t)
	for _, c := range []struct{ name, old, replace, rule, text string }{
		{"no limit", "at_most: 0.15, ", "", "plan.watch.limit", "inputs-moved: no limit"},
		{"limits that cross", "at_least: 0.005, at_most: 0.3", "at_least: 0.4, at_most: 0.3", "plan.watch.limit", "at_least is above at_most"},
		{"a share of two", "column: age, at_most: 0.01", "column: age, at_most: 2", "plan.watch.limit", "share"},
		{"how often", "    every: 1mo\n", "", "plan.watch.every", "sensitivity: how often"},
		{"too few", "at_most: 0.01, every: 1d, min_units: 50", "at_most: 0.01, every: 1d", "plan.watch.min_units", "age-range"},
		{"no such column", "column: kvp, at_most", "column: kv, at_most", "plan.watch.column", `"kv"`},
		{"no such test", "test: ks", "test: guess", "plan.watch.test", "guess"},
		{"a detector for windows", "test: ks", "test: cusum", "plan.watch.test", "kind: stream"},
		{"a stream of nothing", "kind: volume, at_least: 20", "kind: stream", "plan.watch.of", "of is one of"},
		{"a stream of no column", "kind: volume, at_least: 20", "kind: stream, of: mean", "plan.watch.column", "volume"},
		{"a stream by a test of windows", "kind: volume, at_least: 20", "kind: stream, of: volume, test: ks", "plan.watch.test", "detector"},
		{"a stream with a floor", "kind: volume, at_least: 20", "kind: stream, of: volume, at_least: 20", "plan.watch.limit", "at_most"},
		{"a stream of each group", "kind: volume, at_least: 20", "kind: stream, of: volume, group: each", "plan.group", "one group"},
		{"of without a stream", "kind: volume, at_least: 20", "kind: volume, of: mean, at_least: 20", "plan.watch.of", "kind: stream"},
		{"no such metric", "kind: estimate, metric: auroc", "kind: estimate, metric: auroch", "plan.metric", "auroch"},
		{"no such group", "group: source=CT_1", "group: source=CT_9", "plan.group", "CT_9"},
		{"no such point", "    operating_point: flag\n    at_least", "    operating_point: flags\n    at_least", "plan.watch.point", "flags"},
		{"nobody is told", "told: [clinical engineering, lead radiologist]\n", "", "plan.watch.told", "nobody is told"},
		{"a group without minimum", "values: [F, M], minimum: 100", "values: [F, M]", "plan.subgroup.minimum", "sex: no minimum size"},
		{"bands that fall", "bands: [18, 65, 110]", "bands: [65, 18]", "plan.subgroup.bands", "rise"},
		{"no unit", "unit: kV, ", "", "plan.column.unit", "kvp"},
		{"no category", ", categories: [F, M, O]", "", "plan.column.categories", "sex"},
		{"a threshold out of range", "threshold: 0.6", "threshold: 6", "plan.point.threshold", "flag"},
		{"tested on what it learnt from", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "plan.dataset.leak", "fifth centre"},
		{"rows for patients", "is: patient", "is: row", "plan.units.independent", "independent"},
		{"no budget", "alarms_per_year: 2", "alarms_per_year: 0", "plan.budget.alarms", "false alarms"},
		{"a new use by plan", "what: [weights, training-data]", "what: [weights, intended-use]", "plan.pccp.use", "intended use"},
		{"any threshold", "      range: [0.5, 0.7]\n", "", "plan.pccp.range", "threshold"},
		{"no impact", "    - {change: threshold, risk: more missed cases, mitigation: bounds and a criterion on sensitivity}\n", "", "plan.pccp.impact", "threshold: no impact"},
		{"no protocol", "    update: Release", "    #update: Release", "plan.pccp.protocol", "update"},
		{"no way back", "  rollback: The", "  #rollback: The", "plan.pccp.rollback", "goes back"},
		{"no criterion", "metric: sensitivity, operating_point: flag, at_least: 0.9, min_units: 400", "metric: sensitivity, operating_point: flag, min_units: 400", "plan.criterion.limit", "no limit"},
		{"no fallback", "fallback:\n  plan: Images", "x", "plan.fallback", "no fallback"},
		{"nobody switches it off", "  switch_off: [radiologist on duty, clinical engineering]\n", "", "plan.fallback.switch_off", "switch it off"},
		{"no local reference", "  reference: reference-2026-08.sketch\n", "", "plan.acceptance.reference", "reference"},
		{"five months", "kept: 13mo", "kept: 5mo", "plan.logs.kept", "155 days"},
		{"a log without the person", "output, user-action]", "output]", "plan.logs.fields", "user-action"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.Replace(text, c.old, c.replace, 1)
			if bad == text {
				t.Fatalf("%q is not in the example", c.old)
			}
			if c.name == "no fallback" {
				before, rest, _ := strings.Cut(text, "fallback:\n  plan: Images")
				_, after, _ := strings.Cut(rest, "\nlogs:")
				bad = before + "\nlogs:" + after
			}
			p := readPlan(t, bad)
			list := p.Problems()
			i := slices.IndexFunc(list, func(x model.Problem) bool { return x.Rule == c.rule && strings.Contains(x.Text, c.text) })
			if i < 0 {
				t.Fatalf("%v; want %s: %s", list, c.rule, c.text)
			}
			if model.Usable(list) {
				t.Error("and yet it can be used")
			}
			if list[i].Line == 0 && c.rule != "plan.fallback" {
				t.Errorf("%s has no line", list[i].Path)
			}
		})
	}
}

// TestTestsThatNeedRows: a plan that names a test which windows do not allow is told what
// is done instead, and can be used; one that follows values over time can be used.
func TestTestsThatNeedRows(t *testing.T) {
	list := readPlan(t, strings.Replace(example(t), "test: ks", "test: mmd", 1)).Problems()
	if !slices.ContainsFunc(list, func(p model.Problem) bool { return p.Rule == "plan.watch.test" && p.Level == model.Weak }) || !model.Usable(list) {
		t.Errorf("%v", list)
	}
	list = readPlan(t, strings.Replace(example(t), "kind: volume, at_least: 20", "kind: stream, of: volume", 1)).Problems()
	for _, p := range list {
		if p.Level == model.Wrong {
			t.Errorf("%s: %s", p.Rule, p.Text)
		}
	}
}

// TestAnEmptyPlanSaysWhatItLacks, and nothing panics over it.
func TestAnEmptyPlanSaysWhatItLacks(t *testing.T) {
	list := readPlan(t, "plan: 1\n").Problems()
	for _, want := range []string{"plan.model.product", "plan.use.purpose", "plan.outputs", "plan.units.is", "plan.watch", "plan.fallback", "plan.logs"} {
		if !slices.ContainsFunc(list, func(p model.Problem) bool { return p.Rule == want && p.Level == model.Wrong }) {
			t.Errorf("%s is missing from %v", want, list)
		}
	}
}

func FuzzReadPlan(f *testing.F) {
	f.Add([]byte(example(f)))
	f.Add([]byte("plan: 1\nwatch: [{every: 1d, at_most: .nan}]\nsubgroups: [{bands: [.inf, .nan]}]\n"))
	f.Add([]byte("plan: 1\npccp: {changes: [{range: [1]}], impact: [{}]}\nacceptance: {}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := model.ReadPlan(bytes.NewReader(b))
		if err != nil {
			return
		}
		if !model.Usable(p.Problems()) {
			return
		}
		f := &model.Facts{}
		f.OfPlan(p)
		if c := model.Compare(f, f, &model.WeightDiff{}, p); len(c.Changes) > 0 {
			for _, ch := range c.Changes {
				if ch.Verdict != model.Undecid { // the same plan differs in nothing that is known
					t.Fatalf("a plan differs from itself: %+v", ch)
				}
			}
		}
	})
}
