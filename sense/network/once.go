package network

import "time"

// maxOnce bounds what is remembered as told, over all protocols of one sensor.
const maxOnce = 1 << 16

// onces remembers what was told lately, so that what a protocol repeats by its
// own rules (an announcement sent three times, an address asked for each second)
// is not an observation each time. It holds hashes and times, no content.
type onces struct{ until map[uint64]int64 }

// first reports whether key is not remembered at the time at, and remembers it
// for the time given, both in nanoseconds. When there is no room even after
// what is over was forgotten, all is forgotten: then something is told again.
func (o *onces) first(key uint64, at, life int64) bool {
	if at < o.until[key] {
		return false
	}
	if o.until == nil {
		o.until = map[uint64]int64{}
	}
	if len(o.until) >= maxOnce {
		for k, until := range o.until {
			if at >= until {
				delete(o.until, k)
			}
		}
		if len(o.until) > maxOnce*3/4 {
			clear(o.until)
		}
	}
	o.until[key] = at + life
	return true
}

// Once reports whether this protocol has not told a fact of this key within the
// time before this datagram, and remembers that it does now. The key is a hash of
// all that makes the fact what it is; [Hash] makes one.
func (d *Datagram) Once(key uint64, within time.Duration) bool {
	return d.sensor.onces.first(Hash(key, d.proto.Name), d.At, int64(within))
}

// Hash adds s to a hash of facts for [Datagram.Once]; the first takes 0. It is
// FNV-1a over the bytes and an end mark, so that "ab","c" and "a","bc" differ.
func Hash[S string | []byte](key uint64, s S) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := key ^ offset
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	return (h ^ 0x100) * prime
}
