package pickle

import (
	"bytes"
	"unicode/utf8"

	"github.com/wardround/wardround/format/issue"
)

// textOp runs the opcodes of protocol 0, whose arguments are lines. Here the
// three readers differ most: C uses strtol and strtod, Python int() and float(),
// pickletools int() in base ten.
func (m *machine) textOp(op byte) {
	line, n, last, newline := m.line()
	m.mid = m.offset()
	if op == opGlobal || op == opInst {
		m.textGlobal(op, line, n, newline)
		return
	}
	if !newline {
		m.truncated()
		return
	}
	whole := n == int64(len(line))
	if n == 0 {
		switch op {
		case opPersID, opUnicode:
		default:
			m.die(C, "pickle.divergence-newline", "an empty line")
		}
	}
	switch op {
	case opInt:
		m.textInt(line, whole)
	case opLong:
		m.textLong(line, whole)
	case opFloat:
		m.textFloat(line, whole)
	case opString:
		m.textString(line, last, whole)
	case opUnicode:
		m.textUnicode(line, whole)
	case opPut, opGet:
		m.textMemo(op, line, whole)
	case opPersID:
		if !ascii(line) {
			m.die(All, "pickle.divergence-persid", "a persistent id that is not ASCII")
		} else if _, ok := unescape(line); !ok && whole {
			m.die(Pickletools, "pickle.divergence-persid", "a persistent id with a broken escape")
		}
		m.push(m.persistent(m.str(line, whole)))
	}
}

func (m *machine) textInt(line []byte, whole bool) {
	if !whole {
		m.unsure = true
		m.push(vAnyInt)
		return
	}
	cv, cok := strtol(line)
	pv, pok := pyInt(line, 0)
	tv, tok := pyInt(line, 10)
	flag := string(line) == "00" || string(line) == "01"
	if flag {
		pv, pok = int64(line[1]-'0'), true
	}
	cbool := cok && len(line) == 2 && (cv == 0 || cv == 1)
	var stop Semantics
	if !cok {
		stop |= C
	}
	if !pok {
		stop |= Python
	}
	if !tok {
		stop |= Pickletools
	}
	m.die(stop, "pickle.divergence-int", "an integer that is not written the way every reader takes it")
	if cok && pok && (cv != pv || cbool != flag) || cok && tok && tv != cv || pok && tok && tv != pv {
		m.diverge(0, "pickle.divergence-int", "an integer that the readers read differently")
	}
	switch {
	case flag:
		m.push(mk(kBool, uint32(pv)))
	case cok && cv != big:
		m.push(m.integer(cv))
	default:
		m.push(vAnyInt)
	}
}

func (m *machine) textLong(line []byte, whole bool) {
	if !whole {
		m.unsure = true
		m.push(vAnyInt)
		return
	}
	digits := bytes.TrimSuffix(line, []byte("L"))
	_, cok := pyInt(cString(digits), 0)
	v, pok := pyInt(digits, 0)
	tv, tok := pyInt(digits, 10)
	if len(digits) == len(line) && !cok { // C hands the newline on, too, which is white space
		_, cok = pyInt(cString(append(digits[:len(digits):len(digits)], '\n')), 0)
	}
	var stop Semantics
	if !cok {
		stop |= C
	}
	if !pok {
		stop |= Python
	}
	if !tok {
		stop |= Pickletools
	}
	m.die(stop, "pickle.divergence-int", "a long integer that is not written the way every reader takes it")
	if pok && tok && v != tv {
		m.diverge(0, "pickle.divergence-int", "a long integer that the readers read differently")
	}
	if pok && v != big {
		m.push(m.integer(v))
	} else {
		m.push(vAnyInt)
	}
}

func (m *machine) textFloat(line []byte, whole bool) {
	if !whole {
		m.unsure = true
	} else {
		var stop Semantics
		if !cFloat(line) {
			stop |= C
		}
		if !pyFloat(line) {
			stop |= Python | Pickletools
		}
		m.die(stop, "pickle.divergence-float", "a number that is not written the way every reader takes it")
	}
	m.push(vFloat)
}

func (m *machine) textString(line []byte, last byte, whole bool) {
	n := len(line)
	quoted := n >= 2 && line[0] == last && (last == '\'' || last == '"')
	tq := n >= 1 && line[0] == last && (last == '\'' || last == '"')
	var stop Semantics
	if !quoted {
		stop |= C | Python
	}
	if !tq {
		stop |= Pickletools
	}
	m.die(stop, "pickle.divergence-string", "a string whose quotes don't match")
	if !whole {
		m.push(vStr)
		return
	}
	body := line
	switch {
	case quoted:
		body = line[1 : n-1]
	case n > 0 && (line[0] == '\'' || line[0] == '"'):
		body = line[1:]
	}
	text, ok := unescape(body)
	if !ok {
		m.die(All, "pickle.divergence-string", "a broken escape")
	} else if !ascii(text) {
		m.die(Pickletools, "pickle.divergence-encoding", "a string of Python 2 that is not ASCII: loading depends on the encoding that the loader is told")
	}
	m.push(m.str(text, true))
	m.inner(text, m.start+2, true, "STRING")
}

func (m *machine) textUnicode(line []byte, whole bool) {
	if !whole {
		m.unsure = true
		m.push(vStr)
		return
	}
	text, ok := unescapeRaw(line)
	if !ok {
		m.die(All, "pickle.invalid", "a broken \\u escape")
	}
	if argumentParser(text) {
		m.push(mk(kStr, wordParser))
		return
	}
	m.push(m.str(text, true))
	m.inner(text, m.start+1, len(text) != len(line), "UNICODE")
}

func (m *machine) textMemo(op byte, line []byte, whole bool) {
	i, ok := pyInt(line, 10)
	if !whole {
		m.unsure, ok = true, false
	}
	ci, cok := pyInt(cString(line), 10)
	if !cok || ci < 0 || ci == big {
		m.die(C, "pickle.divergence-memo-index", "a memo index that C doesn't take")
	}
	if !ok || i < 0 && i != big && op == opPut {
		m.die(Python, "pickle.divergence-memo-index", "a memo index that is no number from zero up")
	}
	if !ok {
		m.die(Pickletools, "pickle.divergence-memo-index", "a memo index that is no number")
		i = ci
	}
	if i == big {
		i = 1 << 62
	}
	if op == opGet {
		if !ok && !cok {
			m.push(vUnknown)
			return
		}
		m.recall(i)
		return
	}
	if ok || cok {
		m.store(i, m.top())
	}
}

// textGlobal runs GLOBAL and INST, which take two lines.
func (m *machine) textGlobal(op byte, line []byte, n int64, newline bool) {
	module, whole := string(line), n == int64(len(line))
	var line2 []byte
	var n2 int64
	newline2 := false
	if newline {
		line2, n2, _, newline2 = m.line()
	}
	if !newline2 {
		// Both unpicklers cut the last byte off, newline or not, and import before
		// they notice the end.
		m.issue("pickle.import-before-end", issue.Unreadable, m.start, "the stream ends inside a name that is imported all the same")
		if newline && n2 > 0 {
			line2 = line2[:len(line2)-1]
			n2--
		} else if n > 0 && !newline {
			module = module[:len(module)-1]
		}
	}
	name := string(line2)
	whole = whole && n2 == int64(len(line2))
	if op == opInst {
		if !ascii([]byte(module)) || !ascii(line2) {
			m.die(All, "pickle.divergence-name", "a name that is not ASCII")
		}
	} else if !utf8.ValidString(module) || !utf8.ValidString(name) {
		m.die(All, "pickle.invalid", "a name that is not UTF-8")
	} else if !ascii([]byte(module)) || !ascii(line2) {
		m.die(Pickletools, "pickle.divergence-name", "a name that is not ASCII")
	}
	if n == 0 || n2 == 0 {
		m.die(C, "pickle.divergence-name", "an empty name")
	}
	if bytes.IndexByte(line, '\\') >= 0 || bytes.IndexByte(line2, '\\') >= 0 {
		_, ok1 := unescape([]byte(module))
		_, ok2 := unescape(line2)
		if ok1 && ok2 {
			m.diverge(0, "pickle.divergence-name", "pickletools reads escapes in a name, the unpicklers don't")
		} else {
			m.die(Pickletools, "pickle.divergence-name", "a broken escape in a name")
		}
	}
	if op == opInst && len(m.marks) == 0 {
		// The Python reader imports first and looks for the mark afterwards.
		m.die(C, "pickle.divergence-mark", "needs a mark and there is none")
	}
	if m.frame >= 0 && m.offset() > m.frame {
		m.crossFrame() // a reader that stops here imports nothing
	}
	var g value
	if !whole {
		g = m.nameless("a name longer than any real one")
	} else {
		g = m.global(module, name)
	}
	if op == opGlobal {
		m.push(g)
	} else {
		items := m.popMark()
		m.leaks(items, "arguments")
		m.push(m.instantiate(g, items))
	}
	if !newline2 {
		m.truncated()
	}
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
