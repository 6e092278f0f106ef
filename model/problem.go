package model

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Level is how grave a problem of a plan is.
type Level string

// The levels: with what is wrong a plan cannot be used; what is weak leaves a gap that
// its author should know of.
const (
	Wrong Level = "wrong"
	Weak  Level = "weak"
)

// Problem is a rule that a plan breaks.
type Problem struct {
	Path  string `json:"path"` // "watch[2]"
	Line  int    `json:"line,omitempty"`
	Rule  string `json:"rule"` // stable: "plan.watch.limit"
	Level Level  `json:"level"`
	Text  string `json:"text"` // what is wrong
	Why   string `json:"why"`  // why it matters
}

func (p Problem) String() string {
	at := p.Path
	if p.Line > 0 {
		at = fmt.Sprintf("line %d, %s", p.Line, p.Path)
	}
	return fmt.Sprintf("%s: %s (%s)", at, p.Text, p.Rule)
}

// MaxProblems is how many problems are listed.
const MaxProblems = 1000

// Problems are the rules that the plan breaks, in the order of its fields.
func (p *Plan) Problems() []Problem {
	v := &judge{plan: p}
	v.identity()
	v.use()
	v.columns()
	v.groups()
	v.training()
	v.monitoring()
	v.watch()
	v.pccp()
	v.deployment()
	v.logs()
	return v.out
}

// Usable reports whether a plan can be used: none of its problems is [Wrong].
func Usable(list []Problem) bool {
	return !slices.ContainsFunc(list, func(p Problem) bool { return p.Level == Wrong })
}

type judge struct {
	plan *Plan
	out  []Problem
}

func (v *judge) say(l Level, rule, path, why, format string, args ...any) {
	if len(v.out) >= MaxProblems {
		return
	}
	v.out = append(v.out, Problem{Path: path, Line: v.line(path), Rule: "plan." + rule, Level: l, Text: fmt.Sprintf(format, args...), Why: why})
}

func (v *judge) wrong(rule, path, why, format string, args ...any) {
	v.say(Wrong, rule, path, why, format, args...)
}

func (v *judge) weak(rule, path, why, format string, args ...any) {
	v.say(Weak, rule, path, why, format, args...)
}

// line is that of a field, or of the nearest one around it that is there.
func (v *judge) line(path string) int {
	for path != "" {
		if n := v.plan.lines[path]; n > 0 {
			return n
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			break
		}
		path = path[:i]
	}
	return 0
}

func empty(s string) bool { return strings.TrimSpace(s) == "" }

func (v *judge) identity() {
	m := v.plan.Model
	if empty(m.Product) {
		v.wrong("model.product", "model.product", "A plan that names no model is about none.", "the model has no product name")
	}
	if empty(m.Maker) {
		v.weak("model.maker", "model.maker", "Two makers may use one name.", "the model's maker is not named")
	}
	if len(m.Called) == 0 {
		v.weak("model.called", "model.called", "Inference records name the model as it answers, not as it is sold; without that name nothing that is measured can be told to be of it.", "it is not said what the model is called at inference")
	}
	if !slices.Contains([]string{"", "maker", "deployer"}, m.Role) {
		v.wrong("model.role", "model.role", "Maker and deployer have different duties (AI Act Art. 16 and 26).", "the role is maker or deployer, not %q", m.Role)
	}
	seen := map[string]bool{}
	for i, s := range m.Sources {
		path := fmt.Sprintf("model.sources[%d]", i)
		if empty(s.Name) || seen[s.Name] {
			v.wrong("model.source", path, "What a device feeds is found by its name in inference records.", "the source's name %q is empty or taken", s.Name)
		}
		seen[s.Name] = true
	}
}

func (v *judge) use() {
	u := v.plan.IntendedUse
	if empty(u.Purpose) {
		v.wrong("use.purpose", "intended_use.purpose", "Whether a change or a use is inside the intended use cannot be judged against nothing.", "the intended use has no purpose")
	}
	for _, x := range []struct {
		missing    bool
		name, text string
	}{
		{empty(u.Population), "population", "for which patients it was made is not said"},
		{len(u.Users) == 0, "users", "who uses it is not said"},
		{len(u.NotFor) == 0, "not_for", "what it must not be used for is not said"},
	} {
		if x.missing {
			v.weak("use."+x.name, "intended_use."+x.name, "Use outside what a model was made for is the commonest way in which it fails (AI Act Art. 13(3)(b)).", "%s", x.text)
		}
	}
	if !slices.Contains([]string{"", "assists", "decides with review", "decides"}, u.Autonomy) {
		v.wrong("use.autonomy", "intended_use.autonomy", "How much a person looks on decides how grave a wrong answer is.", "autonomy is: assists, decides with review, decides; not %q", u.Autonomy)
	}
}

// ColumnTypes are the types of inputs and outputs.
var ColumnTypes = []string{"number", "category", "bool", "time", "image", "text", "signal"}

func (v *judge) columns() {
	seen := map[string]bool{}
	one := func(path, name, typ, unit string, rng []float64, categories []string) {
		if empty(name) || seen[name] {
			v.wrong("column.name", path, "A column is found by its name.", "the name %q is empty or taken", name)
		}
		seen[name] = true
		if !slices.Contains(ColumnTypes, typ) {
			v.wrong("column.type", path+".type", "How a column is watched follows from its type.", "%s: the type is one of %s; not %q", name, strings.Join(ColumnTypes, ", "), typ)
		}
		if typ == "number" && empty(unit) {
			v.wrong("column.unit", path, "A laboratory that changes from mg/dl to mmol/l changes every value and breaks no format: it is found by its unit only.", "%s is a number without a unit; one without dimension has the unit 1", name)
		}
		if len(rng) != 0 && (len(rng) != 2 || !(rng[0] < rng[1])) {
			v.wrong("column.range", path+".range", "", "%s: a range is [lowest, highest]", name)
		}
		if typ == "category" && len(categories) == 0 {
			v.wrong("column.categories", path, "A new category is found only against a list.", "%s is a category without a list of categories", name)
		}
		if len(categories) > 0 && typ != "category" && typ != "bool" {
			v.wrong("column.categories", path+".categories", "", "%s has categories and is of type %s", name, typ)
		}
	}
	for i, c := range v.plan.Inputs {
		path := fmt.Sprintf("inputs[%d]", i)
		one(path, c.Name, c.Type, c.Unit, c.Range, c.Categories)
		if c.MissingAtMost != nil && !share(*c.MissingAtMost) {
			v.wrong("column.missing", path+".missing_at_most", "", "%s: a share is from 0 to 1, not %v", c.Name, *c.MissingAtMost)
		}
	}
	if len(v.plan.Inputs) == 0 {
		v.weak("inputs", "inputs", "Drift, units and ranges are watched input by input.", "no input is described")
	}
	if len(v.plan.Outputs) == 0 {
		v.wrong("outputs", "outputs", "A model whose answer is not described cannot be watched.", "no output is described")
	}
	for i, c := range v.plan.Outputs {
		path := fmt.Sprintf("outputs[%d]", i)
		one(path, c.Name, c.Type, c.Unit, c.Range, c.Categories)
		points := map[string]bool{}
		for j, o := range c.Points {
			at := fmt.Sprintf("%s.operating_points[%d]", path, j)
			if empty(o.Name) || points[o.Name] {
				v.wrong("point.name", at, "", "the operating point's name %q is empty or taken", o.Name)
			}
			points[o.Name] = true
			if !finite(o.Threshold) || len(c.Range) == 2 && (o.Threshold < c.Range[0] || o.Threshold > c.Range[1]) {
				v.wrong("point.threshold", at+".threshold", "A threshold that no answer can reach decides nothing.", "%s: the threshold %v is not in the output's range", o.Name, o.Threshold)
			}
			for name, x := range map[string]*float64{"sensitivity": o.Sensitivity, "specificity": o.Specificity, "prevalence": o.Prevalence} {
				if x != nil && !share(*x) {
					v.wrong("point."+name, at+"."+name, "", "%s: %s is from 0 to 1, not %v", o.Name, name, *x)
				}
			}
		}
	}
}

func share(x float64) bool  { return x >= 0 && x <= 1 }
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (v *judge) groups() {
	seen := map[string]bool{}
	for i, g := range v.plan.Subgroups {
		path := fmt.Sprintf("subgroups[%d]", i)
		if empty(g.Column) || seen[g.Column] {
			v.wrong("subgroup.column", path, "", "the subgroup's column %q is empty or taken", g.Column)
		}
		seen[g.Column] = true
		switch {
		case (len(g.Values) == 0) == (len(g.Bands) == 0):
			v.wrong("subgroup.groups", path, "", "%s: name its values, or bands of a number: one of the two", g.Column)
		case len(g.Bands) == 1 || !slices.IsSortedFunc(g.Bands, func(a, b float64) int {
			if a < b {
				return -1
			}
			return 1
		}):
			v.wrong("subgroup.bands", path+".bands", "", "%s: bands are at least two numbers that rise", g.Column)
		}
		if g.Minimum <= 0 {
			v.wrong("subgroup.minimum", path, "A gap between 3 patients and 300 is chance; without a minimum size it is an alarm.", "%s: no minimum size", g.Column)
		}
	}
	if len(v.plan.Subgroups) == 0 {
		v.weak("subgroups", "subgroups", "A model that is good on average may fail for some (AI Act Art. 10(2)(f), 13(3)(b)(v)).", "no subgroup is named")
	}
}

// DatasetUses are what data is used for.
var DatasetUses = []string{"training", "tuning", "test", "external test"}

func (v *judge) training() {
	t := v.plan.Training
	if empty(t.Description) && len(t.Datasets) == 0 {
		v.weak("training", "training", "Whether patients here are like those it learnt from cannot be judged (AI Act Art. 10, 13(3)(b)(vi)).", "the training data is not described")
	}
	used := map[string]string{}
	for i, d := range t.Datasets {
		path := fmt.Sprintf("training.datasets[%d]", i)
		if empty(d.Name) {
			v.wrong("dataset.name", path, "", "a dataset has no name")
		}
		if !slices.Contains(DatasetUses, d.Use) {
			v.wrong("dataset.use", path+".use", "", "%s: the use is one of %s; not %q", d.Name, strings.Join(DatasetUses, ", "), d.Use)
		}
		if d.Digest == "" {
			continue
		}
		if alg, hex, ok := strings.Cut(d.Digest, ":"); !ok || alg == "" || len(hex) < 32 {
			v.wrong("dataset.digest", path+".digest", "", "%s: write the digest as sha256:HEX", d.Name)
			continue
		}
		learnt, judged := d.Use == "training" || d.Use == "tuning", d.Use == "test" || d.Use == "external test"
		if before := used[d.Digest]; before == "learnt" && judged || before == "judged" && learnt {
			v.wrong("dataset.leak", path, "A model that is tried on what it learnt from looks better than it is (IMDRF N88, principle 4).", "%s: the same data is used for training and for testing", d.Name)
		}
		if learnt {
			used[d.Digest] = "learnt"
		} else if judged {
			used[d.Digest] = "judged"
		}
	}
}
