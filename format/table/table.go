// Package table reads tables of numbers and texts, CSV and Parquet, as batches of
// columns: as many rows at a time as fit into a few megabytes, however long the file.
//
//	f, err := table.Open("scores.csv", table.Options{})
//	for {
//		b, err := f.Next() // io.EOF at the end
//		for c := range f.Columns() {
//			err := b.Read(c, &values) // any column, in any order, several at once
//		}
//	}
//
// Of a CSV file the delimiter, the header line, the decimal sign and the types are
// found out from its beginning, and [File.Notes] gives the reasons; each can be said
// instead. From then on the types hold: what does not fit is counted as invalid, it
// turns no column into text. A row with more or fewer fields than the header has is
// refused as a whole and counted, because its values may stand under wrong names. A
// file packed with gzip, bzip2 or zstd is unpacked as it is read; one in UTF-16 is read.
//
// Of Parquet what has one value a row is read: numbers, decimals, texts, booleans,
// dates and times, nullable or not, also as parts of records ("vital.pulse"), in every
// encoding and compression. Lists are left out, and [File.Notes] names them. The footer
// is parsed by parquet-go; pages are unpacked and decoded here, because the library gave
// wrong truth values and has no bound for what comes out of a page.
//
// Files come from strangers: lengths, counts and sizes are held against [Limits]
// before anything is made for them, and errors name the line, or the row group and
// column.
package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is what a column holds.
type Kind string

// The kinds.
const (
	Number Kind = "number"
	Text   Kind = "text"
	Bool   Kind = "bool" // as the numbers 0 and 1
	Time   Kind = "time" // as numbers: seconds since 1970 UTC
)

// Column is a column of a file.
type Column struct {
	Name   string
	Kind   Kind
	Reason string // why it is of that kind
}

// Header says whether a CSV file begins with names.
type Header uint8

// The answers.
const (
	HeaderUnknown Header = iota // it is found out
	HeaderYes
	HeaderNo
)

// Options say what is known of a file. The zero value finds it out.
type Options struct {
	Limits    Limits
	Kinds     map[string]Kind // of columns, by name
	Missing   []string        // texts that stand for no value; nil is [DefaultMissing]
	Delimiter byte            // of CSV; 0 is found out
	Header    Header          // of CSV
	// DecimalComma reads 1,5 as a number; where fields are parted by semicolons it is
	// found out.
	DecimalComma bool
}

// DefaultMissing are the texts that stand for no value, as pandas has them.
var DefaultMissing = []string{"", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None",
	"1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"}

// Limits bound what a file may make a reader hold. Zero values are the defaults.
type Limits struct {
	Columns int // 20,000
	Field   int // bytes of one CSV field or Parquet text: 64 KiB
	Line    int // bytes of one CSV record: 8 MiB
	Rows    int // of a batch: 1 Mi
	Page    int // bytes of a Parquet page, unpacked: 256 MiB
	Footer  int // bytes of a Parquet footer: 64 MiB

	Unpacked int64 // bytes of a CSV file that is packed: 64 GiB
}

func (l Limits) withDefaults() Limits {
	for _, d := range [...]struct {
		v *int
		d int
	}{{&l.Columns, 20_000}, {&l.Field, 64 << 10}, {&l.Line, 8 << 20}, {&l.Rows, 1 << 20}, {&l.Page, 256 << 20}, {&l.Footer, 64 << 20}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	if l.Unpacked <= 0 {
		l.Unpacked = 64 << 30
	}
	return l
}

// Values are those of one column in one batch. Its slices are reused by the next
// [Batch.Read] into it.
type Values struct {
	Kind Kind
	// Valid says which rows have a value; nil if all have.
	Valid []bool
	// Numbers holds one value a row of any kind but text. NaN in a valid row is a value
	// that is of the wrong kind.
	Numbers []float64
	// Codes holds one value a row of a text column: an index into Dict, which is of this
	// batch alone and may name texts that no row has.
	Codes []uint32
	Dict  []string

	index map[string]uint32
}

// Rows is the number of rows.
func (v *Values) Rows() int { return max(len(v.Numbers), len(v.Codes)) }

// Ok reports whether row i has a value, right or wrong.
func (v *Values) Ok(i int) bool { return v.Valid == nil || v.Valid[i] }

// reset makes room for rows of a kind, all of them valid.
func (v *Values) reset(k Kind, rows int) {
	v.Kind, v.Valid = k, nil
	if k == Text {
		v.Numbers = v.Numbers[:0]
		v.Codes = slices.Grow(v.Codes[:0], rows)[:rows]
		v.Dict = v.Dict[:0]
		if v.index == nil {
			v.index = map[string]uint32{}
		}
		clear(v.index)
		return
	}
	v.Codes = v.Codes[:0]
	v.Numbers = slices.Grow(v.Numbers[:0], rows)[:rows]
}

// code gives a text its number; b is copied if it is new.
func (v *Values) code(b []byte) uint32 {
	if c, ok := v.index[string(b)]; ok {
		return c
	}
	c := uint32(len(v.Dict))
	s := string(b)
	v.index[s] = c
	v.Dict = append(v.Dict, s)
	return c
}

// missing marks row i of rows as one without a value.
func (v *Values) missing(i, rows int) {
	if v.Valid == nil {
		v.Valid = make([]bool, rows)
		for j := range v.Valid {
			v.Valid[j] = true
		}
	}
	v.Valid[i] = false
}

// Batch is a run of rows.
type Batch struct {
	First int64 // number of its first row in the file, from 0
	Rows  int
	read  func(column int, v *Values) error
}

// Read reads a column of the batch. Different columns may be read at the same time,
// each into its own values. It fails with the place if the file is damaged there.
func (b *Batch) Read(column int, v *Values) error { return b.read(column, v) }

// source is a format.
type source interface {
	next() (*Batch, error)
	refused() (int64, []error)
}

// File is a table that is read from its beginning to its end.
type File struct {
	name    string
	format  string
	columns []Column
	notes   []string
	rows    int64 // -1 unknown
	src     source
	closer  io.Closer
}

// Open opens a file by its name; "-" is not standard input, see [New] for streams.
func Open(name string, opt Options) (*File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = errors.New("is a folder")
	}
	var t *File
	if err == nil {
		t, err = OpenReaderAt(f, st.Size(), filepath.Base(name), opt)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	t.closer = f
	return t, nil
}

// OpenReaderAt reads a table of size bytes. The name is for messages. What begins and
// ends as Parquet is read as such, anything else as CSV.
func OpenReaderAt(r io.ReaderAt, size int64, name string, opt Options) (*File, error) {
	var head [4]byte
	if n, _ := r.ReadAt(head[:], 0); n == 4 && (string(head[:]) == "PAR1" || string(head[:]) == "PARE") {
		return openParquet(r, size, name, opt)
	}
	return New(io.NewSectionReader(r, 0, size), name, opt)
}

// New reads a CSV table from a stream.
func New(r io.Reader, name string, opt Options) (*File, error) { return openCSV(r, name, opt) }

// Format is "csv" or "parquet".
func (f *File) Format() string { return f.format }

// Columns are the file's, in its order.
func (f *File) Columns() []Column { return f.columns }

// Index returns the place of a column, or -1.
func (f *File) Index(name string) int {
	return slices.IndexFunc(f.columns, func(c Column) bool { return c.Name == name })
}

// Notes say how the file was understood, and why.
func (f *File) Notes() []string { return f.notes }

// Rows is how many rows the file says it has; -1 if it does not say.
func (f *File) Rows() int64 { return f.rows }

// Next returns the next rows; io.EOF at the end.
func (f *File) Next() (*Batch, error) { return f.src.next() }

// Refused returns how many rows could not be read so far, and why the first ones.
func (f *File) Refused() (int64, []error) { return f.src.refused() }

// Close closes what [Open] opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// nameColumns gives every column a name of its own.
func nameColumns(names []string) (out, notes []string) {
	seen := map[string]bool{}
	for i, n := range names {
		n = strings.TrimSpace(n)
		if n == "" {
			n = fmt.Sprintf("column %d", i+1)
		}
		if seen[n] {
			m := n
			for k := 2; seen[m]; k++ {
				m = fmt.Sprintf("%s.%d", n, k)
			}
			notes = append(notes, fmt.Sprintf("column %d is called %q as another one; it is %q here", i+1, n, m))
			n = m
		}
		seen[n] = true
		out = append(out, n)
	}
	return out, notes
}
