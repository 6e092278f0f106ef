package pickle

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

// intern returns the id of a short string.
func (m *machine) intern(b []byte) uint32 {
	if id, ok := m.strIDs[string(b)]; ok {
		return id
	}
	if id, ok := words[string(b)]; ok {
		return id
	}
	if m.strBytes+len(b)+16 > m.lim.Strings {
		if m.compacting {
			return 0
		}
		m.compacting = true
		m.compact()
		m.compacting = false
	}
	s := string(b)
	m.strBytes += len(s) + 16
	m.strs = append(m.strs, s)
	id := uint32(firstOwn + len(m.strs) - 1)
	m.strIDs[s] = id
	return id
}

func (m *machine) resetStrings() {
	m.strs, m.strBytes = nil, 0
	m.strIDs = make(map[string]uint32)
	clear(m.pairs)
}

// text returns a string value's content, if it was kept.
func (m *machine) text(v value) (string, bool) {
	if v.kind() != kStr {
		return "", false
	}
	switch id := v.pay(); {
	case id == 0:
		return "", false
	case id < firstOwn:
		return wordList[id], true
	case int(id-firstOwn) < len(m.strs):
		return m.strs[id-firstOwn], true
	}
	return "", false // a value of before compact, which only trails still hold
}
