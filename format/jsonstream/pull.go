package jsonstream

import (
	"fmt"
	"hash/maphash"
	"math"
	"strconv"

	"github.com/wardround/wardround/format"
)

// Peek returns the kind of the next value without reading it.
func (d *Reader) Peek() Kind {
	if d.err != nil || !d.wait {
		return None
	}
	switch c := d.space(); c {
	case '{', '[', '"', 't', 'f', 'n':
		return Kind(c)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	}
	d.unexpected("a value")
	return None
}

// want reads on if the next value is of kind k. Null is no value; another kind
// is noticed. Both are passed over.
func (d *Reader) want(k Kind) bool {
	switch got := d.Peek(); got {
	case k:
		return true
	case None:
	case Null:
		d.Skip()
	default:
		d.note(WrongType, "%s where %s was expected", got, k)
		d.Skip()
	}
	return false
}

// Object enters an object. False if the next value is none; it is passed over.
func (d *Reader) Object() bool { return d.want(Object) && d.enter(true) }

// Array enters an array. False if the next value is none; it is passed over.
func (d *Reader) Array() bool { return d.want(Array) && d.enter(false) }

func (d *Reader) enter(object bool) bool {
	if len(d.frames) >= d.lim.Depth {
		d.fail(format.ErrLimit, "nested deeper than %d", d.lim.Depth)
		return false
	}
	d.pos++
	d.wait = false
	d.frames = append(d.frames, frame{object: object, name: len(d.path), first: len(d.names)})
	return true
}

// Next goes to the next member or element of the innermost object or array that
// is open, and leaves it at its end.
func (d *Reader) Next() bool {
	for {
		if d.err != nil || len(d.frames) == 0 {
			return false
		}
		if d.wait {
			if d.Skip(); d.err != nil {
				return false
			}
		}
		f := &d.frames[len(d.frames)-1]
		c := d.space()
		if f.object && c == '}' || !f.object && c == ']' {
			d.pos++
			d.path = d.path[:f.name]
			d.names = d.names[:f.first]
			d.frames = d.frames[:len(d.frames)-1]
			d.ended()
			return false
		}
		if f.count > 0 {
			if c != ',' {
				d.unexpected("a comma or the end")
				return false
			}
			d.pos++
			c = d.space()
		}
		f.count++
		if !f.object {
			d.wait = true
			return d.err == nil
		}
		if c != '"' {
			d.unexpected("a name in quotes")
			return false
		}
		name, ok := d.quoted()
		if !ok {
			return false
		}
		d.path = append(d.path[:f.name], name...)
		if d.space() != ':' {
			d.unexpected("a colon")
			return false
		}
		d.pos++
		d.wait = true
		if d.fresh(f) {
			return true
		}
		if d.err == nil {
			d.note(DuplicateName, "the name stands twice in its object; the first is used")
		}
	}
}

// fresh remembers the current name and says whether it is new in its object.
func (d *Reader) fresh(f *frame) bool {
	if f.count > d.lim.Names {
		d.fail(format.ErrLimit, "an object with more than %d names", d.lim.Names)
		return false
	}
	h := maphash.Bytes(d.seed, d.path[f.name:])
	if f.large != nil {
		_, twice := f.large[h]
		f.large[h] = struct{}{}
		return !twice
	}
	for _, o := range d.names[f.first:] {
		if o == h {
			return false
		}
	}
	d.names = append(d.names, h)
	if n := len(d.names) - f.first; n > 32 {
		f.large = make(map[uint64]struct{}, 2*n)
		for _, o := range d.names[f.first:] {
			f.large[o] = struct{}{}
		}
	}
	return true
}

// Name returns the name of the member that Next came to, until the object's
// next member.
func (d *Reader) Name() []byte {
	if len(d.frames) == 0 {
		return nil
	}
	return d.path[d.frames[len(d.frames)-1].name:]
}

// ended notes that a value is read.
func (d *Reader) ended() {
	d.wait = false
	if len(d.frames) == 0 {
		d.done = true
	}
}

// Bytes reads a string and returns its text, until the next call.
func (d *Reader) Bytes() []byte {
	if !d.want(String) {
		return nil
	}
	b, ok := d.quoted()
	if !ok {
		return nil
	}
	d.ended()
	return b
}

// Text reads a string.
func (d *Reader) Text() string { return string(d.Bytes()) }

// Word reads a string of which the document has many alike, such as a type or a
// licence, and keeps only one copy.
func (d *Reader) Word() string {
	b := d.Bytes()
	if len(b) == 0 || len(b) > 64 {
		return string(b)
	}
	slot := &d.intern[maphash.Bytes(d.seed, b)%uint64(len(d.intern))]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

// Bool reads true or false.
func (d *Reader) Bool() bool {
	switch k := d.Peek(); k {
	case True, False:
		d.Skip()
		return k == True && d.err == nil
	case None:
	case Null:
		d.Skip()
	default:
		d.note(WrongType, "%s where %s was expected", k, True)
		d.Skip()
	}
	return false
}

// Number reads a number; one that a float64 cannot hold is noticed and 0.
func (d *Reader) Number() float64 {
	v, err := strconv.ParseFloat(d.Digits(), 64)
	if err != nil && d.err == nil || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// Int reads a whole number; another one is noticed and 0.
func (d *Reader) Int() int64 {
	s := d.Digits()
	if s == "" {
		return 0
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil { // 1.0 and 1e3 are whole numbers too (JSON Schema draft 7 §6.1.1)
		f, ferr := strconv.ParseFloat(s, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			d.note(WrongType, "%.40s where a whole number was expected", s)
			return 0
		}
		return int64(f)
	}
	return v
}

// Digits reads a number and returns it as it is written; "" if it is none.
func (d *Reader) Digits() string {
	if !d.want(Number) {
		return ""
	}
	s := string(d.number())
	if d.err != nil {
		return ""
	}
	d.ended()
	return s
}

// Scalar reads a string, number, true or false as text: for fields that have
// been one type in one version of a format and another in the next.
func (d *Reader) Scalar() string {
	switch k := d.Peek(); k {
	case Number:
		return d.Digits()
	case True, False:
		return fmt.Sprint(d.Bool())
	default:
		return d.Text()
	}
}

// End reads on to the end of the input, which must hold nothing more, and
// returns the first error.
func (d *Reader) End() error {
	for d.err == nil && len(d.frames) > 0 {
		d.Next()
	}
	if d.err == nil && !d.done {
		d.Skip()
	}
	if d.err == nil && (d.space() != 0 || d.pos < d.end) {
		d.unexpected("the end of the document")
	}
	return d.err
}
