package hl7

import (
	"bytes"
	"iter"
	"strconv"
)

// Part says what a piece of a batch file is.
type Part uint8

const (
	FileHeader  Part = iota + 1 // FHS
	BatchHeader                 // BHS
	SingleMessage
	BatchTrailer // BTS
	FileTrailer  // FTS
	Stray        // lines that belong to no message
)

// Piece is a header, a trailer or a whole message of a batch file.
type Piece struct {
	Part   Part
	Offset int // in bytes, in what was split
	Raw    []byte
}

// SplitBatch yields the pieces of content: file and batch headers, messages and
// trailers as they come (v2.5.1 §2.10.3). Content that is one plain message
// yields one piece. Order and counts are not judged; see [Piece.Count].
func SplitBatch(content []byte) iter.Seq[Piece] {
	return func(yield func(Piece) bool) {
		current := Piece{Part: Stray}
		end := 0 // of the current piece
		flush := func() bool {
			raw := content[current.Offset:end:end]
			current.Raw = raw
			return len(bytes.TrimSpace(raw)) == 0 || yield(current)
		}
		lf := bytes.IndexByte(content, '\n') >= 0
		for off := len(content) - len(trimStart(content)); off < len(content); {
			next := lineEnd(content, off, lf)
			part := partOf(content[off:next])
			starts := part != 0
			if !starts && (current.Part != SingleMessage && current.Part != Stray) {
				part, starts = Stray, true
			}
			if starts {
				if !flush() {
					return
				}
				current = Piece{Part: part, Offset: off}
			}
			off, end = next, next
		}
		flush()
	}
}

// lineEnd returns where the next line after the one at off starts; lf says whether
// LF occurs at all.
func lineEnd(b []byte, off int, lf bool) int {
	i := -1
	if lf {
		i = bytes.IndexAny(b[off:], "\r\n")
	} else {
		i = bytes.IndexByte(b[off:], '\r')
	}
	if i < 0 {
		return len(b)
	}
	return off + i + 1
}

// partOf returns what begins with the line; 0 for a segment inside a message.
func partOf(line []byte) Part {
	if len(line) < 3 || len(line) > 3 && (letter(line[3]) || digit(line[3])) {
		return 0
	}
	switch string(line[:3]) {
	case "FHS":
		return FileHeader
	case "BHS":
		return BatchHeader
	case "MSH":
		return SingleMessage
	case "BTS":
		return BatchTrailer
	case "FTS":
		return FileTrailer
	}
	return 0
}

// Message reads the piece as a message; errors as in [Parse].
func (p Piece) Message() (Message, error) { return Parse(p.Raw) }

// Header reads a file or batch header. Its fields 3 to 7 are those of [MSH]:
// applications, facilities and time. Errors as in [Parse].
func (p Piece) Header() (Segment, error) {
	id := "BHS"
	if p.Part == FileHeader {
		id = "FHS"
	}
	m, err := parse(p.Raw, id)
	return m.Header().Segment, err
}

// Count returns the number of messages (BTS-1) or batches (FTS-1) that a trailer
// states, with the field separator sep of its batch. The second result is false
// where it states none.
func (p Piece) Count(sep byte) (int, bool) {
	s := Segment{bytes.TrimRight(p.Raw, "\r\n"), Delimiters{Field: sep}}
	if p.Part != BatchTrailer && p.Part != FileTrailer {
		return 0, false
	}
	n, err := strconv.Atoi(string(s.Field(1).Raw))
	return n, err == nil && n >= 0
}

// AppendBatch appends a batch of messages to dst: BHS with the separators d,
// the messages as they are, and BTS with their number. Each message ends with
// CR. The error is that of [Delimiters.Check].
func AppendBatch(dst []byte, d Delimiters, messages ...[]byte) ([]byte, error) {
	w, err := NewWriter(d)
	if err != nil {
		return dst, err
	}
	dst = append(dst, w.Segment("BHS").Bytes()...)
	for _, m := range messages {
		dst = append(dst, m...)
		if len(m) > 0 && m[len(m)-1] != '\r' {
			dst = append(dst, '\r')
		}
	}
	w.Reset()
	return append(dst, w.Segment("BTS").Field(1, strconv.Itoa(len(messages))).Bytes()...), nil
}
