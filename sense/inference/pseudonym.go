package inference

import (
	"hash/fnv"
)

// key is the first 64 bits of a keyed pseudonym's hash: what tables in memory and on
// disk are looked up by.
func key(pseudonym string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(pseudonym))
	return h.Sum64()
}
