package artefact

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/pattern"
)

// A model's folder holds more than models: tables it was tested with, the tokenizer's
// vocabulary, weights as plain numbers. What can be read to its end as such data is
// called by its name; nothing that reads it runs anything.

// data names an item that is data of another kind, "" if it is none.
func (s *scanner) data(it *item, f *finding) string {
	has := func(mark string) bool { return bytes.HasPrefix(it.head, []byte(mark)) }
	switch {
	case has("PAR1") && it.size > 12 && string(peek(it.r, it.size-4, it.size, 4)) == "PAR1":
		n := int64(binary.LittleEndian.Uint32(peek(it.r, it.size-8, it.size, 4)))
		if n > it.size-12 || n > maxFooter {
			return ""
		}
		pythonTypes(it, it.size-8-n, peek(it.r, it.size-8-n, it.size, int(n)), f)
		return "parquet"
	case has("ARROW1\x00\x00") && bytes.HasSuffix(peek(it.r, max(0, it.size-6), it.size, 6), []byte("ARROW1")):
		pythonTypes(it, 0, it.head, f)
		tail := max(0, it.size-maxFooter)
		pythonTypes(it, tail, peek(it.r, tail, it.size, maxFooter), f)
		return "arrow"
	case has("fLaC"), has("OggS"):
		return "audio"
	case has("BM") && len(it.head) > 54 && int64(binary.LittleEndian.Uint32(it.head[2:])) == it.size:
		return "bmp"
	case it.size <= maxWalk && sentencePiece(it):
		return "sentencepiece"
	case it.size <= maxWalk && ext(it.name) == ".msgpack" && msgpack(it):
		return "msgpack"
	}
	return ""
}

const (
	maxFooter = 16 << 20 // bytes of a footer that are searched
	maxWalk   = 1 << 30  // bytes of what is walked to its end
)

var arrowSchema = pattern.Of(`ARROW:schema[^A-Za-z0-9+/]{1,16}([A-Za-z0-9+/=]{16,})`)

// pythonTypes finds Arrow's types that are pickles, in a schema as it is or in the
// base64 that Parquet's footer holds it in.
func pythonTypes(it *item, at int64, b []byte, f *finding) {
	name := []byte("arrow.py_extension_type")
	found := bytes.Contains(b, name)
	for _, m := range finds(arrowSchema(), b) {
		// The length before the text may look like part of it: try each alignment.
		for skip := 0; skip < 4 && !found && skip < len(m); skip++ {
			text := m[skip:]
			out, _ := base64.StdEncoding.DecodeString(string(text[:len(text)/4*4]))
			found = bytes.Contains(out, name)
		}
	}
	if found {
		f.hit(it.path, issue.Issue{Rule: "artefact.python-extension", Level: issue.Unknown, Offset: at, Text: "the schema has a type that is stored as a pickle; PyArrow before 14.0.1 loads it while reading"})
	}
}

func finds(re *regexp.Regexp, b []byte) [][]byte {
	var out [][]byte
	for _, m := range re.FindAllSubmatch(b, 16) {
		out = append(out, m[1])
	}
	return out
}

// sentencePiece reads a tokenizer's vocabulary (sentencepiece_model.proto): pieces of
// text, score and kind, and settings. It must hold together to the last byte.
func sentencePiece(it *item) bool {
	if len(it.head) < 16 || it.head[0] != 0x0a {
		return false
	}
	pieces := 0
	for at := int64(0); at < it.size; {
		b := peek(it.r, at, it.size, 64)
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 || num > 5 || typ != protowire.BytesType {
			return false
		}
		size, k := protowire.ConsumeVarint(b[n:])
		at += int64(n + k)
		if k < 0 || size > uint64(it.size-at) {
			return false
		}
		if num == 1 {
			if size > 64<<10 || !piece(peek(it.r, at, it.size, int(size))) {
				return false
			}
			pieces++
		}
		if num == 2 && !trainer(peek(it.r, at, at+int64(size), 64<<10), int64(size)) {
			return false
		}
		at += int64(size)
	}
	return pieces > 2
}

// trainer reads the settings of the training: its first two fields are file names.
// TensorFlow's saved model has its graph in their place, and passes over pieces as
// unknown fields.
func trainer(b []byte, size int64) bool {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return false
		}
		if k := protowire.ConsumeFieldValue(num, typ, b[n:]); k < 0 {
			return size > int64(len(b)) && num > 2 // cut at 64 kB
		} else if num <= 2 {
			v, _ := protowire.ConsumeBytes(b[n:])
			if typ != protowire.BytesType || bytes.ContainsFunc(v, unicode.IsControl) || !utf8.Valid(v) {
				return false
			}
			b = b[n+k:]
		} else {
			b = b[n+k:]
		}
	}
	return true
}

func piece(b []byte) bool {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeField(b)
		if n < 0 || num > 3 || typ != [...]protowire.Type{0, protowire.BytesType, protowire.Fixed32Type, protowire.VarintType}[num] {
			return false
		}
		b = b[n:]
	}
	return true
}

// msgpack walks a file of MessagePack, as Flax writes its weights: a map of texts,
// numbers and arrays, ended by the file's end.
func msgpack(it *item) bool {
	const deep = 64
	var open [deep]uint64 // values still to come, by level
	level, at := 0, int64(0)
	open[0] = 1
	for values := 0; values < 50_000_000; values++ {
		for level > 0 && open[level] == 0 {
			level--
		}
		if open[level] == 0 {
			return at == it.size
		}
		open[level]--
		b := peek(it.r, at, it.size, 9)
		if len(b) == 0 || at == 0 && b[0]&0xf0 != 0x80 && b[0] != 0xde && b[0] != 0xdf {
			return false
		}
		skip, inside, ok := msgpackValue(b)
		if !ok || skip > uint64(it.size-at) {
			return false
		}
		at += int64(skip)
		if inside > 0 {
			if level++; level == deep || inside > uint64(it.size) {
				return false
			}
			open[level] = inside
		}
	}
	return false
}

// msgpackValue returns how many bytes a value takes, and how many values it holds.
func msgpackValue(b []byte) (skip, inside uint64, ok bool) {
	c := b[0]
	be := func(n int) (uint64, bool) {
		if len(b) < 1+n {
			return 0, false
		}
		v := uint64(0)
		for _, x := range b[1 : 1+n] {
			v = v<<8 | uint64(x)
		}
		return v, true
	}
	sized := func(width int, more uint64) (uint64, uint64, bool) {
		n, ok := be(width)
		return 1 + uint64(width) + more + n, 0, ok
	}
	held := func(width int, each uint64) (uint64, uint64, bool) {
		n, ok := be(width)
		return 1 + uint64(width), n * each, ok
	}
	switch {
	case c < 0x80, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3:
		return 1, 0, true
	case c < 0x90:
		return 1, 2 * uint64(c&15), true
	case c < 0xa0:
		return 1, uint64(c & 15), true
	case c < 0xc0:
		return 1 + uint64(c&31), 0, true
	}
	switch c {
	case 0xc4, 0xd9:
		return sized(1, 0)
	case 0xc5, 0xda:
		return sized(2, 0)
	case 0xc6, 0xdb:
		return sized(4, 0)
	case 0xc7:
		return sized(1, 1)
	case 0xc8:
		return sized(2, 1)
	case 0xc9:
		return sized(4, 1)
	case 0xcc, 0xd0:
		return 2, 0, true
	case 0xcd, 0xd1:
		return 3, 0, true
	case 0xca, 0xce, 0xd2:
		return 5, 0, true
	case 0xcb, 0xcf, 0xd3:
		return 9, 0, true
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return 2 + 1<<(c-0xd4), 0, true
	case 0xdc:
		return held(2, 1)
	case 0xdd:
		return held(4, 1)
	case 0xde:
		return held(2, 2)
	case 0xdf:
		return held(4, 2)
	}
	return 0, 0, false
}
