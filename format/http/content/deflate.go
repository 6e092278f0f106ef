package content

// window is how far back DEFLATE may refer, in bytes (RFC 1951 §2).
const window = 32 << 10

type blockState uint8

const (
	blockHeader blockState = iota
	storedLength
	storedBytes
	dynamicHeader
	dynamicLengths
	compressed
	deflateEnd
	deflateBad
)

// deflate is a DEFLATE decoder that can stop after any byte of input (RFC 1951).
// compress/flate pulls from a reader and would need a goroutine per message.
type deflate struct {
	out     func(p []byte) bool // false stops the decoder
	bits    uint64              // input not used yet, low bit first
	n       uint                // how many bits
	state   blockState
	final   bool
	stored  int // bytes left of a stored block
	lits    int // number of literal/length, distance and code-length codes
	dists   int
	codes   int
	read    int // code lengths read
	lengths [288 + 32]uint8
	lit     huffman
	dist    huffman
	pos     int // next byte to write in ring
	sent    int // next byte to hand out in ring
	total   int64
	ring    [window]byte
}

func (d *deflate) reset(out func(p []byte) bool) {
	d.out, d.bits, d.n, d.state, d.final = out, 0, 0, blockHeader, false
	d.pos, d.sent, d.total = 0, 0, 0
}

// need makes sure that n bits are there, taking input from p.
func (d *deflate) need(n uint, p *[]byte) bool {
	for d.n < n {
		if len(*p) == 0 {
			return false
		}
		d.bits |= uint64((*p)[0]) << d.n
		d.n += 8
		*p = (*p)[1:]
	}
	return true
}

func (d *deflate) take(n uint) int {
	v := d.bits & (1<<n - 1)
	d.bits >>= n
	d.n -= n
	return int(v)
}

// feed decodes p. At the end of the stream it returns what of p follows it, and
// how many bytes before that were taken from input but not used. What was decoded
// before an error is handed out too, so that the output does not depend on how
// the input was cut.
func (d *deflate) feed(p []byte) (rest []byte, spare int) {
	for d.step(&p) {
	}
	d.flush()
	if d.state != deflateEnd {
		return nil, 0
	}
	return p, int(d.n / 8)
}

func (d *deflate) flush() {
	if d.sent < d.pos && !d.out(d.ring[d.sent:d.pos]) {
		d.state = deflateBad
	}
	d.sent = d.pos
}

// step is false when it needs more input or is done.
func (d *deflate) step(p *[]byte) bool {
	switch d.state {
	case blockHeader:
		if d.final {
			d.state = deflateEnd
			return false
		}
		if !d.need(3, p) {
			return false
		}
		d.final = d.take(1) == 1
		switch d.take(2) {
		case 0:
			d.take(d.n % 8)
			d.state = storedLength
		case 1:
			d.fixed()
			d.state = compressed
		case 2:
			d.state = dynamicHeader
		default:
			d.state = deflateBad
		}
	case storedLength:
		if !d.need(32, p) {
			return false
		}
		n, complement := d.take(16), d.take(16)
		if n != ^complement&0xffff {
			d.state = deflateBad
			break
		}
		d.stored = n
		d.state = storedBytes
	case storedBytes:
		return d.copyStored(p)
	case dynamicHeader:
		if !d.need(14, p) {
			return false
		}
		d.lits, d.dists, d.codes, d.read = d.take(5)+257, d.take(5)+1, d.take(4)+4, 0
		clear(d.lengths[:])
		if d.lits > 286 || d.dists > 30 {
			d.state = deflateBad
			break
		}
		return d.codeLengths(p)
	case dynamicLengths:
		return d.readLengths(p)
	case compressed:
		return d.symbols(p)
	default:
		return false
	}
	return true
}

func (d *deflate) copyStored(p *[]byte) bool {
	for d.stored > 0 && d.n >= 8 { // bytes that need took too early
		d.stored--
		if !d.put(byte(d.take(8))) {
			return false
		}
	}
	for d.stored > 0 {
		if len(*p) == 0 {
			return false
		}
		n := min(d.stored, len(*p), window-d.pos)
		copy(d.ring[d.pos:], (*p)[:n])
		d.pos += n
		d.total += int64(n)
		d.stored -= n
		*p = (*p)[n:]
		if !d.wrap() {
			return false
		}
	}
	d.state = blockHeader
	return true
}

func (d *deflate) put(c byte) bool {
	d.ring[d.pos] = c
	d.pos++
	d.total++
	return d.wrap()
}

// wrap starts the ring again when it is full.
func (d *deflate) wrap() bool {
	if d.pos == window {
		d.flush()
		d.pos, d.sent = 0, 0
	}
	return d.state != deflateBad
}

// codeOrder is the order in which the code-length code's lengths are sent (RFC 1951 §3.2.7).
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codeLengths reads the code for the code lengths; it enters with read counting
// how many of its lengths are known.
func (d *deflate) codeLengths(p *[]byte) bool {
	d.state = dynamicLengths
	d.read = -d.codes // negative: lengths of the code-length code still to come
	return d.readLengths(p)
}

func (d *deflate) readLengths(p *[]byte) bool {
	for d.read < 0 {
		if !d.need(3, p) {
			return false
		}
		d.lengths[codeOrder[d.codes+d.read]] = uint8(d.take(3))
		if d.read++; d.read == 0 {
			if !d.lit.build(d.lengths[:19]) {
				d.state = deflateBad
				return false
			}
			clear(d.lengths[:])
		}
	}
	for d.read < d.lits+d.dists {
		// A code of up to 7 bits and up to 7 bits of repetition.
		d.need(14, p)
		s, took := d.lit.next(d.bits, d.n)
		extra, repeat, value := uint(0), 1, uint8(0)
		switch {
		case s == needBits:
			return false
		case s == badCode, s == 16 && d.read == 0:
			d.state = deflateBad
			return false
		case s < 16:
			value = uint8(s)
		case s == 16:
			extra, repeat, value = 2, 3, d.lengths[d.read-1]
		case s == 17:
			extra, repeat = 3, 3
		default:
			extra, repeat = 7, 11
		}
		if took+extra > d.n {
			return false
		}
		d.take(took)
		repeat += d.take(extra)
		if d.read+repeat > d.lits+d.dists {
			d.state = deflateBad
			return false
		}
		for range repeat {
			d.lengths[d.read] = value
			d.read++
		}
	}
	if d.lengths[256] == 0 || !d.lit.build(d.lengths[:d.lits]) || !d.dist.build(d.lengths[d.lits:d.lits+d.dists]) {
		d.state = deflateBad
		return false
	}
	d.state = compressed
	return true
}

// fixed sets the codes of RFC 1951 §3.2.6.
func (d *deflate) fixed() {
	l := d.lengths[:288]
	for i := range l {
		switch {
		case i < 144:
			l[i] = 8
		case i < 256:
			l[i] = 9
		case i < 280:
			l[i] = 7
		default:
			l[i] = 8
		}
	}
	d.lit.build(l)
	for i := range 32 {
		l[i] = 5
	}
	d.dist.build(l[:32])
}
