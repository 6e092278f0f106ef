package order

import (
	"cmp"
	"math"
	"slices"
)

// A place is a key and the position it came from.
type place struct {
	k uint64
	i uint32
}

// Positions returns the positions of x in ascending order of value, NaN last: x[Positions(x)[0]] is the smallest. Equal values
// keep their order. It takes 32 bytes of working memory per value, and panics for more values than a 32-bit position can name.
func Positions(x []float64) []uint32 {
	if uint64(len(x)) > math.MaxUint32 {
		panic("order: more values than a 32-bit position can name")
	}
	if len(x) >= small && direction(x) == rising { // falling ones would have to keep the order of equal values
		out := make([]uint32, len(x))
		for i := range out {
			out[i] = uint32(i)
		}
		return out
	}
	from := make([]place, len(x))
	for i, v := range x {
		k := uint64(math.MaxUint64)
		if v == v {
			k = Key(v)
		}
		from[i] = place{k, uint32(i)}
	}
	if len(x) < small {
		slices.SortFunc(from, places)
	} else {
		from = sortPlaces(from, make([]place, len(x)))
	}
	out := make([]uint32, len(x))
	for i, e := range from {
		out[i] = e.i
	}
	return out
}

// places orders by value, and equal values by position.
func places(a, b place) int {
	if a.k != b.k {
		return cmp.Compare(a.k, b.k)
	}
	return cmp.Compare(a.i, b.i)
}

// sortPlaces is [Sorter.Sort] for places; it returns the slice the sorted ones are in.
func sortPlaces(from, room []place) []place {
	from, room = passPlaces(from, room, lowest)
	for i := 0; i < len(from); {
		j := i + 1
		for j < len(from) && from[j].k>>lowest == from[i].k>>lowest {
			j++
		}
		if j-i > 1 {
			orderPlaces(from[i:j], room[i:j])
		}
		i = j
	}
	return from
}

func orderPlaces(run, room []place) {
	if len(run) > short {
		switch {
		case slices.IsSortedFunc(run, places):
		case len(run) < long:
			slices.SortFunc(run, places)
		default:
			if done, _ := passPlaces(run, room, 0); &done[0] != &run[0] {
				copy(run, done)
			}
		}
		return
	}
	for i := 1; i < len(run); i++ {
		e, j := run[i], i
		for ; j > 0 && run[j-1].k > e.k; j-- {
			run[j] = run[j-1]
		}
		run[j] = e
	}
}

func passPlaces(from, to []place, shift uint) ([]place, []place) {
	var counts counters
	for _, e := range from {
		k := e.k >> shift
		counts[0][k&(buckets-1)]++
		counts[1][k>>digit&(buckets-1)]++
		counts[2][k>>(2*digit)&(buckets-1)]++
	}
	for p := range passes {
		c, shift := &counts[p], shift+uint(p*digit)
		if !c.starts(from[0].k>>shift, len(from)) {
			continue
		}
		for _, e := range from {
			d := e.k >> shift & (buckets - 1)
			to[c[d]] = e
			c[d]++
		}
		from, to = to, from
	}
	return from, to
}
