package pickle

import "slices"

// A long pickle's memo and containers are read once in order and hardly ever again:
// what dump writes is memoised whether or not it comes a second time. Pages that
// lie behind are therefore packed, without loss, each word as the number of one of
// a few differences. A page that is asked for again is opened for good, so that
// each page is packed and opened once at most, whatever the stream does.

// packed is a page of words.
type packed struct {
	palette []uint32 // the differences, in order of their first use
	codes   []byte   // one a word, or two words a byte if the palette has at most 16
	n       int      // words
}

// pack returns nil if the words need more than 256 differences. Values of kinds that
// number cells are told by the difference to the last such value.
func pack(words []value, predict bool) *packed {
	p := &packed{n: len(words)}
	var room [cellPage]byte
	codes := room[:len(words)]
	var last uint32
	var slots [512]uint16 // code + 1 by a hash of the difference
	before, beforeCode := uint32(0), -1
	for i, w := range words {
		d := uint32(w)
		if predict && numbersCell(w) {
			d = uint32(w)&^payload | (w.pay()-last)&payload
			last = w.pay()
		}
		if beforeCode >= 0 && d == before {
			codes[i] = byte(beforeCode)
			continue
		}
		h := d * 2654435761 >> 23
		for slots[h] != 0 && p.palette[slots[h]-1] != d {
			h = (h + 1) % uint32(len(slots))
		}
		if slots[h] == 0 {
			if len(p.palette) == 256 {
				return nil
			}
			p.palette = append(p.palette, d)
			slots[h] = uint16(len(p.palette))
		}
		before, beforeCode = d, int(slots[h]-1)
		codes[i] = byte(beforeCode)
	}
	switch {
	case len(p.palette) <= 1:
		return p
	case len(p.palette) <= 16:
		for i, c := range codes {
			if i%2 == 0 {
				codes[i/2] = c
			} else {
				codes[i/2] |= c << 4
			}
		}
		codes = codes[:(len(codes)+1)/2]
	}
	p.codes, p.palette = slices.Clone(codes), slices.Clip(p.palette)
	return p
}

// word is the i-th difference.
func (p *packed) word(i int) uint32 {
	switch {
	case len(p.palette) <= 1:
		return p.palette[0]
	case len(p.palette) <= 16:
		return p.palette[p.codes[i/2]>>(i%2*4)&15]
	}
	return p.palette[p.codes[i]]
}

// open writes the words into page.
func (p *packed) open(page []value, predict bool) {
	var last uint32
	for i := range page[:p.n] {
		w := value(p.word(i))
		if predict && numbersCell(w) {
			last = (last + w.pay()) & payload
			w = value(uint32(w)&^payload | last)
		}
		page[i] = w
	}
}

// numbersCell says that a value's payload is the index of a cell. Most are new where
// they are memoised, so the index is the last one plus one.
func numbersCell(v value) bool {
	return 1<<v.kind()&(1<<kList|1<<kDict|1<<kSet|1<<kFrozen|1<<kObject) != 0
}

func (c *cells) clone() cells {
	d := *c
	d.spare = nil
	d.pages, d.packed = clonePages(c.pages), slices.Clone(c.packed)
	return d
}
