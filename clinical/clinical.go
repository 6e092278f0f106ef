// Package clinical holds the clinical profiles: per device role, what its loss and
// its misuse mean at the bedside, and what not to do. None asserts what a product
// does: that only the maker's instructions can. Text that no clinician has
// reviewed says so wherever it is shown.
package clinical

import (
	_ "embed"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
)

//go:embed profiles.yaml
var profiles []byte

type entry struct {
	Role, Criticality, Loss, Misuse, Safe, Dont, Source, Reviewer string
}

var load = sync.OnceValue(func() map[string]*wardround.ClinicalProfile {
	var list []entry
	if err := yaml.Unmarshal(profiles, &list); err != nil {
		panic("clinical: the embedded profiles: " + err.Error())
	}
	m := make(map[string]*wardround.ClinicalProfile, len(list))
	for _, e := range list {
		c, err := wardround.ParseCriticality(e.Criticality)
		if err != nil || e.Role == "" || e.Dont == "" || e.Source == "" {
			panic("clinical: the embedded profile of " + e.Role + " is incomplete")
		}
		m[e.Role] = &wardround.ClinicalProfile{
			Role: e.Role, Criticality: c, Loss: e.Loss, Misuse: e.Misuse, Safe: e.Safe, Dont: e.Dont,
			Source: e.Source, Reviewer: e.Reviewer,
		}
	}
	return m
})

// Profile returns the profile of a role, or nil.
func Profile(role string) *wardround.ClinicalProfile { return load()[role] }

// Roles returns how many roles have a profile.
func Roles() int { return len(load()) }
