package board

import (
	"iter"
	"slices"
)

// chunkSize is how many rows are copied at most for one that changes.
const chunkSize = 512

// list is rows in order, in chunks that never change: who has copied the list can
// walk it while the next one is made. The zero value is empty.
type list[T comparable] struct {
	chunks [][]T
	n      int
}

// all yields the rows in order.
func (l list[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, c := range l.chunks {
			for _, x := range c {
				if !yield(x) {
					return
				}
			}
		}
	}
}

// replaced returns the list without the rows that went and with those that came.
// compare is a total order; a row that went is in the list.
func (l list[T]) replaced(went, came []T, compare func(a, b T) int) list[T] {
	if len(went) == 0 && len(came) == 0 {
		return l
	}
	if changes := len(went) + len(came); changes > 64 && changes > l.n/16 {
		return l.rebuilt(went, came, compare)
	}
	chunks := slices.Clone(l.chunks)
	for _, x := range went {
		chunks = without(chunks, x, compare)
	}
	for _, x := range came {
		chunks = with(chunks, x, compare)
	}
	return list[T]{chunks, l.n - len(went) + len(came)}
}

// swap is a row in the place of another that sorts just as it does.
type swap[T any] struct{ old, new T }

// swapped returns the list with rows in place of others. Each chunk is copied once.
func (l list[T]) swapped(swaps []swap[T], compare func(a, b T) int) list[T] {
	if len(swaps) == 0 {
		return l
	}
	chunks, copied := slices.Clone(l.chunks), make(map[int]bool, len(swaps))
	for _, s := range swaps {
		i := chunkOf(chunks, s.old, compare)
		if !copied[i] {
			chunks[i], copied[i] = slices.Clone(chunks[i]), true
		}
		at, found := slices.BinarySearchFunc(chunks[i], s.old, compare)
		if !found {
			panic("board: a row that went was not in its list")
		}
		chunks[i][at] = s.new
	}
	return list[T]{chunks, l.n}
}

// changes are what one commit does to a list.
type changes[T comparable] struct {
	swaps      []swap[T]
	went, came []T
}

// note notes that a row is now another one; the zero value is none.
func (c *changes[T]) note(old, new T, compare func(a, b T) int) {
	var none T
	if old != none && new != none && compare(old, new) == 0 {
		c.swaps = append(c.swaps, swap[T]{old, new})
		return
	}
	if old != none {
		c.went = append(c.went, old)
	}
	if new != none {
		c.came = append(c.came, new)
	}
}

// apply makes a list as it is after the changes.
func (c *changes[T]) apply(l list[T], compare func(a, b T) int) list[T] {
	return l.swapped(c.swaps, compare).replaced(c.went, c.came, compare)
}

// chunkOf returns the chunk in which x is, or belongs.
func chunkOf[T any](chunks [][]T, x T, compare func(a, b T) int) int {
	i, _ := slices.BinarySearchFunc(chunks, x, func(c []T, x T) int { return compare(c[len(c)-1], x) })
	return min(i, len(chunks)-1)
}

func without[T any](chunks [][]T, x T, compare func(a, b T) int) [][]T {
	i := chunkOf(chunks, x, compare)
	at, found := slices.BinarySearchFunc(chunks[i], x, compare)
	if !found {
		panic("board: a row that went was not in its list")
	}
	if len(chunks[i]) == 1 {
		return slices.Delete(chunks, i, i+1)
	}
	chunks[i] = slices.Concat(chunks[i][:at], chunks[i][at+1:])
	return chunks
}

func with[T any](chunks [][]T, x T, compare func(a, b T) int) [][]T {
	if len(chunks) == 0 {
		return [][]T{{x}}
	}
	i := chunkOf(chunks, x, compare)
	at, _ := slices.BinarySearchFunc(chunks[i], x, compare)
	c := slices.Concat(chunks[i][:at], []T{x}, chunks[i][at:])
	if len(c) <= chunkSize {
		chunks[i] = c
		return chunks
	}
	half := len(c) / 2
	chunks[i] = c[:half:half]
	return slices.Insert(chunks, i+1, c[half:])
}

// rebuilt is replaced for many rows at once.
func (l list[T]) rebuilt(went, came []T, compare func(a, b T) int) list[T] {
	gone := make(map[T]bool, len(went))
	for _, x := range went {
		gone[x] = true
	}
	came = slices.Clone(came)
	slices.SortFunc(came, compare)
	rows := make([]T, 0, l.n-len(went)+len(came))
	for x := range l.all() {
		if gone[x] {
			continue
		}
		for len(came) > 0 && compare(came[0], x) < 0 {
			rows, came = append(rows, came[0]), came[1:]
		}
		rows = append(rows, x)
	}
	rows = append(rows, came...)
	out := list[T]{n: len(rows)}
	for c := range slices.Chunk(rows, chunkSize*3/4) { // room to grow
		out.chunks = append(out.chunks, slices.Clip(c))
	}
	return out
}
