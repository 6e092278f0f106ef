package pickle

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// firstOwn is the first string id that a stream can define; below it are the
// words of the tables, whose ids never change.
const firstOwn = 1 << 16

// maxName is the length in bytes above which a string is no name.
const maxName = 200

// nameByte tells bytes that occur in dotted names; anything from 0x80 up may be
// part of an identifier in UTF-8.
var nameByte = func() (t [256]bool) {
	for c := 0; c < 256; c++ {
		t[c] = c >= 0x80 || c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
			c == '<' || c == '>' || c == '|' || c == '-' || c == ':' || c == '/' || c == '='
	}
	return t
}()

// str makes a string value, keeping the content if it could be a name, an
// encoding or a dtype.
func (m *machine) str(b []byte, whole bool) value {
	if !whole || len(b) > maxName {
		return vStr
	}
	for _, c := range b {
		if !nameByte[c] {
			return vStr
		}
	}
	return mk(kStr, m.intern(b))
}

// names keeps short strings, each once, in one piece of memory. (A map of strings would
// take a few times as much, and as long: a dump of a million identifiers is a
// million new strings.)
type names struct {
	text  []byte
	ends  []uint32 // of each string in text
	table []uint32 // by hash: its upper bits, and in numberBits the string's number plus one; 0 is free

	dunders int // strings like __class__
}

// The table is asked once for every name, each time at another place: its size is
// what names cost. So an entry is as small as the strings that maxStrings allows,
// which count 16 bytes beside their own, permit.
const (
	numberBits = 20
	numberMask = 1<<numberBits - 1
	maxStrings = 15 << 20
)

var seed = maphash.MakeSeed()

// tag is what a table entry holds of a hash.
func tag(hash uint64) uint32 { return uint32(hash>>32) &^ numberMask }

func (n *names) at(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = n.ends[i-1]
	}
	return n.text[from:n.ends[i]]
}

// find returns a string's number, or -1 and where in the table it belongs.
func (n *names) find(b []byte, hash uint64) (number, slot int) {
	mask := len(n.table) - 1
	if mask < 0 {
		return -1, 0
	}
	for slot = int(hash) & mask; n.table[slot] != 0; slot = (slot + 1) & mask {
		if e := n.table[slot]; e&^numberMask == tag(hash) {
			if i := int(e&numberMask) - 1; bytes.Equal(n.at(i), b) {
				return i, slot
			}
		}
	}
	return -1, slot
}

// add adds a string that is not there and returns its number.
func (n *names) add(b []byte, hash uint64, slot int) int {
	if 4*len(n.ends) >= 3*len(n.table) {
		n.table = make([]uint32, max(64, 2*len(n.table)))
		for i := range n.ends {
			n.enter(i)
		}
		_, slot = n.find(b, hash)
	}
	n.text = append(n.text, b...)
	n.ends = append(n.ends, uint32(len(n.text)))
	if dunderLike(b) {
		n.dunders++
	}
	n.table[slot] = tag(hash) | uint32(len(n.ends))
	return len(n.ends) - 1
}

func (n *names) enter(i int) {
	hash := maphash.Bytes(seed, n.at(i))
	mask := len(n.table) - 1
	slot := int(hash) & mask
	for n.table[slot] != 0 {
		slot = (slot + 1) & mask
	}
	n.table[slot] = tag(hash) | uint32(i+1)
}

func (n *names) empty() {
	n.text, n.ends, n.dunders = n.text[:0], n.ends[:0], 0
	clear(n.table)
}

func (n *names) clone() names {
	return names{slices.Clone(n.text), slices.Clone(n.ends), slices.Clone(n.table), n.dunders}
}

// intern returns the id of a short string.
func (m *machine) intern(b []byte) uint32 {
	hash := maphash.Bytes(seed, b)
	i, slot := m.strs.find(b, hash)
	if i >= 0 {
		return uint32(firstOwn + i)
	}
	if maybeWord[hash%uint64(len(maybeWord))] {
		if id, ok := words[string(b)]; ok {
			return id
		}
	}
	if m.strBytes+len(b)+16 > m.lim.Strings {
		if m.compacting {
			return 0
		}
		m.compacting = true
		m.compact()
		m.compacting = false
		_, slot = m.strs.find(b, hash)
	}
	m.strBytes += len(b) + 16
	return uint32(firstOwn + m.strs.add(b, hash, slot))
}

// maybeWord says by the hash whether a string may be among the words, of which there
// are two thousand.
var maybeWord [1 << 15]bool

// (allow.go, whose init runs before, has made the words.)
func init() {
	telling = make([]bool, len(wordList))
	for id, w := range wordList {
		maybeWord[maphash.String(seed, w)%uint64(len(maybeWord))] = true
		var seen wrapper
		seen.see(nil, vTrue, uint32(id), vTrue)
		telling[id] = dunderLike(w) || seen.dict != 0 || uint32(id) == wordParserKey
	}
}

// telling are the words that say something about a dict of which they are a key.
var telling []bool

// resetStrings forgets the strings; what they were stays readable in the copy that the
// caller has, until the next time.
func (m *machine) resetStrings() {
	m.strs, m.spareStrs = m.spareStrs, m.strs
	m.strs.empty()
	m.strBytes = 0
	clear(m.pairs)
}

// text returns a string value's content, if it was kept.
func (m *machine) text(v value) (string, bool) {
	b, s, ok := m.content(v)
	if b != nil {
		return string(b), ok
	}
	return s, ok
}

// content is text as it is kept: bytes of the stream's own, or a word.
func (m *machine) content(v value) (own []byte, word string, ok bool) {
	if v.kind() != kStr {
		return nil, "", false
	}
	switch id := v.pay(); {
	case id == 0:
		return nil, "", false
	case id < firstOwn:
		return nil, wordList[id], true
	case int(id-firstOwn) < len(m.strs.ends):
		return m.strs.at(int(id - firstOwn)), "", true
	}
	return nil, "", false // a value of before compact, which only trails still hold
}

// dunder says that a string is a name like __class__ that is no harmless one.
func (m *machine) dunder(v value) bool {
	b, s, _ := m.content(v)
	if b != nil {
		return dunderLike(b) && !harmlessDunder(string(b))
	}
	return dunderLike(s) && !harmlessDunder(s)
}

func dunderLike[T []byte | string](s T) bool {
	return len(s) > 4 && s[0] == '_' && s[1] == '_' && s[len(s)-1] == '_'
}

func harmlessDunder(s string) bool { return s == "__doc__" || s == "__name__" || s == "__qualname__" }
