package board

import "sync"

// memo keeps an answer for who sees everything until the next commit: it is asked
// for far more often than anything changes.
type memo[T any] struct {
	mu      sync.Mutex
	version uint64
	kept    bool
	value   T
}

// of returns the answer as of a version, made if it is another one than last time.
// While it is made others wait for it, and need not make it themselves.
func (m *memo[T]) of(version uint64, make func() T) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.kept || m.version != version {
		m.value, m.version, m.kept = make(), version, true
	}
	return m.value
}

// now is the version of what is shown: it grows with each commit and batch.
func (b *Board) version() uint64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.grown
}
