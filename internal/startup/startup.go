// Package startup lets the garbage collector rest while the program starts, and keeps
// little of the program itself in memory for a command that is to hold little.
//
// A package that imports nothing but the standard library is initialised as soon as
// those that come before it in the alphabet are (Go specification, "Program
// initialization"), which is before most of ours and of other modules. What those build
// (tables, patterns, schemas) stays for good, so that collecting it in between finds
// nothing: from a heap of 4 MB on that would cost a command a fifth of its start.
//
// GOGC in the environment goes before it, here as everywhere.
package startup

import (
	"os"
	"runtime/debug"
	"slices"
)

// Garbage is how many percent of what lives may be dead until main sets its own rule.
const Garbage = 400

// frugal is the command that has a limit for its memory, the program's own included.
const frugal = "scan"

func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(Garbage)
	}
	// Large pieces of code serve a program that runs for long; what is called once and is
	// to hold little does better with small ones. Only main can parse the command line,
	// and then it would be too late: a word of it has to do. Being wrong costs nothing.
	if slices.Contains(os.Args, frugal) {
		cutPages()
	}
}
