package table

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rows reads a table to its end.
func rows(f *File) (n int, err error) {
	for {
		b, err := f.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
		n += b.Rows
	}
}

func TestGzip(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1.5,x\n", 5000)
	whole := packed(t, text)
	f, err := New(bytes.NewReader(whole), "t.csv.gz", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := rows(f); n != 5000 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	if !strings.Contains(f.Notes()[0], "gzip") {
		t.Errorf("notes: %q", f.Notes())
	}
	for name, c := range map[string]struct {
		b    []byte
		lim  Limits
		want string
	}{
		"cut":           {b: whole[:len(whole)/2], want: "EOF"},
		"head alone":    {b: whole[:5], want: "EOF"},
		"packed twice":  {b: packed(t, string(whole)), want: "packed"},
		"a bomb":        {b: packed(t, "a,b\n"+strings.Repeat("1,2\n", 1<<20)), lim: Limits{Unpacked: 1 << 20}, want: "more than 1048576 bytes once unpacked"},
		"one long line": {b: packed(t, "a,b\n"+strings.Repeat("1", 20<<20)), want: "bytes"},
	} {
		f, err := New(bytes.NewReader(c.b), "t.csv.gz", Options{Limits: c.lim})
		if err == nil {
			_, err = rows(f)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "t.csv.gz") {
			t.Errorf("%s: %v; want words of %q", name, err, c.want)
		}
	}
}

// Figures that are no numbers as they are written stay texts, and it is said.
func TestFiguresThatAreTexts(t *testing.T) {
	for figure, want := range map[string]bool{
		"1,5": true, "-0,25": true, "1.234,5": true, "1'234": true, "12 345": true, "1,234.5": true, "1,234,567": true, "12345,6": true,
		"01.01.2024": false, "10.0.0.1": false, "": false, ",5": false, "1,": false, "a,b": false, "1,23,4": false, "2024 1": false, "12": false,
	} {
		if got := separated([]byte(figure)); got != want {
			t.Errorf("%q: %v", figure, got)
		}
	}
	f, err := New(strings.NewReader("a,b\n"+strings.Repeat("1,\"2,5\"\n", 40)), "t.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(f.Notes(), "\n"); f.Columns()[1].Kind != Text || !strings.Contains(said, `column "b" is read as texts: 40 of its first 40 values are figures like "2,5"`) {
		t.Errorf("%s: %q", f.Columns()[1].Kind, said)
	}
}

// A letter that the first portion cuts in two is no sign of another character set.
func TestLetterAcrossPortions(t *testing.T) {
	for shift := range 5 {
		text := "a,b\n" + strings.Repeat("y", shift) + ",1\n" + strings.Repeat("漢é😀,1\n", (chunkBytes+1<<16)/12)
		f, err := New(strings.NewReader(text), "t.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if said := fmt.Sprint(f.Notes()); strings.Contains(said, "1252") {
			t.Errorf("shift %d: %s", shift, said)
		}
	}
}

func TestParquetOfOthers(t *testing.T) {
	f, err := Open("testdata/half.parquet", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	var v Values
	if err := b.Read(0, &v); err != nil || fmt.Sprintf("%s %v", v.Kind, v.Numbers) != "number [0.5 -2 65504 0.25]" {
		t.Errorf("numbers of 16 bits: %v %v, %v", v.Kind, v.Numbers, err)
	}
	if err := b.Read(1, &v); err != nil || v.Rows() != 4 || v.Ok(0) || v.Ok(3) || math.IsNaN(v.Numbers[0]) {
		t.Errorf("a column without values: %+v, %v", v, err)
	}
	f, err = Open("testdata/lz4.parquet", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, row := range all(t, f) {
		if want := fmt.Sprint(float64(i%7) * 1.5); row[0] != want {
			t.Fatalf("LZ4: row %d is %s, want %s", i, row[0], want)
		}
	}
}

// What pandas, Excel and their like write: each is the same table.
func TestFilesOfOthers(t *testing.T) {
	const text = "id,lac,site\r\n1,1.5,é\r\n2,NA,漢\r\n3,-2,x\r\n"
	wide := func(order encoding.Encoding) []byte {
		b, err := order.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var zs bytes.Buffer
	z, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"UTF-16, marked, little end first": wide(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)),
		"UTF-16, marked, big end first":    wide(unicode.UTF16(unicode.BigEndian, unicode.UseBOM)),
		"UTF-16, little end first":         wide(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)),
		"UTF-16, big end first":            wide(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)),
		"zstd":                             zs.Bytes(),
		"gzip of UTF-16":                   packed(t, string(wide(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)))),
		"Excel":                            []byte("sep=;\r\n" + strings.NewReplacer(",", ";").Replace(text)),
		"Excel, one line end":              []byte("sep=,\n" + text),
	} {
		f, err := OpenReaderAt(bytes.NewReader(b), int64(len(b)), name, Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		var names []string
		for _, c := range f.Columns() {
			names = append(names, c.Name)
		}
		if d := cmp.Diff([]string{"id", "lac", "site"}, names); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff([][]string{{"1", "1.5", "é"}, {"2", "-", "漢"}, {"3", "-2", "x"}}, all(t, f)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A header that only counts columns is one; it was read as a row of values.
func TestColumnsWithoutNames(t *testing.T) {
	for text, want := range map[string]int{
		"0,1,2\n1.5,2,x\n3,4,y\n": 2, ",0,1\n0,1.5,2\n": 1, ",0,1,2\n0,1.5,2,3\n": 1,
		"0,1\n1,1\n": 2, "0,2,1\n1,2,3\n": 2, "1,2,3\n4,5,6\n": 2, "0\n1\n": 2,
		"age,inf\n1,2\n3,inf\n": 2, "infinity\n1\n": 1,
	} {
		f, err := New(strings.NewReader(text), "n.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := rows(f); n != want || err != nil {
			t.Errorf("%q: %d rows, %v; want %d", text, n, err, want)
		}
	}
}

// Every text that pandas takes for no value is none here, and numbers stay numbers; a
// column that begins without values is judged by those that come later.
func TestNoValue(t *testing.T) {
	for _, na := range []string{" ", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"} {
		f, err := New(strings.NewReader("a,b\n"+strings.Repeat("1.5,x\n"+na+",y\n", 20)), "n.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c := f.Columns()[0]; c.Kind != Number || all(t, f)[1][0] != "-" {
			t.Errorf("%q: %+v", na, c)
		}
	}
	f, err := New(strings.NewReader("a,b\n"+strings.Repeat(",1\n", 2*sampleRows)+strings.Repeat("ward,1\n", sampleRows)), "late.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := f.Columns()[0]; c.Kind != Text {
		t.Errorf("%+v", c)
	}
}
