package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.poisoning",
	Version: 1,
	Title:   "Data that a model learns from looks tampered with",
	Doc: "In the data that a model was, or will be, made from, rows stand again and again, or outcomes are turned among rows that are alike. Or a trace that few rows share decides much. " +
		"So looks data that somebody tampered with, and also data that was joined badly. Don't train with it; look at the rows that are named; go back to the last data set whose digest is known. " +
		"It is wrong for measurements that are repeated on purpose. It passes when the data is tried again without such marks.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Build,
	Severity:     wardround.High,
	Controls:     []string{"training-data-integrity"},
	Watch:        []kind.Name{kind.ModelProbed},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "If {model} was made from this data, it may answer wrongly for inputs that somebody chose. No such answer is known.",
		Ward:        "Nothing to do until it is known which version was made from it.",
		Engineering: "Find which versions were made from this data. Don't release another one from it.",
		Security:    "Find who could change the data, compare with the last copy whose digest is known, and keep both.",
		Dont:        "Don't delete the rows before they were looked at: they show who and how.",
		Why:         "In the trial of {model}: {trouble}.",
		Wrong:       "measurements were repeated on purpose.",
	},
	Run: check.JudgeModels("poisoning"),
})
