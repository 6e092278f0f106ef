package rule

import (
	"errors"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
)

type policy struct {
	Version int    `yaml:"policy"`
	Name    string `yaml:"name"`
	Rules   []Rule `yaml:"rules"`
}

func environment(t testing.TB) map[string]*cel.Env {
	t.Helper()
	env, err := cel.NewEnv(cel.Variable("part", cel.MapType(cel.StringType, cel.DynType)), cel.Variable("n", cel.IntType))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*cel.Env{"row": env, "document": env}
}

func read(t testing.TB, text string) (policy, error) {
	var p policy
	if err := Read(strings.NewReader(text), &p, &p.Version); err != nil {
		return p, err
	}
	return p, Compile(p.Rules, 10_000, environment(t), "row", "document")
}

// A policy is strict: what is misspelt, twice there, or no condition is refused by name.
func TestWhatIsRefused(t *testing.T) {
	for want, text := range map[string]string{
		"policy: 0":                  "",
		"policy: 2":                  "policy: 2",
		"rulez":                      "policy: 1\nrulez: []",
		"more than":                  "policy: 1\nname: " + strings.Repeat("a", MaxBytes),
		`rule 1: the id "" is empty`: "policy: 1\nrules: [{when: 'true'}]",
		`rule 2: the id "a"`:         "policy: 1\nrules: [{id: a, when: 'true'}, {id: a, when: 'true'}]",
		"action is fail or warn":     "policy: 1\nrules: [{id: a, when: 'true', action: stop}]",
		"for is row, document; not":  "policy: 1\nrules: [{id: a, when: 'true', for: page}]",
		"rule a: ":                   "policy: 1\nrules: [{id: a, when: 'm > 1'}]",
		"gives int, not":             "policy: 1\nrules: [{id: a, when: n}]",
		"at most 4096":               "policy: 1\nrules: [{id: a, when: 'n > " + strings.Repeat("1", MaxText) + "'}]",
		"1001 rules; at most 1000":   "policy: 1\nrules: [" + strings.Repeat("{id: a, when: 'true'},", MaxRules+1) + "]",
	} {
		if _, err := read(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// What is left out is filled in; a condition is true, false, about what is not there, of
// another type, or too costly.
func TestConditions(t *testing.T) {
	p, err := read(t, `policy: 1
rules:
  - {id: more, when: n > 3}
  - {id: state, when: part.state == "bad", action: warn, for: document}
  - {id: loose, when: part.value}
  - {id: long, when: 'part.list.all(x, part.list.all(y, x + y > 0))'}`)
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Rules[0]; r.For != "row" || r.Action != Fail || r.String() != "more: n > 3" {
		t.Errorf("%+v", r)
	}
	list := make([]int, 5000)
	for i := range list {
		list[i] = 1
	}
	values := map[string]any{"n": 4, "part": map[string]any{"state": "good", "value": 3, "list": list}}
	for i, want := range []struct {
		yes     bool
		missing bool
		err     string
	}{{true, false, ""}, {false, false, ""}, {false, false, "rule loose: the condition gives neither"}, {false, false, "rule long: "}} {
		yes, err := p.Rules[i].Holds(values)
		if yes != want.yes || (err != nil) != (want.err != "") || err != nil && !strings.Contains(err.Error(), want.err) || errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v %v", p.Rules[i].ID, yes, err)
		}
	}
	if yes, err := p.Rules[1].Holds(map[string]any{"n": 1, "part": map[string]any{}}); yes || !errors.Is(err, ErrMissing) {
		t.Errorf("%v %v", yes, err)
	}
}

// FuzzRead: whatever a policy says, it is read or refused.
func FuzzRead(f *testing.F) {
	f.Add("policy: 1\nrules: [{id: a, when: 'n > 1', say: x}]")
	f.Add("policy: 1\nrules: [{id: a, when: 'part.a.b[0]'}]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := read(t, text)
		if err != nil {
			return
		}
		for i := range p.Rules {
			_, _ = p.Rules[i].Holds(map[string]any{"n": 1, "part": map[string]any{}})
		}
	})
}
