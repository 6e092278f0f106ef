package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.oversight",
	Version: 1,
	Title:   "Clinicians overrule a model too often, or accept it unseen",
	Doc: "People decide, the model helps: that works only while they look at its answers and can tell good ones from bad. When most answers are overruled, the model costs attention and gives nothing. " +
		"When nearly all are accepted within moments, or those that were wrong are accepted like the others, nobody oversees it. Talk with those who use it, before any figure is shown about persons. " +
		"It is wrong where accepting is only a click to go on. It passes when enough new decisions lie within the limits.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Controls:     []string{"human-oversight"},
	Watch:        []kind.Name{kind.InferenceWindow},
	Models:       true,
	Fresh:        35 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Whether people still look at what {model} says is in doubt. No harm is known.",
		Ward:        "Talk about when {model} helps and when it is in the way. Overrule it whenever you see otherwise.",
		Engineering: "Ask those who use {model} why; show the maker where it is overruled.",
		Security:    "Nothing to do. This counts answers, never persons.",
		Dont:        "Don't use this to judge members of staff.",
		Why:         "Of {decided} decisions: {trouble}.",
		Wrong:       "accepting is only a click to go on.",
	},
	Run: check.JudgeModels("oversight"),
})
