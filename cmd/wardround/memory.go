package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much may lie dead before the next collection: at least garbageFloor bytes,
// so that a small heap is not collected all the time, and leastGarbage percent of
// what lives, so that a million idle connections do not take twice their room.
// The runtime's own rule is 100 percent, whatever the size.
const (
	garbageFloor = 96 << 20
	leastGarbage = 25
	mostGarbage  = 400
)

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
	percent := uint64(garbageFloor) * 100 / max(live, 1)
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
