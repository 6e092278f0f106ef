package wire

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What tshark finds in a capture is what the test put there, with checksums
// that hold and sequence numbers that follow each other.
func TestTsharkReadsTheCapture(t *testing.T) {
	c := New(t)
	c.UDP("10.0.0.1:5000", "10.0.0.2:6000", []byte("one"))
	c.UDP("[fe80::1]:546", "[ff02::1:2]:547", []byte("two"))
	c.TCP("10.0.0.1:40000", "10.0.0.2:9000").
		Client(bytes.Repeat([]byte("x"), 2000)).Server([]byte("ok")).Close()
	check := []string{"-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "--disable-protocol", "dhcpv6"}

	got := Tshark(t, c.Path(), "udp", []string{"udp.dstport", "data"}, check...)
	if diff := cmp.Diff([][]string{{"6000", "6f6e65"}, {"547", "74776f"}}, got); diff != "" {
		t.Error(diff)
	}
	got = Tshark(t, c.Path(), "tcp.len > 0", []string{"tcp.srcport", "tcp.seq", "tcp.len", "tcp.analysis.flags"}, check...)
	want := [][]string{{"40000", "1", "1460", ""}, {"40000", "1461", "540", ""}, {"9000", "1", "2", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if bad := Tshark(t, c.Path(), "tcp.checksum.status == 0 or udp.checksum.status == 0", []string{"frame.number"}, check...); len(bad) != 0 {
		t.Errorf("packets with a wrong checksum: %v", bad)
	}
}
