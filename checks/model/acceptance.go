package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.acceptance",
	Version: 1,
	Title:   "A model is in use that was not accepted here",
	Doc: "A model that was good elsewhere can be worse here, where scanners, patients and habits are others. So the plan asks for acceptance on local data, against limits, by named roles, for each version. " +
		"This version was not accepted, was refused, or does not meet its criteria by what was measured. Carry the acceptance out, or work by the fallback plan. " +
		"It is wrong where it was accepted on paper: say so here, with the report. It passes when a person accepts this version, and its criteria are met.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Deploy,
	Severity:     wardround.Low,
	Controls:     []string{"model-acceptance"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled, kind.ModelDecided, kind.ModelReceived},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Whether {model} is good enough for the patients here was not shown. No harm is known.",
		Ward:        "Use {model} as an aid only, as in a trial, until it is accepted.",
		Engineering: "Carry out the acceptance that the plan asks for, with the roles it names, or go to the fallback plan.",
		Security:    "Nothing else to do.",
		Dont:        "Don't accept it on the maker's figures alone.",
		Why:         "Of {model}: {trouble}.",
		Wrong:       "it was accepted on paper and nobody said so here.",
	},
	Run: check.JudgeModels("acceptance"),
})
