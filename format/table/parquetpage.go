package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// mark is where a page begins, and how many rows of its group are before it.
type mark struct {
	group    int
	at, seen int64
}

// chunk reads the pages of one column in one row group. What their headers say of sizes
// and counts must be possible and within the limits before anything is unpacked.
type chunk struct {
	p       *parquetFile
	c       *parquetColumn
	rows    int64
	at, end int64
	seen    int64 // values of the pages before
	u       unpacker
	head    []byte
	packed  []byte
	dict    lying
	entries int // of dict; -1 there is none
	levels  []byte
	indexes []uint32
}

func (p *parquetFile) chunk(group, column int) (*chunk, error) {
	meta := &p.file.Metadata().RowGroups[group]
	c := p.columns[column]
	if c.index >= len(meta.Columns) {
		return nil, errors.New("the column is not there")
	}
	of := &meta.Columns[c.index]
	if of.CryptoMetadata.Value != nil || len(of.EncryptedColumnMetadata) > 0 {
		return nil, errors.New("it is encrypted")
	}
	if of.FilePath != "" {
		return nil, fmt.Errorf("it lies in another file, %.200q", of.FilePath)
	}
	m := &of.MetaData
	from := m.DataPageOffset
	if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < from {
		from = m.DictionaryPageOffset
	}
	if from < 4 || m.TotalCompressedSize < 0 || from > p.size || m.TotalCompressedSize > p.size-from {
		return nil, fmt.Errorf("its %d bytes from byte %d are not all in the file", m.TotalCompressedSize, from)
	}
	return &chunk{p: p, c: c, rows: meta.NumRows, at: from, end: from + m.TotalCompressedSize, entries: -1, u: unpacker{codec: m.Codec, most: p.lim.Page}}, nil
}

// read takes rows from offset on into d. It begins at the mark, if there is one, and
// returns the one to begin at for the row after.
func (k *chunk) read(offset int64, d *leafReader, from *mark) (*mark, error) {
	next := &mark{at: k.at}
	for first := true; d.at < d.rows; first = false {
		if k.at >= k.end {
			return nil, fmt.Errorf("its pages hold %d values of %d", k.seen, k.rows)
		}
		begins := mark{at: k.at, seen: k.seen}
		h, err := k.header()
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", begins.at, err)
		}
		body := k.at
		k.at += int64(h.CompressedPageSize)
		if h.DictionaryPageHeader.Valid {
			if err := k.dictionary(h, body, d); err != nil {
				return nil, fmt.Errorf("byte %d: %w", begins.at, err)
			}
		}
		if first && from != nil { // the dictionary was all that is wanted of the pages before
			k.at, k.seen = from.at, from.seen
			continue
		}
		n := int64(0)
		switch {
		case h.DataPageHeader.Valid:
			n = int64(h.DataPageHeader.V.NumValues)
		case h.DataPageHeaderV2.Valid:
			n = int64(h.DataPageHeaderV2.V.NumValues)
		}
		if n < 0 || k.seen+n > k.rows || n > 1<<27 {
			return nil, fmt.Errorf("byte %d: a page of %d values after %d of %d", begins.at, n, k.seen, k.rows)
		}
		skip := offset + int64(d.at) - k.seen
		k.seen += n
		if n <= skip {
			continue
		}
		if err := k.page(h, body, int(n), int(skip), d); err != nil {
			return nil, fmt.Errorf("byte %d: %w", begins.at, err)
		}
		next = &begins
	}
	return next, nil
}

// header reads one page header, and moves behind it.
func (k *chunk) header() (*format.PageHeader, error) {
	var protocol thrift.CompactProtocol
	var h format.PageHeader
	for size := int64(1 << 10); ; size *= 16 { // statistics can make a header long
		size = min(size, k.end-k.at)
		if int64(cap(k.head)) < size {
			k.head = make([]byte, size)
		}
		b := k.head[:size]
		if _, err := k.p.r.ReadAt(b, k.at); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		r := protocol.NewReaderFromBytes(bytes.Clone(b))
		h = format.PageHeader{}
		err := thrift.NewDecoder(r).Decode(&h)
		if err == nil {
			k.at += int64(r.BytesRead())
			break
		}
		if size >= 1<<20 || size >= k.end-k.at {
			return nil, fmt.Errorf("a page header that cannot be read: %w", err)
		}
	}
	if h.CompressedPageSize < 0 || int64(h.CompressedPageSize) > k.end-k.at || h.UncompressedPageSize < 0 || int(h.UncompressedPageSize) > k.p.lim.Page {
		return nil, fmt.Errorf("a page of %d bytes, %d unpacked: beyond its column, or over the limit of %d", h.CompressedPageSize, h.UncompressedPageSize, k.p.lim.Page)
	}
	return &h, nil
}

// body reads what a page holds, as it is packed.
func (k *chunk) body(h *format.PageHeader, at int64) ([]byte, error) {
	size := int(h.CompressedPageSize)
	if cap(k.packed) < size {
		k.packed = make([]byte, size)
	}
	b := k.packed[:size]
	if n, err := k.p.r.ReadAt(b, at); n < size {
		return nil, err
	}
	if h.CRC != 0 && crc32.ChecksumIEEE(b) != uint32(h.CRC) {
		return nil, errors.New("the page has changed since it was written: its checksum is another")
	}
	return b, nil
}

func (k *chunk) dictionary(h *format.PageHeader, at int64, d *leafReader) error {
	n := int(h.DictionaryPageHeader.V.NumValues)
	if k.entries >= 0 || n < 0 || n > int(h.UncompressedPageSize)+1 {
		return fmt.Errorf("a dictionary of %d values in %d bytes", n, h.UncompressedPageSize)
	}
	b, err := k.body(h, at)
	if err != nil {
		return err
	}
	if b, err = k.u.unpack(b, int(h.UncompressedPageSize)); err != nil {
		return err
	}
	if k.dict, err = k.values(format.Plain, b, n); err != nil {
		return err
	}
	k.entries = n
	if d.v.Kind == Text {
		d.codes = make([]uint32, n)
		return d.textsOf(k.dict, 0, d.codes)
	}
	d.numbers = make([]float64, n)
	return d.numbersOf(k.dict, 0, d.numbers)
}

// page unpacks a page of n values and hands those after skip to d.
func (k *chunk) page(h *format.PageHeader, at int64, n, skip int, d *leafReader) error {
	b, err := k.body(h, at)
	if err != nil {
		return err
	}
	most := k.c.leaf.MaxDefinitionLevel()
	k.levels = k.levels[:0]
	var enc format.Encoding
	if h.DataPageHeader.Valid {
		if b, err = k.u.unpack(b, int(h.UncompressedPageSize)); err != nil {
			return err
		}
		enc = h.DataPageHeader.V.Encoding
		if most > 0 {
			old := h.DataPageHeader.V.DefinitionLevelEncoding
			if old != format.RLE && old != format.BitPacked {
				return fmt.Errorf("levels in the encoding %v, which is not read", old)
			}
			if k.levels, b, err = levelsOf(k.levels, b, n, most, old == format.BitPacked, -1); err != nil {
				return err
			}
		}
	} else {
		v2 := &h.DataPageHeaderV2.V
		enc = v2.Encoding
		rep, def := int(v2.RepetitionLevelsByteLength), int(v2.DefinitionLevelsByteLength)
		if rep < 0 || def < 0 || rep > len(b) || def > len(b)-rep || rep+def > int(h.UncompressedPageSize) {
			return fmt.Errorf("levels of %d and %d bytes in a page of %d", rep, def, len(b))
		}
		if most > 0 {
			if k.levels, _, err = levelsOf(k.levels, b[rep:], n, most, false, def); err != nil {
				return err
			}
		}
		b = b[rep+def:]
		if !v2.IsCompressed.Valid || v2.IsCompressed.V {
			if b, err = k.u.unpack(b, int(h.UncompressedPageSize)-rep-def); err != nil {
				return err
			}
		}
	}
	there := n
	if most > 0 {
		there = bytes.Count(k.levels, []byte{byte(most)})
	}
	take := min(n-skip, d.rows-d.at)
	before, within := skip, take // values, as far as they are there
	if there < n {
		before = bytes.Count(k.levels[:skip], []byte{byte(most)})
		within = bytes.Count(k.levels[skip:skip+take], []byte{byte(most)})
	}
	first := d.at
	if within > 0 {
		if err := k.into(enc, b, there, before, first, within, d); err != nil {
			return err
		}
	}
	if within < take {
		d.apart(first, k.levels[skip:skip+take], byte(most), within)
	}
	d.at += take
	return nil
}

// plainDictionary is the older number of indexes into a dictionary.
const plainDictionary format.Encoding = 2

// into decodes a page's values and puts some of them one beside the other.
func (k *chunk) into(enc format.Encoding, b []byte, there, from, first, count int, d *leafReader) error {
	if enc != format.RLEDictionary && enc != plainDictionary {
		l, err := k.values(enc, b, there)
		if err != nil {
			return err
		}
		if d.v.Kind == Text {
			return d.textsOf(l, from, d.v.Codes[first:first+count])
		}
		return d.numbersOf(l, from, d.v.Numbers[first:first+count])
	}
	if k.entries < 0 {
		return errors.New("indexes, and there is no dictionary")
	}
	if len(b) == 0 {
		return errShort
	}
	var err error
	if k.indexes, err = hybrid(k.indexes, b[1:], int(b[0]), from+count); err != nil {
		return err
	}
	for i, x := range k.indexes[from:] {
		if int64(x) >= int64(k.entries) {
			return fmt.Errorf("index %d into a dictionary of %d", x, k.entries)
		}
		if d.v.Kind == Text {
			d.v.Codes[first+i] = d.codes[x]
		} else {
			d.v.Numbers[first+i] = d.numbers[x]
		}
	}
	return nil
}

// values decodes n values of the column's type.
func (k *chunk) values(enc format.Encoding, b []byte, n int) (l lying, err error) {
	t := k.c.leaf.Type()
	physical := t.Kind()
	l.width = map[parquet.Kind]int{parquet.Boolean: 1, parquet.Int32: 4, parquet.Float: 4, parquet.Int64: 8, parquet.Double: 8, parquet.Int96: 12}[physical]
	if physical == parquet.FixedLenByteArray {
		if l.width = t.Length(); l.width <= 0 || l.width > k.p.lim.Field {
			return l, fmt.Errorf("texts of %d bytes each", l.width)
		}
	}
	switch {
	case physical == parquet.Boolean && enc == format.Plain:
		if len(b) < (n+7)/8 {
			return l, errShort
		}
		l.fixed = unpackBits(make([]byte, 0, n), b, 1, n)
	case physical == parquet.Boolean && enc == format.RLE:
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return l, errShort
		}
		l.fixed, err = hybrid(make([]byte, 0, n), b[4:4+binary.LittleEndian.Uint32(b)], 1, n)
	case physical == parquet.ByteArray && enc == format.Plain:
		return plainTexts(b, n)
	case enc == format.Plain:
		if l.fixed = b; len(b)/l.width < n {
			return l, errShort
		}
	case enc == format.DeltaBinaryPacked && (physical == parquet.Int32 || physical == parquet.Int64):
		var whole []int64
		if whole, _, err = delta(b, n); err != nil {
			return l, err
		}
		l.fixed = make([]byte, 0, n*l.width)
		for _, x := range whole {
			if l.width == 4 {
				l.fixed = binary.LittleEndian.AppendUint32(l.fixed, uint32(x))
			} else {
				l.fixed = binary.LittleEndian.AppendUint64(l.fixed, uint64(x))
			}
		}
	case enc == format.DeltaLengthByteArray && physical == parquet.ByteArray:
		var of []int64
		if of, l.data, err = delta(b, n); err != nil {
			return l, err
		}
		l.texts, err = lengths(of, len(l.data))
	case enc == format.DeltaByteArray && (physical == parquet.ByteArray || physical == parquet.FixedLenByteArray):
		width := l.width
		if l, err = prefixed(b, n, k.p.lim.Page); err != nil || width == 0 {
			return l, err
		}
		for _, s := range l.texts {
			if int(s.to-s.from) != width {
				return l, fmt.Errorf("a value of %d bytes where each has %d", s.to-s.from, width)
			}
		}
		l.width, l.fixed = width, l.data
	case enc == format.ByteStreamSplit && l.width > 0 && physical != parquet.Boolean:
		l.fixed, err = joined(b, l.width, n)
	default:
		return l, fmt.Errorf("values of type %v in the encoding %v, which is not read", physical, enc)
	}
	return l, err
}
