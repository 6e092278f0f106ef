// Package rule is what the policies of all gates have in common: a strict file of YAML
// in version 1, and rules in it, each a condition in CEL that fails or warns.
//
//	Read     a policy's file into the shape of its gate
//	Rule     one condition with its id, and what it is for
//	Compile  the conditions, each in the environment of what it is for
//
// What a condition may speak of is the gate's: it gives the environments, and the values.
package rule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"go.yaml.in/yaml/v4"
)

// The bounds of a policy.
const (
	MaxBytes = 1 << 20
	MaxRules = 1000
	MaxText  = 4096 // bytes of a condition
)

// The actions of a rule.
const (
	Fail = "fail" // the default
	Warn = "warn"
)

// Rule is one condition.
type Rule struct {
	ID     string `yaml:"id"`
	For    string `yaml:"for"` // what it is asked of; gates with one environment have none
	When   string `yaml:"when"`
	Action string `yaml:"action"`
	Say    string `yaml:"say"`

	prg cel.Program
}

// String writes a rule for people.
func (r *Rule) String() string { return fmt.Sprintf("%s: %s", r.ID, r.When) }

// Read reads a policy of version 1 into p, strictly: a member that p has not is an
// error. version is p's member "policy". Errors have the line.
func Read(r io.Reader, p any, version *int) error {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return err
	}
	if len(b) > MaxBytes {
		return fmt.Errorf("the policy has more than %d bytes", MaxBytes)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(p); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if *version != 1 {
		return fmt.Errorf("policy: %d; this program reads policy: 1", *version)
	}
	return nil
}

// Compile fills in what rules leave out and compiles their conditions, each in the
// environment of what it is for; a rule that does not say is for the first of names.
// One evaluation may cost so much, in CEL's units. Errors name the rule.
func Compile(rules []Rule, cost uint64, envs map[string]*cel.Env, names ...string) error {
	if len(rules) > MaxRules {
		return fmt.Errorf("%d rules; at most %d", len(rules), MaxRules)
	}
	seen := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		if r.ID == "" || seen[r.ID] {
			return fmt.Errorf("rule %d: the id %q is empty or taken", i+1, r.ID)
		}
		seen[r.ID] = true
		if r.For == "" {
			r.For = names[0]
		}
		if r.Action == "" {
			r.Action = Fail
		}
		if !slices.Contains(names, r.For) {
			return fmt.Errorf("rule %s: for is %s; not %q", r.ID, either(names), r.For)
		}
		if r.Action != Fail && r.Action != Warn {
			return fmt.Errorf("rule %s: the action is fail or warn, not %q", r.ID, r.Action)
		}
		var err error
		if r.prg, err = Condition(envs[r.For], r.When, cost); err != nil {
			return fmt.Errorf("rule %s: %w", r.ID, err)
		}
	}
	return nil
}

func either(names []string) string {
	if len(names) == 1 && names[0] == "" {
		return "not said in this policy"
	}
	return strings.Join(names, ", ")
}

// Condition compiles an expression that gives true or false, or that may: what a value
// of any type gives, is known when it is asked.
func Condition(env *cel.Env, text string, cost uint64) (cel.Program, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("the expression has %d bytes; at most %d", len(text), MaxText)
	}
	ast, iss := env.Compile(text)
	if iss.Err() != nil {
		return nil, iss.Err()
	}
	if t := ast.OutputType(); t != cel.BoolType && t != cel.DynType {
		return nil, fmt.Errorf("%q gives %s, not true or false", text, t)
	}
	return env.Program(ast, cel.CostLimit(cost))
}

// ErrMissing is returned by [Rule.Holds] where a condition speaks of what is not there.
var ErrMissing = errors.New("what it asks for is not there")

// Holds reports whether the condition of a compiled rule is true of values. Errors:
// [ErrMissing]; others name the rule.
func (r *Rule) Holds(values map[string]any) (bool, error) {
	v, _, err := r.prg.Eval(values)
	if err != nil {
		if strings.Contains(err.Error(), "no such key") {
			return false, fmt.Errorf("rule %s: %w: %w", r.ID, ErrMissing, err)
		}
		return false, fmt.Errorf("rule %s: %w", r.ID, err)
	}
	yes, ok := v.Value().(bool)
	if !ok {
		return false, fmt.Errorf("rule %s: the condition gives neither true nor false", r.ID)
	}
	return yes, nil
}
