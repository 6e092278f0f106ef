package dicom

// frame is an open sequence, item or run of fragments.
type frame struct {
	kind   frameKind
	syntax Syntax
	end    int64 // offset where it ends; -1 when a delimiter ends it
	limit  int64 // offset where it must have ended: its own or an outer end; -1 for none
}

type frameKind uint8

const (
	inItem      frameKind = iota // elements
	inSequence                   // items with elements
	inFragments                  // items with bytes (PS3.5 §A.4)
)

// frameSyntax returns how the innermost open frame is written.
func (r *DataSetReader) frameSyntax() Syntax {
	if n := len(r.stack); n > 0 {
		return r.stack[n-1].syntax
	}
	return r.syntax
}

// top returns the innermost open frame; the data set itself counts as an item.
func (r *DataSetReader) top() frame {
	if n := len(r.stack); n > 0 {
		return r.stack[n-1]
	}
	return frame{kind: inItem, syntax: r.syntax, end: -1, limit: -1}
}

// element acts on a header that was just passed.
func (r *DataSetReader) element(h header) {
	top := r.top()
	at := r.off - int64(h.size)
	if top.limit >= 0 && (r.off > top.limit || h.length != UndefinedLength && r.off+int64(h.length) > top.limit) {
		r.fail(malformed(at, "length of "+h.tag.String(), "PS3.5 §7.5"))
		return
	}
	switch {
	case h.tag.Group() == 0xFFFE:
		r.delimiter(h, top, at)
	case top.kind == inItem:
		r.attribute(h, top, at)
	default:
		r.fail(malformed(at, h.tag.String()+" where an item should be", "PS3.5 §7.5"))
	}
}

// delimiter acts on the start of an item or on the end of an item or sequence.
func (r *DataSetReader) delimiter(h header, top frame, at int64) {
	switch {
	case h.tag == Item && top.kind == inSequence:
		f := frame{kind: inItem, syntax: top.syntax, end: -1, limit: top.limit}
		if h.length != UndefinedLength {
			f.end = r.off + int64(h.length)
			f.limit = f.end
		}
		r.stack = append(r.stack, f)
		r.closeFrames()
	case h.tag == Item && top.kind == inFragments && h.length != UndefinedLength:
		r.skip(h.length)
	case h.tag == SequenceDelimitation && top.kind != inItem && top.end < 0:
		r.pop()
		r.closeFrames()
	case h.tag == SequenceDelimitation && len(r.stack) > 1 && top.end < 0 && r.stack[len(r.stack)-2].end < 0:
		r.pop() // the item's own delimiter was left out
		r.pop()
		r.closeFrames()
	case h.tag == ItemDelimitation && top.kind == inItem && len(r.stack) > 0 && top.end < 0:
		r.pop()
		r.closeFrames()
	case h.tag != Item && h.length == 0:
		// A delimiter nobody asked for does no harm.
		r.closeFrames()
	default:
		r.fail(malformed(at, "delimiter "+h.tag.String(), "PS3.5 §7.5"))
	}
}

// attribute acts on the header of a real element.
func (r *DataSetReader) attribute(h header, top frame, at int64) {
	if len(r.stack) == 0 && r.want.beyond(h.tag) {
		r.state = readRest
		return
	}
	wanted := r.want.Has(h.tag)
	if wanted {
		r.el = Element{Tag: h.tag, VR: h.vr, Length: h.length, BigEndian: top.syntax.BigEndian, Path: r.path, Offset: at}
	}
	switch {
	case h.vr == SQ, h.length == UndefinedLength:
		if wanted {
			r.report(nil, h.length == 0)
		}
		r.open(h, top, at)
	case !wanted:
		r.skip(h.length)
	default:
		r.left = int64(h.length)
		r.value = r.value[:0]
		r.state = readValue
		if r.left == 0 {
			r.report(nil, true)
			r.closeFrames()
		}
	}
}

// open enters a sequence, or the fragments of an encapsulated value.
func (r *DataSetReader) open(h header, top frame, at int64) {
	if h.length == 0 {
		r.closeFrames()
		return
	}
	if len(r.path) >= r.limits.Depth {
		r.fail(overLimit(at, "sequences in sequences"))
		return
	}
	f := frame{kind: inSequence, syntax: top.syntax, end: -1, limit: top.limit}
	switch {
	case h.vr == SQ:
	case h.vr == UN && !top.syntax.Implicit:
		f.syntax = Syntax{Implicit: true} // PS3.5 §6.2.2, note on UN of undefined length
	case h.vr != UN:
		f.kind = inFragments
	}
	if h.length != UndefinedLength {
		f.end = r.off + int64(h.length)
		f.limit = f.end
	}
	r.stack = append(r.stack, f)
	r.path = append(r.path, h.tag)
	r.state = readHead
}

func (r *DataSetReader) pop() {
	n := len(r.stack) - 1
	if r.stack[n].kind != inItem {
		r.path = r.path[:len(r.path)-1]
	}
	r.stack = r.stack[:n]
}

// closeFrames leaves every frame that ends here, and looks for a header next.
// An inner frame without delimiter ends with the outer one that has a length.
func (r *DataSetReader) closeFrames() {
	for n := len(r.stack); n > 0 && r.stack[n-1].limit >= 0 && r.off >= r.stack[n-1].limit; n-- {
		r.pop()
	}
	r.state = readHead
}

// skip passes over a value nobody wants.
func (r *DataSetReader) skip(length uint32) {
	r.left = int64(length)
	r.state = readSkip
	if length == 0 {
		r.closeFrames()
	}
}

// readValue gathers the prefix of a wanted value and reports it as soon as it
// is there. It returns what is left of p.
func (r *DataSetReader) readValue(p []byte) []byte {
	prefix := int(min(r.left+int64(len(r.value)), int64(r.limits.Value)))
	if len(r.value) == 0 && len(p) >= prefix {
		r.report(p[:prefix], int64(prefix) == r.left)
		r.state = readSkip
		return p
	}
	n := min(prefix-len(r.value), len(p))
	r.value = append(r.value, p[:n]...)
	r.off += int64(n)
	r.left -= int64(n)
	if len(r.value) == prefix {
		r.report(r.value, r.left == 0)
		r.state = readSkip
		if r.left == 0 {
			r.closeFrames()
		}
	}
	return p[n:]
}

// report hands the current element over.
func (r *DataSetReader) report(value []byte, whole bool) {
	r.el.Value, r.el.Whole = value, whole
	r.emit(&r.el)
	r.el.Value = nil
}
