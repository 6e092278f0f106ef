package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

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
	groups  []parquet.RowGroup
	columns []*parquetColumn
	group   int
	offset  int64 // of the next row in the group
	row     int64
}

// parquetColumn is a leaf and how its values are understood.
type parquetColumn struct {
	name    string
	leaf    *parquet.Column
	kind    Kind // as given
	physics Kind // as it lies there
	scale   float64
	how     how
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
	leaves := p.file.Root().Columns()
	if len(leaves) > p.lim.Columns {
		return nil, fmt.Errorf("%s: %d columns, over the limit of %d", name, len(leaves), p.lim.Columns)
	}
	if len(leaves) == 0 {
		return nil, fmt.Errorf("%s: the file has no columns", name)
	}
	names := make([]string, len(leaves))
	for i, l := range leaves {
		names[i] = l.Name()
	}
	names, f.notes = nameColumns(names)
	for i, l := range leaves {
		half := false // which the library knows no type for
		if schema := p.file.Metadata().Schema; len(schema) == len(leaves)+1 {
			_, half = schema[i+1].LogicalType.Value.(*format.Float16Type)
		}
		c, why, err := understand(l, half)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.name, c.kind = names[i], c.physics
		if k, ok := opt.Kinds[names[i]]; ok && k != c.kind {
			c.kind, why = k, "as said; it lies there as "+why
		}
		p.columns = append(p.columns, c)
		f.columns = append(f.columns, Column{Name: names[i], Kind: c.kind, Reason: why})
	}
	p.groups = p.file.RowGroups()
	for i, g := range p.file.Metadata().RowGroups {
		for k, c := range g.Columns {
			// The library drops what it has unpacked of LZ4 and shows what lay in memory (parquet-go #608).
			if codec := c.MetaData.Codec; codec == format.Lz4Raw || codec == format.Lz4 {
				return nil, fmt.Errorf("%s: row group %d, column %d is packed with LZ4, which is not read: write the file with zstd or snappy", name, i, k)
			}
		}
	}
	var rows int64
	for i, g := range p.groups {
		if n := g.NumRows(); n < 0 || n > math.MaxInt64-rows || len(g.ColumnChunks()) != len(leaves) {
			return nil, fmt.Errorf("%s: row group %d: %d rows in %d columns of %d", name, i, n, len(g.ColumnChunks()), len(leaves))
		}
		rows += g.NumRows()
	}
	f.rows = rows
	return f, nil
}

// understand reads a leaf's type. Nested and repeated columns are refused.
func understand(l *parquet.Column, half bool) (*parquetColumn, string, error) {
	c := &parquetColumn{leaf: l, scale: 1}
	if !l.Leaf() {
		path := l.Name()
		for d := l; !d.Leaf() && len(d.Columns()) > 0; {
			d = d.Columns()[0]
			path += "." + d.Name()
		}
		return nil, "", fmt.Errorf("column %s is nested; only flat tables are read: make a column of each of its parts", path)
	}
	if l.Repeated() {
		return nil, "", fmt.Errorf("column %s holds lists; only one value a row is read", l.Name())
	}
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
				return nil, "", fmt.Errorf("column %s is a decimal of scale %d", l.Name(), v.Scale)
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
			return nil, "", fmt.Errorf("column %s is of a logical type that is not read: %v", l.Name(), t)
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
		return nil, "", fmt.Errorf("column %s is of a type that is not read: %v", l.Name(), t)
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
	for p.group < len(p.groups) && p.offset >= p.groups[p.group].NumRows() {
		p.group, p.offset = p.group+1, 0
	}
	if p.group >= len(p.groups) {
		return nil, io.EOF
	}
	group, offset := p.group, p.offset
	rows := int(min(p.groups[group].NumRows()-offset, int64(p.lim.Rows)))
	b := &Batch{First: p.row, Rows: rows}
	b.read = func(column int, v *Values) error { return p.column(group, offset, rows, column, v) }
	p.offset += int64(rows)
	p.row += int64(rows)
	return b, nil
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
	if err := p.weigh(group, column); err != nil {
		return err
	}
	pages := p.groups[group].ColumnChunks()[column].Pages()
	defer pages.Close()
	if offset > 0 {
		if err := pages.SeekToRow(offset); err != nil {
			return err
		}
	}
	into := v
	if c.kind != c.physics {
		into = &Values{}
	}
	into.reset(c.physics, rows)
	d := &leafReader{c: c, lim: p.lim, v: into, rows: rows}
	for d.at < rows {
		page, err := pages.ReadPage()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return fmt.Errorf("%d rows of %d", d.at, rows)
			}
			return err
		}
		err = d.page(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
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
			out.Codes[i] = out.code(fmt.Appendf(nil, "%.17g", x))
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
