package pickle

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPackedPagesAreTheSame: packing loses nothing, one word at a time or all at once.
func TestPackedPagesAreTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, word := range map[string]func(i int) value{
		"the same":        func(int) value { return vFloat },
		"lists in order":  func(i int) value { return mk(kList, uint32(i)) },
		"lists and dicts": func(i int) value { return mk([]kind{kList, kDict, kObject}[i%3], uint32(1000+i)) },
		"every other":     func(i int) value { return []value{vStr, mk(kList, uint32(i)), empty}[i%3] },
		"a few":           func(int) value { return mk(kTuple, uint32(rng.IntN(40))<<shapeBits) },
		"backwards":       func(i int) value { return mk(kSet, uint32(payload-i)) },
	} {
		page := make([]value, memoPage)
		for i := range page {
			page[i] = word(i)
		}
		for _, predict := range []bool{false, true} {
			p := pack(page, predict)
			if p == nil {
				if predict {
					t.Errorf("%s: not packed", name)
				}
				continue
			}
			got := make([]value, memoPage)
			p.open(got, predict)
			if !slices.Equal(got, page) {
				t.Errorf("%s, predicted %v: another page came out", name, predict)
			}
			if !predict && p.word(77) != uint32(page[77]) {
				t.Errorf("%s: word 77 is %#x", name, p.word(77))
			}
		}
	}
	page := make([]value, memoPage)
	for i := range page {
		page[i] = mk(kInt, rng.Uint32())
	}
	if pack(page, true) != nil {
		t.Error("a page of chance was packed")
	}
}

// TestMemoKeepsWhatWasStored: also when it is packed, asked for again, and written to
// again.
func TestMemoKeepsWhatWasStored(t *testing.T) {
	var m memo
	const n = (openPages + 200) * memoPage
	at := func(i int64) value {
		if i%2 == 0 {
			return vStr
		}
		return mk(kList, uint32(i/2))
	}
	for i := range int64(n) {
		if again, ok := m.put(i, at(i)); again || !ok {
			t.Fatal(i, again, ok)
		}
	}
	if m.opened > openPages+behind || m.n != n {
		t.Fatalf("%d pages of %d are open, %d stored", m.opened, len(m.pages), m.n)
	}
	c := m.clone()
	for i := int64(0); i < n; i += 997 {
		if v, ok := m.get(i); !ok || v != at(i) {
			t.Fatalf("%d: %#x, want %#x", i, v, at(i))
		}
	}
	if again, _ := m.put(5, vNone); !again {
		t.Error("a packed index counts as new")
	}
	if v, _ := c.get(5); v != at(5) {
		t.Error("a copy changes with what it was copied from")
	}
}

// TestScatteredMemoTakesLittle: an index in each page opens no page for each.
func TestScatteredMemoTakesLittle(t *testing.T) {
	var m memo
	for i := range int64(200_000) {
		if _, ok := m.put(i*memoPage*3, vNone); !ok {
			t.Fatal("refused", i)
		}
	}
	if m.opened > 2*openPages {
		t.Errorf("%d pages for 200,000 indices", m.opened)
	}
	for i := range int64(200_000) {
		if v, ok := m.get(i * memoPage * 3); !ok || v != vNone {
			t.Fatal(i, v, ok)
		}
	}
	refused := false
	for i := range int64(maxFar + 1) {
		if _, ok := m.put(1<<39+i*memoPage, vNone); !ok {
			refused = true
			break
		}
	}
	if !refused {
		t.Error("scattered indices without end")
	}
}

func TestCellsKeepWhatTheyHold(t *testing.T) {
	var c cells
	const n = (openCells + 20) * cellPage
	for i := range n {
		c.add(uint32(i % 7))
	}
	if c.opened > openCells+3 {
		t.Errorf("%d pages are open", c.opened)
	}
	for i := uint32(0); i < n; i += 101 {
		if c.get(i) != i%7 {
			t.Fatal(i, c.get(i))
		}
	}
	*c.at(3) = 99
	if c.get(3) != 99 || c.get(4) != 4 || *c.at(5) != 5 {
		t.Error("a packed cell was not written to")
	}
}

func TestNames(t *testing.T) {
	m := newMachine(Limits{}.withDefaults(), Policy{})
	ids := map[string]uint32{}
	for i := range 50_000 {
		s := "name" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26))
		id := m.intern([]byte(s))
		if old, ok := ids[s]; ok && old != id {
			t.Fatalf("%s: %d and %d", s, old, id)
		}
		ids[s] = id
		if got, _ := m.text(mk(kStr, id)); got != s {
			t.Fatalf("%s became %s", s, got)
		}
	}
	for w := range words {
		if id := m.intern([]byte(w)); id != words[w] {
			t.Errorf("the word %s has the id %d", w, id)
		}
	}
}
