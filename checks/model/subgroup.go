package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.subgroup",
	Version: 1,
	Title:   "A model is worse for some people than for others",
	Doc: "By outcomes here, the model misses more in one group of people than in another, or does not reach its limit for one of them, beyond what chance and the size of the groups explain. " +
		"On the whole it may look as good as promised. " +
		"Tell the maker, and those who use it, for whom its answer counts less. It is wrong where outcomes of one group are known in another way than of the others. It passes when enough new outcomes show no such gap.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-fairness", "model-performance"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.InferenceLabelled},
	Models:       true,
	Fresh:        35 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "{model} misses more in some people than in others. For them its silence means less.",
		Ward:        "For the group that is named, don't take the absence of a warning for a sign that all is well.",
		Engineering: "Tell the maker of {model} what was measured, and those who use it for whom its answer counts less.",
		Security:    "Nothing else to do.",
		Dont:        "Don't hide answers for one group: they would lose what help there is.",
		Why:         "By {units} outcomes: {trouble}.",
		Wrong:       "outcomes of one group are known in another way.",
	},
	Run: check.JudgeModels("subgroup"),
})
