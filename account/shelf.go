package account

import (
	"container/list"
	"sync"
	"time"
)

// shelf keeps what is needed between two steps of signing in: a code that is still
// to come, the challenge of a passkey, a visit to a provider. It is in memory, each
// thing is taken once, and it is gone after a while. A stranger can fill the room
// of its own network only.
type shelf[T any] struct {
	now  func() time.Time
	life time.Duration

	mu    sync.Mutex
	items map[string]*list.Element
	order *list.List // of *item[T], the oldest in front
	from  map[string]int
}

type item[T any] struct {
	key, from string
	until     time.Time
	value     T
}

// How much a shelf holds, and of that from one network.
const (
	maxShelf = 8192
	maxFrom  = 512
)

func newShelf[T any](now func() time.Time, life time.Duration) *shelf[T] {
	return &shelf[T]{now: now, life: life, items: map[string]*list.Element{}, order: list.New(), from: map[string]int{}}
}

// put keeps value under a secret; the oldest of the same network, or of all, makes
// room.
func (s *shelf[T]) put(secret, from string, value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if s.from[from] >= maxFrom {
		for e := s.order.Front(); e != nil; e = e.Next() {
			if e.Value.(*item[T]).from == from {
				s.drop(e)
				break
			}
		}
	}
	if s.order.Len() >= maxShelf {
		s.drop(s.order.Front())
	}
	key := digest(secret)
	s.items[key] = s.order.PushBack(&item[T]{key, from, s.now().Add(s.life), value})
	s.from[from]++
}

// look returns the value and leaves it.
func (s *shelf[T]) look(secret string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	e, ok := s.items[digest(secret)]
	if !ok {
		var none T
		return none, false
	}
	return e.Value.(*item[T]).value, true
}

// take returns the value and drops it.
func (s *shelf[T]) take(secret string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	e, ok := s.items[digest(secret)]
	if !ok {
		var none T
		return none, false
	}
	s.drop(e)
	return e.Value.(*item[T]).value, true
}

func (s *shelf[T]) expire() {
	now := s.now()
	for e := s.order.Front(); e != nil && !e.Value.(*item[T]).until.After(now); e = s.order.Front() {
		s.drop(e)
	}
}

func (s *shelf[T]) drop(e *list.Element) {
	it := s.order.Remove(e).(*item[T])
	delete(s.items, it.key)
	if s.from[it.from]--; s.from[it.from] <= 0 {
		delete(s.from, it.from)
	}
}
