package network

import (
	"crypto/sha256"
	"sync"

	"github.com/wardround/wardround/format/tls"
)

// maxLeaves bounds how many certificates are remembered.
const maxLeaves = 512

// leaves remembers what certificates say. Servers show the same one again and
// again, and to test a signature takes as long as a hundred packets. What it
// returns depends on its argument alone.
var leaves memory

type memory struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]*tls.Leaf
}

// of returns what a certificate says, nil when it cannot be read. It is shared:
// do not change it.
func (m *memory) of(der []byte) *tls.Leaf {
	key := sha256.Sum256(der)
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, ok := m.seen[key]; ok {
		return l
	}
	l, err := tls.ParseLeaf(der)
	if err != nil {
		l = nil
	}
	if m.seen == nil || len(m.seen) >= maxLeaves {
		m.seen = map[[sha256.Size]byte]*tls.Leaf{}
	}
	m.seen[key] = l
	return l
}
