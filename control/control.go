// Package control is the catalogue of controls: objectives of ours in our own
// words, with references to the clauses of law and standards they help to meet.
// Checks name the controls they give evidence for.
package control

import (
	_ "embed"
	"sort"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
)

//go:embed catalogue.yaml
var catalogue []byte

var load = sync.OnceValue(func() map[string]wardround.Control {
	var list []wardround.Control
	if err := yaml.Unmarshal(catalogue, &list); err != nil {
		panic("control: the embedded catalogue: " + err.Error())
	}
	m := make(map[string]wardround.Control, len(list))
	for _, c := range list {
		if c.ID == "" || c.Title == "" || len(c.Clause) == 0 || m[c.ID].ID != "" {
			panic("control: the embedded catalogue: " + c.ID + " is incomplete or named twice")
		}
		m[c.ID] = c
	}
	return m
})

// Lookup returns a control by id.
func Lookup(id string) (wardround.Control, bool) {
	c, ok := load()[id]
	return c, ok
}

// All lists the controls by id.
func All() []wardround.Control {
	out := make([]wardround.Control, 0, len(load()))
	for _, c := range load() {
		out = append(out, c)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}
