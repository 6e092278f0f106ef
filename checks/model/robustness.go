package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.robustness",
	Version: 1,
	Title:   "A model's answers change with little",
	Doc: "A trial gave the model inputs with a little noise, blur, compression or drift, as any device gives them on some days, and its answers became worse than the limit allows. " +
		"So small defects upstream matter, and somebody could deceive it with little. " +
		"Tell the maker; see that the devices that feed it are well kept. It is wrong where the trial was harsher than anything here. It passes when the trial is done again and stays within the limits.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Build,
	Severity:     wardround.Medium,
	Controls:     []string{"model-robustness"},
	Watch:        []kind.Name{kind.ModelProbed},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Small defects of an image or signal can change what {model} says. No wrong answer is known.",
		Ward:        "Repeat a poor image or signal before you rely on what {model} says of it.",
		Engineering: "Tell the maker of {model} what the trial found. See that the devices that feed it are within their tolerances.",
		Security:    "Nothing else to do.",
		Dont:        "Don't repeat the trial on a system that clinicians are using.",
		Why:         "In the trial of {model}: {trouble}.",
		Wrong:       "the trial was harsher than anything here.",
	},
	Run: check.JudgeModels("robustness"),
})
