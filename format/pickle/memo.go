package pickle

import (
	"maps"
	"slices"
)

// memo maps the indices of PUT and MEMOIZE to values. Writers count from zero,
// so pages indexed by number are dense; a hostile stream's scattered indices go
// to a small map.
type memo struct {
	pages  [][]value
	packed []*packed // by page, for pages that are nil
	state  []byte    // by page
	opened int       // pages that are not nil
	made   int       // pages that there are, packed ones too
	next   int       // the page that is packed next
	spare  [][]value // pages whose words are packed, to be used again
	far    map[int64]value
	n      int // distinct indices stored
}

const (
	memoPage = 1 << 12
	empty    = value(^uint32(0)) // no such value: kind 31
	// spread is how many pages beyond the dense part a store may open.
	spread = 16
	// sparse is how many words of pages may stand for each index stored, beside a
	// number of pages that is small anyhow.
	sparse = 8
	// maxFar is how many scattered indices are kept.
	maxFar = 1 << 20
	// openPages is how many pages stay as they are before packing begins.
	openPages = 256
	// behind is how far the writer must be away from a page that is packed.
	behind = 8
)

const (
	stays = 1 << iota // a page that is not packed (again): it was asked for, or it is no shorter
	dirty             // it was written to since compact last changed what it holds
)

// put stores and says whether the index was taken, and whether there was room.
func (t *memo) put(i int64, v value) (again, ok bool) {
	p := int(i >> 12)
	if i < 0 || p > len(t.pages)+spread || i > 1<<40 || !t.has(p) && t.made > openPages && t.made*memoPage > sparse*t.n {
		if t.far == nil {
			t.far = make(map[int64]value)
		}
		_, again = t.far[i]
		if !again {
			if len(t.far) >= maxFar {
				return false, false
			}
			t.n++
		}
		t.far[i] = v
		return again, true
	}
	if v0, ok := t.far[i]; ok && v0 != empty { // stored before the dense part reached it
		t.far[i] = v
		return true, true
	}
	for p >= len(t.pages) {
		t.pages = append(t.pages, nil)
		t.packed = append(t.packed, nil)
		t.state = append(t.state, 0)
	}
	page := t.open(p)
	if page == nil {
		if n := len(t.spare) - 1; n >= 0 {
			page, t.spare = t.spare[n], t.spare[:n]
		} else {
			page = make([]value, memoPage)
		}
		for j := range page {
			page[j] = empty
		}
		t.pages[p] = page
		t.opened++
		t.made++
		t.tidy()
	}
	slot := &page[i&(memoPage-1)]
	again = *slot != empty
	*slot = v
	t.state[p] |= dirty
	if !again {
		t.n++
	}
	return again, true
}

func (t *memo) has(p int) bool {
	return p < len(t.pages) && (t.pages[p] != nil || t.packed[p] != nil)
}

func (t *memo) get(i int64) (value, bool) {
	if p := i >> 12; i >= 0 && p < int64(len(t.pages)) {
		if page := t.open(int(p)); page != nil {
			if v := page[i&(memoPage-1)]; v != empty {
				return v, true
			}
		}
	}
	if t.far == nil {
		return vUnknown, false
	}
	v, ok := t.far[i]
	return v, ok
}

// open returns a page, unpacked for good if it was packed; nil if there is none.
func (t *memo) open(p int) []value {
	if t.pages[p] == nil && t.packed[p] != nil {
		page := make([]value, memoPage)
		t.packed[p].open(page, true)
		t.pages[p], t.packed[p] = page, nil
		t.state[p] = stays
		t.opened++
	}
	return t.pages[p]
}

// tidy packs pages that lie behind, as far as they hold nothing that compact will
// change.
func (t *memo) tidy() {
	for t.opened > openPages && t.next < len(t.pages)-behind {
		if page := t.pages[t.next]; page != nil && t.state[t.next]&stays == 0 {
			if t.state[t.next]&dirty != 0 {
				for _, v := range page {
					if v != empty && forget(v) != v {
						return // compact comes back
					}
				}
			}
			if p := pack(page, true); p != nil {
				t.pages[t.next], t.packed[t.next] = nil, p
				t.spare = append(t.spare, page)
				t.opened--
			} else {
				t.state[t.next] |= stays
			}
		}
		t.next++
	}
}

// forget drops from every value stored what it says about arenas that are emptied.
func (t *memo) forget() {
	for p, page := range t.pages {
		if t.state[p]&dirty == 0 {
			continue
		}
		t.state[p] &^= dirty
		for i, v := range page {
			if v != empty {
				page[i] = forget(v)
			}
		}
	}
	for i, v := range t.far {
		t.far[i] = forget(v)
	}
	t.tidy()
}

func (t *memo) clone() memo {
	c := *t
	c.spare = nil
	c.far, c.pages, c.packed, c.state = maps.Clone(t.far), clonePages(t.pages), slices.Clone(t.packed), slices.Clone(t.state)
	return c
}

// clonePages copies pages; packed ones are never written to and may be shared.
func clonePages(pages [][]value) [][]value {
	out := make([][]value, len(pages))
	for i, p := range pages {
		out[i] = slices.Clone(p)
	}
	return out
}
