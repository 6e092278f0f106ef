package admission

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/gate/rule"
)

// Policy says what a version of a model needs:
//
//	policy: 1
//	name: models into the ward
//	require: [plan, artefact, signature]   # unknown: cannot tell
//	tolerate: [drift]                      # looked at and told, and never decides
//	rules:
//	  - id: our-signer
//	    when: signature.signer != "model release key"
//	    say: It is not signed by the release key.
//	  - id: no-pickle-calls
//	    when: size(artefact.callables) > 0
//	    action: warn
type Policy struct {
	Version  int      `yaml:"policy"`
	Name     string   `yaml:"name"`
	Require  []string `yaml:"require"`
	Tolerate []string `yaml:"tolerate"`
	Rules    []Rule   `yaml:"rules"`
}

// Rule is a condition in CEL over the parts: "artefact.state", "signature.signer",
// "change.outside", "drift.columns", "performance.metrics.auroc" …
type Rule = rule.Rule

// Default is the policy when none is given: plan, files, signature and drift are
// needed; a change and a measurement count if they were given.
func Default() *Policy {
	return &Policy{Version: 1, Name: "default", Require: []string{"plan", "artefact", "signature", "drift"}}
}

// costLimit bounds what one evaluation of a condition may cost: lists of thousands of
// columns are gone through.
const costLimit = 1_000_000

// ReadPolicy reads and compiles a policy. Error: EInvalid with the line or the rule.
func ReadPolicy(r io.Reader) (*Policy, error) {
	const op = "model gate"
	var p Policy
	if err := rule.Read(r, &p, &p.Version); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	for _, name := range append(slices.Clone(p.Require), p.Tolerate...) {
		if !slices.Contains(Names, name) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "there is no part %q; there are %s", name, strings.Join(Names, ", "))
		}
		if slices.Contains(p.Require, name) && slices.Contains(p.Tolerate, name) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s is both required and tolerated", name)
		}
	}
	if len(p.Rules) > rule.MaxRules || len(p.Require)+len(p.Rules) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%d rules, and %d parts required; at least one of both, at most %d rules", len(p.Rules), len(p.Require), rule.MaxRules)
	}
	env, err := environment()
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, op, err)
	}
	if err := rule.Compile(p.Rules, costLimit, map[string]*cel.Env{"": env}, ""); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if p.Name == "" {
		p.Name = "policy"
	}
	return &p, nil
}

func environment() (*cel.Env, error) {
	var opts []cel.EnvOption
	for _, n := range Names {
		opts = append(opts, cel.Variable(n, cel.MapType(cel.StringType, cel.DynType)))
	}
	return cel.NewEnv(append(opts, ext.Strings(), ext.Sets())...)
}

// empty are the values of a part that nobody looked at, so that a condition about it
// does not fail for want of a field.
var nothing = map[string]map[string]any{
	"plan":        {"wrong": 0, "weak": 0, "product": "", "role": ""},
	"artefact":    {"verdicts": map[string]any{}, "callables": []string{}, "files": 0},
	"signature":   {"signer": "", "method": "", "verified": false, "weak": false, "attested": []string{}, "attesters": []string{}},
	"change":      {"inside": 0, "outside": 0, "unknown": 0},
	"drift":       {"columns": []string{}, "compared": 0},
	"performance": {"metrics": map[string]any{}},
}

// broken are the rules that caught something. A condition that cannot be evaluated
// because what it speaks of is not there caught it: it is not known to be in order.
func (p *Policy) broken(parts []Part) ([]Broken, error) {
	vars := map[string]any{}
	for _, part := range parts {
		m := map[string]any{"state": string(part.State), "looked": part.Looked, "why": part.Why}
		for k, v := range nothing[part.Name] {
			m[k] = v
		}
		for k, v := range part.values {
			m[k] = v
		}
		vars[part.Name] = m
	}
	var out []Broken
	for _, r := range p.Rules {
		yes, err := r.Holds(vars)
		switch {
		case errors.Is(err, rule.ErrMissing):
			out = append(out, Broken{r.ID, r.Action, strings.TrimSpace(r.Say + " (what it asks for is not there)")})
		case err != nil:
			return nil, wardround.Wrap(wardround.EInvalid, "model gate", err)
		case yes:
			out = append(out, Broken{r.ID, r.Action, r.Say})
		}
	}
	return out, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
