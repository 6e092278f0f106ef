package filter

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/internal/testkit"
)

// expressions of the language, each with every kind of packet below.
var expressions = []string{
	"", "ip", "ip6", "arp", "rarp", "tcp", "udp", "icmp", "icmp6", "sctp",
	"host 10.0.0.1", "src host 10.0.0.1", "dst host 10.0.0.1", "src and dst host 10.0.0.1", "src or dst host 10.0.0.1",
	"src 10.0.0.1", "src or dst 10.0.0.1", "ip host 10.0.0.2", "arp host 10.0.0.1", "arp dst host 10.0.0.2", "rarp host 10.0.0.1",
	"host fd00::1", "ip6 host fd00::2", "src host fd00::1", "host 10.0",
	"net 10.0.0.0/8", "net 10", "net 10.0", "src net 10.0.1.0/24", "net 10.0.0.0/31", "net 0.0.0.0/0", "net fd00::/16", "dst net fd00::2/127", "net ::/0",
	"port 104", "src port 104", "dst port 104", "src and dst port 104", "tcp port 104", "udp port 104", "sctp port 104", "tcp dst port 104",
	"portrange 100-110", "tcp src portrange 50000-60000", "portrange 110-100", "port 104 or 2575", "port 104 and 50000", "not port 104 and 2575",
	"tcp port (104 or 2575)", "host (10.0.0.1 or 10.0.0.3)", "port 0x68",
	"proto 6", "ip proto 17", "ip6 proto 6", `proto \tcp`, `ip proto \udp`, "ip proto 47", "ether proto 0x88cc", "ether proto 0x0806", `ether proto \ip`,
	"ether host 02:00:00:00:00:01", "ether src 02:00:00:00:00:01", "ether dst host 02:00:00:00:00:02", "ether src host 02-00-00-00-00-01",
	"vlan", "vlan 5", "vlan 5 and tcp", "vlan and vlan", "vlan 5 and vlan 6 and udp port 104", "not vlan", "vlan and host 10.0.0.1", "tcp or vlan and tcp",
	"not tcp", "!tcp && !udp", "not (tcp or udp)", "not not tcp", "tcp or udp and port 104", "udp and port 104 or tcp",
	"tcp and not (host 10.0.0.1 or host 10.0.0.3) or arp", "host 10.0.0.1 or 10.0.0.3", "host 10.0.0.1 and not 10.0.0.2", "tcp port 104 or udp port 2575 or icmp6",
}

// zoo has a frame of every kind the language can tell apart.
func zoo() (frames [][]byte) {
	a, b, c := packet.AddrFrom4(10, 0, 0, 1), packet.AddrFrom4(10, 0, 0, 2), packet.AddrFrom4(10, 0, 1, 3)
	six := func(n byte) packet.Addr { return packet.Addr{0: 0xfd, 15: n} }
	for _, tags := range [][]uint16{nil, {5}, {6}, {5, 6}} {
		base := packet.Packet{SrcMAC: packet.MAC{2, 5: 1}, DstMAC: packet.MAC{2, 5: 2}, VLANs: uint8(len(tags))}
		copy(base.VLAN[:], tags)
		add := func(p packet.Packet) { frames = append(frames, p.Append(nil)) }
		for _, proto := range []packet.Protocol{packet.TCP, packet.UDP, packet.SCTP, packet.ICMP, packet.ICMPv6, packet.GRE} {
			for _, ends := range [][2]packet.Addr{{a, b}, {b, a}, {a, a}, {c, a}, {six(1), six(2)}, {six(2), six(3)}} {
				for _, ports := range [][2]uint16{{50000, 104}, {104, 50000}, {104, 104}, {50001, 2575}, {2575, 9}} {
					p := base
					p.IPVersion, p.Protocol, p.Src, p.Dst = 4, proto, ends[0], ends[1]
					if !ends[0].Is4() {
						p.IPVersion = 6
					}
					p.SrcPort, p.DstPort = ports[0], ports[1]
					p.Payload = []byte("payload")
					if proto == packet.SCTP {
						p.Payload = []byte{byte(ports[0] >> 8), byte(ports[0]), byte(ports[1] >> 8), byte(ports[1]), 0, 0, 0, 0}
					}
					add(p)
				}
				f := base
				f.IPVersion, f.Protocol, f.Src, f.Dst, f.Fragment = 4, proto, ends[0], ends[1], true
				if !ends[0].Is4() {
					f.IPVersion = 6
				}
				f.Payload = []byte{0xc3, 0x50, 0, 104, 0, 20, 0, 0}
				f.MoreFragments = true
				add(f)
				f.FragOffset, f.MoreFragments = 8, false
				add(f)
			}
		}
		for _, kind := range []packet.EtherType{packet.EtherARP, 0x8035} {
			p := base
			p.EtherType, p.Payload = kind, make([]byte, 28)
			copy(p.Payload[14:], a[12:])
			copy(p.Payload[24:], b[12:])
			add(p)
		}
		p := base
		p.EtherType, p.Payload = packet.EtherLLDP, []byte("neighbour")
		add(p)
		options := packet.Packet{IPVersion: 4, Protocol: packet.TCP, Src: a, Dst: b, SrcPort: 50000, DstPort: 104}
		ip := options.AppendIP(nil)
		ip = append(append(append([]byte{}, ip[:20]...), 1, 1, 1, 0), ip[20:]...) // four bytes of options
		ip[0], ip[3] = 0x46, byte(len(ip))
		p.EtherType, p.Payload = packet.EtherIPv4, ip
		add(p)
	}
	for _, n := range []int{0, 10, 13, 14, 20, 24, 33, 36} {
		frames = append(frames, frames[0][:n])
	}
	return frames
}

func write(t *testing.T, link packet.LinkType, frames [][]byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "in.pcap")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcap.NewWriter(f, pcap.Header{Link: link})
	for i, b := range frames {
		if err := w.Write(int64(i)*1e9, b, len(b)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file
}

// passed returns which packets of a file pass, by their second.
func passed(t *testing.T, file, expr string) map[int64]bool {
	t.Helper()
	// -Z root: it reads a file of the test's user and need not change to its own.
	args := []string{"-r", file, "-w", "-"}
	if os.Geteuid() == 0 {
		args = append(args, "-Z", "root")
	}
	out, err := exec.Command(testkit.Need(t, "tcpdump"), append(args, expr)...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("tcpdump %q: %s", expr, exit.Stderr)
		}
		t.Fatal(err)
	}
	all := map[int64]bool{}
	r, err := pcap.NewReader(bytes.NewReader(out), pcap.Limits{})
	if err != nil {
		t.Fatalf("%q: %v", expr, err)
	}
	for {
		p, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all[p.At/1e9] = true
	}
}

func TestAgainstTcpdump(t *testing.T) {
	testkit.Need(t, "tcpdump")
	ethernet := zoo()
	var raw [][]byte
	for _, f := range ethernet {
		var p packet.Packet
		if p.Decode(packet.Ethernet, f, len(f)) == nil && p.VLANs == 0 && p.IPVersion != 0 {
			raw = append(raw, f[14:])
		}
	}
	for _, c := range []struct {
		link   packet.LinkType
		frames [][]byte
		prefix []byte
	}{
		{packet.Ethernet, ethernet, nil},
		{packet.Raw, raw, nil},
	} {
		file := write(t, c.link, c.frames)
		for _, expr := range expressions {
			if c.link != packet.Ethernet && (strings.Contains(expr, "vlan") || strings.Contains(expr, "ether") || strings.Contains(expr, "arp")) {
				continue
			}
			f, err := Compile(expr, c.link, false)
			if err != nil {
				t.Errorf("%q: %v", expr, err)
				continue
			}
			want := passed(t, file, expr)
			if n := len(want); c.link == packet.Ethernet && expr != "" && expr != "net 0.0.0.0/0" && (n == 0 || n == len(c.frames)) {
				t.Errorf("%q lets %d of %d pass: the test does not test", expr, n, len(c.frames))
			}
			for i, b := range c.frames {
				if len(b) == 0 {
					continue // x/net's machine has no empty packets
				}
				if got := f.Match(b); got != want[int64(i)] {
					t.Errorf("link %d, %q on frame %d % x: %v, tcpdump says %v", c.link, expr, i, b[:min(len(b), 60)], got, want[int64(i)])
					break
				}
			}
		}
	}
}

func TestSLL(t *testing.T) {
	p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, Src: packet.AddrFrom4(10, 0, 0, 1), Dst: packet.AddrFrom4(10, 0, 0, 2), SrcPort: 50000, DstPort: 104}
	ip := p.AppendIP(nil)
	for link, frame := range map[packet.LinkType][]byte{
		packet.LinuxSLL:  append([]byte{14: 8, 15: 0}, ip...),
		packet.LinuxSLL2: append([]byte{0: 8, 19: 0}, ip...),
	} {
		for expr, want := range map[string]bool{"tcp port 104": true, "host 10.0.0.2": true, "udp": false, "arp": false} {
			f, err := Compile(expr, link, false)
			if err != nil {
				t.Fatal(err)
			}
			if f.Match(frame) != want {
				t.Errorf("link %d, %q: %v", link, expr, !want)
			}
		}
	}
}

func TestWrong(t *testing.T) {
	for expr, at := range map[string]int{
		"host":                         4,
		"host example.org":             5,
		"port http":                    5,
		"port 65536":                   5,
		"port 1-2":                     5,
		"portrange 80":                 10,
		"tcp host 10.0.0.1":            9,
		"icmp port 80":                 10,
		"net 10.0.0.1/8":               4,
		"net 10.0.0.0/33":              4,
		"host 10.0.0.0/8":              5,
		"ip host fd00::1":              8,
		"ip6 host 10.0.0.1":            9,
		"ether host 10.0.0.1":          11,
		"ether net 02:00:00:00:00:01":  10,
		"ether":                        5,
		"ether proto 5":                12,
		"proto 256":                    6,
		"src proto 6":                  10,
		"tcp proto 6":                  10,
		"vlan 4096":                    5,
		"(tcp":                         4,
		"tcp)":                         3,
		"tcp udp":                      4,
		"tcp and":                      7,
		"and tcp":                      0,
		"not":                          3,
		"tcp[13] & 2 != 0":             3,
		"80":                           0,
		"port (80 or 443":              15,
		"port (80 443)":                9,
		"src":                          3,
		"\x00":                         0,
		strings.Repeat("(", 200):       100,
		strings.Repeat("not ", 200):    400,
		strings.Repeat("tcp or ", 3e3): 16 << 10,
	} {
		_, err := Compile(expr, packet.Ethernet, false)
		var fe *Error
		if !errors.As(err, &fe) {
			t.Errorf("%.40q: %v", expr, err)
		} else if fe.Offset != at {
			t.Errorf("%.40q: error at %d, want %d: %v", expr, fe.Offset, at, err)
		}
	}
	for _, expr := range []string{"vlan", "ether host 02:00:00:00:00:01"} {
		if _, err := Compile(expr, packet.Raw, false); err == nil {
			t.Errorf("%q on raw IP: no error", expr)
		}
	}
	if _, err := Compile("tcp", packet.LinkType(105), false); err == nil {
		t.Error("IEEE 802.11 can be filtered?")
	}
	if _, err := Compile(strings.Repeat("port 80 or ", 400)+"port 1", packet.Ethernet, false); err == nil {
		t.Error("more instructions than the kernel takes, but no error")
	}
}

// Targets more than 255 instructions away.
func TestLongJumps(t *testing.T) {
	var hosts []string
	for i := range 120 {
		hosts = append(hosts, "10.9.0."+strconv.Itoa(i))
	}
	f, err := Compile("not (src host "+strings.Join(hosts, " or ")+") and tcp", packet.Ethernet, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		src  packet.Addr
		want bool
	}{{packet.AddrFrom4(10, 9, 0, 0), false}, {packet.AddrFrom4(10, 9, 0, 119), false}, {packet.AddrFrom4(10, 9, 0, 120), true}} {
		p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, Src: c.src, Dst: packet.AddrFrom4(1, 1, 1, 1)}
		if f.Match(p.Append(nil)) != c.want {
			t.Errorf("%v: %v", c.src, !c.want)
		}
	}
	if len(f.Instructions) < 600 {
		t.Errorf("only %d instructions", len(f.Instructions))
	}
}

// Words may be in capitals, which tcpdump does not take.
func TestCapitals(t *testing.T) {
	a, err1 := Compile("TCP AND (PORT 104)", packet.Ethernet, false)
	b, err2 := Compile("tcp && port 104", packet.Ethernet, false)
	if err1 != nil || err2 != nil || !slices.Equal(a.Instructions, b.Instructions) {
		t.Error(err1, err2)
	}
}

func TestLive(t *testing.T) {
	f, err := Compile("vlan 5 and tcp", packet.Ethernet, true)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bpf.Assemble(f.Instructions)
	if err != nil {
		t.Fatal(err)
	}
	if raw[0].K != 0xfffff000+48 || raw[2].K != 0xfffff000+44 {
		t.Errorf("the tag is not asked of the kernel: %v", f.Instructions)
	}
	if f.Match(make([]byte, 60)) {
		t.Error("a live filter cannot be run here")
	}
}

// FuzzCompile: no panic, every program assembles, and the kernel's limits are kept.
func FuzzCompile(f *testing.F) {
	for _, e := range expressions {
		f.Add(e, uint32(packet.Ethernet), true)
		f.Add(e, uint32(packet.Raw), false)
	}
	frames := zoo()
	f.Fuzz(func(t *testing.T, expr string, link uint32, live bool) {
		p, err := Compile(expr, packet.LinkType(link), live)
		if err != nil {
			return
		}
		if raw, err := bpf.Assemble(p.Instructions); err != nil || len(raw) > maxInstructions {
			t.Fatalf("%q: %d instructions, %v", expr, len(raw), err)
		}
		for _, b := range frames[:40] {
			p.Match(b)
		}
	})
}
