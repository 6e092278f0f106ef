package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/model"
)

func TestPlanIsStrict(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a misspelt limit", "plan: 1\nwatch:\n  - id: age\n    at_mst: 0.1\n", `line 4: watch[0]: there is no field "at_mst"; "at_most" is one`},
		{"an unknown field", "plan: 1\ncolour: red\n", `line 2: plan: there is no field "colour"`},
		{"said twice", "plan: 1\nname: a\nname: b\n", "line 3"},
		{"an alias", "plan: 1\ntold: &t [a]\nmodel: {called: *t}\n", "line 3: an alias"},
		{"two documents", "plan: 1\n---\nplan: 1\n", "more than one document"},
		{"nothing", "", "begins with: plan: 1"},
		{"another version", "plan: 7\n", "line 1: plan: 7"},
		{"a list", "- plan: 1\n", "a plan is a mapping"},
		{"no length of time", "plan: 1\nwatch:\n  - id: a\n    every: often\n", `line 4: watch[0].every: "often" is no length of time`},
		{"a century", "plan: 1\nlogs: {kept: 9999y}\n", "a hundred years"},
		{"text for a list", "plan: 1\ntold: nurse\n", `line 2: told: want a list, not "nurse"`},
		{"text for a number", "plan: 1\nwatch:\n  - {id: age, at_most: lots}\n", `line 3: watch[0].at_most: want a number, not "lots"`},
		{"a mapping for text", "plan: 1\nname: {a: b}\n", "line 2: name: want text, not a mapping"},
		{"a number that is none", "plan: 1\nbudget: {alarms_per_year: few}\n", "line 2"},
		{"deep", "plan: 1\nname: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "\n", "nested more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := model.ReadPlan(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestLengthsOfTime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"36h": 36 * time.Hour, "1d": model.Day, "2w": 14 * model.Day, "6mo": 6 * model.Month, "6 months": 6 * model.Month, "1y": model.Year, "1.5d": 36 * time.Hour,
	} {
		if got, err := model.ParseSpan(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
}
