package model

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "model.source",
	Version: 1,
	Title:   "One device sends a model something else than the others do",
	Doc: "What comes from one device moved away from the reference, and what comes from the others did not. So the patients are the same and the device is not: new software, another protocol, a defect, a detector that ages. " +
		"The model's answers for its patients are in doubt, the others' are not. Compare the device's settings with its neighbours', and see its service record. " +
		"It is wrong where this device sees other patients on purpose, such as children: give it a group of its own in the reference. It passes when what it sends is like the others' again.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.Model,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"model-data-governance"},
	Watch:        []kind.Name{kind.InferenceWindow},
	Models:       true,
	Fresh:        14 * 24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Answers of {model} for patients examined at {device} may be less reliable. Those of other devices are not concerned as far as is known.",
		Ward:        "For patients examined at {device}, look twice at what {model} says.",
		Engineering: "Compare the settings and the software of {device} with the other devices. Ask its maker about the newest update.",
		Security:    "See whether the change of {device} was planned.",
		Dont:        "Don't take {device} out of use because of this: it may examine patients as well as before.",
		Why:         "At {device} alone, {count} columns moved, of {units} patients or studies: {columns}. {moved}.",
		Wrong:       "this device sees other patients on purpose.",
	},
	Run: check.JudgeModels("source"),
})
