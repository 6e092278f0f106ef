package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"

	"github.com/wardround/wardround/internal/testkit"
)

type visit struct {
	Age     int32            `parquet:"age"`
	Lactate *float64         `parquet:"lactate,optional"`
	Site    string           `parquet:"site,dict"`
	Note    *string          `parquet:"note,optional"`
	Vent    bool             `parquet:"vent"`
	Maybe   *bool            `parquet:"maybe,optional"`
	Cost    int64            `parquet:"cost,decimal(2:18)"`
	Seen    time.Time        `parquet:"seen,timestamp(millisecond)"`
	Count   uint32           `parquet:"count"`
	Small   float32          `parquet:"small"`
	Old     deprecated.Int96 `parquet:"old"`
	ID      [16]byte         `parquet:"id,uuid"`
}

func visits(n int) []visit {
	r := rand.New(rand.NewPCG(6, 6))
	out := make([]visit, n)
	for i := range out {
		v := visit{Age: int32(i % 90), Site: fmt.Sprint("ward ", i%5), Vent: i%3 == 0, Cost: int64(i)*100 + 25, Small: float32(i) / 4,
			Seen: time.UnixMilli(1_772_000_000_000 + int64(i)).UTC(), Count: math.MaxUint32 - uint32(i), Old: deprecated.Int96{uint32(5e8), 0, 2440588 + uint32(i%3)}}
		v.ID[15] = byte(i)
		if i%4 != 1 {
			x := r.NormFloat64()
			v.Lactate = &x
		}
		if i%7 == 2 {
			s := fmt.Sprint("note ", i%11)
			v.Note = &s
		}
		if i%2 == 0 {
			b := i%4 == 0
			v.Maybe = &b
		}
		out[i] = v
	}
	return out
}

func parquetOf[T any](t testing.TB, rows []T, opt ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, opt...)
	for len(rows) > 0 {
		n := min(len(rows), 1000)
		if _, err := w.Write(rows[:n]); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquetValues(t *testing.T) {
	rows := visits(5000)
	var want [][]string
	for _, v := range rows {
		null := func(there bool, s string) string {
			if there {
				return s
			}
			return "-"
		}
		num := func(x float64) string { return fmt.Sprintf("%.15g", x) }
		b2 := func(b bool) string {
			if b {
				return "1"
			}
			return "0"
		}
		w := []string{fmt.Sprint(v.Age), "-", v.Site, "-", b2(v.Vent), "-", num(float64(v.Cost) / 100), num(float64(v.Seen.UnixMilli()) / 1000),
			num(float64(v.Count)), num(float64(v.Small)), num(float64(v.Old[2]-2440588)*86400 + .5), fmt.Sprintf("%x", v.ID)}
		if v.Lactate != nil {
			w[1] = num(*v.Lactate)
		}
		if v.Note != nil {
			w[3] = *v.Note
		}
		if v.Maybe != nil {
			w[5] = null(true, b2(*v.Maybe))
		}
		want = append(want, w)
	}
	for name, opt := range map[string][]parquet.WriterOption{
		"plain":            {},
		"version 1 pages":  {parquet.DataPageVersion(1), parquet.PageBufferSize(700)},
		"small groups":     {parquet.MaxRowsPerRowGroup(1234), parquet.PageBufferSize(500)},
		"zstd":             {parquet.Compression(&parquet.Zstd)},
		"snappy, one page": {parquet.Compression(&parquet.Snappy), parquet.PageBufferSize(1 << 20)},
		"gzip":             {parquet.Compression(compressed(&parquet.Gzip)), parquet.PageBufferSize(3000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := parquetOf(t, rows, opt...)
			for _, batch := range []int{0, 777} {
				f, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "v.parquet", Options{Limits: Limits{Rows: batch}})
				if err != nil {
					t.Fatal(err)
				}
				var kinds []string
				for _, c := range f.Columns() {
					kinds = append(kinds, c.Name+":"+string(c.Kind))
				}
				if d := cmp.Diff("age:number lactate:number site:text note:text vent:bool maybe:bool cost:number seen:time count:number small:number old:time id:text", strings.Join(kinds, " ")); d != "" {
					t.Fatal(d)
				}
				if f.Rows() != 5000 || f.Format() != "parquet" {
					t.Errorf("%d rows of %s", f.Rows(), f.Format())
				}
				if d := cmp.Diff(want, all(t, f)); d != "" {
					t.Fatalf("batches of %d: %.2000s", batch, d)
				}
			}
		})
	}
}

func compressed(c compress.Codec) compress.Codec { return c }

func TestParquetKindsCanBeSaid(t *testing.T) {
	type row struct {
		Code int64   `parquet:"code"`
		Text *string `parquet:"text,optional"`
		Flag int32   `parquet:"flag"`
	}
	s, bad := "1.5", "x"
	b := parquetOf(t, []row{{7, &s, 1}, {8, nil, 0}, {9, &bad, 2}})
	f, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "v", Options{Kinds: map[string]Kind{"code": Text, "text": Number, "flag": Bool}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{"7", "1.5", "1"}, {"8", "-", "0"}, {"9", "!", "!"}}, all(t, f)); d != "" {
		t.Error(d)
	}
}

// Ids of 64 bits that are one as numbers are several as texts.
func TestLongIdsAsTexts(t *testing.T) {
	type row struct {
		ID   int64   `parquet:"id"`
		Hash uint64  `parquet:"hash,optional"`
		Part float64 `parquet:"part"`
	}
	b := parquetOf(t, []row{{1<<53 + 1, math.MaxUint64, 0.1}, {1<<53 + 2, 1, 1e6}, {-7, 1 << 63, 1.5}})
	f, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "v", Options{Kinds: map[string]Kind{"id": Text, "hash": Text, "part": Text}})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"9007199254740993", "18446744073709551615", "0.1"}, {"9007199254740994", "1", "1000000"}, {"-7", "9223372036854775808", "1.5"}}
	if d := cmp.Diff(want, all(t, f)); d != "" {
		t.Error(d)
	}
}

func TestColumnsAreReadAtTheSameTime(t *testing.T) {
	b := parquetOf(t, visits(3000), parquet.PageBufferSize(500))
	f, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "v", Options{})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for c := range f.Columns() {
		for range 3 {
			wg.Go(func() {
				var v Values
				if err := batch.Read(c, &v); err != nil || v.Rows() != 3000 {
					t.Error(v.Rows(), err)
				}
			})
		}
	}
	wg.Wait()
}

func TestListsAloneAreRefusedWithTheirPath(t *testing.T) {
	type list struct {
		P struct {
			A []int64 `parquet:"a"`
		} `parquet:"p"`
	}
	b := parquetOf(t, []list{{}})
	_, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "n.parquet", Options{})
	if err == nil || !strings.Contains(err.Error(), "n.parquet: the file has no columns that are read: column p holds lists") {
		t.Errorf("%v", err)
	}
}

func TestDamagedParquet(t *testing.T) {
	good := parquetOf(t, visits(2000), parquet.PageBufferSize(2000))
	open := func(b []byte, opt Options) error {
		f, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "d.parquet", opt)
		var v Values
		for err == nil {
			var bt *Batch
			if bt, err = f.Next(); err == nil {
				for c := range f.Columns() {
					if err = bt.Read(c, &v); err != nil {
						break
					}
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	if err := open(good, Options{}); err != nil {
		t.Fatal(err)
	}
	long := bytes.Clone(good)
	binary.LittleEndian.PutUint32(long[len(long)-8:], 1<<31)
	for _, c := range []struct {
		name string
		b    []byte
		opt  Options
		want string
	}{
		{"cut", good[:len(good)/2], Options{}, "it is cut"},
		{"short", []byte("PAR1PAR1"), Options{}, "no Parquet file"},
		{"a long footer", long, Options{}, "a footer of 2147483648 bytes"},
		{"encrypted", append(bytes.Clone(good[:len(good)-4]), "PARE"...), Options{}, "encrypted"},
		{"pages over the limit", good, Options{Limits: Limits{Page: 500}}, "row group 0, column age: byte 4: a page of"},
		{"texts over the limit", good, Options{Limits: Limits{Field: 4}}, "a text of 6 bytes, over the limit of 4"},
		{"columns over the limit", good, Options{Limits: Limits{Columns: 3}}, "12 columns, over the limit of 3"},
	} {
		if err := open(c.b, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	// Any byte may be wrong: an error or other values, never a panic.
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		b := bytes.Clone(good)
		for range 1 + r.IntN(4) {
			at := r.IntN(len(b))
			if r.IntN(2) == 0 {
				at = len(b) - 1 - r.IntN(2000)
			}
			b[at] = byte(r.IntN(256))
		}
		_ = open(b, Options{Limits: Limits{Page: 1 << 20}})
	}
}

// TestEmploymentData reads a file that pandas wrote.
func TestEmploymentData(t *testing.T) {
	dir := testkit.Data(t, "models/nannyml")
	names, err := filepath.Glob(filepath.Join(dir, "*.pq"))
	if err != nil || len(names) == 0 {
		t.Skip("no Parquet file there")
	}
	for _, name := range names {
		f, err := Open(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		var v Values
		for {
			b, err := f.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for c := range f.Columns() {
				if err := b.Read(c, &v); err != nil {
					t.Fatal(err)
				}
			}
			n += int64(b.Rows)
		}
		if n != f.Rows() || n < 1000 || f.Close() != nil {
			t.Errorf("%s: %d of %d rows", name, n, f.Rows())
		}
		t.Logf("%s: %d rows, %d columns, %v", filepath.Base(name), n, len(f.Columns()), f.Columns()[0])
	}
	if _, err := Open(dir, Options{}); err == nil {
		t.Error("a folder is a table")
	}
	if _, err := Open(filepath.Join(dir, "not there"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetOf(f, visits(3)))
	f.Add(parquetOf(f, visits(40), parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1), parquet.PageBufferSize(100)))
	for _, name := range []string{"testdata/encodings.parquet", "testdata/lists.parquet", "testdata/lz4.parquet"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		opt := Options{Limits: Limits{Columns: 30, Page: 1 << 20, Rows: 5000}}
		for range 2 {
			file, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), "f", opt)
			if err != nil {
				return
			}
			opt.Kinds = map[string]Kind{} // then all as texts
			for _, c := range file.Columns() {
				opt.Kinds[c.Name] = Text
			}
			var v Values
			for range 20 {
				bt, err := file.Next()
				if err != nil {
					break
				}
				for c := range file.Columns() {
					if err := bt.Read(c, &v); err == nil && v.Rows() != bt.Rows {
						t.Fatalf("%d rows of %d", v.Rows(), bt.Rows)
					}
				}
			}
		}
	})
}

func BenchmarkParquetDoubles(b *testing.B) {
	type row struct {
		A, B, C, D float64
	}
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([]row, 200_000)
	for i := range rows {
		rows[i] = row{r.NormFloat64(), r.Float64(), r.NormFloat64(), r.Float64()}
	}
	file := parquetOf(b, rows)
	b.SetBytes(int64(len(rows) * 32))
	var v Values
	for b.Loop() {
		f, err := OpenReaderAt(bytes.NewReader(file), int64(len(file)), "b", Options{})
		if err != nil {
			b.Fatal(err)
		}
		for {
			bt, err := f.Next()
			if err != nil {
				break
			}
			for c := range f.Columns() {
				if err := bt.Read(c, &v); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
