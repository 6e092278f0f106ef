// Package clinical holds the clinical profiles: per device role, what its loss and
// its misuse mean at the bedside, and what not to do. None asserts what a product
// does: that only the maker's instructions can. Text that no clinician has
// reviewed says so wherever it is shown.
package clinical

import (
	_ "embed"
	"maps"
	"slices"
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

//go:embed profiles.de.yaml
var german []byte

//go:embed profiles.fr.yaml
var french []byte

// told are the profiles in other languages; what they weigh stays with the English.
var told = map[string]func() map[string]*wardround.ClinicalProfile{
	"de": sync.OnceValue(func() map[string]*wardround.ClinicalProfile { return translated(german) }),
	"fr": sync.OnceValue(func() map[string]*wardround.ClinicalProfile { return translated(french) }),
}

func translated(b []byte) map[string]*wardround.ClinicalProfile {
	var list []entry
	if err := yaml.Unmarshal(b, &list); err != nil {
		panic("clinical: the embedded translations: " + err.Error())
	}
	m := make(map[string]*wardround.ClinicalProfile, len(list))
	for _, e := range list {
		p := Profile(e.Role)
		if p == nil {
			panic("clinical: there is no role " + e.Role)
		}
		t := *p
		t.Loss, t.Misuse, t.Safe, t.Dont = e.Loss, e.Misuse, e.Safe, e.Dont
		m[e.Role] = &t
	}
	return m
}

// ProfileIn returns the profile of a role in a language, in English where there is
// no other, or nil.
func ProfileIn(language, role string) *wardround.ClinicalProfile {
	if texts := told[language]; texts != nil {
		if p := texts()[role]; p != nil {
			return p
		}
	}
	return Profile(role)
}

// RoleNames lists the roles that have a profile, sorted.
func RoleNames() []string { return slices.Sorted(maps.Keys(load())) }

// Roles returns how many roles have a profile.
func Roles() int { return len(load()) }
