package content

// capture is how many bytes of a name or scalar are reported.
const capture = 64

// A JSONVisitor is told of the upper levels of a JSON text. The depth of a name
// or scalar is that of the container it is in; the outermost container has depth
// 1. Names and scalars longer than 64 bytes arrive cut to that; slices are valid
// during the call.
type JSONVisitor interface {
	// Open begins an object or array; depth is its own.
	Open(depth int, array bool)
	// Name is the name of the member whose value comes next.
	Name(depth int, name []byte)
	// Scalar is a string (without quotes, escapes of ASCII undone), number, true,
	// false or null.
	Scalar(depth int, text []byte, quoted bool)
	// Shut ends the container at depth.
	Shut(depth int)
}

// JSON walks a JSON text (RFC 8259), or several in a row as in NDJSON, and
// reports its upper levels to a visitor. It judges no more of the grammar than it
// needs to stay in step.
type JSON struct {
	visitor JSONVisitor
	levels  int // containers deeper than this are skipped
	depth   int
	arrays  uint64 // bit n: the container at depth n is an array
	state   jsonState
	name    bool // a member name comes next
	bad     bool
	escape  int8 // 1 behind a backslash; 2 to 5 before the digits of \u
	code    rune
	n       int // bytes in text
	text    [capture]byte
}

type jsonState uint8

const (
	jsonStart   jsonState = iota // nothing but space seen
	jsonBetween                  // between tokens
	jsonString                   // in a string that is reported
	jsonSkip                     // in a string that is not
	jsonBare                     // in a number, true, false or null that is reported
)

// NewJSON returns a reader that reports containers down to depth levels, at most 63.
func NewJSON(v JSONVisitor, levels int) *JSON {
	return &JSON{visitor: v, levels: min(levels, 63)}
}

// Reset makes j ready for another text.
func (j *JSON) Reset() { *j = JSON{visitor: j.visitor, levels: j.levels} }

// Bad reports whether j lost its place: the text is not JSON, or has a gap.
func (j *JSON) Bad() bool { return j.bad }

// Depth is how many containers are open.
func (j *JSON) Depth() int { return j.depth }

// plainJSON marks the bytes that mean nothing below the reported levels.
var plainJSON = func() (t [256]bool) {
	for i := range t {
		t[i] = true
	}
	for _, c := range `"{}[]` {
		t[c] = false
	}
	return
}()

// Feed implements [Sink].
func (j *JSON) Feed(p []byte) {
	for i := 0; i < len(p) && !j.bad; {
		switch j.state {
		case jsonString:
			i = j.captured(p, i)
		case jsonSkip:
			i = j.skipped(p, i)
		case jsonBare:
			c := p[i]
			if c == ',' || c == '}' || c == ']' || c <= ' ' {
				j.state = jsonBetween
				j.visitor.Scalar(j.depth, j.text[:j.n], false)
				continue
			}
			j.keep(c)
			i++
		default:
			if j.depth > j.levels {
				for i < len(p) && plainJSON[p[i]] {
					i++
				}
				if i == len(p) {
					return
				}
			}
			j.between(p[i])
			i++
		}
	}
}

// between reads a byte outside strings and scalars.
func (j *JSON) between(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n', 0x1e: // RFC 7464 separates texts by RS
	case '{', '[':
		j.open(c == '[')
	case '}', ']':
		j.shut()
	case '"':
		j.state, j.n = jsonSkip, 0
		if j.depth <= j.levels {
			j.state = jsonString
		}
		j.bad = j.depth == 0
	case ',':
		j.name = j.depth > 0 && j.depth <= j.levels && j.arrays&(1<<j.depth) == 0
		j.bad = j.depth == 0
	case ':':
		j.name = false
	case 0xef, 0xbb, 0xbf: // a byte order mark
		j.bad = j.state != jsonStart
	default:
		switch {
		case j.depth == 0:
			j.bad = true
		case j.depth <= j.levels:
			j.state, j.n = jsonBare, 0
			j.keep(c)
		}
	}
}

func (j *JSON) open(array bool) {
	j.state = jsonBetween
	j.depth++
	if j.depth > j.levels {
		return
	}
	j.arrays &^= 1 << j.depth
	if array {
		j.arrays |= 1 << j.depth
	}
	j.name = !array
	j.visitor.Open(j.depth, array)
}

func (j *JSON) shut() {
	if j.depth == 0 {
		j.bad = true
		return
	}
	if j.depth <= j.levels {
		j.visitor.Shut(j.depth)
	}
	j.depth--
	j.name = false
}

// skipped passes over a string nobody asked for.
func (j *JSON) skipped(p []byte, i int) int {
	if j.escape == 1 {
		j.escape = 0
		return i + 1
	}
	for ; i < len(p); i++ {
		switch p[i] {
		case '"':
			j.state = jsonBetween
			return i + 1
		case '\\':
			j.escape = 1
			return i + 1
		}
	}
	return i
}

// captured reads a string that is reported.
func (j *JSON) captured(p []byte, i int) int {
	for ; i < len(p); i++ {
		c := p[i]
		switch {
		case j.escape == 1:
			j.unescape(c)
		case j.escape > 1:
			digit, ok := hexDigit(c)
			if !ok {
				j.bad = true
				return i
			}
			j.code = j.code<<4 | rune(digit)
			if j.escape++; j.escape == 6 {
				j.escape = 0
				if j.code >= 0x80 { // no word of a protocol has such characters
					j.code = '?'
				}
				j.keep(byte(j.code))
			}
		case c == '\\':
			j.escape = 1
		case c == '"':
			j.state = jsonBetween
			if j.name {
				j.name = false
				j.visitor.Name(j.depth, j.text[:j.n])
			} else {
				j.visitor.Scalar(j.depth, j.text[:j.n], true)
			}
			return i + 1
		default:
			j.keep(c)
		}
	}
	return i
}

func (j *JSON) unescape(c byte) {
	j.escape = 0
	switch c {
	case 'u':
		j.escape, j.code = 2, 0
	case 'n', 'r', 't', 'b', 'f':
		j.keep(' ')
	default:
		j.keep(c)
	}
}

func (j *JSON) keep(c byte) {
	if j.n < capture {
		j.text[j.n] = c
		j.n++
	}
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// Gap implements [Sink]. Behind a gap nobody knows the depth, so the reader stops.
func (j *JSON) Gap(int64) { j.bad = true }

// Close implements [Sink].
func (j *JSON) Close(whole bool) {
	if !whole || j.depth > 0 || j.state == jsonString || j.state == jsonSkip {
		j.bad = true
	}
}
