package network

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/oncrpc"
	"github.com/wardround/wardround/format/tftp"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
)

// A pump loads firmware by TFTP from a server at an odd port, and by NFS.
func TestTFTP(t *testing.T) {
	c := wire.New(t)
	read := tftp.Packet{Op: tftp.Read, Filename: "kanarienvogel/fw-4.2.BIN", Mode: "Octet", Options: []tftp.Option{{Name: "kanarienvogel", Value: "kanarienvogel"}}}
	write := tftp.Packet{Op: tftp.Write, Filename: "kanarienvogel.anna", Mode: "octet"}
	c.UDP("10.20.1.7:40000", "10.20.9.9:6969", read.Append(nil))
	c.UDP("10.20.9.9:50000", "10.20.1.7:40000", (&tftp.Packet{Op: tftp.Data, Block: 1, Data: []byte("kanarienvogel")}).Append(nil))
	c.UDP("10.20.1.7:40001", "10.20.9.9:69", write.Append(nil))
	c.UDP("10.20.9.9:69", "10.20.1.7:40001", (&tftp.Packet{Op: tftp.Failure, Code: 2, Text: "kanarienvogel"}).Append(nil))
	all := watch(t, c)
	want := []any{&kind.TFTPRequestV1{File: true, Extension: "bin", Mode: "octet"}, &kind.TFTPRequestV1{Write: true, File: true, Extension: "other", Mode: "octet"}}
	if diff := cmp.Diff(want, fields(all["tftp.request"])); diff != "" {
		t.Error(diff)
	}
	for _, list := range all {
		nothingOf(t, list, "kanarien", "anna", "fw-4")
	}
}

func nfsCall(version, procedure uint32, name string) *oncrpc.Call {
	c := &oncrpc.Call{XID: 1, Program: oncrpc.NFS, Version: version, Procedure: procedure, Flavor: oncrpc.AuthSys, Machine: "kanarienvogel"}
	c.Arguments = oncrpc.AppendOpaque(nil, []byte("handle"))
	if name != "" {
		c.Arguments = oncrpc.AppendOpaque(c.Arguments, []byte(name))
	}
	return c
}

func TestNFS(t *testing.T) {
	const lookup, read, write = 3, 6, 7
	var stream []byte
	for _, c := range []*oncrpc.Call{nfsCall(3, 0, ""), nfsCall(3, lookup, "kanarienvogel.swu"), nfsCall(3, read, ""), nfsCall(3, read, ""), nfsCall(3, lookup, "kanarienvogel"),
		nfsCall(3, lookup, "x.kanarien"), nfsCall(3, write, "")} {
		stream = c.AppendTCP(stream)
	}
	want := []any{
		&kind.NFSAccessV1{Version: 3, Act: "look-up", File: true, Extension: "swu", Flavor: "sys"},
		&kind.NFSAccessV1{Version: 3, Act: "read", Flavor: "sys"},
		&kind.NFSAccessV1{Version: 3, Act: "look-up", File: true, Flavor: "sys"},
		&kind.NFSAccessV1{Version: 3, Act: "look-up", File: true, Extension: "other", Flavor: "sys"},
		&kind.NFSAccessV1{Version: 3, Act: "write", Flavor: "sys"},
	}
	got := conversation(t, "nfs", said{ToServer, string(stream)}, said{ToClient, "anything"})
	if diff := cmp.Diff(want, fields(got)); diff != "" {
		t.Error(diff)
	}
	nothingOf(t, got, "kanarien")

	// Over UDP, on any port, once.
	c := wire.New(t)
	for range 3 {
		c.UDP("10.20.1.7:900", "10.20.9.9:4711", nfsCall(3, read, "").Append(nil))
	}
	if diff := cmp.Diff(want[1:2], fields(watch(t, c)["nfs.access"])); diff != "" {
		t.Error(diff)
	}
	mount := &oncrpc.Call{Program: oncrpc.Mount, Version: 3, Procedure: 1}
	if _, took := datagram(t, "nfs", between(nurse, served), mount.Append(nil)); took {
		t.Error("took a call of another program")
	}
	p := protocol(t, "nfs")
	for _, x := range []struct {
		p    []byte
		want format.Match
	}{{stream[:9], format.More}, {stream, format.Yes}, {mount.AppendTCP(nil), format.No}, {[]byte("GET / HTTP/1.1\r\nHost:"), format.No}} {
		if m := p.Recognise(x.p, nil); m != x.want {
			t.Errorf("%.20q: %v, want %v", x.p, m, x.want)
		}
	}
}

func TestNFSFlavors(t *testing.T) {
	for flavor, want := range map[oncrpc.Flavor]string{oncrpc.AuthNone: "none", oncrpc.AuthSys: "sys", oncrpc.AuthGSS: "gss", 99: "other"} {
		c := nfsCall(3, 6, "")
		c.Flavor = flavor
		for v := range nfsActs(c) {
			if v.Flavor != want {
				t.Errorf("flavor %d is %q", flavor, v.Flavor)
			}
			if l, _ := v.Link(nil); (l.Authenticated == wardround.Yes) != (want == "gss") {
				t.Errorf("flavor %s: %+v", want, l)
			}
		}
	}
	flow := between(nurse, served)
	c := NewTestConn("nfs", &flow, nil)
	s := c.proto.Open(c)
	if err := s.Gap(ToServer, 10, 1); err == nil {
		t.Error("a loss between calls is no error")
	}
	if err := s.Gap(ToClient, 10, 1); err != nil {
		t.Error(err)
	}
	if err := s.Data(ToServer, binary.BigEndian.AppendUint32(nil, 1<<31|40), 1); err != nil {
		t.Fatal(err)
	}
	s.Close(2)
	if c.sensor.stats.ParseFailures != 1 {
		t.Errorf("%d failures of a call that ends early", c.sensor.stats.ParseFailures)
	}
}
