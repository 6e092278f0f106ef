package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.trend",
	Version: 1,
	Title:   "What a model is given or answers moves away slowly",
	Doc: "A change that is small, or comes bit by bit, shows in no single week. Here one value of each period is followed over months, and what adds up beyond chance is told, with when it probably began. " +
		"Causes are often those of wear or habit: a detector that ages, a protocol that spreads, other patients, people who stop to look. See on the timeline what changed about then. " +
		"It is wrong where the change was wanted; give the model a new reference then. It passes when newer periods are like the reference again.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Controls:     []string{"model-monitoring-plan", "model-data-governance", "model-performance"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled},
	Models:       true,
	Fresh:        35 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Nothing is known of wrong answers of {model}. What it works on changes slowly.",
		Ward:        "Go on as before, and tell clinical engineering if {model} and what you see differ more often than they did.",
		Engineering: "See on the timeline of {model} what changed around {since}. If nothing did, compare that time with now: devices, protocols, patients.",
		Security:    "Nothing, unless the change fits no known cause: who copies little by little stays under every limit.",
		Dont:        "Don't give the model a new reference because of this before the cause is known: it would hide what moves.",
		Why:         "Since about {since} (between {earliest} and {latest}) {what} is not as it was: {moved}. That is by {size}; less than {limit} would not be told. Seen in {units} patients, studies or decisions; chance alone does this once in {years} years.",
		Wrong:       "the change was wanted.",
	},
	Run: check.JudgeModels("trend"),
})
