package main

import (
	"runtime"
	"testing"
	"time"
)

func TestGarbageFollowsTheHeap(t *testing.T) {
	garbageFloor.Store(serverFloor) // another test may have run a command of a build
	for live, want := range map[uint64]int{0: 400, 8 << 20: 400, 24 << 20: 400, 48 << 20: 200, 96 << 20: 100, 192 << 20: 50, 4 << 30: 25} {
		if got := garbage(live); got != want {
			t.Errorf("%d MB live: %d %%, want %d", live>>20, got, want)
		}
	}
}

func TestAfterEachCollection(t *testing.T) {
	ran := make(chan struct{}, 100)
	afterCollection(func() {
		select {
		case ran <- struct{}{}:
		default:
		}
	})
	for i := range 3 {
		runtime.GC()
		select {
		case <-ran:
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing ran after collection %d", i+1)
		}
	}
}
