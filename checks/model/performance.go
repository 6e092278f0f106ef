package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.performance",
	Version: 1,
	Title:   "A model is worse than promised",
	Doc: "By what came out for patients here, or by an estimate where outcomes are not known yet, the model is worse than its card claims or its plan asks for, beyond what chance explains. " +
		"Whoever relies on it misses more, or is warned for nothing more often. " +
		"Decide with those who use it whether to go on, with what caution, or by the fallback plan. It is wrong where the outcomes are not right: see how they are joined. It passes when enough new outcomes lie within the limits.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.High,
	Controls:     []string{"model-performance", "ai-risk-management"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled},
	Models:       true,
	Fresh:        35 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "{model} misses more, or warns for nothing more often, than was promised. Which patients were concerned is not known here.",
		Ward:        "Decide without relying on {model}, as its fallback plan says, until those responsible have looked.",
		Engineering: "With the physicians in charge, decide on the fallback plan. Tell the maker what was measured.",
		Security:    "Nothing else to do.",
		Dont:        "Don't change the model's threshold to make the figure look better.",
		Why:         "By {units} outcomes or rows: {worst}.",
		Wrong:       "outcomes were joined to the wrong answers.",
	},
	Run: check.JudgeModels("performance"),
})
