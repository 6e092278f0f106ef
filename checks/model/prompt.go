package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.prompt",
	Version: 1,
	Title:   "Instructions were planted in what a language model reads",
	Doc: "A language model does what it reads. Among what it was given were texts that tell it to do something else: to leave out a finding, to tell what it must not, to call a tool. " +
		"They were answered, or an answer held what must not leave. Such texts hide in letters, reports and web pages that somebody sends in. " +
		"See where they came from and what was answered; cut the model off from tools it does not need. It is wrong for a text about such attacks. It passes when the next windows hold none that were answered.",
	Concern:      wardround.Security,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"prompt-resistance", "model-privacy"},
	Watch:        []kind.Name{kind.InferenceWindow, kind.ModelProbed},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "A text that {model} wrote may leave something out or say something untrue because somebody told it to. For which patient is not known here.",
		Ward:        "Read what {model} wrote against the chart before you sign it.",
		Engineering: "See what {model} may read and call, and take away what it does not need.",
		Security:    "Find the documents with planted instructions, keep them, and see what was answered and to whom.",
		Dont:        "Don't rely on the model's own word that it did not follow them.",
		Why:         "Of what {model} was given: {trouble}.",
		Wrong:       "it was a text about such attacks.",
	},
	Run: check.JudgeModels("prompt"),
})
