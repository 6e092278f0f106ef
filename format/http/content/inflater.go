package content

import (
	"errors"
	"sync"
)

// InflateLimits bound what compressed content may grow to. Zero fields mean the defaults.
type InflateLimits struct {
	// Size is how many bytes of one message are inflated. Default 64 MiB.
	Size int64
	// Ratio is how many times its input the output may be, once it exceeds
	// 1 MiB. DEFLATE can reach 1032; documents reach about 30. Default 200.
	Ratio int64
}

func (l InflateLimits) orDefault() InflateLimits {
	if l.Size <= 0 {
		l.Size = 64 << 20
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

// inflatePiece is how much input is inflated at once, in bytes.
const inflatePiece = 1 << 10

// ratioFrom is the output in bytes from which InflateLimits.Ratio counts.
const ratioFrom = 1 << 20

var (
	// ErrBomb: the content grows beyond the limits.
	ErrBomb = errors.New("content inflates beyond the limits")
	// ErrCoding: the content is not what its coding says.
	ErrCoding = errors.New("content is not in its declared coding")
)

// Known reports whether an [Inflater] undoes the content coding (RFC 9110 §8.4.1).
func Known(coding string) bool {
	switch coding {
	case "gzip", "x-gzip", "deflate":
		return true
	}
	return false
}

// An Inflater undoes gzip (RFC 1952) or deflate (RFC 1950, and the raw RFC 1951
// streams some servers send under that name) and feeds the result to another
// sink. It holds 36 kB between its first Feed and its Close. Checksums are not verified.
type Inflater struct {
	to     Sink
	limits InflateLimits
	err    error
	in     int64
	out    int64
	core   *deflate
	state  wrapState
	zlib   bool
	left   int  // bytes of the current header or trailer part
	flags  byte // of the gzip header, parts still to come
	seen   int  // header bytes seen
	length int  // of the gzip header's extra field
	lost   bool
}

type wrapState uint8

const (
	wrapStart wrapState = iota
	gzipFixed
	gzipExtraLength
	gzipExtra
	gzipName
	gzipComment
	gzipCRC
	wrapBody
	wrapTrailer
	wrapOver
)

// The flag bits of a gzip header (RFC 1952 §2.3.1).
const (
	gzipHasCRC = 1 << (iota + 1)
	gzipHasExtra
	gzipHasName
	gzipHasComment
)

var cores = sync.Pool{New: func() any { return new(deflate) }}

// NewInflater undoes coding, one that is [Known], and feeds to.
func NewInflater(coding string, to Sink, limits InflateLimits) *Inflater {
	return &Inflater{to: to, limits: limits.orDefault(), zlib: coding == "deflate"}
}

// Err is nil, [ErrBomb] or [ErrCoding]; after either the sink gets no more.
func (z *Inflater) Err() error { return z.err }

// Size returns the bytes taken and given.
func (z *Inflater) Size() (in, out int64) { return z.in, z.out }

// Feed implements [Sink].
func (z *Inflater) Feed(p []byte) {
	for len(p) > 0 && z.err == nil && z.state != wrapOver {
		if z.state == wrapBody {
			// In small pieces, so that the ratio is judged by what was really used.
			piece := p[:min(len(p), inflatePiece)]
			z.in += int64(len(piece))
			rest, spare := z.core.feed(piece)
			switch z.core.state {
			case deflateBad:
				z.fail(ErrCoding)
			case deflateEnd:
				z.in -= int64(len(rest))
				piece = piece[:len(piece)-len(rest)]
				z.state, z.left = wrapTrailer, 8-spare
				if z.zlib {
					z.state = wrapOver
				}
			}
			p = p[len(piece):]
			continue
		}
		z.in++
		z.header(p[0])
		p = p[1:]
	}
	if z.err != nil || z.state == wrapOver {
		z.release()
	}
}

// header takes one byte before or after the compressed data.
func (z *Inflater) header(c byte) {
	switch z.state {
	case wrapStart:
		z.start(c)
	case gzipFixed:
		z.seen++
		switch z.seen {
		case 2:
			if c != 0x8b {
				z.fail(ErrCoding)
			}
		case 3:
			if c != 8 {
				z.fail(ErrCoding)
			}
		case 4:
			z.flags = c
		case 10:
			z.part()
		}
	case gzipExtraLength:
		if z.left--; z.left == 1 {
			z.length = int(c)
			return
		}
		z.length |= int(c) << 8
		z.state, z.left = gzipExtra, z.length
		if z.left == 0 {
			z.part()
		}
	case gzipExtra, gzipCRC:
		if z.left--; z.left == 0 {
			z.part()
		}
	case gzipName, gzipComment:
		if c == 0 {
			z.part()
		}
	case wrapTrailer:
		if z.left--; z.left == 0 { // another member may follow (RFC 1952 §2.2)
			z.state = wrapStart
		}
	}
}

// start looks at the first byte of a member or stream.
func (z *Inflater) start(c byte) {
	if z.zlib {
		z.begin()
		// CM 8 and a window of at most 32 kB (RFC 1950 §2.2). A raw stream can
		// begin with the same bits only as a stored block of odd shape.
		if c&0x0f == 8 && c>>4 <= 7 {
			z.state, z.left = gzipCRC, 1 // skip the FLG byte as two bytes of a CRC are
			return
		}
		z.core.feed([]byte{c})
		return
	}
	if c != 0x1f {
		if z.out > 0 { // padding after the last member
			z.state = wrapOver
			return
		}
		z.fail(ErrCoding)
		return
	}
	z.state, z.seen = gzipFixed, 1
}

// part enters the next part of the header that its flags announce.
func (z *Inflater) part() {
	switch {
	case z.zlib:
		z.state = wrapBody
	case z.flags&gzipHasExtra != 0:
		z.flags &^= gzipHasExtra
		z.state, z.left = gzipExtraLength, 2
	case z.flags&gzipHasName != 0:
		z.flags &^= gzipHasName
		z.state = gzipName
	case z.flags&gzipHasComment != 0:
		z.flags &^= gzipHasComment
		z.state = gzipComment
	case z.flags&gzipHasCRC != 0:
		z.flags &^= gzipHasCRC
		z.state, z.left = gzipCRC, 2
	default:
		z.begin()
	}
}

// begin starts a compressed stream.
func (z *Inflater) begin() {
	if z.core == nil {
		z.core = cores.Get().(*deflate)
	}
	z.core.reset(z.give)
	z.state = wrapBody
}

func (z *Inflater) give(p []byte) bool {
	z.out += int64(len(p))
	if z.out > z.limits.Size || z.out > ratioFrom && z.out/z.limits.Ratio > z.in {
		z.fail(ErrBomb)
		return false
	}
	z.to.Feed(p)
	return true
}

func (z *Inflater) fail(err error) {
	if z.err == nil {
		z.err = err
	}
}

func (z *Inflater) release() {
	if z.core != nil {
		z.core.out = nil
		cores.Put(z.core)
		z.core = nil
	}
}

// Gap implements [Sink]. Nothing behind a gap can be inflated.
func (z *Inflater) Gap(n int64) {
	if z.state != wrapOver && z.err == nil {
		z.state, z.lost = wrapOver, true
		z.release()
		z.to.Gap(0)
	}
}

// Close implements [Sink]. The other sink's content is whole if the compressed
// data ended where it should.
func (z *Inflater) Close(whole bool) {
	ended := z.err == nil && !z.lost && (z.state == wrapOver || z.state == wrapStart)
	z.release()
	z.to.Close(whole && ended)
}
