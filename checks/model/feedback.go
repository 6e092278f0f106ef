package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.feedback",
	Version: 1,
	Title:   "A model is given what it said itself",
	Doc: "Among what the model is given, or what it will learn from, are answers that it gave before. " +
		"So an error confirms itself and grows, and what is measured looks better than it is. " +
		"Find the way by which answers come back: a report that is read again, a label taken from the model's own mark. It is wrong where the same patient is examined again and the values are truly the same. It passes when the next windows hold no such inputs.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"training-data-integrity", "model-robustness"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.ModelProbed},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "An error of {model} can come back to it as a fact. No wrong answer is known.",
		Ward:        "Don't enter what {model} says as a finding of your own.",
		Engineering: "Find the way by which answers of {model} come back to it, and mark them so that they are left out.",
		Security:    "Nothing else to do.",
		Dont:        "Don't train on data that holds its own answers.",
		Why:         "Of what {model} was given: {trouble}.",
		Wrong:       "the same patient was examined again with the same values.",
	},
	Run: check.JudgeModels("feedback"),
})
