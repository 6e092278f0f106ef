package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.extraction",
	Version: 1,
	Title:   "Somebody asks a model as one does to copy it",
	Doc: "One client asks a model far more evenly, or far closer to its decision, than patients would. " +
		"So one learns how it decides, to copy it, to find what deceives it, or to learn of those it was made from. " +
		"See who the client is and whether somebody tests on purpose; limit its rate; keep what it asked. It is wrong for a test bench, a quality programme or a new integration that was not announced. It passes when the next windows show no such client.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-theft-protection"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.ModelProbed},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. Whoever learns how {model} decides can deceive it later.",
		Ward:        "Nothing to do.",
		Engineering: "See which system the client is. If it is a test, have it announced with a time and a name.",
		Security:    "Limit the client's rate at the gateway, keep what it asked, and ask its owner.",
		Dont:        "Don't block a client that also asks for patients: clinicians may be waiting for its answers.",
		Why:         "Of questions to {model}: {trouble}.",
		Wrong:       "somebody tests on purpose and did not say so.",
	},
	Run: check.JudgeModels("extraction"),
})
