package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// all reads a table as texts: numbers as %g, "-" for no value, "!" for a wrong one.
func all(t testing.TB, f *File) [][]string {
	t.Helper()
	var out [][]string
	var v Values
	for {
		b, err := f.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if b.First != int64(len(out)) {
			t.Fatalf("the batch begins at row %d after %d", b.First, len(out))
		}
		rows := make([][]string, b.Rows)
		for c := range f.Columns() {
			if err := b.Read(c, &v); err != nil {
				t.Fatal(err)
			}
			if v.Rows() != b.Rows || v.Kind != f.Columns()[c].Kind {
				t.Fatalf("column %d has %d rows of %s; want %d of %s", c, v.Rows(), v.Kind, b.Rows, f.Columns()[c].Kind)
			}
			for i := range rows {
				s := "-"
				switch {
				case !v.Ok(i):
				case v.Kind == Text:
					s = v.Dict[v.Codes[i]]
				case math.IsNaN(v.Numbers[i]):
					s = "!"
				default:
					s = fmt.Sprintf("%.15g", v.Numbers[i])
				}
				rows[i] = append(rows[i], s)
			}
		}
		out = append(out, rows...)
	}
}

func TestCSVIsUnderstood(t *testing.T) {
	for _, c := range []struct {
		name, in string
		opt      Options
		columns  string // name:kind
		rows     string // fields by |, rows by newline
		note     string
	}{
		{"plain", "age,site,ok,when\n61,A,true,2026-03-01\n7.5,\"B, east\",FALSE,2026-03-01T10:00:00Z\n", Options{},
			"age:number site:text ok:bool when:time", "61|A|1|1772323200\n7.5|B, east|0|1772359200", `column 1 has a name there and numbers below`},
		{"semicolons and decimal commas", "wert;ort\n1,5;Köln\n-2,25;Bonn\n3;x\n", Options{}, "wert:number ort:text", "1.5|Köln\n-2.25|Bonn\n3|x", "decimal comma"},
		{"thousands are no decimals", "n;t\n1,500;a\n2,750;b\n", Options{}, "n:text t:text", "1,500|a\n2,750|b", "parted by \";\""},
		{"no header, commas in decimals", "1,5;2,5\n3,5;4,5\n", Options{}, "column 1:number column 2:number", "1.5|2.5\n3.5|4.5", "holds values"},
		{"tabs and CRLF", "a\tb\r\n1\tx\r\n2\ty\r\n", Options{}, "a:number b:text", "1|x\n2|y", `"\t"`},
		{"old line ends", "a,b\r1,x\r2,y\r", Options{}, "a:number b:text", "1|x\n2|y", "carriage return alone"},
		{"byte order mark", "\xef\xbb\xbfa,b\n1,2\n", Options{}, "a:number b:number", "1|2", "byte order mark"},
		{"ISO 8859-1", "a,b\nM\xfcller,1\n", Options{}, "a:text b:number", "Müller|1", "Windows-1252"},
		{"quotes", "a,b\n\"one \"\"big\"\"\nfield\",1\n\"\",2\n\"x\"\r\n,3\n", Options{Header: HeaderYes}, "a:text b:number", "one \"big\"\nfield|1\n-|2\n-|3", ""},
		{"no value", "x,y\n1,a\n,NA\nNaN,\nnull,b\n", Options{}, "x:number y:text", "1|a\n-|-\n-|-\n-|b", ""},
		{"other words for no value", "x,y\n1,a\n-9,?\n", Options{Missing: []string{"-9", "?"}}, "x:number y:text", "1|a\n-|-", ""},
		{"infinities and exponents", "x\n1e3\ninf\n-Infinity\n1E-400\n0x10\n1_000\n", Options{Kinds: map[string]Kind{"x": Number}}, "x:number", "1000\n+Inf\n-Inf\n0\n!\n!", ""},
		{"mostly numbers", "x\n" + strings.Repeat("5\n", 30) + "five\n", Options{}, "x:number", strings.Repeat("5\n", 30) + "!", ""},
		{"ragged", "a,b\n1,2\n1\n1,2,3\n3,4\n", Options{}, "a:number b:number", "1|2\n3|4", ""},
		{"empty lines", "a,b\n\n1,2\n\n\n3,4", Options{}, "a:number b:number", "1|2\n3|4", ""},
		{"one column", "a\n1\n\n2\n", Options{}, "a:number", "1\n-\n2", "there is one column"},
		{"names again", "a,a,,a.2\n1,2,3,4\n", Options{Header: HeaderYes}, "a:number a.2:number column 3:number a.2.2:number", "1|2|3|4", "called \"a\""},
		{"no rows", "a,b\n", Options{Header: HeaderYes}, "a:number b:number", "", ""},
		{"all missing", "a,b\n1,\n2,\n", Options{}, "a:number b:number", "1|-\n2|-", ""},
		{"said kinds", "id,v\n1,2\n3,4\n", Options{Kinds: map[string]Kind{"id": Text}}, "id:text v:number", "1|2\n3|4", ""},
		{"said bool", "v\n1\n0\ntrue\n2\n", Options{Kinds: map[string]Kind{"v": Bool}}, "v:bool", "1\n0\n1\n!", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// A reader that gives one byte at a time parts records at every place.
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				f, err := New(r, "t.csv", c.opt)
				if err != nil {
					t.Fatal(err)
				}
				var columns, rows []string
				for _, col := range f.Columns() {
					columns = append(columns, col.Name+":"+string(col.Kind))
					if col.Reason == "" {
						t.Errorf("no reason for %s", col.Name)
					}
				}
				for _, r := range all(t, f) {
					rows = append(rows, strings.Join(r, "|"))
				}
				if d := cmp.Diff(c.columns, strings.Join(columns, " ")); d != "" {
					t.Error(d)
				}
				if d := cmp.Diff(strings.TrimSuffix(c.rows, "\n"), strings.Join(rows, "\n")); d != "" {
					t.Error(d)
				}
				if notes := strings.Join(f.Notes(), "\n"); !strings.Contains(notes, c.note) {
					t.Errorf("notes %q; want %q", notes, c.note)
				}
			}
		})
	}
}

func TestRefusedRowsAreToldWithTheirLine(t *testing.T) {
	f, err := New(strings.NewReader("a,b\n1,2\n1\n\"x\ny\",2,3\n\"q\"r,1\n5,6\n"), "t.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all(t, f)); n != 2 {
		t.Errorf("%d rows", n)
	}
	n, why := f.Refused()
	want := "[t.csv: line 3: 1 fields where 2 are expected t.csv: line 4: 3 fields where 2 are expected t.csv: line 6: text after a closing quote]"
	if got := fmt.Sprint(why); n != 3 || got != want {
		t.Errorf("%d: %s\nwant %s", n, got, want)
	}
}

func TestCSVThatIsNone(t *testing.T) {
	for _, c := range []struct {
		name, in string
		opt      Options
		want     string
	}{
		{"empty", "", Options{}, "the file is empty"},
		{"only lines", "\n\n\n", Options{}, "the file is empty"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", Options{}, "UTF-32; save it as UTF-8"},
		{"zero bytes", "a,b\n\x00,1\n", Options{}, "byte 4 is zero"},
		{"packed", "PK\x03\x04rest", Options{}, "packed; unpack it first"},
		{"open quote", "a,b\n1,\"2\n", Options{}, "line 2: a quote is not closed to the end of the file"},
		{"open quote at once", "\"a,b\n1,2\n", Options{}, "line 1: a quote is not closed"},
		{"wide", strings.Repeat("a,", 30) + "\n", Options{Limits: Limits{Columns: 10}}, "31 columns, over the limit of 10"},
		{"long field", "a,b\n1," + strings.Repeat("x", 200) + "\n", Options{Limits: Limits{Field: 100}}, "line 2, field 2: 200 bytes, over the limit of 100"},
		{"long line", "a,b\n\"" + strings.Repeat("x", chunkBytes+100), Options{Limits: Limits{Line: chunkBytes}}, "a record of more than"},
		{"comma for both", "a,b\n", Options{DecimalComma: true, Delimiter: ','}, "cannot part fields and decimals both"},
		{"quote for delimiter", "a,b\n", Options{Delimiter: '"'}, "cannot part fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, err := New(strings.NewReader(c.in), "t.csv", c.opt)
			for err == nil {
				_, err = f.Next()
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "t.csv: ") {
				t.Errorf("%v\nwant %s", err, c.want)
			}
		})
	}
	f, err := New(io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(errors.New("the disk is gone"))), "t.csv", Options{})
	if err == nil {
		_, err = f.Next()
	}
	if err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("%v", err)
	}
}

// TestManyChunks: what lies across the borders of chunks is whole.
func TestManyChunks(t *testing.T) {
	var b strings.Builder
	b.WriteString("n,text,x\n")
	r := rand.New(rand.NewPCG(1, 1))
	const rows = 120_000
	xs := make([]float64, rows)
	for i := range rows {
		xs[i] = r.NormFloat64()
		if i%7 == 0 {
			fmt.Fprintf(&b, "%d,\"many, words\nand \"\"lines\"\" of %d\",%s\n", i, i%100, strconv.FormatFloat(xs[i], 'g', -1, 64))
		} else {
			fmt.Fprintf(&b, "%d,%s,%s\n", i, strings.Repeat("w", i%60), strconv.FormatFloat(xs[i], 'g', -1, 64))
		}
	}
	if b.Len() < chunkBytes {
		t.Fatalf("only %d bytes", b.Len())
	}
	f, err := New(strings.NewReader(b.String()), "t.csv", Options{Limits: Limits{Rows: 30_000}, Missing: []string{"?"}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for batches := 0; ; batches++ {
		bt, err := f.Next()
		if errors.Is(err, io.EOF) {
			if batches < 4 {
				t.Errorf("%d batches", batches)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var num, text, x Values
		for c, v := range []*Values{&num, &text, &x} {
			if err := bt.Read(c, v); err != nil {
				t.Fatal(err)
			}
		}
		for i := range bt.Rows {
			want := strings.Repeat("w", n%60)
			if n%7 == 0 {
				want = fmt.Sprintf("many, words\nand \"lines\" of %d", n%100)
			}
			if num.Numbers[i] != float64(n) || x.Numbers[i] != xs[n] || text.Ok(i) && text.Dict[text.Codes[i]] != want || !text.Ok(i) && want != "" {
				t.Fatalf("row %d: %g, %q, %g", n, num.Numbers[i], text.Dict[text.Codes[i]], x.Numbers[i])
			}
			n++
		}
	}
	if bad, why := f.Refused(); n != rows || bad != 0 {
		t.Errorf("%d rows, %d refused: %v", n, bad, why)
	}
}

// TestNumbersAreExact: as the standard library rounds, in all lengths.
func TestNumbersAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 200_000 {
		x := math.Float64frombits(r.Uint64())
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		if r.IntN(2) == 0 {
			x = math.Round(r.NormFloat64()*1e6) / math.Pow(10, float64(r.IntN(8)))
		}
		for _, s := range []string{strconv.FormatFloat(x, 'g', -1, 64), strconv.FormatFloat(x, 'f', r.IntN(25), 64), strconv.FormatFloat(x, 'e', r.IntN(20), 64)} {
			want, _ := strconv.ParseFloat(s, 64)
			got, ok := number([]byte(s), false)
			if len(s) <= 400 && (!ok || got != want) {
				t.Fatalf("%s: %g %v, want %g", s, got, ok, want)
			}
			if c, ok := number([]byte(strings.Replace(s, ".", ",", 1)), true); len(s) <= 400 && (!ok || c != want) {
				t.Fatalf("%s with a comma: %g", s, c)
			}
		}
	}
	for _, s := range []string{"", "-", ".", "+.", "1.2.3", "1e", "e5", "--1", "1 2", "1,5", "0x1p3", "1_0", "nan", "infi", "1f", strings.Repeat("9", 500)} {
		if x, ok := number([]byte(s), false); ok {
			t.Errorf("%q is the number %g", s, x)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\n1,5;x\n", "\"a\"\"\n\",1\n\"b\",2", "a\tb\r\n\r\n1\t2\r\n", "\xef\xbb\xbfx\r1\r", "a,b\n\"1\"x,2\n3"} {
		f.Add(s, byte(0))
	}
	f.Add(string(packed(f, "a,b\n1,2\n")), byte(0))
	f.Add("\xff\xfea\x00;\x00b\x00\n\x001\x00;\x00\xe9\x00", byte(0))
	f.Add("sep=;\r\na;b\r\n1,5;2\r\n", byte(0))
	f.Add(",0,1\n0,1.5,2\n", byte(0))
	f.Fuzz(func(t *testing.T, s string, d byte) {
		opt := Options{Limits: Limits{Columns: 50, Field: 1000, Rows: 100, Unpacked: 1 << 20}}
		if d%4 == 1 {
			opt.Delimiter = ';'
		}
		read := func(r io.Reader) (string, int64) {
			file, err := New(r, "f", opt)
			if err != nil {
				return "refused", 0
			}
			var out strings.Builder
			var v Values
			for {
				b, err := file.Next()
				if err != nil {
					n, _ := file.Refused()
					return out.String(), n
				}
				for c := range file.Columns() {
					if err := b.Read(c, &v); err != nil || v.Rows() != b.Rows {
						t.Fatal(err, v.Rows(), b.Rows)
					}
					for i := range v.Codes {
						fmt.Fprint(&out, v.Dict[v.Codes[i]], v.Ok(i), ";")
					}
					fmt.Fprint(&out, v.Numbers, "\n")
				}
			}
		}
		a, n := read(strings.NewReader(s))
		b, m := read(iotest.HalfReader(strings.NewReader(s)))
		if a != b || n != m {
			t.Fatalf("in parts it reads otherwise:\n%s\n%s", a, b)
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	var s strings.Builder
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 20 {
		fmt.Fprintf(&s, "c%d,", i)
	}
	s.WriteString("z\n")
	for range 20_000 {
		for range 20 {
			fmt.Fprintf(&s, "%.6f,", r.NormFloat64())
		}
		s.WriteString("x\n")
	}
	b.SetBytes(int64(s.Len()))
	var v Values
	for b.Loop() {
		f, err := New(strings.NewReader(s.String()), "t", Options{})
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
