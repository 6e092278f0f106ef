package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.artefact",
	Version: 1,
	Title:   "A model's file is unsafe to load, or cannot be read to its end",
	Doc: "A file that holds a model holds code, too: loading it can run what somebody put there, on a machine that reads patients' images or values. The gate reads the file without loading it and says what loading would do. " +
		"What cannot be read to its end is never taken for clean. Don't load it; ask who made it for a file in a form that holds numbers alone, signed. " +
		"It is wrong where the maker's own loader needs what the gate calls unsafe: then he says so, and the callables are allowed by name. It passes when the same file, or the one in its place, is scanned again and found safe.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Ship,
	Severity:     wardround.Medium,
	Controls:     []string{"model-artefact-safety"},
	Watch:        []kind.Name{kind.ModelScanned},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. If {file} is loaded, whoever made it decides what the machine does that answers about patients.",
		Ward:        "Nothing to do at a patient. If the model is out of use meanwhile, work without it as its fallback plan says.",
		Engineering: "Don't load {file}. Ask the maker of {model} for a file that holds numbers alone, and for its signature.",
		Security:    "Find where {file} came from and who has loaded it already. Look at what the full report says it would call.",
		Dont:        "Don't load the file to see what happens, and don't delete it: it is evidence.",
		Why:         "The gate read {file} of {model} and says {verdict}: {trouble}.",
		Wrong:       "the maker needs what the file calls and says so.",
	},
	Run: check.JudgeModels("artefact"),
})
