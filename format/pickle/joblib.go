package pickle

import (
	"bytes"
	"io"
	"math"

	"github.com/wardround/wardround/format/issue"
)

// joblib writes an array beside the pickle that describes it: after the BUILD of
// a NumpyArrayWrapper come, in the same file, one byte n, n bytes of padding (if
// the wrapper has an alignment) and the raw numbers; for arrays of objects a
// pickle of its own. See joblib.numpy_pickle.NumpyArrayWrapper.read_array.

// dtype is what a numpy.dtype says of an array's size in the stream.
type dtype struct {
	size    int64 // bytes of an element, -1 if unknown
	objects bool  // elements are Python objects: the array is a pickle
	form    form
}

// A form says what dtype.__setstate__ may change of a dtype.
type form uint8

const (
	formUnknown form = iota // made from what we can't follow
	formFixed               // a number: its size stays, whatever the state says
	formSized               // text, bytes, records: the state tells the size
	formObject              // pointers to objects
)

// wrapperClass describes an array that follows.
const wrapperClass = "joblib.numpy_pickle.NumpyArrayWrapper"

// wrapper is the state that a NumpyArrayWrapper is given, as seen in the last
// dict that had one of its keys.
type wrapper struct {
	dict                            value // the dict; 0: none
	shape, order, dtype, subclass   value
	align, mmap                     value
	hasShape, hasDtype, hasSubclass bool
	hasAlign, hasMmap               bool
}

// The ids of the wrapper's keys, which are words of the tables.
var wordShape, wordOrder, wordDtype, wordSubclass, wordAlign, wordMmap uint32

func (w *wrapper) see(m *machine, d value, key uint32, v value) {
	if key >= firstOwn || key != wordShape && key != wordOrder && key != wordDtype && key != wordSubclass && key != wordAlign && key != wordMmap {
		return
	}
	if w.dict != d {
		*w = wrapper{dict: d}
	}
	switch key {
	case wordShape:
		w.shape, w.hasShape = v, true
	case wordOrder:
		w.order = v
	case wordDtype:
		w.dtype, w.hasDtype = v, true
	case wordSubclass:
		w.subclass, w.hasSubclass = v, true
	case wordAlign:
		w.align, w.hasAlign = v, true
	case wordMmap:
		w.mmap, w.hasMmap = v, true
	}
}

// newDtype makes a dtype value from the string that numpy gives it ("f8", "<U7").
func (m *machine) newDtype(s string, ok bool) value {
	d := dtype{size: -1}
	if ok {
		d = parseDtype(s)
	}
	if len(m.dtypes) >= 1<<20 {
		return mk(kDtype, 0)
	}
	if len(m.dtypes) == 0 {
		m.dtypes = append(m.dtypes, dtype{size: -1}) // stands for those beyond the bound
	}
	m.dtypes = append(m.dtypes, d)
	return mk(kDtype, uint32(len(m.dtypes)-1))
}

// recordTypes are classes that numpy writes for the code of a dtype with fields.
var recordTypes = map[string]bool{
	"numpy.void": true, "numpy.record": true, "numpy.rec.record": true, "numpy.core.records.record": true, "numpy._core.records.record": true,
}

func parseDtype(s string) dtype {
	for len(s) > 0 && (s[0] == '<' || s[0] == '>' || s[0] == '=' || s[0] == '|') {
		s = s[1:]
	}
	if s == "" {
		return dtype{size: -1}
	}
	n := int64(0)
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return dtype{size: -1}
		}
		if n = n*10 + int64(c-'0'); n > 1<<40 {
			return dtype{size: -1}
		}
	}
	switch s[0] {
	case 'O':
		return dtype{size: 8, objects: true, form: formObject}
	case 'U':
		return dtype{size: 4 * n, form: formSized}
	case 'S', 'V', 'a':
		return dtype{size: n, form: formSized}
	case 'M', 'm':
		return dtype{size: 8, form: formFixed}
	case '?':
		return dtype{size: 1, form: formFixed}
	case 'b', 'i', 'u', 'f', 'c':
		if n > 0 { // a letter alone is another code, "f" a float of four bytes
			return dtype{size: n, form: formFixed}
		}
	}
	return dtype{size: -1}
}

// buildDtype follows dtype.__setstate__ (numpy/_core/src/multiarray/descriptor.c):
// (version, byte order, subarray, names, fields, element size, alignment, flags[,
// metadata]). Shorter forms and versions before 3 order the same differently; nobody
// has written them for long.
func (m *machine) buildDtype(inst, state value) {
	items, ok := m.items(state)
	d := &m.dtypes[inst.pay()]
	version, known := int64(0), false
	if ok && (len(items) == 8 || len(items) == 9) {
		version, known = m.intOf(items[0])
	}
	if inst.pay() == 0 || !known || version < 3 || d.form == formUnknown {
		d.size, d.objects, d.form = -1, false, formUnknown
		return
	}
	flags, known := m.intOf(items[7])
	held := d.form == formObject || m.holdsObjects(items[2]) || m.holdsObjects(items[4])
	if !known || flags&1 == 0 && held || flags&1 != 0 && d.form == formFixed {
		m.issue("pickle.use-unsafe", issue.Unknown, m.start, "an element type whose flags deny what it holds: NumPy would take numbers for the addresses of objects, or the other way round")
	}
	if d.objects = known && flags&1 != 0; d.form == formSized {
		n, ok := m.intOf(items[5])
		if d.size = n; !ok || n < 0 {
			d.size = -1
		}
	}
	if !known {
		d.size, d.form = -1, formUnknown
	}
}

// holdsObjects says that a dtype's fields, or its subarray, hold objects.
func (m *machine) holdsObjects(v value) bool {
	switch v.kind() {
	case kDtype:
		return m.dtypes[v.pay()].objects
	case kTuple:
		items, ok := m.items(v)
		return ok && len(items) > 0 && items[0].kind() == kDtype && m.dtypes[items[0].pay()].objects
	case kDict:
		return m.cells.get(v.pay())&flagObjects != 0
	}
	return false
}

// buildWrapper is the state rule of NumpyArrayWrapper.
func buildWrapper(m *machine, inst, state value) string {
	if m.pol.Plain {
		return ""
	}
	w := &m.wrap
	if state.kind() != kDict || w.dict != state || !w.hasShape || !w.hasDtype || m.cells.get(state.pay())&flagNonStr != 0 {
		m.joblibLost("the state of an array wrapper can't be followed")
		return ""
	}
	if w.hasSubclass {
		if w.subclass.kind() != kGlobal || !m.globals[w.subclass.pay()].has(useArray) {
			return "an array of a class that is not vouched for"
		}
	}
	if w.dtype.kind() != kDtype {
		m.joblibLost("an array whose element type can't be followed")
		return ""
	}
	d := m.dtypes[w.dtype.pay()]
	if w.hasAlign && w.align != vNone && w.align.kind() != kInt {
		m.joblibLost("an array whose alignment is no number: joblib takes it for one")
		return ""
	}
	if d.objects {
		if w.hasMmap && w.mmap != vFalse {
			m.joblibLost("an array of objects that may be mapped: what follows it depends on how the file is loaded")
			return ""
		}
		m.joblibObjects()
		return ""
	}
	count := int64(1)
	items, ok := m.items(w.shape)
	for _, v := range items {
		n, known := m.intOf(v)
		if !known || n < 0 || n > 0 && count > math.MaxInt64/n {
			ok = false
			break
		}
		count *= n
	}
	if !ok || d.size < 0 || d.size > 0 && count > math.MaxInt64/d.size {
		m.joblibLost("an array whose size can't be followed")
		return ""
	}
	m.joblibArray(count*d.size, w.hasAlign && w.align.kind() == kInt)
	return ""
}

func (m *machine) joblibLost(why string) {
	m.issue("pickle.joblib-array", issue.Unreadable, m.start, why)
}

// joblibArray skips the numbers of an array. A plain pickle.load would take them
// for opcodes, so the first of them are read as a program, too.
func (m *machine) joblibArray(n int64, aligned bool) {
	start := m.offset()
	if m.frame > start {
		// joblib reads the file itself, behind the frame's back.
		m.diverge(0, "pickle.divergence-frame", "an array lies inside a frame")
	}
	if m.reader.fill(1) {
		m.reader.fill(arrayHead) // as much as there is
		m.asOpcodes(m.reader.buf[m.reader.p:min(m.reader.n, m.reader.p+arrayHead)], start)
	}
	if aligned {
		b := m.need(1)
		if b == nil {
			return
		}
		if pad := int64(b[0]); m.skip(pad) != pad {
			m.truncated()
			return
		}
	}
	if m.skip(n) != n {
		m.truncated()
		return
	}
	m.frame, m.fetched = -1, -1
	if len(m.rep.Inner) < maxSpans {
		m.rep.Inner = append(m.rep.Inner, Span{Start: start, End: m.offset(), Encoding: "raw", Kind: "array"})
	}
}

// arrayHead is how many bytes of an array are read as opcodes at first. Numbers are
// seldom opcodes for long, and what joblib pads an array with never is.
const arrayHead = 1024

// arrayProgram follows an array that is opcodes for all of its head: a long constant,
// say, behind which the plain unpickler goes on.
func (m *machine) arrayProgram(at int64) []Callable {
	ra, ok := m.reader.src.(io.ReaderAt)
	if m.arrays++; !ok || m.arrays > maxArrayPrograms {
		m.issue("pickle.array-opcodes", issue.Unknown, at, "the numbers of an array are opcodes for a plain pickle.load, further than they can be followed")
		return nil
	}
	pol := m.pol
	pol.Plain = true
	return m.follow(io.NewSectionReader(ra, at, 1<<62-at), len(m.stack), len(m.marks), pol)
}

const maxArrayPrograms = 64

// asOpcodes reads the head of an array as the plain unpickler would.
func (m *machine) asOpcodes(b []byte, at int64) {
	if len(b) == 0 || opcodes[b[0]].name == "" || m.depth > 0 {
		return
	}
	lim := m.lim
	lim.Trail = 20
	pol := m.pol
	pol.Plain = true
	rep, _ := scan(bytes.NewReader(b), lim, pol, m.lim.Depth)
	calls := rep.Callables
	if !rep.Stopped && rep.End >= int64(len(b)) && len(b) == arrayHead {
		calls = append(calls, m.arrayProgram(at)...)
	}
	for _, c := range calls {
		if c.Class == Malicious {
			m.raise(Malicious)
			m.list.Add("pickle.array-opcodes", issue.Malicious, c.Full, at, "the numbers of an array are opcodes for a plain pickle.load, and reach %s", c.Full)
		} else if nameLike(c.Module) && nameLike(c.Name) {
			m.raise(Unknown)
			m.list.Add("pickle.array-opcodes", issue.Unknown, c.Full, at, "the numbers of an array are opcodes for a plain pickle.load, and reach %s", c.Full)
		}
	}
}

func nameLike(s string) bool {
	if len(s) < 2 {
		return false
	}
	for _, c := range []byte(s) {
		if c != '_' && c != '.' && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// joblibObjects reads the pickle that joblib puts in place of an array of
// objects. It shares the file, not the memo.
func (m *machine) joblibObjects() {
	if m.depth+1 >= m.lim.Depth {
		m.limit("pickle.inner-deep", "pickles in pickles, more than %d deep", m.lim.Depth)
		return
	}
	// joblib hands the file to pickle.load, to which a wrapper is an object like others.
	pol := m.pol
	pol.Plain = true
	sub := newMachine(m.lim, pol)
	sub.depth = m.depth + 1
	sub.reader = m.reader
	sub.run()
	m.reader = sub.reader
	needs := sub.needs
	sub.needs = nil
	rep := sub.finish()
	sub.needs = needs
	m.reader = sub.reader
	m.merge(rep)
	m.ops += rep.Ops
	m.frame, m.fetched = -1, -1
	if !rep.Stopped {
		m.done, m.fatal = true, true
		m.alive = 0
	}
}

// merge takes over what a pickle inside this stream, which the same load runs,
// was found to do.
func (m *machine) merge(rep *Report) {
	m.raise(rep.Class)
	for _, c := range rep.Callables {
		m.take(c)
	}
	for _, i := range rep.Issues {
		m.list.Add(i.Rule, i.Level, i.Where, i.Offset, "%s", i.Text)
	}
	if n := m.lim.Trail - len(m.rep.Trail); n > 0 {
		m.rep.Trail = append(m.rep.Trail, rep.Trail[:min(n, len(rep.Trail))]...)
	}
	m.rep.Divergences = append(m.rep.Divergences, rep.Divergences[:min(len(rep.Divergences), max(0, maxDivergences-len(m.rep.Divergences)))]...)
	m.rep.Inner = append(m.rep.Inner, rep.Inner[:min(len(rep.Inner), max(0, maxSpans-len(m.rep.Inner)))]...)
}

// take adds what another machine found to this one's names.
func (m *machine) take(c Callable) {
	key := [2]string{c.Full, "\x01"}
	if i, ok := m.byName[key]; ok {
		m.globals[i].callable.Class = max(m.globals[i].callable.Class, c.Class)
		m.globals[i].callable.Uses += c.Uses
		return
	}
	if len(m.globals) >= m.lim.Globals {
		m.limit("pickle.globals", "more than %d distinct names", m.lim.Globals)
		return
	}
	m.byName[key] = uint32(len(m.globals))
	m.globals = append(m.globals, &global{callable: c})
}
