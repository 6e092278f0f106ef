package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.quality",
	Version: 1,
	Title:   "What a model is given is incomplete or in another form",
	Doc: "Values that the model needs are missing, lie outside what it was made for, come in another unit, or the columns themselves are others. " +
		"A model answers all the same, and its answer is of something that was not the patient. " +
		"Find the sender: an interface, an export, a device after an update. It is wrong where the plan asks for more than the model needs: say there what may be missing. It passes when the next windows are complete and in the form that the model was made for.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-data-governance"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Answers of {model} may rest on values that are missing or in another unit. Which patients are concerned is not known here.",
		Ward:        "Check values that stand beside an answer of {model} against the chart before you rely on it.",
		Engineering: "Find what sends {column} to {model}: an interface, an export, a device. Put it right there, not in the model.",
		Security:    "Nothing else to do.",
		Dont:        "Don't fill in missing values to make the finding go.",
		Why:         "Of what {model} is given, {column}: {trouble}.",
		Wrong:       "the model was made to do without it, and the plan does not say so.",
	},
	Run: check.JudgeModels("quality"),
})
