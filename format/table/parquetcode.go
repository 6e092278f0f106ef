package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// The encodings of Parquet's values (Apache Parquet, Encodings.md), each held to as many
// values as the page says it has: a run of four bytes may claim two thousand million.

var errShort = errors.New("the values end too early")

// lying are a page's values, as they lie there.
type lying struct {
	width int    // bytes of a value of fixed length, else 0
	fixed []byte // n·width, little-endian
	texts []span // of varying length, in data
	data  []byte
}

// hybrid decodes n values of runs and bit-packed groups (RLE), little-endian, width bits
// each.
func hybrid[T uint8 | uint32](dst []T, src []byte, width, n int) ([]T, error) {
	if width > 32 {
		return nil, fmt.Errorf("values of %d bits", width)
	}
	bytesOf := (width + 7) / 8
	dst = dst[:0]
	for len(dst) < n {
		head, k := binary.Uvarint(src)
		if k <= 0 || head>>1 > 1<<32 {
			return nil, errShort
		}
		src = src[k:]
		if head&1 == 0 { // a run
			if len(src) < bytesOf {
				return nil, errShort
			}
			var x uint32
			for i := range bytesOf {
				x |= uint32(src[i]) << (8 * i)
			}
			src = src[bytesOf:]
			for range min(int(head>>1), n-len(dst)) {
				dst = append(dst, T(x))
			}
			continue
		}
		groups := int(head >> 1)
		size := min(groups*width, len(src)) // writers leave out the end of the last group
		dst = unpackBits(dst, src[:size], width, min(groups*8, n-len(dst)))
		if size < groups*width && len(dst) < n {
			return nil, errShort
		}
		src = src[size:]
	}
	return dst, nil
}

// unpackBits reads n values of width bits, the lowest bit first; fewer if src ends.
func unpackBits[T uint8 | uint32](dst []T, src []byte, width, n int) []T {
	if width == 0 {
		return append(dst, make([]T, n)...)
	}
	n = min(n, len(src)*8/width)
	mask := uint64(1)<<width - 1
	var acc uint64
	have, at := 0, 0
	for range n {
		for have < width {
			acc |= uint64(src[at]) << have
			at++
			have += 8
		}
		dst = append(dst, T(acc&mask))
		acc >>= width
		have -= width
	}
	return dst
}

// delta decodes DELTA_BINARY_PACKED: exactly n integers. It returns what follows them.
func delta(src []byte, n int) (out []int64, rest []byte, err error) {
	uvarint := func() uint64 {
		x, k := binary.Uvarint(src)
		if k <= 0 {
			err = errShort
			return 0
		}
		src = src[k:]
		return x
	}
	zigzag := func() int64 {
		u := uvarint()
		return int64(u>>1) ^ -int64(u&1)
	}
	block, minis, total, last := uvarint(), uvarint(), uvarint(), zigzag()
	switch {
	case err != nil:
		return nil, nil, err
	case minis == 0 || minis > 1<<10 || block == 0 || block > 1<<20 || block%(minis*8) != 0:
		return nil, nil, fmt.Errorf("blocks of %d values in %d parts", block, minis)
	case total != uint64(n):
		return nil, nil, fmt.Errorf("%d values, and the page has %d", total, n)
	case n == 0:
		return nil, src, nil
	}
	out = append(make([]int64, 0, n), last)
	each := int(block / minis)
	for len(out) < n {
		least := zigzag()
		if err != nil || uint64(len(src)) < minis {
			return nil, nil, errShort
		}
		widths := src[:minis]
		src = src[minis:]
		for _, w := range widths {
			if len(out) == n {
				break // parts without values are not there
			}
			size := each / 8 * int(w)
			if w > 64 || len(src) < size {
				return nil, nil, errShort
			}
			for i := range min(each, n-len(out)) {
				last += least + int64(bitsAt(src[:size], i*int(w), int(w)))
				out = append(out, last)
			}
			src = src[size:]
		}
	}
	return out, src, nil
}

// bitsAt reads width bits from bit at, the lowest first.
func bitsAt(b []byte, at, width int) uint64 {
	if width == 0 {
		return 0
	}
	i, shift := at/8, at%8
	var x uint64
	if len(b)-i >= 8 {
		x = binary.LittleEndian.Uint64(b[i:]) >> shift
		if shift+width > 64 {
			x |= uint64(b[i+8]) << (64 - shift)
		}
	} else {
		for k, c := range b[i:] {
			x |= uint64(c) << (8 * k)
		}
		x >>= shift
	}
	if width == 64 {
		return x
	}
	return x & (1<<width - 1)
}

// lengths makes n spans of lengths that follow each other in size bytes.
func lengths(of []int64, size int) ([]span, error) {
	out := make([]span, len(of))
	at := int64(0)
	for i, l := range of {
		if l < 0 || l > int64(size)-at {
			return nil, errShort
		}
		out[i] = span{uint32(at), uint32(at + l)}
		at += l
	}
	return out, nil
}

// prefixed decodes DELTA_BYTE_ARRAY: each value begins with so many bytes of the one
// before. Most bounds what comes out.
func prefixed(src []byte, n, most int) (lying, error) {
	prefixes, src, err := delta(src, n)
	if err != nil {
		return lying{}, err
	}
	suffixes, src, err := delta(src, n)
	if err != nil {
		return lying{}, err
	}
	ends, err := lengths(suffixes, len(src))
	if err != nil {
		return lying{}, err
	}
	size := 0
	for i, p := range prefixes {
		if p < 0 || i == 0 && p > 0 || i > 0 && p > prefixes[i-1]+suffixes[i-1] {
			return lying{}, errors.New("a value begins with more of the one before than that has")
		}
		if size += int(p) + int(suffixes[i]); size > most {
			return lying{}, fmt.Errorf("texts of more than %d bytes, which is the limit of a page", most)
		}
	}
	out := lying{texts: make([]span, n), data: make([]byte, 0, size)}
	var last span
	for i, p := range prefixes {
		from := uint32(len(out.data))
		out.data = append(out.data, out.data[last.from:last.from+uint32(p)]...)
		out.data = append(out.data, src[ends[i].from:ends[i].to]...)
		last = span{from, uint32(len(out.data))}
		out.texts[i] = last
	}
	return out, nil
}

// plainTexts reads texts that each follow their length in four bytes.
func plainTexts(src []byte, n int) (lying, error) {
	out := lying{texts: make([]span, 0, min(n, len(src)/4)), data: src}
	at := 0
	for range n {
		if len(src)-at < 4 {
			return out, errShort
		}
		size := binary.LittleEndian.Uint32(src[at:])
		at += 4
		if uint64(size) > uint64(len(src)-at) {
			return out, errShort
		}
		out.texts = append(out.texts, span{uint32(at), uint32(at) + size})
		at += int(size)
	}
	return out, nil
}

// joined puts together what BYTE_STREAM_SPLIT parts: all first bytes, then all second.
func joined(src []byte, width, n int) ([]byte, error) {
	if len(src) < n*width {
		return nil, errShort
	}
	out := make([]byte, n*width)
	for k := range width {
		for i, b := range src[k*n : (k+1)*n] {
			out[i*width+k] = b
		}
	}
	return out, nil
}

// levelsOf reads n definition levels of at most most from a page, and what follows.
// Those of version 2 pages have no length before them.
func levelsOf(dst, src []byte, n, most int, packed bool, length int) (levels, rest []byte, err error) {
	width := bits.Len8(uint8(most))
	if packed { // the old way: the highest bit first, without length
		size := (n*width + 7) / 8
		if len(src) < size {
			return nil, nil, errShort
		}
		dst = dst[:0]
		for i := range n {
			x := byte(0)
			for k := i * width; k < (i+1)*width; k++ {
				x = x<<1 | src[k/8]>>(7-k%8)&1
			}
			dst = append(dst, x)
		}
		return dst, src[size:], nil
	}
	if length < 0 {
		if len(src) < 4 {
			return nil, nil, errShort
		}
		u := binary.LittleEndian.Uint32(src)
		if src = src[4:]; uint64(u) > uint64(len(src)) {
			return nil, nil, errShort
		}
		length = int(u)
	}
	if length > len(src) {
		return nil, nil, errShort
	}
	levels, err = hybrid(dst, src[:length], width, n)
	return levels, src[length:], err
}
