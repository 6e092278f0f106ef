package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.calibration",
	Version: 1,
	Title:   "A model's probabilities do not come true as often as it says",
	Doc: "When a model says thirty percent, thirty of a hundred such patients should have it. Here more have it, or fewer, beyond what chance explains. " +
		"Ranks may still be right, so that a list is in a good order, while a threshold or a shown percentage misleads. Ask the maker whether it may be recalibrated here under its change plan. " +
		"It is wrong where outcomes are known of some patients only, such as those who were treated. It passes when enough new outcomes agree with what it says.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-performance"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled},
	Models:       true,
	Fresh:        35 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Percentages that {model} shows are too high or too low for the patients here. The order in which it puts them may still be right.",
		Ward:        "Don't read its percentage as this patient's risk.",
		Engineering: "Ask the maker of {model} whether it may be recalibrated on local data, under its change control plan.",
		Security:    "Nothing else to do.",
		Dont:        "Don't change thresholds without the maker and the physicians who rely on them.",
		Why:         "By {units} outcomes, {cases} of them cases: {trouble}. The mean difference is {large}.",
		Wrong:       "outcomes are known of some patients only.",
	},
	Run: check.JudgeModels("calibration"),
})
