package model

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.signature",
	Version: 1,
	Title:   "A model is not signed as it should be",
	Doc: "Whether the model that answers is the one its maker released can be told only by a signature over all its files, verified where it is loaded. " +
		"Without it, or with one that fails, anybody on the way could have changed it, and a changed model answers as confidently as before. " +
		"Ask the maker for a signature by OpenSSF model signing, and verify it at each load. It is wrong where the files were changed on purpose after signing, such as a configuration that belongs to the site: sign again. It passes when the signature is verified the next time.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-integrity"},
	Watch:        []kind.Name{kind.ModelVerified},
	Models:       true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in answers is known. Whether {model} answers as its maker released it is not certain.",
		Ward:        "Treat its answers as an aid, as always. If they look odd, decide without them and tell clinical engineering.",
		Engineering: "Compare the files of {model} with those the maker delivered. If they differ, load the delivered ones and keep the others.",
		Security:    "Find out who could write where {model} lies. Ask the maker for a signature, or sign what was accepted here.",
		Dont:        "Don't switch the model off at once because of this: agree with those who use it on how they work without it.",
		Why:         "The signature of {model} was verified {when}: {trouble}.",
		Wrong:       "its files were changed on purpose after signing.",
	},
	Run: check.JudgeModels("signature"),
})
