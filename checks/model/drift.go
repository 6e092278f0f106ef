package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.drift",
	Version: 1,
	Title:   "What a model is given is not what it was made for",
	Doc: "Every model is made from data of some place and time. Where what it is given now differs from that by more than chance, and by enough to matter, how good it is here is no longer what was measured then. " +
		"Often the cause is upstream: a scanner's new software, another protocol, a unit. Look at what changed at that time on the model's timeline; then at outcomes, if there are any. " +
		"It is wrong where the change was wanted and the model was made for it: then give it a new reference. It passes when enough new data is like the reference again.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-data-governance", "model-performance"},
	Watch:        []kind.Name{kind.InferenceWindow},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Answers of {model} may be less reliable since the change. Whether any answer was wrong is not known.",
		Ward:        "Rely on your own judgement where {model} and what you see differ, and tell clinical engineering.",
		Engineering: "See on the timeline of {model} what changed between {from} and {to}: a device, its software, a protocol. Ask the maker whether the model was made for it.",
		Security:    "Nothing, unless the change fits no known cause: then see who could have sent it.",
		Dont:        "Don't switch the model off because of this alone, and don't train it on the new data: first find the cause.",
		Why:         "Of {units} patients or studies, {column} is not as in the reference: {moved}. The change has the size {size}, the limit is {limit}; chance does not explain it: {shift}.",
		Wrong:       "the change was wanted and the model was made for it.",
	},
	Run: check.JudgeModels("drift"),
})
