package pickle

import "github.com/wardround/wardround/format/issue"

// constant reads n bytes of data and pushes what they are.
func (m *machine) constant(n uint64) {
	r := &m.reader
	switch m.op {
	case opShortBinUnicode, opBinUnicode, opBinUnicode8:
		if n <= maxName && uint64(r.n-r.p) >= n && (n == 0 || r.buf[r.p] != torchText[0]) { // the common case, kept short
			b := r.buf[r.p : r.p+int(n)]
			r.p += int(n)
			name, plain := true, true
			for _, c := range b {
				name = name && nameByte[c]
				plain = plain && c < 0x80
			}
			if !plain && !validText(b) {
				m.die(All, "pickle.invalid", "a string that is not UTF-8")
			}
			if n > innerMin {
				m.inner(b, r.offset()-int64(n), false, "str")
			}
			if name {
				m.push(mk(kStr, m.intern(b)))
			} else {
				m.push(vStr)
			}
			return
		}
		head, ok, valid := r.data(n, m.keep(), true)
		if !ok {
			m.truncated()
			return
		}
		if !valid {
			m.die(All, "pickle.invalid", "a string that is not UTF-8")
		}
		switch m.storageText(head) {
		case bytesStorage:
			m.push(mk(kStr, wordStorage))
			return
		case bytesHostile:
			m.innerLong(head, n, "str")
			m.push(mk(kStr, wordHostile))
			return
		}
		m.innerLong(head, n, "str")
		if n == uint64(len(head)) && argumentParser(head) {
			m.push(mk(kStr, wordParser))
			break
		}
		m.push(m.str(head, n == uint64(len(head))))
	case opShortBinString, opBinString:
		head, ok, _ := r.data(n, m.keep(), false)
		if !ok {
			m.truncated()
			return
		}
		if !ascii(head) {
			m.diverge(0, "pickle.divergence-encoding", "a string of Python 2 that is not ASCII: loading depends on the encoding that the loader is told")
		}
		m.innerLong(head, n, "str")
		m.push(m.str(head, n == uint64(len(head))))
	case opLong1, opLong4:
		head, ok, _ := r.data(n, 16, false)
		if !ok {
			m.truncated()
			return
		}
		m.push(m.long(head, n))
	default: // bytes and bytearray
		head, ok, _ := r.data(n, m.keep(), false)
		if !ok {
			m.truncated()
			return
		}
		found := m.storageBytes(head)
		if found != bytesStorage {
			m.innerLong(head, n, "bytes")
		}
		if m.op == opByteArray8 {
			m.push(mk(kBytearr, 0))
		} else {
			m.push(mk(kBytes, found))
		}
	}
}

// long decodes a little-endian two's complement integer.
func (m *machine) long(b []byte, n uint64) value {
	if n > 8 {
		return vAnyInt
	}
	var v int64
	for i, c := range b {
		v |= int64(c) << (8 * i)
	}
	if n > 0 && n < 8 && b[n-1] >= 0x80 {
		v -= 1 << (8 * n)
	}
	return m.integer(v)
}

// ext runs EXT1, EXT2 and EXT4: a name out of the process's own registry, which
// the stream doesn't tell. Never safe.
func (m *machine) ext(size int) {
	b := m.need(size)
	if b == nil {
		return
	}
	code := int64(0)
	for i, c := range b {
		code |= int64(c) << (8 * i)
	}
	if size == 4 {
		code = int64(int32(code))
	}
	if code <= 0 {
		m.die(C|Python, "pickle.divergence-ext", "an extension code that is not above zero")
	}
	m.unsure = true // whether the code is registered is the process's affair
	m.push(m.nameless("an extension code: the name is in the registry of the process that loads"))
	m.issue("pickle.extension-code", issue.Unknown, m.start, "imports by extension code, which only the loading process can resolve")
}

// persistent judges a persistent id, which the loader's own code turns into an
// object.
func (m *machine) persistent(id value) value {
	if m.pol.Torch && m.torchStorage(id) {
		return mk(kPersist, 0)
	}
	if m.pol.Torch {
		// Until 1.6 a module's class came with its source, which the loader only
		// compares: ('module', class, file, source) gives the class.
		if items, ok := m.items(id); ok && len(items) == 4 {
			s, _ := m.text(items[0])
			if cls := m.globalOf(items[1]); s == "module" && cls != nil && cls.has(useNew) {
				return items[1]
			}
		}
	}
	m.issue("pickle.persistent-id", issue.Unknown, m.start, "a persistent id that only the loading program can resolve")
	return vUnknown
}

// torchStorage says whether id is ('storage', class, key, location, length), the
// one kind that torch.save writes since 1.6. The class must be a storage class
// from the tables.
func (m *machine) torchStorage(id value) bool {
	items, ok := m.items(id)
	if !ok || len(items) < 5 || len(items) > 6 {
		return false
	}
	if s, ok := m.text(items[0]); !ok || s != "storage" {
		return false
	}
	if items[1].kind() != kGlobal || !m.globals[items[1].pay()].has(useStorage) {
		return false
	}
	return items[2].kind() == kStr && items[3].kind() == kStr && items[4].kind() == kInt
}
