package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.change",
	Version: 1,
	Title:   "A model was changed in a way that nobody agreed to",
	Doc: "Another version of a model answers, and the change is outside what its change control plan allows, or nobody said what differs. " +
		"A new version can be better on the whole and worse for the patients here. " +
		"Ask the maker what changed; hold the new version against the acceptance limits on local data; go back if it does not meet them. It is wrong where the change was agreed elsewhere: a person who may decide so allows it. It passes when the change is inside the plan, or was allowed.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-change-control", "ai-risk-management"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.ModelVerified, kind.ModelReceived, kind.ModelDecided},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "{model} answers in another version since {since}. Whether it is as good for the patients here is not known yet.",
		Ward:        "Look twice at its answers until it is accepted. Tell clinical engineering what differs.",
		Engineering: "Ask the maker what changed from {before} to {after}. Hold it against the acceptance limits; the plan says how to go back.",
		Security:    "See that the new version came from the maker, and is signed.",
		Dont:        "Don't go back to the old version without the agreement of those who use it.",
		Why:         "{model} changed from {before} to {after}: {trouble}.",
		Wrong:       "the change was agreed and nobody wrote it down here.",
	},
	Run: check.JudgeModels("change"),
})
