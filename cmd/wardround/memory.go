package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"

	"github.com/wardround/wardround/internal/startup"
)

// How much may lie dead before the next collection: at least so many bytes (garbageFloor),
// so that a small heap is not collected all the time, and leastGarbage percent of
// what lives, so that a million idle connections do not take twice their room.
// The runtime's own rule is 100 percent, whatever the size.
const (
	serverFloor  = 96 << 20
	leastGarbage = 25
	mostGarbage  = startup.Garbage
)

// garbageFloor is in bytes. A command of a build that runs once takes less: runners
// are small.
var garbageFloor = func() *atomic.Int64 {
	f := new(atomic.Int64)
	f.Store(serverFloor)
	return f
}()

// buildFloor is the floor of commands that run in builds.
const buildFloor = 32 << 20

// scanFloor is the floor of model scan, which keeps little and is told to hold 64 MB.
const scanFloor = 10 << 20

// boundGarbage sets the pace of the collector after each collection, unless GOGC
// says what the user wants.
func boundGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(mostGarbage)
	afterCollection(func() {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		if sample[0].Value.Kind() == metrics.KindUint64 {
			debug.SetGCPercent(garbage(sample[0].Value.Uint64()))
		}
	})
}

// garbage is how many percent of live bytes may be dead.
func garbage(live uint64) int {
	percent := uint64(garbageFloor.Load()) * 100 / max(live, 1)
	return int(min(max(percent, leastGarbage), mostGarbage))
}

// collected is dropped at once, so that its finalizer runs after each collection.
type collected struct{ again func() }

func afterCollection(fn func()) {
	var arm func()
	arm = func() {
		runtime.SetFinalizer(&collected{arm}, func(c *collected) {
			fn()
			c.again()
		})
	}
	arm()
}
