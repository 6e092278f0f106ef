package artefact

import (
	"bytes"
	"io"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/protobuf"
)

// A head proves little: readers of some formats pass over what stands before theirs.
// HDF5 allows a block of the user's own, protobuf ignores fields that it does not
// know, JSON and XML may begin with any amount of blanks and comments. What follows
// looks behind such beginnings.

// protobufBehind tells of a picture, a sound or a table that is, to its last byte, also
// a message as ONNX and TensorFlow write models: whose fields 1, 2 or 7, of nodes or
// graphs, hold messages themselves. By chance no file is.
func protobufBehind(it *item, f *finding) {
	m := protobuf.Open(cursor.New(it.r, it.size), protobuf.Limits{Fields: 1_000_000})
	model := false
	for m.Next() {
		if n := m.Number(); !model && m.Type() == protobuf.Bytes && (n == 1 || n == 2 || n == 7) {
			at, size := m.Span()
			model = size > 2 && wholeMessage(io.NewSectionReader(it.r, at, size), size)
		}
	}
	if m.Err() == nil && model {
		f.hit(it.path, issue.Issue{Rule: "artefact.polyglot", Level: issue.Unknown, Offset: -1, Text: "the bytes are also a message of protobuf, in which readers of models pass over what makes them " + article(f.format)})
	}
}

// wholeMessage reports whether bytes are a message to their end.
func wholeMessage(r io.ReaderAt, size int64) bool {
	m := protobuf.Open(cursor.New(r, size), protobuf.Limits{Fields: 100_000})
	for m.Next() {
	}
	return m.Err() == nil
}

const rootWindow = 8 << 20

// root is the name of an XML document's outermost element, which comments may hide
// behind the head.
func (it *item) root() string {
	if name := xmlRoot(it.head); name != "" || it.size <= int64(len(it.head)) || !begins(it, '<') {
		return name
	}
	return xmlRoot(peek(it.r, 0, it.size, rootWindow))
}

// begins reports whether an item's first byte that is no blank is c.
func begins(it *item, c byte) bool {
	b := behindBlanks(it)
	return len(b) > 0 && b[0] == c
}

// behindBlanks is the head of an item from its first byte that is no blank, which may be
// far behind.
func behindBlanks(it *item) []byte {
	const blanks = " \t\r\n"
	if b := bytes.TrimLeft(bytes.TrimPrefix(it.head, []byte("\xef\xbb\xbf")), blanks); len(b) > 0 {
		return b
	}
	for at := int64(len(it.head)); at < it.size; at += headLen {
		if b := bytes.TrimLeft(peek(it.r, at, it.size, headLen), blanks); len(b) > 0 {
			return b
		}
	}
	return nil
}
