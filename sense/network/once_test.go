package network

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// A fact is told once within its time, for each protocol by itself.
func TestOnce(t *testing.T) {
	d := NewTestDatagram("arp", wardround.Flow{}, nil, func(*wardround.Observation) {})
	key := Hash(Hash(0, "ab"), []byte("c"))
	for _, c := range []struct {
		seconds int64
		key     uint64
		want    bool
	}{{0, key, true}, {59, key, false}, {60, key, true}, {61, key + 1, true}, {61, key, false}, {200, key, true}} {
		d.At = c.seconds * int64(time.Second)
		if got := d.Once(c.key, time.Minute); got != c.want {
			t.Errorf("after %d s: %v, want %v", c.seconds, got, c.want)
		}
	}
	if Hash(Hash(0, "a"), "bc") == key || Hash(0, "abc") == key {
		t.Error("parts of a key run into each other")
	}
}

// A flood of facts does not grow what is remembered.
func TestOnceIsBounded(t *testing.T) {
	var o onces
	for i := range uint64(3 * maxOnce) {
		if !o.first(i, int64(i), 1000) {
			t.Fatal("a new fact was not told")
		}
		if len(o.until) > maxOnce {
			t.Fatalf("%d facts remembered", len(o.until))
		}
	}
	for i := range uint64(2 * maxOnce) {
		o.first(i<<32, 0, 1<<40)
	}
	if len(o.until) > maxOnce {
		t.Errorf("%d facts remembered that last", len(o.until))
	}
}
