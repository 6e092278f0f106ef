// Package admission decides whether a version of a model may be put into use, from
// what was found of it: its plan, what its files hold, who signed them, what changed,
// whether the data moved, how well it does. It is what runs in a build.
//
// Each of these is a [Part] with an answer: pass, fail, or unknown. What was not looked
// at is unknown, and what is unknown never passes: the verdict is then "cannot tell".
// A [Policy] says which parts are needed, and may fail or warn on conditions in CEL.
package admission

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/drift"
	"github.com/wardround/wardround/gate"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/provenance"
)

// State is the answer of a part.
type State string

// The answers.
const (
	Pass    State = "pass"
	Fail    State = "fail"
	Unknown State = "unknown"
)

// Names are the parts there are, in their order.
var Names = []string{"plan", "artefact", "signature", "change", "drift", "performance"}

// Part is one thing that was looked at.
type Part struct {
	Name  string   `json:"part"`
	State State    `json:"state"`
	Why   string   `json:"why"`
	Items []string `json:"items,omitempty"` // what speaks for it, at most [MaxItems]
	// Looked is false when nothing was given to look at.
	Looked bool `json:"looked"`
	Needed bool `json:"needed"`
	// More is how many items are left out.
	More int `json:"more,omitempty"`

	values map[string]any // for conditions
}

// MaxItems is how many items of a part are listed.
const MaxItems = 50

func (p *Part) item(s string) {
	if len(p.Items) >= MaxItems {
		p.More++
		return
	}
	p.Items = append(p.Items, s)
}

// notLooked is the part for which nothing was given.
func notLooked(name string) Part {
	return Part{Name: name, State: Unknown, Why: map[string]string{
		"plan": "no plan was given", "artefact": "no file of the model was given", "signature": "no signature was looked for",
		"change": "no earlier version was given", "drift": "no reference and current data were given", "performance": "no measurement was given",
	}[name]}
}

// Plan judges a plan by its own rules.
func Plan(p *model.Plan) Part {
	list := p.Problems()
	out := Part{Name: "plan", State: Pass, Looked: true, Why: "it holds"}
	wrong := 0
	for _, x := range list {
		if x.Level == model.Wrong {
			wrong++
			out.item(x.String())
		}
	}
	weak := len(list) - wrong
	switch {
	case wrong > 0:
		out.State, out.Why = Fail, count(wrong, "thing")+" in it cannot be used"
	case weak > 0:
		out.Why = "it holds; " + count(weak, "gap") + " in it"
	}
	for _, x := range list {
		if x.Level == model.Weak {
			out.item(x.String())
		}
	}
	out.values = map[string]any{"wrong": wrong, "weak": weak, "product": p.Model.Product, "role": p.Model.Role}
	return out
}

// Artefact judges files by what the gate for model files says of them.
func Artefact(reports []*artefact.Report) Part {
	out := Part{Name: "artefact", State: Pass, Looked: true}
	counts := map[artefact.Verdict]int{}
	verdicts := map[string]any{}
	var callables []string
	for _, r := range reports {
		counts[r.Verdict]++
		for _, c := range r.CallableNames() {
			if len(callables) < 10_000 && !slices.Contains(callables, c) {
				callables = append(callables, c)
			}
		}
		if !r.Verdict.Clean() {
			out.item(r.Path + ": " + string(r.Verdict) + ": " + r.Sentence())
		}
	}
	for v, n := range counts {
		verdicts[string(v)] = n
	}
	var said []string
	for i := len(artefact.Verdicts) - 1; i >= 0; i-- {
		if v := artefact.Verdicts[i]; counts[v] > 0 {
			said = append(said, count(counts[v], "file")+" "+string(v))
		}
	}
	out.Why = strings.Join(said, ", ")
	switch {
	case len(reports) == 0:
		out.State, out.Why = Unknown, "there is no file"
	case counts[artefact.Malicious]+counts[artefact.Unreadable] > 0:
		out.State = Fail
	case counts[artefact.Unknown] > 0:
		out.State = Unknown
	}
	out.values = map[string]any{"verdicts": verdicts, "callables": callables, "files": len(reports)}
	return out
}

// Signature judges the verification of a signature.
func Signature(v *provenance.Verification) Part {
	out := Part{Name: "signature", Looked: true, State: Fail, Why: v.Why}
	switch v.State {
	case provenance.Verified:
		out.State, out.Why = Pass, "signed by "+v.Signer+", every file is what was signed"
		if n := len(v.Attestations); n > 0 {
			out.Why += "; " + count(n, "statement") + " of others hold"
		}
	case provenance.Unknown:
		out.State = Unknown
	case provenance.Weak:
		out.Why = "signed in a weak form of before 1.0; " + v.Why
	case provenance.Unsigned:
		out.Why = "it is not signed"
	}
	for what, list := range map[string][]string{"changed": v.Changed, "added": v.Added, "removed": v.Removed, "renamed": v.Moved} {
		for _, f := range list {
			out.item(what + ": " + f)
		}
	}
	slices.Sort(out.Items)
	attested, by := []string{}, []string{}
	for _, x := range v.Attestations {
		out.item("statement " + filepath.Base(x.File) + ": " + strings.Trim(string(x.State)+": "+x.Says+"; "+x.Why, ";: "))
		if x.State == provenance.Verified {
			attested, by = append(attested, x.Predicate), append(by, x.Signer)
		}
	}
	out.values = map[string]any{"signer": v.Signer, "method": string(v.Method), "verified": v.State == provenance.Verified, "weak": v.State == provenance.Weak,
		"attested": attested, "attesters": by}
	return out
}

// Change judges what differs from the version before by the plan's change control.
func Change(c *model.Comparison) Part {
	out := Part{Name: "change", Looked: true}
	counts := map[model.Verdict]int{}
	for _, x := range c.Changes {
		counts[x.Verdict]++
		if x.Verdict != model.Inside {
			out.item(strings.Join(strings.Fields(string(x.What)+" "+x.Item+": "+string(x.Verdict)+": "+x.Why), " "))
		}
	}
	out.State = map[model.Verdict]State{model.Inside: Pass, model.Outside: Fail, model.Undecid: Unknown}[c.Verdict]
	switch {
	case len(c.Changes) == 0:
		out.Why = "nothing differs"
	default:
		out.Why = count(len(c.Changes), "difference") + ": " + count(counts[model.Inside], "") + "inside what was agreed, " + count(counts[model.Outside], "") + "outside, " + count(counts[model.Undecid], "") + "unknown"
	}
	out.values = map[string]any{"inside": counts[model.Inside], "outside": counts[model.Outside], "unknown": counts[model.Undecid]}
	return out
}

// Drift judges a comparison of data.
func Drift(r *drift.Report) Part {
	out := Part{Name: "drift", Looked: true, Why: r.Reason}
	out.State = map[drift.Decision]State{drift.OK: Pass, drift.Drift: Fail}[r.Decision]
	if out.State == "" {
		out.State = Unknown
	}
	var moved []string
	for _, c := range r.Columns {
		name := c.Name
		if c.Group != "" {
			name += " of " + c.Group
		}
		if c.Decision != drift.OK {
			out.item(name + ": " + string(c.Decision) + ": " + c.Reason)
		}
		if c.Decision == drift.Drift {
			moved = append(moved, c.Name)
		}
	}
	slices.Sort(moved)
	out.values = map[string]any{"columns": slices.Compact(moved), "compared": len(r.Columns)}
	return out
}

// Performance judges what was measured by the plan's criteria of local acceptance.
func Performance(p *model.Plan, metrics []model.Measured) Part {
	out := Part{Name: "performance", Looked: true, State: Unknown}
	values := map[string]any{}
	for _, m := range metrics {
		if m.Group != "" {
			continue
		}
		if m.Point != "" { // "sensitivity@flag"
			values[m.Metric+"@"+m.Point] = m.Value
		}
		if _, there := values[m.Metric]; !there {
			values[m.Metric] = m.Value
		}
	}
	out.values = map[string]any{"metrics": values}
	if p == nil || p.Acceptance == nil {
		out.Why = "the plan has no acceptance protocol to hold it against"
		return out
	}
	verdict, rows := p.Accept(metrics)
	out.State = map[model.Verdict]State{model.Inside: Pass, model.Outside: Fail, model.Undecid: Unknown}[verdict]
	met := 0
	for _, r := range rows {
		if r.Verdict == model.Inside {
			met++
			continue
		}
		out.item(r.Item + " " + r.To + ": " + r.Why)
	}
	out.Why = count(met, "criterion") + " of " + count(len(rows), "") + "met"
	return out
}

// Verdict is what becomes of a version.
type Verdict struct {
	Outcome gate.Outcome `json:"outcome"`
	Model   string       `json:"model,omitempty"`
	Policy  string       `json:"policy"`
	Parts   []Part       `json:"parts"`
	Broken  []Broken     `json:"broken,omitempty"`
}

// Broken is a rule of the policy that caught something.
type Broken struct {
	Rule   string `json:"rule"`
	Action string `json:"action"` // "fail", "warn"
	Say    string `json:"say"`
}

// Decide makes the verdict. A part that failed, or a rule that fails, refuses; a part
// that is needed and unknown makes that it cannot be told.
func (p *Policy) Decide(name string, given ...Part) (*Verdict, error) {
	v := &Verdict{Outcome: gate.Passed, Model: name, Policy: p.Name}
	for _, n := range Names {
		part := notLooked(n)
		if i := slices.IndexFunc(given, func(x Part) bool { return x.Name == n }); i >= 0 {
			part = given[i]
		}
		part.Needed = part.Looked || slices.Contains(p.Require, n)
		if slices.Contains(p.Tolerate, n) {
			part.Needed = false
		}
		v.Parts = append(v.Parts, part)
	}
	broken, err := p.broken(v.Parts)
	if err != nil {
		return nil, err
	}
	v.Broken = broken
	unsure, refused := false, false
	for _, part := range v.Parts {
		refused = refused || part.Needed && part.State == Fail
		unsure = unsure || part.Needed && part.State == Unknown
	}
	for _, b := range broken {
		refused = refused || b.Action == "fail"
	}
	switch {
	case refused:
		v.Outcome = gate.Refused
	case unsure:
		v.Outcome = gate.Unsure
	}
	return v, nil
}

func count(n int, noun string) string {
	s := itoa(n)
	if noun == "" {
		return s + " "
	}
	switch {
	case n == 1:
		return s + " " + noun
	case noun == "criterion":
		return s + " criteria"
	}
	return s + " " + noun + "s"
}
