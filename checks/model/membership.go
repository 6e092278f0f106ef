package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.membership",
	Version: 1,
	Title:   "A model tells whose data it was made from",
	Doc: "A trial could tell from the model's answers who was among those it was made from, better than guessing and beyond the limit. " +
		"So a stranger who can ask the model and knows something of a person may learn that the person was a patient there. " +
		"Tell whoever made it; limit who may ask, and how exact the answers are. It is wrong where the trial's two groups differ in something else, such as their time. It passes when the trial is done again and stays within the limit.",
	Concern:      wardround.Privacy,
	Applies:      wardround.Model,
	Stage:        wardround.Build,
	Severity:     wardround.Medium,
	Controls:     []string{"model-privacy"},
	Watch:        []kind.Name{kind.ModelProbed},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care. Patients whose data {model} was made from may be recognised as such.",
		Ward:        "Nothing to do.",
		Engineering: "Ask the maker of {model} how it was protected, and whether fewer digits of its answers are enough.",
		Security:    "Limit who may ask {model}. Tell the data protection officer: this may be personal data.",
		Dont:        "Don't publish the model or its exact answers.",
		Why:         "In the trial of {model}: {trouble}.",
		Wrong:       "the trial's two groups differ in something else.",
	},
	Run: check.JudgeModels("membership"),
})
