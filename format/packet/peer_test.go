package packet_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/internal/testkit"
)

// frames are encoded packets of every kind, tunnels included.
func frames() (out [][]byte) {
	a4, b4 := packet.AddrFrom4(10, 1, 2, 3), packet.AddrFrom4(10, 9, 8, 7)
	a6, b6 := packet.Addr{0x20, 1, 0x0d, 0xb8, 15: 1}, packet.Addr{0x20, 1, 0x0d, 0xb8, 15: 2}
	base := packet.Packet{SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, DstMAC: packet.MAC{2, 0, 0, 0, 0, 2}, TTL: 61, FragID: 4711}
	echo4 := []byte("\x08\x00\x00\x00\x12\x34\x00\x01payload")
	echo6 := []byte("\x80\x00\x00\x00\x12\x34\x00\x01payload!")
	for _, version := range []uint8{4, 6} {
		for _, tags := range []int{0, 1, 2} {
			for _, n := range []int{0, 1, 2, 7, 64, 1399} {
				p := base
				p.IPVersion, p.Src, p.Dst = version, a4, b4
				if version == 6 {
					p.Src, p.Dst = a6, b6
				}
				p.VLANs, p.VLAN = uint8(tags), [2]uint16{100, 200}
				p.SrcPort, p.DstPort = 40000, 9999
				p.Payload = bytes.Repeat([]byte{0xff, byte(n)}, n)[:n]
				p.Protocol = packet.UDP
				out = append(out, p.Append(nil))
				p.Protocol, p.Seq, p.Ack, p.Window = packet.TCP, 0xfffffff0, 12345, 502
				p.TCPFlags = packet.ACK | packet.PSH
				p.TSOK, p.TSVal, p.TSEcr = n%2 == 1, 77, 78
				out = append(out, p.Append(nil))
				p.Payload, p.TCPFlags, p.MSS, p.ScaleOK, p.Scale = nil, packet.SYN, 1460, true, 7
				out = append(out, p.Append(nil))
				p.Protocol, p.Payload = packet.ICMP, echo4
				if version == 6 {
					p.Protocol, p.Payload = packet.ICMPv6, echo6
				}
				out = append(out, p.Append(nil))
			}
		}
	}
	inner := out[1]
	ip := inner[14:]
	outer := base
	outer.IPVersion, outer.Src, outer.Dst = 4, packet.AddrFrom4(172, 16, 0, 1), packet.AddrFrom4(172, 16, 0, 2)
	wrap := func(proto packet.Protocol, payload []byte) {
		p := outer
		p.Protocol, p.Payload, p.SrcPort, p.DstPort = proto, payload, 50000, 4789
		out = append(out, p.Append(nil))
	}
	wrap(packet.UDP, packet.AppendVXLAN(nil, 70000, inner))
	wrap(packet.GRE, packet.AppendGRE(nil, packet.EtherTEB, 5, inner))
	wrap(packet.GRE, packet.AppendGRE(nil, packet.EtherIPv4, 0, ip))
	wrap(packet.IPv4, ip)
	wrap(packet.GRE, append([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 9, 0x10, 1, 0, 0x2a, 0, 0, 0, 0}, inner...))
	return out
}

// last returns the last of tshark's comma-separated values: the innermost header's.
func last(s string) string { return s[strings.LastIndexByte(s, ',')+1:] }

func first(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

func dissect(t *testing.T, file string, fields ...string) (rows [][]string) {
	t.Helper()
	args := []string{"-n", "-r", file, "-T", "fields", "-E", "occurrence=a", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
		"-o", "udp.check_checksum:TRUE", "-o", "tcp.relative_sequence_numbers:FALSE", "-o", "ip.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(testkit.Need(t, "tshark"), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}

// What Append writes, tshark finds whole and with right checksums.
func TestAppendAgainstTshark(t *testing.T) {
	testkit.Need(t, "tshark")
	file := filepath.Join(t.TempDir(), "own.pcap")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcap.NewWriter(f, pcap.Header{Link: packet.Ethernet})
	all := frames()
	for i, b := range all {
		if err := w.Write(int64(i)*1e6, b, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	rows := dissect(t, file, "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status", "_ws.malformed")
	if len(rows) != len(all) {
		t.Fatalf("tshark read %d frames of %d", len(rows), len(all))
	}
	for i, row := range rows {
		sums := strings.Split(strings.Trim(strings.Join(row[:5], ","), ","), ",")
		n := 0
		for _, s := range sums {
			if s == "" {
				continue
			}
			n++
			if s != "1" {
				t.Errorf("frame %d: checksum states %v\n% x", i+1, row, all[i])
				break
			}
		}
		if n == 0 || row[5] != "" {
			t.Errorf("frame %d: %v", i+1, row)
		}
	}
	compare(t, file)
}

// Every header of the shared captures reads as tshark reads it.
func TestDecodeAgainstTshark(t *testing.T) {
	testkit.Need(t, "tshark")
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "captures"), "*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatal("no captures", err)
	}
	for _, file := range files {
		compare(t, file)
	}
}

func compare(t *testing.T, file string) {
	t.Helper()
	fields := []string{"eth.src", "eth.type", "vlan.id", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.ttl", "ipv6.hlim", "ip.proto", "ipv6.nxt",
		"tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "tcp.seq", "tcp.ack", "tcp.flags", "tcp.window_size_value", "tcp.len", "udp.length",
		"tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.options.timestamp.tsval", "vxlan.vni", "gre.key", "erspan.spanid"}
	rows := dissect(t, file, fields...)
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := pcap.NewReader(in, pcap.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for n, row := range rows {
		c, err := r.Next()
		if err != nil {
			t.Fatal(file, err)
		}
		v := map[string]string{}
		for i, name := range fields {
			v[name] = last(row[i])
		}
		var p packet.Packet
		if err := p.Decode(c.Link, c.Data, c.Length); err != nil {
			t.Errorf("%s frame %d: %v", file, n+1, err)
			continue
		}
		check := func(name, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s frame %d: %s is %q, tshark says %q", filepath.Base(file), n+1, name, got, want)
			}
		}
		number := func(name string, got uint64, want string) {
			t.Helper()
			x, err := strconv.ParseUint(want, 0, 64)
			if err != nil || x != got {
				t.Errorf("%s frame %d: %s is %d, tshark says %q", filepath.Base(file), n+1, name, got, want)
			}
		}
		check("source MAC", p.SrcMAC.String(), v["eth.src"])
		if p.IPVersion == 0 {
			continue
		}
		if p.VLANs > 0 {
			number("VLAN", uint64(p.VLAN[p.VLANs-1]), v["vlan.id"])
		}
		check("source", p.Src.String(), first(v["ip.src"], v["ipv6.src"]))
		check("destination", p.Dst.String(), first(v["ip.dst"], v["ipv6.dst"]))
		number("TTL", uint64(p.TTL), first(v["ip.ttl"], v["ipv6.hlim"]))
		number("protocol", uint64(p.Protocol), first(v["ip.proto"], v["ipv6.nxt"]))
		switch p.Protocol {
		case packet.TCP:
			number("source port", uint64(p.SrcPort), v["tcp.srcport"])
			number("destination port", uint64(p.DstPort), v["tcp.dstport"])
			number("sequence number", uint64(p.Seq), v["tcp.seq"])
			number("acknowledgement", uint64(p.Ack), v["tcp.ack"])
			number("flags", uint64(p.TCPFlags), v["tcp.flags"])
			number("window", uint64(p.Window), v["tcp.window_size_value"])
			number("payload", uint64(len(p.Payload)), v["tcp.len"])
			if p.MSS != 0 || v["tcp.options.mss_val"] != "" {
				number("MSS", uint64(p.MSS), v["tcp.options.mss_val"])
			}
			if p.ScaleOK || v["tcp.options.wscale.shift"] != "" {
				number("window scale", uint64(p.Scale), v["tcp.options.wscale.shift"])
			}
			if p.TSOK || v["tcp.options.timestamp.tsval"] != "" {
				number("time stamp", uint64(p.TSVal), v["tcp.options.timestamp.tsval"])
			}
		case packet.UDP:
			number("source port", uint64(p.SrcPort), v["udp.srcport"])
			number("destination port", uint64(p.DstPort), v["udp.dstport"])
			number("length", uint64(len(p.Payload)+8), v["udp.length"])
		}
		switch p.Tunnel {
		case packet.TunnelVXLAN:
			number("network", uint64(p.TunnelID), v["vxlan.vni"])
		case packet.TunnelERSPAN:
			number("session", uint64(p.TunnelID), v["erspan.spanid"])
		case packet.TunnelGRE:
			if p.TunnelID != 0 {
				number("key", uint64(p.TunnelID), v["gre.key"])
			}
		}
	}
	if len(rows) == 0 {
		t.Error(fmt.Errorf("%s: no frames", file))
	}
}
