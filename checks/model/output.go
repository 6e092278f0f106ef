package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.output",
	Version: 1,
	Title:   "A model answers differently than it did",
	Doc: "The answers of a model, or how often the condition is there, moved away from the reference by more than chance and by enough to matter. " +
		"Either the patients are others, or the model is: both ask for a look before anybody relies on how good it was. " +
		"See whether what it is given moved, too, and what outcomes say. It is wrong where other patients came on purpose, as when a new clinic joined: then give it a new reference. It passes when enough new answers are like the reference again.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-data-governance", "model-performance"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "{model} warns more often or less often than it did. Whether that is right for these patients is not known.",
		Ward:        "Rely on your own judgement where {model} and what you see differ, and tell clinical engineering.",
		Engineering: "See whether what {model} is given moved as well, and which devices and wards sent it between {from} and {to}.",
		Security:    "Nothing, unless the change fits no known cause: then see who could have sent it.",
		Dont:        "Don't switch the model off because of this alone, and don't train it on the new data: first find the cause.",
		Why:         "Of {units} patients or studies, {column} is not as in the reference: {moved}. The change has the size {size}, the limit is {limit}; chance does not explain it: {shift}.",
		Wrong:       "the change was wanted and the model was made for it.",
	},
	Run: check.JudgeModels("output"),
})
