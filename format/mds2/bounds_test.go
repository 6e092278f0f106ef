package mds2

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	old := newForm(t)
	for i := 1; i <= 12; i++ {
		old.row = i
		old.set(1, fmt.Sprintf("%d-1", i))
		old.set(3, "Yes")
	}
	if _, err := Read(old.bytes()); !errors.Is(err, ErrOldForm) {
		t.Errorf("the form of 2013: %v", err)
	}
	other := newForm(t)
	other.row = 1
	other.set(1, "Name")
	for name, c := range map[string]struct {
		in   []byte
		says string
	}{
		"another workbook": {other.bytes(), "no MDS2 form"},
		"a PDF":            {[]byte("%PDF-1.7 …"), "ask the maker for the spreadsheet"},
		"an old Excel":     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "save it as .xlsx"},
		"half a workbook":  {newForm(t).bytes()[:900], "no workbook"},
		"binary":           {[]byte("TXCF-1,\x00"), "neither"},
		"a few questions":  {[]byte("TXCF-1,a,No\nTXCF-2,b,Yes\n"), "only 2 questions"},
		"nothing":          {nil, "no MDS2 form"},
		"too large":        {make([]byte, MaxBytes+1), "over the limit"},
		"a bomb":           {zipped(t, "xl/worksheets/sheet1.xml", 30<<20), "unpack to more than"},
		"a steep part":     {zipped(t, "xl/sharedStrings.xml", 10<<20), "times its size"},
		"many parts":       {manyParts(t), "parts, over the limit"},
	} {
		if _, err := Read(c.in); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %q", name, err, c.says)
		}
	}
}

func zipped(t *testing.T, name string, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(make([]byte, size))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func manyParts(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range maxParts + 1 {
		if _, err := z.Create(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDates(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-20": "2026-03-20", "30-Jun-2025": "2025-06-30", "June 30, 2025": "2025-06-30", "30.06.2025": "2025-06-30", "45838": "2025-06-30",
		"06/30/2025": "2025-06-30", "30/06/2025": "2025-06-30", "05/05/2025": "2025-05-05", "06-30-25": "2025-06-30",
		"03/04/2026": "", "Rev B": "", "2025": "", "13/13/2025": "",
	} {
		got := ""
		if d, ok := date(in); ok {
			got = d.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	t := &testing.T{}
	x := newForm(t)
	x.head("Example Imaging", "CT Gateway")
	x.body()
	if b, err := x.f.WriteToBuffer(); err == nil {
		f.Add(b.Bytes())
	}
	f.Add([]byte("DOC-1,Maker,E\nTXCF-1,x,No\nTXCF-2,\"x\ny\",Yes,Note 1\n\n1-1;a;b\nNote 1: text"))
	f.Add([]byte("TXCF-1\tx\tYes (only)\n\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(b)
		if err != nil {
			return
		}
		for i, a := range got.Answers {
			if q, ok := Question(a.Question); !ok || q != a.Question || a.Value == "" || len(a.Value) > maxAnswer || len(a.Note) > maxNote {
				t.Fatalf("answer %+v", a)
			}
			if i > 0 && Compare(got.Answers[i-1].Question, a.Question) >= 0 {
				t.Fatalf("%s after %s", a.Question, got.Answers[i-1].Question)
			}
		}
	})
}

// A cell in the last corner of a sheet is no reason to fill the sheet.
func TestFarCorner(t *testing.T) { // alone: it measures what is allocated
	x := newForm(t)
	x.head("Example Imaging", "CT Gateway")
	x.body()
	for _, cell := range []string{"XFD1048576", "XFD1", "A1048575"} {
		if err := x.f.SetCellValue(x.s, cell, "x"); err != nil {
			t.Fatal(err)
		}
	}
	b := x.bytes()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := Read(b)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, told(got)); diff != "" {
		t.Error(diff)
	}
	if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 512 {
		t.Errorf("%d MB were allocated for a form of %d bytes", n, len(b))
	}
}
