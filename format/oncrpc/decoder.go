package oncrpc

import "github.com/wardround/wardround/format"

// Record marking of a connection (RFC 5531 §11): four bytes before each fragment,
// the highest bit of the last one set.
const (
	mark         = 4
	lastFragment = 1 << 31
)

// Limits bound what a [Decoder] keeps.
type Limits struct {
	// MaxHead is how much of a record is read, in bytes; 0 means 1,536, enough for
	// the head of a call and a name. The rest is passed over.
	MaxHead int
}

// Decoder reads the calls that a client sends over one connection.
type Decoder struct {
	handle func(Call)
	max    int
	off    int64
	marked uint8 // bytes of the mark that came
	word   uint32
	left   int64  // bytes of the fragment still to come
	last   bool   // the fragment is the record's last
	inside bool   // a record has begun
	done   bool   // its head was handed over, or is lost
	held   []byte // its head so far
}

// NewDecoder returns a decoder that calls handle for each call, as soon as its
// head is there. What the call shares is good only until handle returns.
func NewDecoder(l Limits, handle func(Call)) *Decoder {
	if l.MaxHead <= 0 {
		l.MaxHead = 1536
	}
	return &Decoder{handle: handle, max: l.MaxHead}
}

// Feed takes the next bytes. It returns the error of [Parse] for a record that is
// no call; the decoder goes on with the next.
func (d *Decoder) Feed(p []byte) error {
	var failed error
	for len(p) > 0 {
		var err error
		if d.marked < mark {
			d.word = d.word<<8 | uint32(p[0])
			d.marked++
			d.off++
			p = p[1:]
			if d.marked == mark {
				d.left, d.last, d.inside = int64(d.word&^lastFragment), d.word&lastFragment != 0, true
			}
		} else {
			n := int(min(int64(len(p)), d.left))
			d.left -= int64(n)
			err = d.head(p[:n])
			d.off += int64(n)
			p = p[n:]
		}
		if d.marked == mark && d.left == 0 {
			if ended := d.fragment(); err == nil {
				err = ended
			}
		}
		if failed == nil {
			failed = err
		}
	}
	return failed
}

// head takes bytes of the record, until there are enough.
func (d *Decoder) head(p []byte) error {
	if d.done {
		return nil
	}
	whole := d.last && d.left == 0
	p = p[:min(len(p), d.max-len(d.held))]
	if d.held == nil && (whole || len(p) == d.max) {
		return d.call(p)
	}
	d.held = append(d.held, p...)
	if whole || len(d.held) == d.max {
		return d.call(d.held)
	}
	return nil
}

func (d *Decoder) call(p []byte) error {
	d.done, d.held = true, nil
	c, err := Parse(p)
	if err == nil {
		d.handle(c)
	}
	return err
}

// fragment ends one; with the last, its record.
func (d *Decoder) fragment() error {
	d.marked, d.word = 0, 0
	if !d.last {
		return nil
	}
	var err error
	if !d.done && len(d.held) > 0 { // the last fragment was empty
		err = d.call(d.held)
	}
	d.inside, d.done = false, false
	return err
}

// Gap says that the next n bytes are lost. A record whose head they belong to is
// dropped; if the loss reaches past its fragment, Gap returns
// [format.ErrTruncated].
func (d *Decoder) Gap(n int64) error {
	if n == 0 {
		return nil
	}
	lost := &format.Error{Format: "oncrpc", Offset: d.off, Field: "bytes lost", Source: "RFC 5531 §11", Err: format.ErrTruncated}
	d.off += n
	d.held = nil
	if d.marked < mark || n > d.left {
		return lost
	}
	d.done = true
	if d.left -= n; d.left == 0 {
		return d.fragment()
	}
	return nil
}

// Close ends the stream; it returns [format.ErrTruncated] inside a record.
func (d *Decoder) Close() error {
	d.held = nil
	if d.inside || d.marked > 0 {
		return &format.Error{Format: "oncrpc", Offset: d.off, Field: "record", Source: "RFC 5531 §11", Err: format.ErrTruncated}
	}
	return nil
}
