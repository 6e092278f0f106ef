package pickle

import "math"

// A value is what the machine knows of one Python object: five bits of kind and
// 27 of payload. Payloads are small facts or an index into an arena, never
// content, so that stack and memo cost four bytes an entry.
type value uint32

type kind uint8

const (
	kUnknown  kind = iota // anything: result of something we can't follow
	kNone                 //
	kBool                 // payload 0 or 1
	kInt                  // payload is the value below bigInt; see machine.intOf
	kFloat                //
	kBytes                //
	kBytearr              //
	kStr                  // payload is a string id; 0: content not kept
	kTuple                // payload: 6 bits of log2(weight), 21 bits of shape
	kList                 // payload is a cell
	kDict                 // payload is a cell, flags tell of its keys
	kSet                  // payload is a cell
	kFrozen               // payload is a cell
	kGlobal               // payload is an index into machine.globals
	kObject               // payload is a pair of cells: weight, global that made it
	kDtype                // payload is an index into machine.dtypes
	kPersist              // a persistent id that the policy knows
	kindShift = 27
	payload   = 1<<kindShift - 1
	shapeBits = 21
	shapeMask = 1<<shapeBits - 1
	bigInt    = 1 << 26 // kInt payloads from here on are indices into machine.ints
	noInt     = payload // kInt of unknown value
)

var kindNames = [...]string{
	"something unknown", "None", "bool", "int", "float", "bytes", "bytearray", "str", "tuple", "list", "dict", "set",
	"frozenset", "name", "instance", "dtype", "persistent",
}

func mk(k kind, p uint32) value { return value(uint32(k)<<kindShift | p&payload) }

func (v value) kind() kind  { return kind(v >> kindShift) }
func (v value) pay() uint32 { return uint32(v) & payload }

const (
	vUnknown = value(0)
	vNone    = value(uint32(kNone) << kindShift)
	vFalse   = value(uint32(kBool) << kindShift)
	vTrue    = vFalse | 1
	vFloat   = value(uint32(kFloat) << kindShift)
	vBytes   = value(uint32(kBytes) << kindShift)
	vStr     = value(uint32(kStr) << kindShift)
	vAnyInt  = value(uint32(kInt)<<kindShift | noInt)
	vEmpty   = value(uint32(kTuple)<<kindShift | 1) // ()
)

// plain says that the value is exactly the builtin type that its kind names, so
// that what Python does with it is known.
func (v value) plain() bool {
	k := v.kind()
	return k >= kNone && k <= kFrozen
}

// cells is an arena of 32-bit words in pages, so that growing copies nothing.
type cells struct {
	pages  [][]value
	packed []*packed // by page, for pages that are nil
	spare  []value   // a page whose words are packed, to be used again
	opened int       // pages that are not nil
	next   int       // the page that is packed next
	n      int
}

const (
	cellPage  = 1 << 14
	openCells = 32 // pages that stay as they are before packing begins
)

func (c *cells) add(w uint32) uint32 {
	if c.n&(cellPage-1) == 0 && c.n>>14 == len(c.pages) {
		page := c.spare
		if c.spare = nil; page == nil {
			page = make([]value, cellPage)
		}
		c.pages, c.packed = append(c.pages, page), append(c.packed, nil)
		if c.opened++; c.opened > openCells && c.next < len(c.pages)-2 {
			if p := pack(c.pages[c.next], false); p != nil {
				c.spare = c.pages[c.next]
				c.pages[c.next], c.packed[c.next] = nil, p
				c.opened--
			}
			c.next++
		}
	}
	i := uint32(c.n)
	c.n++
	*c.at(i) = value(w)
	return i
}

// at is a cell that may be written to.
func (c *cells) at(i uint32) *value {
	if c.pages[i>>14] == nil {
		page := make([]value, cellPage)
		c.packed[i>>14].open(page, false)
		c.pages[i>>14], c.packed[i>>14] = page, nil
		c.opened++
	}
	return &c.pages[i>>14][i&(cellPage-1)]
}

// get is what a cell holds.
func (c *cells) get(i uint32) uint32 {
	if page := c.pages[i>>14]; page != nil {
		return uint32(page[i&(cellPage-1)])
	}
	return c.packed[i>>14].word(int(i & (cellPage - 1)))
}

// Cells hold a float32 weight whose low eight mantissa bits are flags.
const (
	flagDunder  uint32 = 1 << iota // a dict with a key like __class__
	flagNonStr                     // a dict with a key that is no string that we know
	flagFilled                     // something was put in
	flagObjects                    // a dict of fields, one of which holds objects
	flagParser                     // a dict with a parser for a distribution that is not the usual one
	flagHolds                      // a dict with a value that is an instance
	flagShadow                     // a dict that puts something in place of a method
	flagGiven                      // a dict of keywords that partial holds
	flagMask    = 0xff
)

func weightOf(cell uint32) float32 { return math.Float32frombits(cell &^ flagMask) }

func withWeight(cell uint32, w float32) uint32 {
	if !(w < 1e30) {
		w = 1e30
	}
	return math.Float32bits(w)&^flagMask | cell&flagMask
}

// weight is how many values the structure holds when written out in full, with
// everything shared counted as often as it is referred to.
func (m *machine) weight(v value) float32 {
	switch v.kind() {
	case kTuple:
		return math.Float32frombits((127 + v.pay()>>shapeBits) << 23)
	case kList, kDict, kSet, kFrozen, kObject:
		return weightOf(m.cells.get(v.pay()))
	}
	return 1
}

// sum is the weight of several values.
func (m *machine) sum(vs []value) float32 {
	var w float32
	for _, v := range vs {
		if k := v.kind(); k < kTuple || k > kObject || k == kGlobal {
			w++
		} else {
			w += m.weight(v)
		}
	}
	return w
}

// grow adds to a container's weight and watches the limit.
func (m *machine) grow(v value, w float32, flags uint32) {
	switch v.kind() {
	case kList, kDict, kSet, kFrozen, kObject:
		c := m.cells.at(v.pay())
		nw := weightOf(uint32(*c)) + w
		*c = value(withWeight(uint32(*c), nw) | flags | flagFilled)
		m.heavy(nw)
	}
}

func (m *machine) heavy(w float32) {
	if w > m.maxWeight {
		m.maxWeight = w
		if float64(w) > m.lim.Expansion && float64(w) > m.lim.Ratio*float64(m.offset()) {
			m.limit("pickle.expansion", "written out in full the structure has %.3g values, from %d bytes: whoever walks it (repr, copy, comparison) hangs", w, m.offset())
		}
	}
}

// container makes an empty container of the given kind around items.
func (m *machine) container(k kind, items []value) value {
	if m.cells.n >= m.lim.Objects {
		m.limit("pickle.objects", "more than %d containers and instances", m.lim.Objects)
		return vUnknown
	}
	w := 1 + m.sum(items)
	c := withWeight(0, w)
	if len(items) > 0 {
		c |= flagFilled
		m.heavy(w)
	}
	return mk(k, m.cells.add(c))
}

// object makes an instance that the global g made out of args.
func (m *machine) object(g uint32, w float32) value {
	if m.cells.n >= m.lim.Objects {
		m.limit("pickle.objects", "more than %d containers and instances", m.lim.Objects)
		return vUnknown
	}
	m.heavy(w)
	i := m.cells.add(withWeight(0, 1+w))
	m.cells.add(g)
	return mk(kObject, i)
}

// madeBy is the index of the global that made an instance.
func (m *machine) madeBy(v value) uint32 { return m.cells.get(v.pay() + 1) }

// tuple makes a tuple. Its elements are kept while it is short and young.
func (m *machine) tuple(items []value) value {
	if len(items) == 0 {
		return vEmpty
	}
	w := 1 + m.sum(items)
	m.heavy(w)
	shape := uint32(0)
	if len(items) <= maxShape {
		if len(m.shapes)+len(items)+1 > shapeRoom {
			// compact moves what the stack refers to; items is part of the stack.
			m.compact()
		}
		if len(m.shapes)+len(items)+1 <= shapeRoom {
			shape = uint32(len(m.shapes))
			m.shapes = append(m.shapes, value(len(items)))
			m.shapes = append(m.shapes, items...)
		}
	}
	return tupleOf(w, shape)
}

// tupleOf is a tuple of weight w whose elements lie at shape.
func tupleOf(w float32, shape uint32) value {
	lg := (math.Float32bits(w) + 1<<22) >> 23 // round(log2 w), near enough
	return mk(kTuple, (min(max(lg, 127), 127+63)-127)<<shapeBits|shape)
}

const (
	maxShape  = 16      // elements of a tuple that we remember
	shapeRoom = 1 << 20 // words of the tuple arena, 4 bytes each
)

// items returns a tuple's elements, and whether they are known. The slice is
// valid until the next tuple is made.
func (m *machine) items(v value) ([]value, bool) {
	if v.kind() != kTuple {
		return nil, false
	}
	s := v.pay() & shapeMask
	switch s {
	case 0:
		return nil, false
	case 1:
		return nil, true
	}
	if int(s) >= len(m.shapes) || int(s)+int(m.shapes[s]) >= len(m.shapes) {
		return nil, false // a value of before compact, which only trails still hold
	}
	n := uint32(m.shapes[s])
	return m.shapes[s+1 : s+1+n], true
}

// compact empties the arenas of tuples and strings. What the stack refers to
// moves; what only the memo refers to is forgotten: a tuple of unknown elements,
// a string of unknown content, both of which are judged as unknown.
func (m *machine) compact() {
	old, oldStrs := m.shapes, m.strs
	m.shapes, m.spare = append(m.spare[:0], 0, 0), old
	m.resetStrings()
	budget := shapeRoom / 2
	var move func(v value, depth int) value
	move = func(v value, depth int) value {
		switch v.kind() {
		case kStr:
			if id := v.pay(); id >= firstOwn {
				return mk(kStr, m.intern(oldStrs.at(int(id-firstOwn))))
			}
		case kTuple:
			s := v.pay() & shapeMask
			if s < 2 {
				return v
			}
			n := int(old[s])
			if depth > 8 || budget < n+1 {
				return v &^ shapeMask
			}
			budget -= n + 1
			at := len(m.shapes)
			m.shapes = append(m.shapes, value(n))
			m.shapes = append(m.shapes, old[s+1:int(s)+1+n]...)
			for i := at + 1; i <= at+n; i++ {
				m.shapes[i] = move(m.shapes[i], depth+1)
			}
			return v&^shapeMask | value(at)
		}
		return v
	}
	// Only the top matters: a call's arguments are built right before it.
	deep := len(m.stack) - 4096
	for i, v := range m.stack {
		switch {
		case i >= deep:
			m.stack[i] = move(v, 0)
		default:
			m.stack[i] = forget(v)
		}
	}
	m.memo.forget()
	m.wrap.shape, m.wrap.order, m.wrap.subclass = forget(m.wrap.shape), forget(m.wrap.order), forget(m.wrap.subclass)
}

// forget drops what a value says about arenas that are emptied.
func forget(v value) value {
	switch v.kind() {
	case kStr:
		if v.pay() >= firstOwn {
			return vStr
		}
	case kTuple:
		if v.pay()&shapeMask >= 2 {
			return v &^ shapeMask
		}
	}
	return v
}

// integer makes an int of known value.
func (m *machine) integer(x int64) value {
	if x >= 0 && x < bigInt {
		return mk(kInt, uint32(x))
	}
	if len(m.ints) < maxInts {
		m.ints = append(m.ints, x)
		return mk(kInt, uint32(bigInt+len(m.ints)-1))
	}
	return vAnyInt
}

const maxInts = 1 << 16

// intOf returns the value of an int or bool, if it is known.
func (m *machine) intOf(v value) (int64, bool) {
	switch p := v.pay(); {
	case v.kind() == kBool:
		return int64(p), true
	case v.kind() != kInt || p == noInt:
		return 0, false
	case p < bigInt:
		return int64(p), true
	default:
		return m.ints[p-bigInt], true
	}
}

// unhashable says that the value can't be a dict's key or a set's element.
func (m *machine) unhashable(v value) bool {
	switch v.kind() {
	case kList, kDict, kSet, kBytearr:
		return true
	case kTuple:
		if items, ok := m.items(v); ok {
			for _, e := range items {
				if e.kind() != kTuple && m.unhashable(e) {
					return true
				}
			}
		}
	}
	return false
}
