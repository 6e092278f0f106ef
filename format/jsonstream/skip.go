package jsonstream

import "github.com/wardround/wardround/format"

// Skip passes over the next value, whatever it holds. Its grammar is checked, its
// names and the length of its texts are not.
func (d *Reader) Skip() {
	if d.err != nil || !d.wait {
		return
	}
	var near [64]byte
	open := near[:0] // the closing byte of each container passed through
	for d.err == nil {
		first := false
		switch k := d.Peek(); k {
		case Object, Array:
			d.pos++
			open = append(open, byte(k)+2) // '}' and ']' stand two after their openings
			first = true
			if len(d.frames)+len(open) > d.lim.Depth {
				d.fail(format.ErrLimit, "nested deeper than %d", d.lim.Depth)
			}
		case String:
			d.pass()
		case Number:
			d.number()
		case True:
			d.literal("true")
		case False:
			d.literal("false")
		case Null:
			d.literal("null")
		}
		if open = d.between(open, first); len(open) == 0 {
			break
		}
	}
	d.ended()
}

// between passes over what stands between two values: commas, names and closing
// brackets. It returns what is still open. first says that a container was just
// opened.
func (d *Reader) between(open []byte, first bool) []byte {
	for len(open) > 0 && d.err == nil {
		end := open[len(open)-1]
		c := d.space()
		if c == end {
			d.pos++
			open = open[:len(open)-1]
			first = false
			continue
		}
		if !first {
			if c != ',' {
				d.unexpected("a comma or the end")
				return nil
			}
			d.pos++
			c = d.space()
		}
		if end == '}' {
			if c != '"' {
				d.unexpected("a name in quotes")
				return nil
			}
			if d.pass(); d.err != nil {
				return nil
			}
			if d.space() != ':' {
				d.unexpected("a colon")
				return nil
			}
			d.pos++
		}
		return open
	}
	return nil
}

// pass passes over a string, of which the opening quote is next.
func (d *Reader) pass() {
	d.pos++
	for {
		i := d.pos
		for i < d.end && plain[d.buf[i]] {
			i++
		}
		if d.pos = i; i == d.end {
			if !d.fill() {
				d.unexpected("the end of a string")
				return
			}
			continue
		}
		switch c := d.buf[i]; {
		case c == '"':
			d.pos++
			return
		case c == '\\':
			d.text = d.text[:0]
			if !d.escape() {
				return
			}
		case c < 0x20:
			d.fail(format.ErrMalformed, "a control character (%#x) inside a string", c)
			return
		default:
			d.pos++
		}
	}
}
