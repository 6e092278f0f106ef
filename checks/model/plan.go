package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.plan",
	Version: 1,
	Title:   "Nothing says how a model is watched, or it is not done",
	Doc: "Whoever makes a model of high risk has a plan of what is watched once it is in use, with limits and with people who are told; whoever uses it carries the plan out. " +
		"Without a plan, with one that cannot be used, or with an indicator that never has data, a model can get worse and nobody is told. " +
		"Write the plan with the maker and import it; where data is missing, see which gateway or service should send it. It is wrong where the model was taken out of use: say so. It passes when the plan can be used and each indicator had data in its period.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Controls:     []string{"model-monitoring-plan", "ai-risk-management"},
	Watch:        []kind.Name{kind.ModelReceived, kind.InferenceWindow},
	Models:       true,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in answers is known. If {model} got worse, nobody would be told in time.",
		Ward:        "Tell clinical engineering when answers of {model} are often not what you see.",
		Engineering: "With the maker, write down what is watched for {model}, the limits and what is done without it. Where data is missing, see to the sender.",
		Security:    "Nothing else to do.",
		Dont:        "Don't set limits by what the model does today: it may be wrong already.",
		Why:         "Of {model}: {trouble}.",
		Wrong:       "the model is no longer in use.",
	},
	Run: check.JudgeModelsOnTime("plan"),
})
