package oncrpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// words puts numbers and strings into XDR.
func words(list ...any) (p []byte) {
	for _, w := range list {
		switch w := w.(type) {
		case int:
			p = binary.BigEndian.AppendUint32(p, uint32(w))
		case string:
			p = AppendOpaque(p, []byte(w))
		}
	}
	return p
}

const handle = "0123456789abcdef"

// A pump mounts the share of its maker's server and loads firmware by each
// version of NFS, then writes its log.
var calls = []struct {
	call Call
	want Access
	nfs  bool
}{
	{Call{XID: 1, Program: Portmapper, Version: 2, Procedure: 3}, Access{}, false},
	{Call{XID: 2, Program: Mount, Version: 3, Procedure: 1, Flavor: AuthSys, Machine: "pump7", Arguments: words("/firmware")}, Access{}, false},
	{Call{XID: 3, Program: NFS, Version: 3, Flavor: AuthSys, Machine: "pump7"}, Access{}, true},
	{Call{XID: 4, Program: NFS, Version: 3, Procedure: 3, Flavor: AuthSys, Machine: "pump7", Arguments: words(handle, "fw-4.2.bin")}, Access{Name: "fw-4.2.bin"}, true},
	{Call{XID: 5, Program: NFS, Version: 3, Procedure: 6, Flavor: AuthSys, Machine: "pump7", Arguments: words(handle, 0, 0, 4096)}, Access{Read: true}, true},
	{Call{XID: 6, Program: NFS, Version: 3, Procedure: 7, Flavor: AuthSys, Machine: "pump7", Arguments: words(handle, 0, 0, 4, 2, "abcd")}, Access{Write: true}, true},
	{Call{XID: 7, Program: NFS, Version: 2, Procedure: 4, Arguments: append([]byte(handle+handle), words("fw.img")...)}, Access{Name: "fw.img"}, true},
	{Call{XID: 8, Program: NFS, Version: 2, Procedure: 6, Arguments: append([]byte(handle+handle), words(0, 4096, 4096)...)}, Access{Read: true}, true},
	{Call{XID: 9, Program: NFS, Version: 4, Procedure: 1, Flavor: AuthSys, Machine: "pump7",
		Arguments: words("tag", 0, 4, 24, opLookup, "firmware", opGetAttributes, 2, 0x18, 0x30, opLookup, "fw-5.swu")}, Access{Name: "fw-5.swu"}, true},
	{Call{XID: 10, Program: NFS, Version: 4, Procedure: 1, Flavor: AuthSys, Machine: "pump7",
		Arguments: words("", 0, 2, opPutHandle, handle, opOpen, 0, 1, 0, 0, 0, "owner", 0, 0, "fw-6.swu")}, Access{Name: "fw-6.swu"}, true},
	{Call{XID: 11, Program: NFS, Version: 4, Procedure: 1, Flavor: AuthSys, Machine: "pump7",
		Arguments: words("", 0, 2, opPutHandle, handle, opRead, 0, 1, 2, 3, 0, 0, 4096)}, Access{Read: true}, true},
	{Call{XID: 12, Program: NFS, Version: 4, Procedure: 1, Flavor: AuthSys, Machine: "pump7",
		Arguments: words("", 0, 2, opPutHandle, handle, opWrite, 0, 1, 2, 3, 0, 0, 0, "log")}, Access{Write: true}, true},
}

func TestRoundTrip(t *testing.T) {
	for _, c := range calls {
		p := c.call.Append(nil)
		if m := Recognise(p); m != format.Yes {
			t.Errorf("call %d: Recognise = %v", c.call.XID, m)
		}
		got, err := Parse(p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.call, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if a, ok := got.NFS(); a != c.want || ok != c.nfs {
			t.Errorf("call %d: %+v, %v; want %+v, %v", c.call.XID, a, ok, c.want, c.nfs)
		}
	}
}

// Arguments that end early or lie tell as much as is there, and no more.
func TestOddArguments(t *testing.T) {
	for _, c := range []struct {
		version, procedure uint32
		arguments          []byte
		want               Access
	}{
		{3, 3, nil, Access{}},
		{3, 3, words(handle), Access{}},
		{3, 3, words(handle, 256), Access{}},
		{3, 3, words(1 << 30), Access{}},
		{2, 4, []byte("short"), Access{}},
		{4, 1, nil, Access{}},
		{4, 1, words("", 0), Access{}},
		{4, 1, words("", 0, 1<<30, 9, 1<<31), Access{}},
		{4, 1, words("", 0, 2, opOpen, 0, 3, 0, 0, 0, "owner", 1, 0, "new"), Access{Write: true}},
		{4, 1, words("", 0, 2, opOpen, 0, 1, 0, 0, 0), Access{}},
		{4, 1, words("", 0, 2, 99, opRead), Access{}},
		{4, 0, nil, Access{}},
	} {
		call := Call{Program: NFS, Version: c.version, Procedure: c.procedure, Arguments: c.arguments}
		if a, ok := call.NFS(); a != c.want || !ok {
			t.Errorf("version %d, %x: %+v, %v; want %+v", c.version, c.arguments, a, ok, c.want)
		}
	}
	if _, ok := (&Call{Program: NFS, Version: 9}).NFS(); ok {
		t.Error("version 9 is unknown")
	}
}

func TestBroken(t *testing.T) {
	good := calls[3].call.Append(nil)
	for _, c := range []struct {
		name string
		p    []byte
		want error
	}{
		{"short", good[:20], format.ErrTruncated},
		{"a reply", words(1, 1, 0, 0, 0, 0), format.ErrMalformed},
		{"version 3", words(1, 0, 3, NFS, 3, 0, 0, 0, 0, 0), format.ErrMalformed},
		{"credential cut", good[:30], format.ErrTruncated},
		{"credential over its limit", words(1, 0, 2, NFS, 3, 0, 1, 401), format.ErrLimit},
		{"no verifier", words(1, 0, 2, NFS, 3, 0, 0, 0), format.ErrTruncated},
		{"verifier cut", words(1, 0, 2, NFS, 3, 0, 0, 0, 0, 8), format.ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse(c.p); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		name string
		p    []byte
		want format.Match
	}{
		{"nothing", nil, format.No},
		{"an accepted reply", words(1, 1, 0, 0, 0, 0), format.Likely},
		{"a reply of an unknown kind", words(1, 1, 7, 0, 0, 0), format.No},
		{"a call of a small program", words(1, 0, 2, 5, 3, 0, 0, 0, 0, 0), format.No},
		{"zeros", make([]byte, 48), format.No},
		{"text", []byte("GET / HTTP/1.1\r\nHost: example\r\n\r\n"), format.No},
	} {
		if m := Recognise(c.p); m != c.want {
			t.Errorf("%s: %v, want %v", c.name, m, c.want)
		}
	}
	for _, c := range calls {
		p, last := c.call.AppendTCP(nil), format.More
		for n := range len(p) + 1 {
			m := RecogniseTCP(p[:n])
			if m < last {
				t.Fatalf("call %d: %v after %d bytes, %v before", c.call.XID, m, n, last)
			}
			last = m
		}
		if last != format.Yes {
			t.Errorf("call %d: %v", c.call.XID, last)
		}
	}
	for _, p := range []string{"GET / HTTP/1.1\r\nHost: x", "\x80\x00\x00\x04aaaabbbbccccdddd", "\x80\x00\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x09"} {
		if m := RecogniseTCP([]byte(p)); m != format.No {
			t.Errorf("%q: %v", p, m)
		}
	}
}

// stream is all calls over one connection, the first in three fragments.
func stream() []byte {
	first := calls[0].call.Append(nil)
	p := append(words(16), first[:16]...)
	p = append(append(p, words(len(first)-16)...), first[16:]...)
	p = append(p, 0x80, 0, 0, 0)
	for _, c := range calls[1:] {
		p = c.call.AppendTCP(p)
	}
	return p
}

func describe(lines *[]string) func(Call) {
	return func(c Call) {
		a, _ := c.NFS()
		*lines = append(*lines, fmt.Sprintf("%d %d %d %d %s %+v %d", c.XID, c.Program, c.Version, c.Procedure, c.Machine, a, len(c.Arguments)))
	}
}

func TestSplitInvariance(t *testing.T) {
	for _, limit := range []int{0, 64} {
		var want []string
		d := NewDecoder(Limits{MaxHead: limit}, describe(&want))
		wantErr := d.Feed(stream())
		if limit == 0 && (wantErr != nil || len(want) != len(calls)) {
			t.Fatalf("%d calls, %v", len(want), wantErr)
		}
		for _, size := range []int{1, 2, 3, 7, 50} {
			var got []string
			d := NewDecoder(Limits{MaxHead: limit}, describe(&got))
			chunk := make([]byte, size)
			var err error
			for p := stream(); len(p) > 0; {
				n := copy(chunk, p)
				err = errors.Join(err, d.Feed(chunk[:n]))
				clear(chunk)
				p = p[n:]
			}
			if err = errors.Join(err, d.Close()); (err == nil) != (wantErr == nil) {
				t.Errorf("in chunks of %d: %v, want %v", size, err, wantErr)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("in chunks of %d: %s", size, diff)
			}
		}
	}
}

func TestGapAndClose(t *testing.T) {
	first, second := calls[5].call.AppendTCP(nil), calls[3].call.AppendTCP(nil)
	for _, c := range []struct {
		name   string
		before int
		lost   int64
		fails  bool
		calls  int
	}{
		{"in a call's head", 20, 10, false, 1},
		{"to the end of a call", 20, int64(len(first)) - 20, false, 1},
		{"nothing", 20, 0, false, 2},
		{"past a call", 20, int64(len(first)), true, 0},
		{"in a mark", 2, 1, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			d := NewDecoder(Limits{}, describe(&got))
			if err := d.Feed(first[:c.before]); err != nil {
				t.Fatal(err)
			}
			if err := d.Gap(c.lost); (err != nil) != c.fails {
				t.Fatal(err)
			} else if err != nil {
				return
			}
			err := errors.Join(d.Feed(first[c.before+int(c.lost):]), d.Feed(second), d.Close())
			if err != nil || len(got) != c.calls {
				t.Errorf("%v, %q", err, got)
			}
		})
	}
	d := NewDecoder(Limits{}, func(Call) {})
	if err := errors.Join(d.Feed(first[:9]), d.Close()); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("closed inside a call: %v", err)
	}
	if err := d.Feed(words(0)); err != nil {
		t.Errorf("an empty fragment: %v", err)
	}
}

// tshark reads the same programs, procedures, names and machines.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	v := c.TCP("10.20.0.7:900", "10.20.0.9:2049")
	for _, x := range calls[2:8] {
		v.Client(x.call.AppendTCP(nil))
		want = append(want, row(&x.call))
	}
	for _, x := range calls {
		if x.call.Program == NFS && x.call.Version == 4 {
			continue // tshark 4.0 follows every operation of a compound; ours end early
		}
		c.UDP("10.20.0.7:901", "10.20.0.9:111", x.call.Append(nil))
		want = append(want, row(&x.call))
	}
	got := wire.Tshark(t, c.Path(), "rpc", []string{"rpc.xid", "rpc.program", "rpc.programversion", "rpc.procedure", "rpc.auth.machinename", "nfs.name"}, "-d", "udp.port==111,rpc")
	for _, row := range got { // the version stands in its summary and in the call
		row[2], _, _ = strings.Cut(row[2], "|")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func row(c *Call) []string {
	a, _ := c.NFS()
	return []string{fmt.Sprintf("0x%08x", c.XID), fmt.Sprint(c.Program), fmt.Sprint(c.Version), fmt.Sprint(c.Procedure), c.Machine, a.Name}
}

func FuzzParse(f *testing.F) {
	for _, c := range calls {
		f.Add(c.call.Append(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		Recognise(p)
		RecogniseTCP(p)
		c, err := Parse(p)
		if a, _ := c.NFS(); len(a.Name) > maxName {
			t.Errorf("a name of %d bytes", len(a.Name))
		}
		if err != nil || strings.ContainsRune(c.Machine, 0) {
			return
		}
		again, err := Parse(c.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, again, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzDecoder(f *testing.F) {
	f.Add(stream(), uint8(0))
	f.Fuzz(func(t *testing.T, p []byte, size uint8) {
		var whole, parts []string
		a, b := NewDecoder(Limits{MaxHead: 100}, describe(&whole)), NewDecoder(Limits{MaxHead: 100}, describe(&parts))
		aErr := errors.Join(a.Feed(p), a.Close())
		var bErr error
		for q := p; len(q) > 0; {
			n := min(len(q), int(size)+1)
			bErr = errors.Join(bErr, b.Feed(q[:n:n]))
			if q = q[n:]; len(b.held) > 100 {
				t.Fatalf("%d bytes held", len(b.held))
			}
		}
		if bErr = errors.Join(bErr, b.Close()); (aErr == nil) != (bErr == nil) {
			t.Errorf("whole: %v, in parts: %v", aErr, bErr)
		}
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Error(diff)
		}
	})
}
