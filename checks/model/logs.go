package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.logs",
	Version: 1,
	Title:   "The logs that the AI Act asks for are missing or not kept",
	Doc: "A system of high risk records by itself what happened, and whoever uses it keeps these records for at least six months. They are missing, do not say enough, have gaps, or are deleted too early. " +
		"Without them nobody can tell afterwards what a model answered for a patient, and why. The sketches that are kept here are not these logs. " +
		"Set the retention where the logs lie, and ask the maker for the fields that are missing. It is wrong where another place keeps them: tell it. It passes when logs are seen that are complete and old enough.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Controls:     []string{"ai-event-logs"},
	Watch:        []kind.Name{kind.ModelLogs},
	Models:       true,
	Fresh:        35 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. What {model} answered for a patient may not be told afterwards.",
		Ward:        "Nothing to do. Chart what you decided, and why, as always.",
		Engineering: "Set how long the logs of {model} are kept, where they lie. Ask the maker for what they lack.",
		Security:    "See that nobody can change the records unseen, and that they are read only by those who may.",
		Dont:        "Don't put names of patients into the logs to make them complete: a pseudonym is enough.",
		Why:         "The event logs of {model} ({where}): {trouble}.",
		Wrong:       "another place keeps them.",
	},
	Run: check.JudgeModels("logs"),
})
