package pickle

// memo maps the indices of PUT and MEMOIZE to values. Writers count from zero,
// so pages indexed by number are dense; a hostile stream's scattered indices go
// to a small map.
type memo struct {
	pages [][]value
	far   map[int64]value
	n     int // distinct indices stored
}

const (
	memoPage = 1 << 12
	empty    = value(^uint32(0)) // no such value: kind 31
	// spread is how many pages beyond the dense part a store may open.
	spread = 16
)

// put stores and says whether the index was taken.
func (t *memo) put(i int64, v value) (again bool) {
	p := int(i >> 12)
	if i < 0 || p > len(t.pages)+spread || i > 1<<40 {
		if t.far == nil {
			t.far = make(map[int64]value)
		}
		_, again = t.far[i]
		t.far[i] = v
		if !again {
			t.n++
		}
		return again
	}
	if v0, ok := t.far[i]; ok && v0 != empty { // stored before the dense part reached it
		t.far[i] = v
		return true
	}
	for p >= len(t.pages) {
		t.pages = append(t.pages, nil)
	}
	page := t.pages[p]
	if page == nil {
		page = make([]value, memoPage)
		for j := range page {
			page[j] = empty
		}
		t.pages[p] = page
	}
	slot := &page[i&(memoPage-1)]
	again = *slot != empty
	*slot = v
	if !again {
		t.n++
	}
	return again
}

func (t *memo) get(i int64) (value, bool) {
	if p := i >> 12; i >= 0 && p < int64(len(t.pages)) && t.pages[p] != nil {
		if v := t.pages[p][i&(memoPage-1)]; v != empty {
			return v, true
		}
	}
	if t.far == nil {
		return vUnknown, false
	}
	v, ok := t.far[i]
	return v, ok
}

// each replaces every value stored.
func (t *memo) each(f func(value) value) {
	for _, page := range t.pages {
		for i, v := range page {
			if v != empty {
				page[i] = f(v)
			}
		}
	}
	for i, v := range t.far {
		t.far[i] = f(v)
	}
}
