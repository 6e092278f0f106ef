package content

import "bytes"

// An XMLVisitor is told of the upper levels of an XML document. The root element
// has depth 1. Names come without prefix; names and values longer than 64 bytes
// arrive cut to that; slices are valid during the call.
type XMLVisitor interface {
	// Open begins an element.
	Open(depth int, name []byte)
	// Attribute is an attribute of the element at depth; entities in value are left alone.
	Attribute(depth int, name, value []byte)
	// Shut ends the element at depth.
	Shut(depth int)
}

// XML walks an XML document and reports its upper levels, without character data,
// to a visitor. It expands nothing, so a document can't grow.
type XML struct {
	visitor  XMLVisitor
	levels   int // elements deeper than this are skipped
	depth    int
	state    xmlState
	closing  bool // the tag being read is an end tag
	bad      bool
	ended    bool // the root element ended
	quote    byte
	brackets int    // open in a DOCTYPE
	until    string // what ends the comment, instruction or section being skipped
	tail     [3]byte
	n, m     int // bytes in name and value
	name     [capture]byte
	value    [capture]byte
}

type xmlState uint8

const (
	xmlText xmlState = iota
	xmlOpen          // behind <
	xmlBang          // behind <!
	xmlSkip          // up to until
	xmlDoctype
	xmlName
	xmlTag // in a tag, between attributes
	xmlAttribute
	xmlEquals
	xmlValue
	xmlEmpty // behind / in a tag
)

// NewXML returns a reader that reports elements down to depth levels.
func NewXML(v XMLVisitor, levels int) *XML { return &XML{visitor: v, levels: levels} }

// Bad reports whether x lost its place: the text is not XML, or has a gap.
func (x *XML) Bad() bool { return x.bad }

// Feed implements [Sink].
func (x *XML) Feed(p []byte) {
	for i := 0; i < len(p) && !x.bad; i++ {
		if x.state == xmlText {
			n := bytes.IndexByte(p[i:], '<')
			if n < 0 {
				x.text(p[i:])
				return
			}
			x.text(p[i : i+n])
			i += n
			x.state = xmlOpen
			continue
		}
		x.step(p[i])
	}
}

// text checks that outside the root element there is nothing but space.
func (x *XML) text(p []byte) {
	if x.depth > 0 {
		return
	}
	for _, c := range p {
		if !xmlSpace(c) && c != 0xef && c != 0xbb && c != 0xbf {
			x.bad = true
			return
		}
	}
}

func xmlSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (x *XML) step(c byte) {
	switch x.state {
	case xmlOpen:
		x.opened(c)
	case xmlBang:
		switch c {
		case '-':
			x.skip("-->")
		case '[':
			x.skip("]]>")
		default:
			x.state, x.brackets = xmlDoctype, 0
		}
	case xmlSkip:
		x.tail[0], x.tail[1], x.tail[2] = x.tail[1], x.tail[2], c
		if string(x.tail[3-len(x.until):]) == x.until {
			x.state = xmlText
		}
	case xmlDoctype:
		switch c {
		case '[':
			x.brackets++
		case ']':
			x.brackets--
		case '>':
			if x.brackets <= 0 {
				x.state = xmlText
			}
		}
	case xmlName:
		x.named(c)
	case xmlTag:
		x.between(c)
	case xmlAttribute:
		switch {
		case c == '=':
			x.state = xmlEquals
		case c == '>' || c == '/' || c == '<':
			x.bad = true
		case !xmlSpace(c):
			x.keepName(c)
		}
	case xmlEquals:
		switch {
		case c == '"' || c == '\'':
			x.quote, x.m, x.state = c, 0, xmlValue
		case !xmlSpace(c):
			x.bad = true
		}
	case xmlValue:
		if c == x.quote {
			if x.depth <= x.levels {
				x.visitor.Attribute(x.depth, x.local(), x.value[:x.m])
			}
			x.state = xmlTag
		} else if x.m < capture {
			x.value[x.m] = c
			x.m++
		}
	case xmlEmpty:
		if c != '>' {
			x.bad = true
			return
		}
		x.shut()
	}
}

func (x *XML) skip(until string) {
	x.state, x.until, x.tail = xmlSkip, until, [3]byte{}
}

func (x *XML) opened(c byte) {
	x.closing, x.n = false, 0
	switch {
	case c == '!':
		x.state = xmlBang
	case c == '?':
		x.skip("?>")
	case c == '/':
		x.closing, x.state = true, xmlName
	case xmlSpace(c) || c == '<' || c == '>' || x.ended:
		x.bad = true
	default:
		x.state = xmlName
		x.keepName(c)
	}
}

// named reads an element's name.
func (x *XML) named(c byte) {
	if c != '>' && c != '/' && !xmlSpace(c) {
		x.keepName(c)
		return
	}
	if !x.closing {
		x.depth++
		if x.depth <= x.levels {
			x.visitor.Open(x.depth, x.local())
		}
	}
	x.state = xmlTag
	x.between(c)
}

// between reads what stands in a tag outside names and values.
func (x *XML) between(c byte) {
	switch {
	case xmlSpace(c):
	case c == '>' && x.closing:
		x.shut()
	case c == '>':
		x.state = xmlText
	case x.closing || c == '<':
		x.bad = true
	case c == '/':
		x.state = xmlEmpty
	default:
		x.state, x.n = xmlAttribute, 0
		x.keepName(c)
	}
}

func (x *XML) shut() {
	if x.depth == 0 {
		x.bad = true
		return
	}
	if x.depth <= x.levels {
		x.visitor.Shut(x.depth)
	}
	x.depth--
	x.ended = x.depth == 0
	x.state = xmlText
}

func (x *XML) keepName(c byte) {
	if x.n < capture {
		x.name[x.n] = c
		x.n++
	}
}

// local is the name without its prefix.
func (x *XML) local() []byte {
	name := x.name[:x.n]
	return name[bytes.IndexByte(name, ':')+1:]
}

// Gap implements [Sink]. Behind a gap nobody knows the depth, so the reader stops.
func (x *XML) Gap(int64) { x.bad = true }

// Close implements [Sink].
func (x *XML) Close(whole bool) {
	if !whole || !x.ended {
		x.bad = true
	}
}
