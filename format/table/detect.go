package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

const (
	sampleLines = 200
	sampleRows  = 10_000
	// mostly is the share of a sample that must be of a kind for the column to be; the
	// rest is then invalid.
	mostly = 0.95
)

// openCSV finds out how the file is written from its first chunk.
func openCSV(r io.Reader, name string, opt Options) (*File, error) {
	c := &csvFile{r: r, name: name, lim: opt.Limits.withDefaults(), line: 1, comma: opt.DecimalComma, eol: '\n', missing: map[string]bool{}}
	missing := opt.Missing
	if missing == nil {
		missing = DefaultMissing
	}
	for _, m := range missing {
		if len(m) > maxMissing {
			return nil, fmt.Errorf("%s: the text %.20q… for no value is longer than %d bytes", name, m, maxMissing)
		}
		c.missing[m] = true
	}
	c.missing[""], c.plain = true, true
	for m := range c.missing {
		if _, ok := number([]byte(m), c.comma); ok {
			c.plain = false
		}
	}
	f := &File{name: name, format: "csv", rows: -1, src: c}
	if err := c.fill(chunkBytes); err != nil {
		return nil, err
	}
	note := func(format string, args ...any) { f.notes = append(f.notes, fmt.Sprintf(format, args...)) }
	if with, err := c.unpack(); err != nil {
		return nil, err
	} else if with != "" {
		note("the file is packed with %s, and unpacked as it is read", with)
	}
	if wide, err := c.wide(); err != nil {
		return nil, err
	} else if wide {
		note("the file is written in UTF-16")
	}
	c.delimiter = opt.Delimiter
	if err := c.letters(note); err != nil {
		return nil, err
	}
	if c.delimiter == 0 {
		var why string
		c.delimiter, why = c.findDelimiter()
		note("%s", why)
	} else if c.delimiter == '"' || c.delimiter == '\n' || c.delimiter == '\r' {
		return nil, fmt.Errorf("%s: %q cannot part fields", name, string(c.delimiter))
	}
	lines, err := c.peek(sampleLines)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s: the file is empty", name)
	}
	if n := len(lines[0]); n > c.lim.Columns {
		return nil, fmt.Errorf("%s: line 1: %d columns, over the limit of %d", name, n, c.lim.Columns)
	}
	if !c.comma && c.delimiter != ',' {
		if n := commas(lines); n > 0 {
			c.comma = true
			note("numbers are written with a decimal comma: %d fields of the first lines are, and none has a point", n)
		}
	}
	if c.comma && c.delimiter == ',' {
		return nil, fmt.Errorf("%s: a comma cannot part fields and decimals both: say the delimiter", name)
	}
	header, why := opt.Header, "as said"
	if header == HeaderUnknown {
		header, why = c.findHeader(lines)
	}
	names := make([]string, len(lines[0]))
	if header == HeaderYes {
		note("the first line holds the names: %s", why)
		copy(names, lines[0])
		if err := c.drop(); err != nil {
			return nil, err
		}
	} else {
		note("the first line holds values, so columns have numbers for names: %s", why)
	}
	names, more := nameColumns(names)
	f.notes = append(f.notes, more...)
	c.columns = make([]Column, len(names))
	for i, n := range names {
		if len(n) > 1000 {
			return nil, fmt.Errorf("%s: line 1, field %d: a name of %d bytes", name, i+1, len(n))
		}
		c.columns[i] = Column{Name: n, Kind: Text}
	}
	raw, spans, err := c.chunk(len(c.columns))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c.types(raw, spans, opt.Kinds, note)
	c.ready = c.batch(raw, spans)
	f.columns = c.columns
	return f, nil
}

// peek returns the first records of what is read, as texts, without taking them.
func (c *csvFile) peek(most int) ([][]string, error) {
	raw := bytes.Clone(c.rest[:min(len(c.rest), chunkBytes)])
	whole := c.ended
	var out [][]string
	at := 0
	line := int64(1)
	for at < len(raw) && len(out) < most {
		spans, end, lines, err := c.record(raw, at, nil)
		if errors.Is(err, errOpen) {
			if len(out) == 0 && whole {
				return nil, fmt.Errorf("%s: line %d: a quote is not closed to the end of the file", c.name, line)
			}
			if len(out) == 0 {
				return nil, fmt.Errorf("%s: line %d: the first record is longer than %d bytes; is a quote not closed?", c.name, line, chunkBytes)
			}
			break
		}
		if len(spans) > 1 || spans[0].from != spans[0].to {
			fields := make([]string, len(spans))
			for i, s := range spans {
				b := raw[s.from:s.to]
				if !utf8.Valid(b) {
					b = fromWindows(b)
				}
				fields[i] = string(b)
			}
			out = append(out, fields)
		}
		at, line = end, line+int64(lines)
	}
	return out, nil
}

// drop takes the first record, and empty lines before it.
func (c *csvFile) drop() error {
	for at := 0; ; {
		spans, end, lines, err := c.record(c.rest, at, nil)
		if errors.Is(err, errOpen) {
			return fmt.Errorf("%s: line %d: the line of names does not end", c.name, c.line)
		}
		at = end
		c.line += int64(lines)
		if len(spans) > 1 || spans[0].from != spans[0].to || at >= len(c.rest) {
			c.rest = c.rest[at:]
			return nil
		}
	}
}

// findDelimiter takes the one that parts most lines into the same number of fields; of
// those that are equal in that the comma is last, because decimals have it, too.
func (c *csvFile) findDelimiter() (byte, string) {
	best, fields, agree, of := byte(','), 1, 0, 0
	for _, d := range []byte{'\t', ';', '|', ','} {
		c.delimiter = d
		lines, err := c.peek(sampleLines)
		if err != nil || len(lines) == 0 {
			continue
		}
		counts := map[int]int{}
		for _, l := range lines {
			counts[len(l)]++
		}
		n, same := 1, 0
		for k, v := range counts {
			if k > 1 && (v > same || v == same && k > n) {
				n, same = k, v
			}
		}
		if n > 1 && same*max(of, 1) > agree*len(lines) {
			best, fields, agree, of = d, n, same, len(lines)
		}
	}
	if fields == 1 {
		return ',', "there is one column: no delimiter parts the lines alike"
	}
	return best, fmt.Sprintf("fields are parted by %q: it parts %d of the first %d lines into %d", string(best), agree, of, fields)
}

// commas counts fields that are numbers with a decimal comma. 0 if any number has a
// point, or if all could as well have a comma between thousands.
func commas(lines [][]string) int {
	n, sure := 0, false
	for _, l := range lines {
		for _, f := range l {
			b := bytes.TrimSpace([]byte(f))
			if at := bytes.IndexByte(b, ','); at >= 0 {
				if _, ok := number(b, true); ok {
					n++
					sure = sure || len(b)-at-1 != 3
				}
			} else if bytes.IndexByte(b, '.') >= 0 {
				if _, ok := number(b, false); ok {
					return 0
				}
			}
		}
	}
	if !sure {
		return 0
	}
	return n
}

// findHeader compares the first line with those below it.
func (c *csvFile) findHeader(lines [][]string) (Header, string) {
	first := lines[0]
	if numbered(first) {
		return HeaderYes, "it counts the columns from 0, as pandas does where they have no names"
	}
	for i, f := range first {
		b := bytes.TrimSpace([]byte(f))
		if _, ok := number(b, c.comma); ok && bytes.ContainsAny(b, "0123456789") { // "inf" may be a name
			return HeaderNo, fmt.Sprintf("its field %d is a number", i+1)
		}
		if _, ok := instant(b); ok {
			return HeaderNo, fmt.Sprintf("its field %d is a date", i+1)
		}
	}
	for i := range first {
		for _, l := range lines[1:] {
			if i < len(l) {
				b := bytes.TrimSpace([]byte(l[i]))
				if _, ok := number(b, c.comma); ok {
					return HeaderYes, fmt.Sprintf("column %d has a name there and numbers below", i+1)
				}
				if _, ok := instant(b); ok {
					return HeaderYes, fmt.Sprintf("column %d has a name there and times below", i+1)
				}
			}
		}
	}
	return HeaderYes, "all columns are texts, and names are usual"
}

// numbered reports whether fields are 0, 1, 2 …, the first perhaps empty: of a data frame
// without names. Two alone may as well be values.
func numbered(fields []string) bool {
	if len(fields) > 0 && fields[0] == "" {
		fields = fields[1:]
		if len(fields) == 2 && fields[0] == "0" && fields[1] == "1" {
			return true
		}
	}
	for i, f := range fields {
		if f != strconv.Itoa(i) {
			return false
		}
	}
	return len(fields) > 2
}

// types decides what columns hold from the rows of the first chunk.
func (c *csvFile) types(raw []byte, spans []span, said map[string]Kind, note func(string, ...any)) {
	n := len(c.columns)
	rows := min(len(spans)/n, sampleRows)
	noted := 0
	for i := range c.columns {
		col := &c.columns[i]
		if k, ok := said[col.Name]; ok {
			col.Kind, col.Reason = k, "as said"
			continue
		}
		var there, numbers, bools, times, grouped int
		for r := range len(spans) / n {
			if r == rows && there > 0 { // what is missing at first is looked for in all that is read
				break
			}
			s := spans[r*n+i]
			b := bytes.TrimSpace(raw[s.from:s.to])
			if c.isMissing(b) {
				continue
			}
			there++
			if _, ok := number(b, c.comma); ok {
				numbers++
			} else if is(b, "true") || is(b, "false") {
				bools++
			} else if _, ok := instant(b); ok {
				times++
			} else if separated(b) {
				grouped++
			}
		}
		enough := func(k int) bool { return float64(k) >= mostly*float64(there) }
		why := func(k int, what string) string {
			return fmt.Sprintf("%d of the first %d values are %s", k, there, what)
		}
		switch {
		case there == 0:
			col.Kind, col.Reason = Number, "no value in the sample; numbers are supposed"
		case enough(numbers):
			col.Kind, col.Reason = Number, why(numbers, "numbers")
		case enough(bools):
			col.Kind, col.Reason = Bool, why(bools, "true or false")
		case enough(times):
			col.Kind, col.Reason = Time, why(times, "dates or times")
		default:
			col.Kind, col.Reason = Text, why(there-numbers-bools-times, "texts")
			if grouped > 0 && enough(grouped+numbers) && noted < maxNoted {
				noted++
				note("column %q is read as texts: %d of its first %d values are figures like %.20q; as numbers they are written 1234.5", col.Name, grouped, there, example(raw, spans, i, n, rows))
			}
		}
	}
}

const maxNoted = 5 // columns that a remark is made of

// example is the first figure of a column that is no number as it is written.
func example(raw []byte, spans []span, column, n, rows int) string {
	for r := range rows {
		s := spans[r*n+column]
		if b := bytes.TrimSpace(raw[s.from:s.to]); separated(b) {
			return string(b)
		}
	}
	return ""
}

// separated reports whether a text is a figure with a decimal comma, or with something
// between its thousands: 1,5 or 1.234,5 or 1'234 or 12 345.
func separated(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	digits, groups := 0, 0 // digits since the last sign, and signs
	var last byte
	for _, d := range b {
		switch {
		case d >= '0' && d <= '9':
			digits++
		case d == ',' || d == '.' || d == '\'' || d == ' ':
			if digits == 0 || digits > 3 && (groups > 0 || d != ',') || groups > 0 && digits != 3 {
				return false
			}
			groups, digits, last = groups+1, 0, d
		default:
			return false
		}
	}
	return groups > 0 && digits > 0 && (digits == 3 || last == ',' || last == '.')
}
