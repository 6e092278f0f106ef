package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	chunkBytes = 4 << 20 // read and taken apart at once
	maxRefused = 10      // that are told in words
)

// span is a field: bytes of the chunk.
type span struct{ from, to uint32 }

// csvFile takes a stream apart. One goroutine parts lines and fields; what a field
// means is found out when its column is read.
type csvFile struct {
	r         io.Reader
	name      string
	lim       Limits
	delimiter byte
	eol       byte
	comma     bool
	missing   map[string]bool
	plain     bool // what is a number always is a value
	columns   []Column
	rest      []byte // read, not yet taken apart
	ended     bool
	fields    int   // of the last chunk, about
	line      int64 // of the file, from 1: the next to be taken apart
	row       int64
	ready     *Batch // taken apart while opening
	bad       int64
	badFirst  []error
}

func (c *csvFile) refused() (int64, []error) { return c.bad, c.badFirst }

func (c *csvFile) refuse(line int64, format string, args ...any) {
	c.bad++
	if len(c.badFirst) < maxRefused {
		c.badFirst = append(c.badFirst, fmt.Errorf("%s: line %d: %s", c.name, line, fmt.Sprintf(format, args...)))
	}
}

func (c *csvFile) next() (*Batch, error) {
	if b := c.ready; b != nil {
		c.ready = nil
		return b, nil
	}
	for {
		raw, spans, err := c.chunk(len(c.columns))
		if err != nil {
			return nil, err
		}
		if b := c.batch(raw, spans); b != nil {
			return b, nil
		}
	}
}

// batch makes a batch of the fields of a chunk; nil if there is no row.
func (c *csvFile) batch(raw []byte, spans []span) *Batch {
	n := len(c.columns)
	rows := len(spans) / n
	if rows == 0 {
		return nil
	}
	b := &Batch{First: c.row, Rows: rows}
	b.read = func(column int, v *Values) error {
		c.values(raw, spans, column, v)
		return nil
	}
	c.row += int64(rows)
	return b
}

// fill reads until there are chunkBytes or the end.
func (c *csvFile) fill(upto int) error {
	for !c.ended && len(c.rest) < upto {
		if cap(c.rest) < upto {
			grown := make([]byte, len(c.rest), upto)
			copy(grown, c.rest)
			c.rest = grown
		}
		n, err := c.r.Read(c.rest[len(c.rest):upto])
		c.rest = c.rest[:len(c.rest)+n]
		if errors.Is(err, io.EOF) {
			c.ended = true
		} else if err != nil {
			return fmt.Errorf("%s: line %d: %w", c.name, c.line, err)
		}
	}
	return nil
}

// chunk returns whole records of want fields: their bytes and fields. Records of
// another number are refused. io.EOF when there is nothing left.
func (c *csvFile) chunk(want int) ([]byte, []span, error) {
	size := chunkBytes
	for {
		if err := c.fill(size); err != nil {
			return nil, nil, err
		}
		if len(c.rest) == 0 {
			return nil, nil, io.EOF
		}
		raw, line := c.rest, c.line
		spans := make([]span, 0, c.fields)
		at := 0
		for at < len(raw) {
			before := len(spans)
			var end, lines int
			var err error
			spans, end, lines, err = c.record(raw, at, spans)
			if errors.Is(err, errOpen) {
				if !c.ended {
					spans = spans[:before]
					break
				}
				return nil, nil, fmt.Errorf("%s: line %d: a quote is not closed to the end of the file", c.name, line)
			}
			n := len(spans) - before
			switch {
			case err != nil:
				c.refuse(line, "%v", err)
				spans = spans[:before]
			case n == 1 && spans[before].from == spans[before].to && want != 1:
				spans = spans[:before] // an empty line
			case n != want:
				c.refuse(line, "%d fields where %d are expected", n, want)
				spans = spans[:before]
			default:
				for i, s := range spans[before:] {
					if int(s.to-s.from) > c.lim.Field {
						return nil, nil, fmt.Errorf("%s: line %d, field %d: %d bytes, over the limit of %d", c.name, line, i+1, s.to-s.from, c.lim.Field)
					}
				}
			}
			at, line = end, line+int64(lines)
			if len(spans)/want >= c.lim.Rows {
				break
			}
		}
		if at == 0 { // not one record fits
			if size >= c.lim.Line {
				return nil, nil, fmt.Errorf("%s: line %d: a record of more than %d bytes; is a quote not closed?", c.name, c.line, c.lim.Line)
			}
			size = min(size*2, c.lim.Line)
			continue
		}
		c.rest = append(make([]byte, 0, max(chunkBytes, len(raw)-at)), raw[at:]...)
		c.line, c.fields = line, len(spans)+len(spans)/8
		return raw[:at], spans, nil
	}
}

var errOpen = errors.New("the record goes on")

// record parts the record at raw[at:] into fields, and returns where the next begins
// and how many lines it took. Doubled quotes are made one in place. errOpen if more
// bytes are needed.
func (c *csvFile) record(raw []byte, at int, spans []span) (_ []span, end, lines int, err error) {
	nl := bytes.IndexByte(raw[at:], c.eol)
	last := nl < 0
	if last {
		if !c.ended {
			return spans, at, 0, errOpen
		}
		nl = len(raw) - at
	}
	line := raw[at : at+nl]
	if bytes.IndexByte(line, '"') >= 0 {
		return c.quoted(raw, at, spans)
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	from := at
	for i, b := range line {
		if b == c.delimiter {
			spans = append(spans, span{uint32(from), uint32(at + i)})
			from = at + i + 1
		}
	}
	spans = append(spans, span{uint32(from), uint32(at + len(line))})
	end = at + nl
	if !last {
		end++
	}
	return spans, end, 1, nil
}

// quoted is record for one with quotes (RFC 4180 §2).
func (c *csvFile) quoted(raw []byte, at int, spans []span) (_ []span, end, lines int, err error) {
	lines = 1
	var wrong error
	type move struct{ from, to, n int }
	var moves []move // done only when the record is whole
	for {
		if at >= len(raw) || raw[at] != '"' {
			i := at
			for i < len(raw) && raw[i] != c.delimiter && raw[i] != c.eol {
				i++
			}
			if i == len(raw) && !c.ended {
				return spans, 0, 0, errOpen
			}
			to := i
			if to > at && (i == len(raw) || raw[i] == c.eol) && raw[to-1] == '\r' {
				to--
			}
			spans = append(spans, span{uint32(at), uint32(to)})
			at = i
		} else {
			from := at + 1
			to := from // where the next byte of the field comes to stand
			i := from
			for {
				q := bytes.IndexByte(raw[i:], '"')
				if q < 0 {
					return spans, 0, 0, errOpen
				}
				lines += bytes.Count(raw[i:i+q], []byte{c.eol})
				if to != i {
					moves = append(moves, move{i, to, q})
				}
				to += q
				i += q + 1
				if i < len(raw) && raw[i] == '"' {
					moves = append(moves, move{i, to, 1})
					to++
					i++
					continue
				}
				if i == len(raw) && !c.ended {
					return spans, 0, 0, errOpen
				}
				break
			}
			spans = append(spans, span{uint32(from), uint32(to)})
			if i < len(raw) && raw[i] == '\r' {
				i++
			}
			for i < len(raw) && raw[i] != c.delimiter && raw[i] != c.eol {
				wrong = errors.New("text after a closing quote")
				i++
			}
			if i == len(raw) && !c.ended {
				return spans, 0, 0, errOpen
			}
			at = i
		}
		if at >= len(raw) || raw[at] == c.eol {
			break
		}
		at++ // the delimiter
	}
	for _, m := range moves {
		copy(raw[m.to:m.to+m.n], raw[m.from:m.from+m.n])
	}
	return spans, min(at+1, len(raw)), lines, wrong
}

// values makes what a column's fields mean.
func (c *csvFile) values(raw []byte, spans []span, column int, v *Values) {
	n := len(c.columns)
	rows := len(spans) / n
	kind := c.columns[column].Kind
	v.reset(kind, rows)
	for i := range rows {
		s := spans[i*n+column]
		field := raw[s.from:s.to]
		if kind == Number && c.plain {
			if x, ok := number(field, c.comma); ok {
				v.Numbers[i] = x
				continue
			}
		}
		if kind != Text {
			field = bytes.TrimSpace(field)
		}
		if c.isMissing(field) {
			v.missing(i, rows)
			if kind == Text {
				v.Codes[i] = v.code(nil)
			} else {
				v.Numbers[i] = 0
			}
			continue
		}
		switch kind {
		case Text:
			if !utf8.Valid(field) {
				field = fromWindows(field)
			}
			v.Codes[i] = v.code(field)
		default:
			v.Numbers[i] = parse(kind, field, c.comma)
		}
	}
}

func (c *csvFile) isMissing(field []byte) bool {
	return len(field) <= maxMissing && c.missing[string(field)]
}

const maxMissing = 64 // bytes of a text that stands for no value
