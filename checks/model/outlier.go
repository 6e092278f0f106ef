package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.outlier",
	Version: 1,
	Title:   "A model is given inputs unlike anything it was made for",
	Doc: "Many inputs lie outside all that the reference holds, or answers change when an input is only simplified. The first happens with other patients, other devices or defects; the second also when somebody made inputs to deceive the model. " +
		"Its answers for these say little. Look at where these inputs come from, and at a few of them with those who may see them. " +
		"It is wrong where a new kind of examination began on purpose. It passes when the next windows are like the reference.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-robustness"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.ModelProbed},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "For some patients {model} answers about something it never saw. For which ones is not known here.",
		Ward:        "Look twice where an image or value is unusual; the model's answer counts less there.",
		Engineering: "See which device or interface sends these inputs, and whether a new kind of examination began.",
		Security:    "If answers change when inputs are simplified and no cause is found, keep samples and ask who could have changed them.",
		Dont:        "Don't drop unusual inputs: they are patients.",
		Why:         "Of what {model} was given: {trouble}.",
		Wrong:       "a new kind of examination began on purpose.",
	},
	Run: check.JudgeModels("outlier"),
})
