package dicom

import (
	"strings"
	"testing"
)

// FuzzDecoder feeds any stream in two different ways of cutting it and with a
// gap, and asks for the same events and bounded memory.
func FuzzDecoder(f *testing.F) {
	store := Command{Field: CStoreRQ, MessageID: 1, AffectedSOPClass: CTImageStorage, DataSet: true}
	for i, s := range []Syntax{{}, {Implicit: true}, {Encapsulated: true}} {
		stream := AppendMessage(nil, uint32(40+100*i), 3, &store, object(s, 60))
		f.Add(AppendReleaseRQ(stream), uint16(i), uint16(300*i))
	}
	f.Add(fullRequest().Append(nil), uint16(3), uint16(0))
	f.Add(fullAcceptance().Append(nil), uint16(100), uint16(40))
	f.Add(Abort{Source: AbortedByProvider}.Append(Reject{Result: 1, Source: 1}.Append(nil)), uint16(1), uint16(0))
	f.Add([]byte("\x01\x00\x00\x00\x00\xff\xff\x00\x01garbage"), uint16(1), uint16(0))
	cfg := &Config{Want: EveryTag(), Limits: Limits{Value: 16, Associate: 4096, Command: 1024, Depth: 4}}
	f.Fuzz(func(t *testing.T, stream []byte, size, gap uint16) {
		step := func() int { return 1 + int(size) }
		a := decode(cfg, agreed(), stream, whole)
		b := decode(cfg, agreed(), stream, step)
		// A stream that turns out not to be DICOM ends where it does; what a
		// decoder says after that is the same error.
		if a.String() != b.String() {
			t.Fatalf("whole:\n%s\n\nin pieces of %d:\n%s", a, 1+int(size), b)
		}
		d := NewDecoder(cfg, agreed(), Ignore{})
		cut := int(gap) % (len(stream) + 1)
		_ = d.Feed(stream[:cut])
		_ = d.Gap(int64(size))
		_ = d.Feed(stream[cut:])
		if cap(d.body) > 16384 || d.msg != nil && cap(d.msg.set) > 4096 {
			t.Fatalf("holds %d bytes", cap(d.body))
		}
		_ = d.Close()
		_ = Recognise(stream)
	})
}

// FuzzDataSet reads any bytes as a data set in any syntax, whole and byte by byte.
func FuzzDataSet(f *testing.F) {
	for _, s := range syntaxes {
		f.Add(object(s, 40), bit(s.Implicit)|bit(s.BigEndian)<<1)
	}
	f.Add([]byte("\xfe\xff\x00\xe0\xff\xff\xff\xff"), byte(4))
	cfg := &Config{Want: EveryTag(), Limits: Limits{Value: 16, Depth: 4}}
	f.Fuzz(func(t *testing.T, b []byte, how byte) {
		s := Syntax{Implicit: how&1 != 0, BigEndian: how&2 != 0}
		a := strings.Join(read(cfg, s, how&4 != 0, b, whole), "\n")
		if c := strings.Join(read(cfg, s, how&4 != 0, b, single), "\n"); a != c {
			t.Fatalf("whole:\n%s\n\nbyte by byte:\n%s", a, c)
		}
		if strings.Contains(a, "length ") && strings.HasPrefix(a[strings.LastIndexByte(a, '\n')+1:], "length ") {
			t.Fatalf("bytes were not counted: %s", a)
		}
	})
}

// FuzzAssociate asks that what can be read can be written and read again.
func FuzzAssociate(f *testing.F) {
	f.Add(fullRequest().Append(nil)[6:])
	f.Add(fullAcceptance().Append(nil)[6:])
	unversioned := fullRequest().Append(nil)[6:]
	unversioned[1] = 0 // what is written in its place is version 1
	f.Add(unversioned)
	f.Fuzz(func(t *testing.T, body []byte) {
		if a, err := ParseAssociateRQ(body, Limits{}); err == nil {
			b := a.Append(nil)
			again, err := ParseAssociateRQ(b[6:], Limits{Items: 1 << 20})
			if err != nil && len(b) < 1<<15 || err == nil && dump(again) != dump(a) && plain(a.Version, a.ApplicationContext, a.User) && len(b) < 1<<15 {
				t.Fatalf("%v\n%s\n%s", err, dump(a), dump(again))
			}
		}
		if a, err := ParseAssociateAC(body, Limits{}); err == nil {
			b := a.Append(nil)
			again, err := ParseAssociateAC(b[6:], Limits{Items: 1 << 20})
			if err != nil && len(b) < 1<<15 || err == nil && len(again.Contexts) != len(a.Contexts) && len(b) < 1<<15 {
				t.Fatalf("%v\n%s\n%s", err, dump(a), dump(again))
			}
		}
	})
}

// plain reports whether an association comes out as it went in: it does not when
// defaults are filled in, or sub-items kept as they were come in another order.
func plain(version uint16, application string, u UserInformation) bool {
	return version != 0 && application != "" && len(u.Other) == 0
}

// FuzzCommand asks that what can be read can be written and read again.
func FuzzCommand(f *testing.F) {
	for _, c := range commands() {
		f.Add(c.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCommand(b)
		if err != nil {
			return
		}
		once := c.Append(nil)
		again, err := ParseCommand(once)
		c.present = again.present // mandatory elements that were missing have been added
		if err != nil || dump(&again) != dump(&c) {
			t.Fatalf("%v\n%s\n%s", err, dump(&c), dump(&again))
		}
	})
}
