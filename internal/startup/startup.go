// Package startup lets the garbage collector rest while the program starts.
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
)

// Garbage is how many percent of what lives may be dead until main sets its own rule.
const Garbage = 400

func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(Garbage)
	}
	cutPages()
}
