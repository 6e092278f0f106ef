// Package pattern holds regular expressions until somebody asks for them.
//
// Compiling one takes some ten microseconds. A program of many formats has hundreds of
// them at package level, and a command that reads one format would pay for all at every
// start. So:
//
//	var isoDate = pattern.Of(`^[0-9]{4}-[01][0-9]-[0-3][0-9]$`)
//
//	if isoDate().MatchString(s) { … }
//
// Asking costs a few nanoseconds; in an innermost loop ask once, before it. Text that is
// no regular expression panics at the first question rather than at start: the tests of
// this package compile every text in the project's sources.
package pattern

import (
	"regexp"
	"sync"
)

// Of returns a function that compiles the RE2 text at its first call and gives the same
// expression each time. Goroutines may call it at once.
func Of(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
