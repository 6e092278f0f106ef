package artefact

import (
	"encoding/binary"
	"math"

	"github.com/wardround/wardround/format/issue"
)

var _ = register("ubjson", looksUBJSON, scanUBJSON)

// looksUBJSON: an object whose first key's length is told by an integer type, or an
// optimised one ($, #). XGBoost keeps its models so (Universal Binary JSON, draft 12).
func looksUBJSON(it *item) bool {
	if it.role == tensor || len(it.head) < 4 || it.head[0] != '{' {
		return false
	}
	switch it.head[1] {
	case 'i', 'U', 'I', 'l', 'L', '$', '#':
		return it.head[2] < 0x20 || it.head[1] == '$' || it.head[1] == '#'
	}
	return false
}

// scanUBJSON walks the values. They are data: objects, arrays, texts, numbers. What
// does not end with the file is not this format.
func scanUBJSON(s *scanner, it *item) *finding {
	u := &ubjson{it: it, buf: it.head}
	u.value(u.byte(), 0)
	if u.bad {
		return nil
	}
	f := &finding{format: "ubjson", whole: true}
	if u.at < it.size {
		f.hit(it.path, issue.Issue{Rule: "ubjson.trailing", Level: issue.Unknown, Offset: u.at, Text: "something follows the model"})
	}
	return f
}

// ubjson is a walk over a file through a window of it.
type ubjson struct {
	it    *item
	buf   []byte // bytes from start on
	start int64
	at    int64
	bad   bool
}

const maxUBDepth = 100

// take returns the next n bytes, at most a window of them.
func (u *ubjson) take(n int) []byte {
	if u.bad || u.at+int64(n) > u.it.size || n > headLen {
		u.bad = true
		return make([]byte, min(n, 16))
	}
	i := u.at - u.start
	if i < 0 || i+int64(n) > int64(len(u.buf)) {
		u.buf, u.start, i = peek(u.it.r, u.at, u.it.size, headLen), u.at, 0
		if len(u.buf) < n {
			u.bad = true
			return make([]byte, min(n, 16))
		}
	}
	u.at += int64(n)
	return u.buf[i : i+int64(n)]
}

func (u *ubjson) byte() byte { return u.take(1)[0] }

func (u *ubjson) skip(n int64) {
	if n < 0 || n > u.it.size-u.at {
		u.bad = true
		return
	}
	u.at += n
}

// widths are the bytes of values of fixed size.
var widths = map[byte]int64{'Z': 0, 'N': 0, 'T': 0, 'F': 0, 'i': 1, 'U': 1, 'C': 1, 'I': 2, 'l': 4, 'L': 8, 'd': 4, 'D': 8}

// length reads an integer with its type.
func (u *ubjson) length() int64 {
	switch u.byte() {
	case 'i':
		return int64(int8(u.byte()))
	case 'U':
		return int64(u.byte())
	case 'I':
		return int64(int16(binary.BigEndian.Uint16(u.take(2))))
	case 'l':
		return int64(int32(binary.BigEndian.Uint32(u.take(4))))
	case 'L':
		return int64(binary.BigEndian.Uint64(u.take(8)))
	}
	u.bad = true
	return 0
}

func (u *ubjson) value(kind byte, depth int) {
	if depth > maxUBDepth {
		u.bad = true
	}
	if u.bad {
		return
	}
	if w, ok := widths[kind]; ok {
		u.skip(w)
		return
	}
	switch kind {
	case 'S', 'H':
		u.skip(u.length())
	case '[', '{':
		u.container(kind, depth)
	default:
		u.bad = true
	}
}

// container reads an array or object, which may tell the type of all its values and
// their number first.
func (u *ubjson) container(kind byte, depth int) {
	end, typ, count := byte(']'), byte(0), int64(math.MaxInt64)
	if kind == '{' {
		end = '}'
	}
	next := u.byte()
	if next == '$' {
		typ, next = u.byte(), u.byte()
		if next != '#' {
			u.bad = true
			return
		}
	}
	counted := next == '#'
	if counted {
		count = u.length()
	}
	if w, ok := widths[typ]; counted && ok && kind == '[' && typ != 0 { // packed numbers
		if w > 0 && count > u.it.size/w {
			u.bad = true
			return
		}
		u.skip(w * count)
		return
	}
	for i := int64(0); i < count && !u.bad; i++ {
		if !counted && i > 0 || counted {
			if counted && (typ != 0 && kind == '[') {
				u.value(typ, depth+1)
				continue
			}
			next = u.byte()
		}
		if !counted && next == end {
			return
		}
		if kind == '{' {
			u.at-- // the key's length begins with the byte that was looked at
			u.skip(u.length())
			if next = typ; typ == 0 {
				next = u.byte()
			}
		}
		u.value(next, depth+1)
	}
}
