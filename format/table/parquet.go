package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetFile reads row groups one after the other, of each at most Limits.Rows at a
// time. A column is read when it is asked for, from its own pages, so columns may be
// read at the same time.
type parquetFile struct {
	r       io.ReaderAt
	size    int64
	name    string
	lim     Limits
	file    *parquet.File
	columns []*parquetColumn
	rows    []int64 // of each group
	marks   []atomic.Pointer[mark]
	group   int
	offset  int64 // of the next row in the group
	row     int64
}

// parquetColumn is a leaf and how its values are understood.
type parquetColumn struct {
	name    string
	leaf    *parquet.Column
	index   int  // of its chunk in a row group
	kind    Kind // as given
	physics Kind // as it lies there
	scale   float64
	how     how

	unsigned bool // of asDigits
}

// how says what a leaf's bits are.
type how uint8

const (
	asNumber   how = iota // of the physical type
	asUnsigned            // of 32 or 64 bits
	asScaled              // an integer by a power of ten, or of time
	asBig                 // big-endian two's complement bytes by a power of ten
	asHalf                // IEEE 754 of 16 bits
	asText
	asDigits // an integer, digit by digit: a number holds no more than 53 bits of it
	asHex
	asBool
	asJulian // nanoseconds of a day and its Julian number
	asNothing
)

// OpenParquet: errors of the library and its panics both are a damaged file.
func openParquet(r io.ReaderAt, size int64, name string, opt Options) (f *File, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("%s: the file is damaged: %v", name, p)
		}
	}()
	p := &parquetFile{r: r, size: size, name: name, lim: opt.Limits.withDefaults()}
	var tail [8]byte
	if size < 12 {
		return nil, fmt.Errorf("%s: %d bytes are no Parquet file", name, size)
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if string(tail[4:]) == "PARE" {
		return nil, fmt.Errorf("%s: the file is encrypted", name)
	}
	if string(tail[4:]) != "PAR1" {
		return nil, fmt.Errorf("%s: byte %d: the file does not end as Parquet does; it is cut", name, size-4)
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:4])); n > int64(p.lim.Footer) || n > size-12 {
		return nil, fmt.Errorf("%s: byte %d: a footer of %d bytes, over the limit of %d or larger than the file", name, size-8, n, p.lim.Footer)
	}
	p.file, err = parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.OptimisticRead(false))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f = &File{name: name, format: "parquet", rows: p.file.NumRows(), src: p}
	flat, leftOut := leaves(p.file)
	if len(flat) > p.lim.Columns {
		return nil, fmt.Errorf("%s: %d columns, over the limit of %d", name, len(flat), p.lim.Columns)
	}
	var names, why []string
	for _, l := range flat {
		c, reason, err := understand(l.column, l.half)
		if err != nil {
			leftOut = append(leftOut, err.Error())
			continue
		}
		p.columns = append(p.columns, c)
		names, why = append(names, strings.Join(l.column.Path(), ".")), append(why, reason)
	}
	if len(p.columns) == 0 {
		return nil, fmt.Errorf("%s: the file has no columns that are read%s", name, strings.Join(append([]string{""}, leftOut[:min(1, len(leftOut))]...), ": "))
	}
	names, f.notes = nameColumns(names)
	for i, n := range leftOut {
		if i == maxNoted && len(leftOut) > maxNoted+1 {
			f.notes = append(f.notes, fmt.Sprintf("%d more columns are left out like these", len(leftOut)-i))
			break
		}
		f.notes = append(f.notes, n+"; it is left out")
	}
	for i, c := range p.columns {
		c.name, c.kind = names[i], c.physics
		if k, ok := opt.Kinds[names[i]]; ok && k != c.kind {
			c.kind, why[i] = k, "as said; it lies there as "+why[i]
			if k == Text && c.scale == 1 && (c.how == asNumber || c.how == asUnsigned) {
				if t := c.leaf.Type().Kind(); t == parquet.Int32 || t == parquet.Int64 {
					c.physics, c.unsigned, c.how = Text, c.how == asUnsigned, asDigits
				}
			}
		}
		f.columns = append(f.columns, Column{Name: names[i], Kind: c.kind, Reason: why[i]})
	}
	f.rows = 0
	for i := range p.file.Metadata().RowGroups {
		n := p.file.Metadata().RowGroups[i].NumRows
		if n < 0 || n > math.MaxInt64-f.rows {
			return nil, fmt.Errorf("%s: row group %d: %d rows", name, i, n)
		}
		p.rows = append(p.rows, n)
		f.rows += n
	}
	p.marks = make([]atomic.Pointer[mark], len(p.columns))
	return f, nil
}

// leaf is a column in which at most one value a row lies.
type leaf struct {
	column *parquet.Column
	half   bool // of 16 bits, which the library knows no type for
}

// leaves returns the columns with one value a row, parts of records by their path, and
// why others are none.
func leaves(f *parquet.File) (out []leaf, leftOut []string) {
	schema := f.Metadata().Schema
	next := 1 // the schema lies depth first, as the columns are gone through
	var walk func(c *parquet.Column)
	walk = func(c *parquet.Column) {
		half := false
		if next < len(schema) && schema[next].Name == c.Name() {
			_, half = schema[next].LogicalType.Value.(*format.Float16Type)
		}
		next++
		path := strings.Join(c.Path(), ".")
		switch {
		case c.Repeated() && !c.Leaf():
			leftOut = append(leftOut, fmt.Sprintf("column %s holds lists: only one value a row is read", path))
			walkOver(c, &next)
		case c.Repeated() || c.MaxRepetitionLevel() > 0:
			leftOut = append(leftOut, fmt.Sprintf("column %s holds lists: only one value a row is read", path))
		case c.Leaf():
			out = append(out, leaf{c, half})
		case len(c.Columns()) == 1 && c.Columns()[0].Repeated():
			leftOut = append(leftOut, fmt.Sprintf("column %s holds lists: only one value a row is read", path))
			walkOver(c, &next)
		default:
			for _, part := range c.Columns() {
				walk(part)
			}
		}
	}
	for _, c := range f.Root().Columns() {
		walk(c)
	}
	return out, leftOut
}

// walkOver counts what is below a column.
func walkOver(c *parquet.Column, next *int) {
	for _, part := range c.Columns() {
		*next++
		walkOver(part, next)
	}
}

// understand reads a leaf's type.
func understand(l *parquet.Column, half bool) (*parquetColumn, string, error) {
	c := &parquetColumn{leaf: l, index: l.Index(), scale: 1}
	t := l.Type()
	physical := t.Kind()
	if half && physical == parquet.FixedLenByteArray && t.Length() == 2 {
		c.physics, c.how = Number, asHalf
		return c, "a number of 16 bits", nil
	}
	if lt := t.LogicalType(); lt != nil {
		switch v := lt.Value.(type) {
		case *format.DecimalType:
			if v.Scale < 0 || v.Scale > 76 {
				return nil, "", fmt.Errorf("column %s is a decimal of scale %d", strings.Join(l.Path(), "."), v.Scale)
			}
			c.physics, c.how, c.scale = Number, asScaled, math.Pow10(int(v.Scale))
			if physical == parquet.ByteArray || physical == parquet.FixedLenByteArray {
				c.how = asBig
			}
			return c, fmt.Sprintf("a decimal with %d places", v.Scale), nil
		case *format.TimestampType:
			c.physics, c.how, c.scale = Time, asScaled, perSecond(v.Unit)
			return c, "a time", nil
		case *format.DateType:
			c.physics, c.how, c.scale = Time, asScaled, 1.0/86400
			return c, "a date", nil
		case *format.TimeType:
			c.physics, c.how, c.scale = Number, asScaled, perSecond(v.Unit)
			return c, "seconds of a day", nil
		case *format.UUIDType:
			c.physics, c.how = Text, asHex
			return c, "a UUID", nil
		case *format.IntType:
			if !v.IsSigned {
				c.physics, c.how = Number, asUnsigned
				return c, "an unsigned integer", nil
			}
		case *format.NullType: // a column in which there is nothing, as of a data frame
			c.physics, c.how = Number, asNothing
			return c, "a column without values; numbers are supposed", nil
		case *format.StringType, *format.EnumType, *format.JsonType, *format.BsonType:
		default:
			return nil, "", fmt.Errorf("column %s is of a logical type that is not read: %v", strings.Join(l.Path(), "."), t)
		}
	}
	switch physical {
	case parquet.Boolean:
		c.physics, c.how = Bool, asBool
	case parquet.Int32, parquet.Int64, parquet.Float, parquet.Double:
		c.physics, c.how = Number, asNumber
	case parquet.Int96:
		c.physics, c.how = Time, asJulian
	case parquet.ByteArray:
		c.physics, c.how = Text, asText
	case parquet.FixedLenByteArray:
		c.physics, c.how = Text, asHex
	default:
		return nil, "", fmt.Errorf("column %s is of a type that is not read: %v", strings.Join(l.Path(), "."), t)
	}
	return c, "a " + string(c.physics) + " in the file", nil
}

func perSecond(u format.TimeUnit) float64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	}
	return 1e9
}

func (p *parquetFile) refused() (int64, []error) { return 0, nil }

func (p *parquetFile) next() (*Batch, error) {
	for p.group < len(p.rows) && p.offset >= p.rows[p.group] {
		p.group, p.offset = p.group+1, 0
	}
	if p.group >= len(p.rows) {
		return nil, io.EOF
	}
	group, offset := p.group, p.offset
	rows := int(min(p.rows[group]-offset, p.most(group)))
	b := &Batch{First: p.row, Rows: rows}
	b.read = func(column int, v *Values) error { return p.column(group, offset, rows, column, v) }
	p.offset += int64(rows)
	p.row += int64(rows)
	return b, nil
}

// manyTexts is about how many bytes of a column's texts a batch may have.
const manyTexts = 128 << 20

// most is how many rows of a group a batch has: fewer if its texts are long.
func (p *parquetFile) most(group int) int64 {
	rows := int64(p.lim.Rows)
	meta := &p.file.Metadata().RowGroups[group]
	for _, c := range p.columns {
		if c.physics == Text && c.index < len(meta.Columns) {
			if size := meta.Columns[c.index].MetaData.TotalUncompressedSize; size > manyTexts {
				rows = min(rows, max(1000, int64(float64(p.rows[group])*manyTexts/float64(size))))
			}
		}
	}
	return rows
}

// column reads rows of one column in one group.
func (p *parquetFile) column(group int, offset int64, rows, column int, v *Values) (err error) {
	c := p.columns[column]
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the pages are damaged: " + fmt.Sprint(r))
		}
		if err != nil {
			err = fmt.Errorf("%s: row group %d, column %s: %w", p.name, group, c.name, err)
		}
	}()
	if c.how == asNothing {
		v.reset(c.kind, rows)
		for i := range rows {
			v.missing(i, rows)
			if c.kind == Text {
				v.Codes[i] = v.code(nil)
			} else {
				v.Numbers[i] = 0
			}
		}
		return nil
	}
	pages, err := p.chunk(group, column)
	if err != nil {
		return err
	}
	defer pages.u.close()
	into := v
	if c.kind != c.physics {
		into = &Values{}
	}
	into.reset(c.physics, rows)
	from := p.marks[column].Load()
	if from != nil && (from.group != group || from.seen > offset) {
		from = nil
	}
	next, err := pages.read(offset, &leafReader{c: c, lim: p.lim, v: into, rows: rows}, from)
	if err != nil {
		return err
	}
	next.group = group
	p.marks[column].Store(next)
	if into != v {
		into.as(c.kind, v)
	}
	return nil
}

// as makes values of another kind.
func (v *Values) as(k Kind, out *Values) {
	rows := v.Rows()
	out.reset(k, rows)
	out.Valid = v.Valid
	switch {
	case k == Text:
		for i, x := range v.Numbers {
			if !v.Ok(i) {
				out.Codes[i] = out.code(nil)
				continue
			}
			if x == math.Trunc(x) && math.Abs(x) < 1e18 {
				out.Codes[i] = out.code(strconv.AppendFloat(nil, x, 'f', -1, 64))
			} else {
				out.Codes[i] = out.code(strconv.AppendFloat(nil, x, 'g', -1, 64))
			}
		}
	case v.Kind == Text:
		parsed := make([]float64, len(v.Dict))
		for i, s := range v.Dict {
			parsed[i] = parse(k, []byte(s), false)
		}
		for i, c := range v.Codes {
			out.Numbers[i] = parsed[c]
		}
	case k == Bool:
		for i, x := range v.Numbers {
			if out.Numbers[i] = x; x != 0 && x != 1 {
				out.Numbers[i] = math.NaN()
			}
		}
	default:
		copy(out.Numbers, v.Numbers)
	}
}
