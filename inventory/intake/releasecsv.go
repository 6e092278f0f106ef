package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// releaseColumns are the columns of a spreadsheet of releases, besides declared:NAME.
var releaseColumns = map[string]func(s *kind.ReleaseSaidV1, cell string) error{
	"maker":        func(s *kind.ReleaseSaidV1, c string) error { s.Maker = c; return nil },
	"product":      func(s *kind.ReleaseSaidV1, c string) error { s.Product = c; return nil },
	"version":      func(s *kind.ReleaseSaidV1, c string) error { s.Version = c; return nil },
	"kind":         func(s *kind.ReleaseSaidV1, c string) error { s.Kind = c; return nil },
	"udi-di":       func(s *kind.ReleaseSaidV1, c string) error { s.UDIDI = c; return nil },
	"basic-udi-di": func(s *kind.ReleaseSaidV1, c string) error { s.BasicUDIDI = c; return nil },
	"gtin":         func(s *kind.ReleaseSaidV1, c string) error { s.GTIN = c; return nil },
	"models":       func(s *kind.ReleaseSaidV1, c string) error { s.Models = pieces(c); return nil },
	"called":       func(s *kind.ReleaseSaidV1, c string) error { s.Called = pieces(c); return nil },
	"support": func(s *kind.ReleaseSaidV1, c string) error {
		s.Support = wardround.SupportStage(strings.ToLower(c))
		return nil
	},
	"limited-support": func(s *kind.ReleaseSaidV1, c string) error { return date(&s.LimitedSupport, c) },
	"support-ends":    func(s *kind.ReleaseSaidV1, c string) error { return date(&s.SupportEnds, c) },
	"end-of-life":     func(s *kind.ReleaseSaidV1, c string) error { return date(&s.EndOfLife, c) },
	"released":        func(s *kind.ReleaseSaidV1, c string) error { return date(&s.Released, c) },
	"retired":         func(s *kind.ReleaseSaidV1, c string) error { return date(&s.Retired, c) },
}

// declaredColumn begins the name of a column of a declared property.
const declaredColumn = "declared:"

func date(to *time.Time, cell string) (err error) {
	*to, err = Day(cell)
	return err
}

// pieces splits a cell of several values.
func pieces(cell string) (out []string) {
	for v := range strings.SplitSeq(cell, "|") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// ReleasesCSV reads a spreadsheet of releases: see the package comment for its
// columns. It returns one fact per row, in order. Errors: EInvalid with every
// [Fault], joined.
func ReleasesCSV(r io.Reader, from From) ([]*kind.ReleaseSaidV1, error) {
	raw, err := read(r, from)
	if err != nil {
		return nil, err
	}
	b := newShelf(from, "")
	cr := csv.NewReader(bytes.NewReader(raw))
	cr.FieldsPerRecord, cr.ReuseRecord, cr.TrimLeadingSpace = -1, true, true
	head, _, _ := bytes.Cut(raw, []byte("\n"))
	if bytes.IndexByte(head, ',') < 0 && bytes.IndexByte(head, ';') >= 0 {
		cr.Comma = ';'
	}
	var names []string
	for {
		cells, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
				b.faults.add(pe.Line, pe.Column, "", "%v", pe.Err)
			} else {
				b.faults.add(0, 0, "", "%v", err)
			}
			return b.done()
		}
		line, _ := cr.FieldPos(0)
		switch {
		case names == nil:
			if names = b.header(cr, cells); b.faults.count() > 0 {
				return b.done()
			}
		case strings.Join(cells, "") == "":
		case len(cells) != len(names):
			b.faults.add(line, 0, "", "%d cells, the header has %d", len(cells), len(names))
		case len(strings.Join(cells, "")) > maxRow:
			b.faults.add(line, 0, "", "more than %d bytes in a row", maxRow)
		default:
			b.row(cr, names, cells, line)
		}
	}
	if names == nil {
		b.faults.add(1, 0, "", "empty: the first line must name the columns")
	}
	return b.done()
}

func (b *shelf) header(cr *csv.Reader, cells []string) []string {
	if len(cells) > maxColumns {
		b.faults.add(1, 0, "", "%d columns, over the limit of %d", len(cells), maxColumns)
		return nil
	}
	names, have := make([]string, len(cells)), map[string]bool{}
	for i, c := range cells {
		c = strings.TrimSpace(c)
		_, col := cr.FieldPos(i)
		if n := strings.ToLower(c); !strings.HasPrefix(n, declaredColumn) {
			if c = n; releaseColumns[n] == nil {
				b.faults.add(1, col, "", "column %.40q is not known", n)
			}
		} else {
			c = declaredColumn + strings.TrimSpace(c[len(declaredColumn):])
		}
		if have[c] {
			b.faults.add(1, col, "", "column %q stands twice", c)
		}
		have[c], names[i] = true, c
	}
	for _, need := range []string{"product", "version"} {
		if !have[need] {
			b.faults.add(1, 0, "", "column %q is missing: a release is named by its product and version", need)
		}
	}
	return names
}

func (b *shelf) row(cr *csv.Reader, names, cells []string, line int) {
	s, before := &kind.ReleaseSaidV1{}, b.faults.count()
	for i, name := range names {
		cell := strings.TrimSpace(cells[i])
		if cell == "" {
			continue
		}
		if prop, ok := strings.CutPrefix(name, declaredColumn); ok {
			if s.Declared == nil {
				s.Declared = map[string]string{}
			}
			s.Declared[prop] = cell
			continue
		}
		if err := releaseColumns[name](s, cell); err != nil {
			at, col := cr.FieldPos(i)
			b.faults.add(at, col, "", "%s: %v", name, err)
		}
	}
	if b.faults.count() == before {
		b.add(s, bearer{line: line}, false)
	}
}
