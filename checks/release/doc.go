// Package release holds the checks of what is known of releases themselves: their
// bills of materials, their support, how they were built, what their makers
// declare, and whether there is knowledge to judge them by.
package release

import (
	"unicode/utf8"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

const (
	maxName = 160 // bytes of a name
	maxText = 300 // bytes of a sentence
	maxList = 8   // entries of a list
)

// called is how people call a release.
func called(r *wardround.Release) string { return clip(r.Name(), maxName) }

// instances counts a release's instances, and those that are not known to be idle.
func instances(p *check.Pass, id wardround.ReleaseID) (all, used int) {
	for a := range p.Portfolio().Instances(id) {
		all++
		if x := p.Asset(a); x != nil && x.Use != wardround.Idle {
			used++
		}
	}
	return all, used
}

// clip shortens a text to at most n bytes, at the end of a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
