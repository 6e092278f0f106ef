package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.card",
	Version: 1,
	Title:   "What a model is for, and how good it is, is not written down",
	Doc: "A model card says what a model is for, what goes in and comes out, what it learnt from and how good it was. " +
		"Without it nobody here can tell whether it is used for what it was made for, and nothing measured here can be held against what was promised. " +
		"Ask the maker for a card of the version in use: CycloneDX, SPDX or the CHAI form are read. It is wrong where the card lies elsewhere in the hospital: import it. It passes when a card of this version comes that says these things.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.Model,
	Stage:        wardround.Deploy,
	Severity:     wardround.Low,
	Controls:     []string{"model-transparency"},
	Watch:        []kind.Name{kind.ModelReceived, kind.InferenceWindow},
	Models:       true,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. For which patients {model} was made and tried is not known here.",
		Ward:        "Ask before using {model} for patients unlike those it is used for now.",
		Engineering: "Ask the maker of {model} for its card, for the version that answers now, and import it.",
		Security:    "Nothing else to do.",
		Dont:        "Don't write the card from what the model seems to do.",
		Why:         "Of {model}: {trouble}.",
		Wrong:       "the card is there under another name.",
	},
	Run: check.JudgeModels("card"),
})
