package dicom

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wardround/wardround/format"
)

// syntaxes are the ways a data set can be written that the reader looks into.
var syntaxes = map[string]Syntax{
	"implicit":     {Implicit: true},
	"explicit":     {},
	"big endian":   {BigEndian: true},
	"encapsulated": {Encapsulated: true},
}

// object is a stored object in syntax s: what identifies the equipment, a
// person, nested sequences of both lengths, private elements, and n bytes of pixels.
func object(s Syntax, n int) []byte {
	b := AppendText(nil, s, SpecificCharacterSet, CS, "ISO_IR 100")
	b = AppendText(b, s, SOPClassUID, UI, CTImageStorage)
	b = AppendText(b, s, AccessionNumber, SH, "A-77")
	b = AppendText(b, s, Modality, CS, "CT")
	b = AppendText(b, s, Manufacturer, LO, "Rontgen & Sohne")
	b = AppendText(b, s, StationName, SH, "CT3")
	purpose := AppendText(nil, s, 0x00080104, LO, "scanned")
	code := AppendSequence(nil, s, 0x0040A043, true, purpose, nil)
	b = AppendSequence(b, s, 0x00081110, true, AppendText(nil, s, 0x00081155, UI, "1.2.3"), code)
	b = AppendText(b, s, 0x00091010, UN, "private")
	b = AppendText(b, s, PatientName, PN, "Doe^Jane")
	b = AppendText(b, s, PatientID, LO, "4711")
	other := AppendText(nil, s, PatientID, LO, "0815")
	b = AppendSequence(b, s, 0x00101002, false, other, other)
	b = AppendText(b, s, DeviceSerialNumber, LO, "SN-1")
	b = AppendText(b, s, SoftwareVersions, LO, "VA 20", "R 1")
	b = AppendUint16(b, s, 0x00280010, US, 512)
	if s.Encapsulated {
		return AppendFragments(b, s, PixelData, make([]byte, n/2), make([]byte, n/2+1))
	}
	return AppendElement(b, s, PixelData, OW, make([]byte, n))
}

// read gives the wanted elements of a data set fed in pieces, a line each.
func read(cfg *Config, s Syntax, guess bool, b []byte, next func() int) []string {
	var lines []string
	r := NewDataSetReader(cfg, func(e *Element) { lines = append(lines, elementLine(e)) })
	r.Begin(s, guess)
	for rest := b; len(rest) > 0; {
		k := min(next(), len(rest))
		r.Feed(bytes.Clone(rest[:k]))
		rest = rest[k:]
	}
	if err := r.End(); err != nil {
		lines = append(lines, err.Error())
	}
	if r.Len() != int64(len(b)) {
		lines = append(lines, fmt.Sprintf("length %d", r.Len()))
	}
	return lines
}

func TestWantedElementsAreFoundInEverySyntax(t *testing.T) {
	cfg := &Config{Want: NewTagSet(SoftwareVersions, Manufacturer, PatientID, 0x00081155, 0x00080104, 0x00280010)}
	for name, s := range syntaxes {
		var got []string
		r := NewDataSetReader(cfg, func(e *Element) {
			value := string(e.Bytes())
			if n, ok := e.Uint16(); e.VR == US && ok {
				value = fmt.Sprint(n)
			}
			got = append(got, fmt.Sprintf("%v%s=%s", e.Path, e.Tag.Keyword(), value))
		})
		r.Begin(s, false)
		r.Feed(object(s, 1000))
		if err := r.End(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := []string{
			"[]Manufacturer=Rontgen & Sohne",
			"[(0008,1110)]ReferencedSOPInstanceUID=1.2.3",
			"[(0008,1110) (0040,a043)]CodeMeaning=scanned",
			"[]PatientID=4711",
			"[(0010,1002)]PatientID=0815",
			"[(0010,1002)]PatientID=0815",
			`[]SoftwareVersions=VA 20\R 1`,
			"[]Rows=512",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestAnySplitOfADataSetGivesTheSameElements(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, s := range syntaxes {
		for _, limits := range []Limits{{}, {Value: 4}} {
			cfg := &Config{Want: EveryTag(), Limits: limits}
			b := object(s, 300)
			want := strings.Join(read(cfg, s, false, b, whole), "\n")
			if strings.Contains(want, "dicom:") {
				t.Fatalf("%s: %s", name, want)
			}
			for range 20 {
				got := strings.Join(read(cfg, s, false, b, func() int { return 1 + rng.IntN(20) }), "\n")
				if got != want {
					t.Fatalf("%s in pieces:\n%s\nwhole:\n%s", name, got, want)
				}
			}
			if got := strings.Join(read(cfg, s, false, b, single), "\n"); got != want {
				t.Fatalf("%s byte by byte:\n%s\nwhole:\n%s", name, got, want)
			}
		}
	}
}

func TestSyntaxIsGuessedWhenNotAgreed(t *testing.T) {
	cfg := &Config{Want: NewTagSet(PatientID)}
	for name, s := range syntaxes {
		for _, n := range []int{0, 11} {
			got := read(cfg, Syntax{Implicit: true}, true, object(s, n), whole)
			if len(got) != 1 || !strings.Contains(got[0], "4711") {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	// Implicit was agreed on, explicit was sent, and the other way round.
	for _, agreed := range []Syntax{{}, {Implicit: true}} {
		got := read(cfg, agreed, false, object(Syntax{Implicit: !agreed.Implicit}, 8), single)
		if len(got) != 1 || !strings.Contains(got[0], "4711") {
			t.Errorf("agreed on %+v: %q", agreed, got)
		}
	}
	// Group 2000 read in the wrong order would be a plausible 0020.
	film := AppendText(nil, Syntax{}, 0x20000010, IS, "1")
	if got := read(&Config{Want: EveryTag()}, Syntax{}, true, film, whole); len(got) != 1 || !strings.Contains(got[0], "(2000,0010)") {
		t.Errorf("film session: %q", got)
	}
}

func TestOddDataSetsAreRead(t *testing.T) {
	explicit, implicit := Syntax{}, Syntax{Implicit: true}
	tail := AppendText(nil, explicit, DeviceSerialNumber, LO, "SN-1")
	odd := func(v VR, value string) []byte {
		b := explicit.appendHead(nil, Manufacturer, v, uint32(len(value)))
		return append(b, value...)
	}
	patient := AppendText(nil, implicit, PatientID, LO, "0815")
	tests := map[string]struct {
		b    []byte
		want string // value of Manufacturer, or of the only element before the serial number
	}{
		"odd length":          {odd(LO, "Acme!"), "Acme!"},
		"padded with a null":  {odd(LO, "Acme\x00\x00"), "Acme"},
		"padded with spaces":  {odd(LO, "  Acme  "), "Acme"},
		"VR not known":        {odd('Z'<<8|'Z', "Acme"), "Acme"},
		"VR UN":               {odd(UN, "Acme"), "Acme"},
		"implicit in between": {append(AppendText(nil, explicit, Modality, CS, "CT"), AppendText(nil, implicit, Manufacturer, LO, "Acme")...), "Acme"},
		"UN of undefined length holds an implicit sequence": {
			append(explicit.appendHead(nil, 0x00101002, UN, UndefinedLength), AppendSequence(nil, implicit, 0, true, patient)[8:]...), "0815",
		},
		"sequence without item delimiter": {
			append(append(implicit.appendHead(explicit.appendHead(nil, 0x00101002, SQ, UndefinedLength), Item, 0, UndefinedLength),
				AppendText(nil, explicit, PatientID, LO, "0815")...), implicit.appendHead(nil, SequenceDelimitation, 0, 0)...), "0815",
		},
		"delimiters too many": {
			append(odd(LO, "Acme"), implicit.appendHead(implicit.appendHead(nil, ItemDelimitation, 0, 0), SequenceDelimitation, 0, 0)...), "Acme",
		},
		"empty sequences": {
			AppendSequence(AppendSequence(odd(LO, "Acme"), explicit, 0x00081110, false), explicit, 0x00081120, true, nil), "Acme",
		},
		"open items in a sequence with a length": {
			func() []byte {
				item := append(implicit.appendHead(nil, Item, 0, UndefinedLength), AppendText(nil, explicit, PatientID, LO, "0815")...)
				return append(explicit.appendHead(nil, 0x00101002, SQ, uint32(len(item))), item...)
			}(), "0815",
		},
	}
	cfg := &Config{Want: NewTagSet(Manufacturer, PatientID, DeviceSerialNumber)}
	for name, tt := range tests {
		for _, next := range []func() int{whole, single} {
			var got []string
			r := NewDataSetReader(cfg, func(e *Element) { got = append(got, string(e.Bytes())) })
			r.Begin(explicit, false)
			for rest := append(bytes.Clone(tt.b), tail...); len(rest) > 0; {
				k := min(next(), len(rest))
				r.Feed(rest[:k])
				rest = rest[k:]
			}
			if err := r.End(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if len(got) != 2 || got[0] != tt.want || got[1] != "SN-1" {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

func TestHostileDataSets(t *testing.T) {
	explicit := Syntax{}
	deep := []byte{}
	for range 10_000 {
		deep = explicit.appendHead(explicit.appendHead(deep, 0x00081110, SQ, UndefinedLength), Item, 0, UndefinedLength)
	}
	in := func(b []byte) []byte { return append(AppendText(nil, explicit, Modality, CS, "CT"), b...) }
	tests := map[string]struct {
		b    []byte
		want error
	}{
		"ten thousand sequences in sequences": {in(deep), format.ErrLimit},
		"cut in a header":                     {in([]byte{8, 0, 0x70}), format.ErrTruncated},
		"cut in a value":                      {in([]byte("\x08\x00\x70\x00LO\xff\x00Acme")), format.ErrTruncated},
		"cut in a sequence":                   {in(explicit.appendHead(nil, 0x00081110, SQ, UndefinedLength)), format.ErrTruncated},
		"element longer than its item":        {in(AppendSequence(nil, explicit, 0x00081110, false, []byte("\x08\x00\x70\x00LO\xff\x00"))), format.ErrMalformed},
		"item longer than its sequence":       {in([]byte("\x08\x00\x10\x11SQ\x00\x00\x08\x00\x00\x00\xfe\xff\x00\xe0\xff\xff\x00\x00")), format.ErrMalformed},
		"element where an item should be":     {in([]byte("\x08\x00\x10\x11SQ\x00\x00\x08\x00\x00\x00\x08\x00\x70\x00LO\x00\x00")), format.ErrMalformed},
		"item outside a sequence":             {in([]byte("\xfe\xff\x00\xe0\x04\x00\x00\x00")), format.ErrMalformed},
		"fragment of undefined length":        {in([]byte("\x08\x00\x71\x00OB\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff")), format.ErrMalformed},
	}
	for name, tt := range tests {
		for _, next := range []func() int{whole, single} {
			r := NewDataSetReader(&Config{Want: EveryTag()}, func(*Element) {})
			r.Begin(explicit, false)
			for rest := tt.b; len(rest) > 0; {
				k := min(next(), len(rest))
				r.Feed(rest[:k])
				rest = rest[k:]
			}
			if err := r.End(); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
			if r.Len() != int64(len(tt.b)) {
				t.Errorf("%s: length %d of %d", name, r.Len(), len(tt.b))
			}
			if len(r.stack) > 64 {
				t.Errorf("%s: stack of %d", name, len(r.stack))
			}
		}
	}
}

func TestALostPieceCostsOnlyWhatItMust(t *testing.T) {
	s := Syntax{}
	b := AppendText(nil, s, Modality, CS, "CT")
	hole := len(b) + 12 + 100
	b = AppendElement(b, s, 0x00091010, OB, make([]byte, 1000))
	b = AppendText(b, s, PatientID, LO, strings.Repeat("7", 40))
	last := len(b)
	b = AppendText(b, s, DeviceSerialNumber, LO, "SN-1")

	run := func(at, n int) (tags []Tag, r *DataSetReader, err error) {
		r = NewDataSetReader(&Config{Want: EveryTag()}, func(e *Element) {
			if e.Whole || e.Tag == PatientID {
				tags = append(tags, e.Tag)
			}
		})
		r.Begin(s, false)
		r.Feed(b[:at])
		r.Gap(int64(n))
		r.Feed(b[at+n:])
		err = r.End()
		return tags, r, err
	}
	for name, tt := range map[string]struct {
		at, n int
		want  string
	}{
		"in a skipped value":        {hole, 500, "[(0008,0060) (0010,0020) (0018,1000)]"},
		"to the end of a value":     {hole, 900, "[(0008,0060) (0010,0020) (0018,1000)]"},
		"in a wanted value":         {last - 20, 10, "[(0008,0060) (0010,0020) (0018,1000)]"},
		"over the end of a value":   {hole, 901, "[(0008,0060)]"},
		"in a header":               {last + 3, 2, "[(0008,0060) (0010,0020)]"},
		"from a header to a header": {last, 4, "[(0008,0060) (0010,0020)]"},
	} {
		tags, r, err := run(tt.at, tt.n)
		if got := fmt.Sprint(tags); got != tt.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", name, got, err, tt.want)
		}
		if r.Len() != int64(len(b)) || r.Missing() != int64(tt.n) {
			t.Errorf("%s: length %d of %d, missing %d of %d", name, r.Len(), len(b), r.Missing(), tt.n)
		}
	}
}

func TestAGigabyteElementIsNotHeld(t *testing.T) {
	s := Syntax{}
	r := NewDataSetReader(&Config{Want: EveryTag()}, func(*Element) {})
	r.Begin(s, false)
	r.Feed(s.appendHead(nil, 0x00091010, OB, 1<<30))
	piece := make([]byte, 1<<20)
	allocs := testing.AllocsPerRun(1, func() {
		for range 1 << 9 {
			r.Feed(piece)
		}
	})
	if allocs > 2 || cap(r.value) > 1024 {
		t.Errorf("%v allocations, %d bytes held", allocs, cap(r.value))
	}
	if r.End() != nil || r.Len() != 1<<30+12 {
		t.Errorf("length %d", r.Len())
	}
}

// TestADeflatedDataSetIsReadAsItPasses, in pieces of any size, no further than to the
// last wanted element, and with an error where it is no deflate stream.
func TestADeflatedDataSetIsReadAsItPasses(t *testing.T) {
	s := Syntax{}
	b := AppendText(nil, s, Modality, CS, "CT")
	b = AppendSequence(b, s, SharedFunctionalGroups, true, AppendSequence(nil, s, PixelMeasuresSequence, false, AppendText(nil, s, SliceThickness, DS, "0.75")))
	b = AppendElement(b, s, PixelData, OW, make([]byte, 1<<20))
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 3, 1 << 20} {
		r := NewDataSetReader(&Config{Want: NewTagSet(Modality, SliceThickness, PerFrameFunctionalGroups)}, nil)
		var got []string
		r.emit = func(e *Element) { got = append(got, fmt.Sprint(len(e.Path), string(e.Bytes()))) }
		for range 2 { // the second is another data set
			r.Begin(Syntax{Deflated: true}, false)
			for p := z.Bytes(); len(p) > 0; p = p[min(size, len(p)):] {
				r.Feed(p[:min(size, len(p))])
			}
			if err := r.End(); err != nil || r.Len() != int64(z.Len()) {
				t.Errorf("%v, of %d bytes %d were read", err, z.Len(), r.Len())
			}
		}
		if fmt.Sprint(got) != "[0CT 20.75 0CT 20.75]" {
			t.Errorf("in pieces of %d: %q", size, got)
		}
		r.Begin(Syntax{Deflated: true}, false)
		r.Feed([]byte{0xff, 0xff, 0xff, 0xff, 0xff})
		if r.End() == nil {
			t.Error("rubbish is no data set")
		}
		r.Begin(Syntax{Deflated: true}, false)
		r.Feed(z.Bytes()[:8])
		r.Gap(100)
		r.Feed(z.Bytes()[8:])
		if r.Missing() != 100 || r.End() != nil {
			t.Error("bytes that were lost are no error")
		}
	}
}

func TestReadingStopsBehindTheLastWantedTag(t *testing.T) {
	s := Syntax{Implicit: true}
	b := AppendText(nil, s, Modality, CS, "CT")
	b = AppendText(b, s, PatientID, LO, "1")
	b = binary.LittleEndian.AppendUint64(b, 0x7777_7777_0000_7FE1) // never parsed as a header with that length
	if got := read(&Config{Want: NewTagSet(Modality)}, s, false, b, whole); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if got := read(&Config{}, s, false, []byte("rubbish"), whole); len(got) != 0 {
		t.Errorf("nothing wanted: %q", got)
	}
	if got := read(&Config{Want: EveryTag()}, Syntax{Deflated: true}, false, []byte("compressed rubbish"), whole); len(got) != 1 || !strings.Contains(got[0], "malformed") {
		t.Errorf("deflated: %q", got)
	}
}
