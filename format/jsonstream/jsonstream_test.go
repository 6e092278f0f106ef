package jsonstream_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/jsonstream"
)

// value reads whatever comes next, as encoding/json would with UseNumber.
func value(d *jsonstream.Reader) any {
	switch d.Peek() {
	case jsonstream.Object:
		m := map[string]any{}
		d.Object()
		for d.Next() {
			name := string(d.Name())
			m[name] = value(d)
		}
		return m
	case jsonstream.Array:
		l := []any{}
		d.Array()
		for d.Next() {
			l = append(l, value(d))
		}
		return l
	case jsonstream.String:
		return d.Text()
	case jsonstream.Number:
		return json.Number(d.Digits())
	case jsonstream.True, jsonstream.False:
		return d.Bool()
	default:
		d.Skip()
		return nil
	}
}

func read(r io.Reader, lim jsonstream.Limits) (v any, notices []jsonstream.Notice, err error) {
	d := jsonstream.New(r, lim)
	d.Notice = func(n jsonstream.Notice) { notices = append(notices, n) }
	v = value(d)
	return v, notices, d.End()
}

func judge(s string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if err = d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err = d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more follows: %w", err)
	}
	return v, nil
}

var samples = []string{
	`{}`, `[]`, ` [ ] `, `"x"`, `0`, `-0.5e+10`, `true`, `null`, `[null,true,false,[[],{}]]`,
	`{"a":1,"b":[1,2,{"c":"d"}],"e":{"f":{}}}`, `{"é":"ü\u00e9\ud83d\ude00\n\/"}`, `"\ud800"`, `"\ud800\u0041"`, `"\ud800\ud800\udc00"`,
	"\"\xff\"", `{"a":{"a":{"a":[]}}}`, `[1 ,2 , 3 ]`, "{\"a\"\t:\r\n1}",
	``, ` `, `{`, `[`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `[1,`, `[1 2]`, `{"a" 1}`, `{a:1}`, `[1,]`, `{"a":1,}`, `01`, `1.`, `.5`, `+1`, `1e`, `-`,
	`tru`, `nul`, `"\x"`, `"\u12g4"`, `"`, "\"\n\"", `1 2`, `{} x`, `[}`, `{]`, `]`, `,`, `{"a":1 "b":2}`, `{,}`, `[,]`, `"\`, `"\u00`, `truefalse`, `[truex]`, "0 \x00", "[\x00]", `{"1":0,"1":{"`, `{"1":0,"1":{"a`,
}

// TestAgreesWithTheStandardLibrary reads what encoding/json reads, refuses what
// it refuses, and does so in pieces of one byte too.
func TestAgreesWithTheStandardLibrary(t *testing.T) {
	for _, s := range samples {
		want, wantErr := judge(s)
		for _, r := range []io.Reader{strings.NewReader(s), iotest.OneByteReader(strings.NewReader(s)), iotest.DataErrReader(strings.NewReader(s))} {
			got, _, err := read(r, jsonstream.Limits{})
			if (err == nil) != (wantErr == nil) {
				t.Errorf("%q: %v, encoding/json says %v", s, err, wantErr)
				continue
			}
			if err == nil && !cmp.Equal(want, got) {
				t.Errorf("%q: %s", s, cmp.Diff(want, got))
			}
		}
		// Passing over must refuse the same.
		if err := jsonstream.New(strings.NewReader(s), jsonstream.Limits{}).End(); (err == nil) != (wantErr == nil) {
			t.Errorf("skipping %q: %v, encoding/json says %v", s, err, wantErr)
		}
	}
}

// TestPlaces: an error and a notice say where they are.
func TestPlaces(t *testing.T) {
	_, _, err := read(strings.NewReader("{\n \"parts\": [\n  {\"na/me~\": x}\n ]\n}"), jsonstream.Limits{})
	var e *format.Error
	if !errors.As(err, &e) || !errors.Is(err, format.ErrMalformed) || e.Field != "/parts/0/na~1me~0" || e.Offset != 27 || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("got %v", err)
	}
	_, notices, err := read(strings.NewReader(`{"a":[{"b":1,"c":2,"b":3}]}`), jsonstream.Limits{})
	want := []jsonstream.Notice{{Code: jsonstream.DuplicateName, Pointer: "/a/0/b", Offset: 23, Detail: "the name stands twice in its object; the first is used"}}
	if err != nil || !cmp.Equal(want, notices) {
		t.Errorf("%v %s", err, cmp.Diff(want, notices))
	}
}

// TestDuplicatesAmongMany: the first of two is kept in an object of any size.
func TestDuplicatesAmongMany(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"n0":0`)
	for i := 1; i < 500; i++ {
		fmt.Fprintf(&b, `,"n%d":%d,"n%d":-1`, i, i, i/2)
	}
	b.WriteString(`}`)
	v, notices, err := read(strings.NewReader(b.String()), jsonstream.Limits{})
	m, _ := v.(map[string]any)
	if err != nil || len(m) != 500 || len(notices) != 499 || m["n7"] != json.Number("7") {
		t.Errorf("%d names, %d notices, %v", len(m), len(notices), err)
	}
}

// TestOtherTypes: what has another type than asked for is noticed and passed over.
func TestOtherTypes(t *testing.T) {
	d := jsonstream.New(strings.NewReader(`{"a":{"x":[1]},"b":"5","c":null,"d":1.5,"e":7.0,"f":1e999,"g":true,"h":3}`), jsonstream.Limits{})
	var codes []string
	d.Notice = func(n jsonstream.Notice) { codes = append(codes, n.Code+n.Pointer) }
	got := map[string]any{}
	for d.Object(); d.Next(); {
		switch n := string(d.Name()); n {
		case "a", "c":
			got[n] = d.Text()
		case "b", "d", "e":
			got[n] = d.Int()
		case "f":
			got[n] = d.Number()
		case "g", "h":
			got[n] = d.Scalar()
		}
	}
	if err := d.End(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": "", "c": "", "b": int64(0), "d": int64(0), "e": int64(7), "f": 0.0, "g": "true", "h": "3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"wrong-type/a", "wrong-type/b", "wrong-type/d"}, codes); diff != "" {
		t.Error(diff)
	}
}

// endless gives the same bytes again and again.
type endless struct {
	text string
	gave int64
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.gave%int64(len(e.text))]
		e.gave++
	}
	return len(p), nil
}

// TestBounds: whatever comes without end is stopped soon.
func TestBounds(t *testing.T) {
	for name, c := range map[string]struct {
		begin, again string
		lim          jsonstream.Limits
		most         int64
	}{
		"white space":    {"", " ", jsonstream.Limits{}, 17 << 20},
		"arrays":         {"", "[", jsonstream.Limits{}, 1 << 17},
		"objects":        {"", `{"a":`, jsonstream.Limits{}, 1 << 17},
		"text":           {`"`, "x", jsonstream.Limits{}, 2 << 20},
		"digits":         {"", "1", jsonstream.Limits{}, 2 << 20},
		"names":          {"{", `"a":1,`, jsonstream.Limits{Names: 1000}, 1 << 17},
		"bytes":          {"[", "1,", jsonstream.Limits{Bytes: 1 << 20}, 2 << 20},
		"skipped arrays": {`{"skip":`, "[", jsonstream.Limits{}, 1 << 17},
		"skipped text":   {`{"skip":"`, "x", jsonstream.Limits{Bytes: 1 << 20}, 2 << 20},
	} {
		e := &endless{text: c.again}
		d := jsonstream.New(io.MultiReader(strings.NewReader(c.begin), e), c.lim)
		if strings.Contains(c.begin, "skip") {
			d.Skip()
		} else {
			value(d)
		}
		if err := d.End(); !errors.Is(err, format.ErrLimit) || e.gave > c.most {
			t.Errorf("%s: %d bytes read, %v", name, e.gave, err)
		}
	}
}

// TestEncodings: a UTF-8 mark is passed over, other encodings are named.
func TestEncodings(t *testing.T) {
	if v, _, err := read(strings.NewReader("\xef\xbb\xbf[1]"), jsonstream.Limits{}); err != nil || !cmp.Equal(v, any([]any{json.Number("1")})) {
		t.Errorf("%v %v", v, err)
	}
	for _, s := range []string{"\xff\xfe[\x00]\x00", "\xfe\xff\x00[\x00]", "[\x00]\x00", "\x00[\x00]"} {
		if _, _, err := read(iotest.OneByteReader(strings.NewReader(s)), jsonstream.Limits{}); err == nil || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: %v", s, err)
		}
	}
	_, notices, err := read(strings.NewReader("[\"a\xffb\"]"), jsonstream.Limits{})
	if err != nil || len(notices) != 1 || notices[0].Code != jsonstream.BadText {
		t.Errorf("%v %v", notices, err)
	}
}

// TestReadError: an error of the source is told as it is.
func TestReadError(t *testing.T) {
	boom := errors.New("boom")
	d := jsonstream.New(io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(boom)), jsonstream.Limits{})
	if err := d.End(); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

// FuzzReader compares with encoding/json, whole and in pieces.
func FuzzReader(f *testing.F) {
	for _, s := range samples {
		f.Add(s, uint64(1))
	}
	f.Fuzz(func(t *testing.T, s string, seed uint64) {
		if strings.HasPrefix(s, "\xef\xbb\xbf") || len(s) > 1<<16 {
			t.Skip()
		}
		want, wantErr := judge(s)
		got, notices, err := read(&pieces{strings.NewReader(s), rand.New(rand.NewPCG(seed, 1))}, jsonstream.Limits{Depth: 10_000})
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", s, err, wantErr)
		}
		skip := jsonstream.New(strings.NewReader(s), jsonstream.Limits{Depth: 10_000}).End()
		if (skip == nil) != (wantErr == nil) {
			t.Fatalf("skipping %q: %v, encoding/json says %v", s, skip, wantErr)
		}
		if err == nil && len(notices) == 0 && !cmp.Equal(want, got) {
			t.Fatalf("%q: %s", s, cmp.Diff(want, got))
		}
	})
}

type pieces struct {
	r   io.Reader
	rnd *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), 1+p.rnd.IntN(9))]) }

func BenchmarkSkip(b *testing.B) {
	s := "[" + strings.Repeat(`{"type":"library","name":"golang.org/x/net","version":"v0.1.2","hashes":[{"alg":"SHA-256","content":"aabbccddeeff"}]},`, 10_000) + "1]"
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		if err := jsonstream.New(strings.NewReader(s), jsonstream.Limits{}).End(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s := "[" + strings.Repeat(`{"type":"library","name":"golang.org/x/net","version":"v0.1.2","hashes":[{"alg":"SHA-256","content":"aabbccddeeff"}]},`, 10_000) + "1]"
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		d := jsonstream.New(strings.NewReader(s), jsonstream.Limits{})
		for d.Array(); d.Next(); {
			if d.Peek() == jsonstream.Object && d.Object() {
				for d.Next() {
					if string(d.Name()) == "name" {
						_ = d.Text()
					}
				}
			}
		}
		if err := d.End(); err != nil {
			b.Fatal(err)
		}
	}
}
