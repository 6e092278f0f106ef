package content

// The base values and extra bits of length codes 257–285 and distance codes
// 0–29 (RFC 1951 §3.2.5).
var (
	lengthBase = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthBits = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase   = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distBits   = [30]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// endOfBlock is the symbol that ends a compressed block (RFC 1951 §3.2.5).
const endOfBlock = 256

// symbols decodes literals and matches of a compressed block. A match is taken
// whole (at most 15+5+15+13 = 48 bits) or, when bits are missing, not at all.
func (d *deflate) symbols(p *[]byte) bool {
	for {
		d.need(48, p)
		s, took := d.lit.next(d.bits, d.n)
		if s < endOfBlock {
			switch {
			case s == needBits:
				return false
			case s == badCode:
				d.state = deflateBad
				return false
			}
			d.take(took)
			if !d.put(byte(s)) {
				return false
			}
			continue
		}
		if s == endOfBlock {
			d.take(took)
			d.state = blockHeader
			return true
		}
		if s -= 257; s >= len(lengthBase) {
			d.state = deflateBad
			return false
		}
		v, n := d.bits>>took, d.n-took
		extra := uint(lengthBits[s])
		if extra > n {
			return false
		}
		length := int(lengthBase[s]) + int(v&(1<<extra-1))
		v, n = v>>extra, n-extra
		s, took = d.dist.next(v, n)
		switch {
		case s == needBits:
			return false
		case s == badCode || s >= len(distBase):
			d.state = deflateBad
			return false
		}
		v, n = v>>took, n-took
		if extra = uint(distBits[s]); extra > n {
			return false
		}
		distance := int(distBase[s]) + int(v&(1<<extra-1))
		d.bits, d.n = v>>extra, n-extra
		if int64(distance) > d.total {
			d.state = deflateBad
			return false
		}
		if !d.match(length, distance) {
			return false
		}
	}
}

// match repeats length bytes from distance bytes back.
func (d *deflate) match(length, distance int) bool {
	from := d.pos - distance
	if from >= 0 && d.pos+length < window && distance >= length {
		copy(d.ring[d.pos:d.pos+length], d.ring[from:])
		d.pos += length
		d.total += int64(length)
		return true
	}
	for range length {
		c := d.ring[from&(window-1)]
		from++
		if !d.put(c) {
			return false
		}
	}
	return true
}
