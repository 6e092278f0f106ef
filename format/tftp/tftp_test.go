package tftp

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// A pump loads its firmware; a second request is refused.
var packets = []struct {
	packet Packet
	match  format.Match
}{
	{Packet{Op: Read, Filename: "pump/fw-4.2.bin", Mode: "octet", Options: []Option{{"tsize", "0"}, {"blksize", "1428"}}}, format.Yes},
	{Packet{Op: Options, Options: []Option{{"tsize", "4096"}, {"blksize", "1428"}}}, format.Likely},
	{Packet{Op: Acknowledge}, format.No},
	{Packet{Op: Data, Block: 1, Data: []byte("firmware")}, format.No},
	{Packet{Op: Acknowledge, Block: 1}, format.No},
	{Packet{Op: Write, Filename: `logs\service`, Mode: "NetASCII"}, format.Yes},
	{Packet{Op: Failure, Code: 2, Text: "Access violation"}, format.Likely},
}

func TestRoundTrip(t *testing.T) {
	for _, c := range packets {
		p := c.packet.Append(nil)
		got, err := Parse(p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.packet, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if m := Recognise(p); m != c.match {
			t.Errorf("%+v: Recognise = %v, want %v", c.packet, m, c.match)
		}
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name, p string
		want    error
	}{
		{"short", "\x00\x01a", format.ErrTruncated},
		{"name without end", "\x00\x01fw.bin", format.ErrTruncated},
		{"mode without end", "\x00\x01fw.bin\x00octet", format.ErrTruncated},
		{"empty name", "\x00\x01\x00octet\x00", format.ErrMalformed},
		{"option without value", "\x00\x06tsize\x00", format.ErrTruncated},
		{"option without end", "\x00\x06tsize\x000", format.ErrTruncated},
		{"error without end", "\x00\x05\x00\x01no", format.ErrTruncated},
		{"unknown operation", "\x00\x07\x00\x00", format.ErrMalformed},
		{"long request", "\x00\x01" + strings.Repeat("a", 600) + "\x00octet\x00", format.ErrLimit},
		{"many options", "\x00\x06" + strings.Repeat("a\x00b\x00", 33), format.ErrLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse([]byte(c.p)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if m := Recognise([]byte(c.p)); m != format.No {
				t.Errorf("Recognise = %v", m)
			}
		})
	}
	for _, p := range []string{"", "\x01\x01a\x00octet\x00", "\x00\x01a\x00binary\x00", "\x00\x01a\x07\x00octet\x00", "\x00\x05\x00\x63x\x00", "\x00\x06color\x00red\x00", "\x00\x06\x00\x00\x00"} {
		if m := Recognise([]byte(p)); m != format.No {
			t.Errorf("Recognise(%q) = %v", p, m)
		}
	}
}

// tshark reads the same files, modes, options and codes.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	for i, x := range packets {
		a, b := "10.20.0.7:40000", "10.20.0.9:69"
		if i > 0 && i < 5 {
			b = "10.20.0.9:50000"
		}
		if i == 1 || i == 3 || i == 6 {
			a, b = b, a
		}
		c.UDP(a, b, x.packet.Append(nil))
		row := []string{fmt.Sprint(uint16(x.packet.Op)), "", "", x.packet.Mode, "", "", "", ""}
		var names, values []string
		for _, o := range x.packet.Options {
			names, values = append(names, o.Name), append(values, o.Value)
		}
		row[4], row[5] = strings.Join(names, "|"), strings.Join(values, "|")
		switch x.packet.Op {
		case Read:
			row[1] = x.packet.Filename
		case Write:
			row[2] = x.packet.Filename
		case Data, Acknowledge:
			row[6] = fmt.Sprint(x.packet.Block)
		case Failure:
			row[7] = fmt.Sprint(x.packet.Code)
		}
		want = append(want, row)
	}
	got := wire.Tshark(t, c.Path(), "tftp", []string{"tftp.opcode", "tftp.source_file", "tftp.destination_file", "tftp.type", "tftp.option.name", "tftp.option.value", "tftp.block", "tftp.error.code"})
	for _, row := range got { // it repeats the request's file on every packet of its transfer
		if row[0] != "1" && row[0] != "2" {
			row[1], row[2] = "", ""
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range packets {
		f.Add(c.packet.Append(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		Recognise(p)
		x, err := Parse(p)
		if err != nil {
			return
		}
		again, err := Parse(x.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(x, again, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
