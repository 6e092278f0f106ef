package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

func itoa(n int) string { return strconv.Itoa(n) }

// read returns the whole file. Errors: EInvalid for one that is too large or not
// UTF-8.
func read(r io.Reader, from From) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	f := faults{file: from.File}
	switch {
	case len(b) > MaxBytes:
		f.add(0, 0, "", "over the limit of %d bytes", MaxBytes)
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		f.add(1, 1, "", "UTF-16; save it as UTF-8")
	default:
		b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		if i := invalid(b); i >= 0 {
			f.add(1+bytes.Count(b[:i], []byte("\n")), i-bytes.LastIndexByte(b[:i], '\n'), "", "not UTF-8; save it as UTF-8")
		}
	}
	if err := f.err(); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "inventory.import", err)
	}
	return b, nil
}

// invalid returns the offset of the first byte that is not UTF-8, -1 if all is.
func invalid(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// CSV reads a spreadsheet: see the package comment for its columns. It returns one
// fact per row, in order. Errors: EInvalid with every [Fault], joined.
func CSV(r io.Reader, from From) ([]*kind.InventorySaidV1, error) {
	raw, err := read(r, from)
	if err != nil {
		return nil, err
	}
	b := newBook(from)
	cr := csv.NewReader(bytes.NewReader(raw))
	cr.FieldsPerRecord, cr.ReuseRecord, cr.TrimLeadingSpace = -1, true, true
	head, _, _ := bytes.Cut(raw, []byte("\n"))
	if bytes.IndexByte(head, ',') < 0 && bytes.IndexByte(head, ';') >= 0 {
		cr.Comma = ';'
	}
	columns, err := cr.Read()
	if errors.Is(err, io.EOF) {
		b.faults.add(1, 0, "", "empty: the first line must name the columns")
		return b.done()
	} else if err != nil {
		b.broken(err)
		return b.done()
	}
	names := b.header(cr, columns)
	if len(b.faults.all) > 0 {
		return b.done()
	}
	for {
		cells, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return b.done()
		}
		if err != nil {
			b.broken(err)
			return b.done()
		}
		line, _ := cr.FieldPos(0)
		if len(b.rows) >= MaxRows {
			b.faults.add(line, 0, "", "more than %d rows", MaxRows)
			return b.done()
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		if len(cells) != len(names) {
			b.faults.add(line, 0, "", "%d cells, the header has %d", len(cells), len(names))
			continue
		}
		b.row(cr, names, cells)
	}
}

// broken notes a fault of the CSV grammar (RFC 4180 §2).
func (b *book) broken(err error) {
	if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
		b.faults.add(pe.Line, pe.Column, "", "%v", pe.Err)
		return
	}
	b.faults.add(0, 0, "", "%v", err)
}

func (b *book) header(cr *csv.Reader, columns []string) []string {
	if len(columns) > maxColumns {
		b.faults.add(1, 0, "", "%d columns, over the limit of %d", len(columns), maxColumns)
		return nil
	}
	names := make([]string, len(columns))
	have := map[string]bool{}
	for i, c := range columns {
		c = strings.ToLower(strings.TrimSpace(c))
		_, col := cr.FieldPos(i)
		switch {
		case have[c]:
			b.faults.add(1, col, "", "column %q stands twice", c)
		case c != "asset" && !attributes[c] && !inventory.Known(kind.IDType(c)):
			b.faults.add(1, col, "", "column %.40q is not known", c)
		}
		have[c], names[i] = true, c
	}
	return names
}

func (b *book) row(cr *csv.Reader, names, cells []string) {
	row := &kind.InventorySaidV1{Set: map[string]string{}}
	line, _ := cr.FieldPos(0)
	wrong := b.faults.count()
	maker, size := "", 0
	for i, name := range names {
		size += len(cells[i])
		if name == wardround.AttrMaker {
			maker = strings.TrimSpace(cells[i])
		}
	}
	if size > maxRow {
		b.faults.add(line, 0, "", "%d bytes, over the limit of %d for a row", size, maxRow)
		return
	}
	for i, name := range names {
		at := bearer{}
		at.line, at.column = cr.FieldPos(i)
		cell := strings.TrimSpace(cells[i])
		for _, value := range values(name, cell) {
			if why := harmful(value); why != "" {
				b.faults.add(at.line, at.column, "", "%s: %s", name, why)
				continue
			}
			b.cell(row, name, value, maker, at)
		}
	}
	b.add(row, bearer{line: line}, wrong)
}

// values splits a cell of identifiers; the value of an attribute stays whole.
func values(name, cell string) []string {
	if cell == "" {
		return nil
	}
	if name == "asset" || attributes[name] {
		return []string{cell}
	}
	var out []string
	for _, v := range strings.Split(cell, "|") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (b *book) cell(row *kind.InventorySaidV1, name, value, maker string, at bearer) {
	switch {
	case name == "asset":
		row.Asset = wardround.AssetID(value)
	case name == string(kind.IDSerial):
		row.Set[wardround.AttrSerial] = value
		if id := SerialID(maker, value); id != "" {
			b.identify(row, kind.IDSerial, id, at)
		}
	case attributes[name]:
		if why := check(name, value); why != "" {
			b.faults.add(at.line, at.column, "", "%s", why)
			return
		}
		row.Set[name] = value
	default:
		b.identify(row, kind.IDType(name), value, at)
	}
}
