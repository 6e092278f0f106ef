package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/internal/testkit"
)

// inside names the environment variable that tells a test it runs in a network
// namespace of its own, with a veth pair wr-a, wr-b.
const inside = "WARDROUND_TEST_NAMESPACE"

// namespaced runs the calling test again in a network namespace, as another process, and
// reports whether the caller is that process.
func namespaced(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) == t.Name() {
		return true
	}
	ip := testkit.Need(t, "ip")
	if os.Geteuid() != 0 {
		testkit.Missing(t, "live capture is tested as root")
	}
	name := fmt.Sprintf("wr-%d-%s", os.Getpid(), strings.ToLower(t.Name()[4:]))
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(ip, args...).CombinedOutput(); err != nil {
			testkit.Missing(t, "ip %s: %v: %s", strings.Join(args, " "), err, out)
		}
	}
	run("netns", "add", name)
	defer run("netns", "del", name)
	run("-n", name, "link", "add", "wr-a", "type", "veth", "peer", "name", "wr-b")
	for _, link := range []string{"wr-a", "wr-b"} {
		// No addresses of their own, so that nothing but the test's frames is sent.
		quiet := exec.Command(ip, "netns", "exec", name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/"+link+"/disable_ipv6")
		if err := quiet.Run(); err != nil {
			t.Logf("IPv6 stays on, the capture may show neighbour discovery: %v", err)
		}
		run("-n", name, "link", "set", link, "up")
	}
	run("-n", name, "link", "set", "lo", "up")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ip, "netns", "exec", name, self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), inside+"="+t.Name(), "GOCOVERDIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "--- SKIP: "+t.Name()) {
		t.Skipf("in the namespace: %s", out)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in the namespace: %v\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
	return false
}

// wire sends frames on an interface.
type wire struct {
	*testing.T
	fd   int
	addr unix.SockaddrLinklayer
}

func plug(t *testing.T, name string) *wire {
	t.Helper()
	iface, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	return &wire{t, fd, unix.SockaddrLinklayer{Ifindex: iface.Index}}
}

func (w *wire) send(frame []byte) {
	w.Helper()
	if err := unix.Sendto(w.fd, frame, 0, &w.addr); err != nil {
		w.Fatal(err)
	}
}

func tagged(n int, vlans ...uint16) packet.Packet {
	p := packet.Packet{
		SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, DstMAC: packet.MAC{2, 0, 0, 0, 0, 2},
		IPVersion: 4, Protocol: packet.UDP, Src: packet.AddrFrom4(10, 0, 0, 1), Dst: packet.AddrFrom4(10, 0, 0, 2),
		SrcPort: 1000, DstPort: uint16(n), VLANs: uint8(len(vlans)), Payload: []byte(fmt.Sprintf("frame %06d", n)),
	}
	copy(p.VLAN[:], vlans)
	return p
}

// listen opens wr-a and returns it with a function that collects the frames of our
// own until none came for a moment.
func listen(t *testing.T, o Options) (*Live, func() []packet.Packet) {
	t.Helper()
	if o.Interface == "" {
		o.Interface = "wr-a"
	}
	l, err := OpenLive(o)
	if err != nil {
		t.Fatal(err)
	}
	return l, func() (got []packet.Packet) {
		for {
			p, err := l.Next()
			if err == ErrQuiet {
				return got
			}
			if err != nil {
				t.Fatal(err)
			}
			if ago := time.Now().UnixNano() - p.At; ago < 0 || ago > int64(20*time.Second) {
				t.Errorf("time stamp is %d ns ago", ago)
			}
			var q packet.Packet
			if err := q.Decode(p.Link, p.Data, p.Length); err == nil && q.SrcPort == 1000 {
				q.Payload = []byte(string(q.Payload))
				got = append(got, q)
			}
		}
	}
}

func TestLiveFrames(t *testing.T) {
	if !namespaced(t) {
		return
	}
	out := plug(t, "wr-b")
	live, collect := listen(t, Options{})
	sent := []packet.Packet{tagged(1), tagged(2, 5), tagged(3, 5, 6), tagged(4, 4094)}
	for _, p := range sent {
		out.send(p.Append(nil))
	}
	got := collect()
	if len(got) != len(sent) {
		t.Fatalf("%d frames of %d", len(got), len(sent))
	}
	for i, p := range sent {
		want := p.Append(nil)
		if again := got[i].Append(nil); string(again) != string(want) || got[i].Length != len(want) {
			t.Errorf("frame %d came as\n% x, sent was\n% x", i, again, want)
		}
	}
	if s := live.Stats(); s.Packets < 4 || s.Dropped != 0 || s.Bytes == 0 {
		t.Errorf("%+v", s)
	}
	// The other direction is seen, too.
	plug(t, "wr-a").send(sent[0].Append(nil))
	if got := collect(); len(got) != 1 {
		t.Errorf("%d outgoing frames", len(got))
	}
	// Close ends a Next that waits, and frees the socket.
	done := make(chan error)
	go func() {
		for {
			if _, err := live.Next(); err != ErrQuiet {
				done <- err
				return
			}
		}
	}()
	time.Sleep(20 * time.Millisecond)
	if err := live.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != io.EOF {
		t.Errorf("after Close: %v", err)
	}
	if err := live.Close(); err != nil || live.fd != -1 {
		t.Errorf("closed twice: %v, descriptor %d", err, live.fd)
	}
	if s := live.Stats(); s.Packets < 5 {
		t.Errorf("after Close: %+v", s)
	}
}

func TestLiveFilter(t *testing.T) {
	if !namespaced(t) {
		return
	}
	out := plug(t, "wr-b")
	for expr, want := range map[string]string{
		"udp port 1":                   "1 12",
		"vlan":                         "2 3 4 12",
		"vlan 5":                       "2 3 12",
		"not vlan":                     "1 10",
		"vlan 5 and vlan 6":            "3",
		"vlan 5 and udp dst port 2":    "2",
		"host 10.0.0.2 and not port 1": "2 4 10", // one tag is out of the way, a second is not
		"tcp":                          "",
	} {
		live, collect := listen(t, Options{Filter: expr, Ring: 2 << 20})
		for _, p := range []packet.Packet{tagged(1), tagged(2, 5), tagged(3, 5, 6), tagged(4, 9), tagged(10)} {
			out.send(p.Append(nil))
		}
		p := tagged(12, 5)
		p.DstPort = 1
		out.send(p.Append(nil))
		var numbers []string
		for _, p := range collect() {
			numbers = append(numbers, strings.TrimLeft(strings.TrimPrefix(string(p.Payload), "frame "), "0"))
		}
		got := strings.Join(numbers, " ")
		if got != want {
			t.Errorf("%q: frames %q, want %q", expr, got, want)
		}
		live.Close()
		live.Next()
	}
	if _, err := OpenLive(Options{Interface: "wr-a", Filter: "port http"}); err == nil {
		t.Error("a wrong filter was accepted")
	}
	if _, err := OpenLive(Options{Interface: "wr-none"}); err == nil {
		t.Error("a missing interface was accepted")
	}
}

// backlogDrops counts what the kernel dropped before any socket could see it, on a
// busy machine: the second column of each processor's line.
func backlogDrops(t *testing.T) (n uint64) {
	t.Helper()
	b, err := os.ReadFile("/proc/net/softnet_stat")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var packets, dropped uint64
		if _, err := fmt.Sscanf(line, "%x %x", &packets, &dropped); err != nil {
			t.Fatal(err)
		}
		n += dropped
	}
	return n
}

// What the ring has no room for is counted, and with what was read it adds up.
func TestLiveDrops(t *testing.T) {
	if !namespaced(t) {
		return
	}
	out := plug(t, "wr-b")
	live, collect := listen(t, Options{Filter: "udp src port 1000", Ring: 2 << 20})
	p := tagged(7)
	p.Payload = make([]byte, 1400)
	frame := p.Append(nil)
	const sent = 10_000
	before := backlogDrops(t)
	for range sent {
		out.send(frame)
	}
	got := len(collect())
	s := live.Stats()
	lost := sent - uint64(got) - s.Dropped
	if s.Dropped == 0 || lost > backlogDrops(t)-before || s.Packets != uint64(got) || s.Freezes == 0 {
		t.Errorf("%d read of %d, %+v", got, sent, s)
	}
	for i := range 5 {
		q := tagged(i)
		out.send(q.Append(nil))
	}
	if n := len(collect()); n != 5 || live.Stats().Dropped != s.Dropped {
		t.Errorf("after the flood %d of 5 frames, %+v", n, live.Stats())
	}
}

// A steady stream arrives whole, in order, over many turns of the ring.
func TestLiveStream(t *testing.T) {
	if !namespaced(t) {
		return
	}
	out := plug(t, "wr-b")
	live, err := OpenLive(Options{Interface: "wr-a", Filter: "udp src port 1000", Ring: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	const sent = 60_000
	credit := make(chan struct{}, 2000) // what may be under way
	go func() {
		p := tagged(0)
		p.Payload = make([]byte, 456)
		frame := p.Append(nil)
		for n := range sent {
			credit <- struct{}{}
			binary.BigEndian.PutUint32(frame[42:], uint32(n))
			out.send(frame)
		}
	}()
	start := time.Now()
	for n := 0; n < sent; {
		p, err := live.Next()
		if err == ErrQuiet {
			if time.Since(start) > 30*time.Second {
				t.Fatalf("only %d of %d frames", n, sent)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := binary.BigEndian.Uint32(p.Data[42:]); int(got) != n {
			t.Fatalf("frame %d after %d", got, n-1)
		}
		<-credit
		n++
	}
	if s := live.Stats(); s.Dropped != 0 {
		t.Errorf("%+v", s)
	}
	t.Logf("%.0f frames/s", sent/time.Since(start).Seconds())
}

func TestLiveLoopback(t *testing.T) {
	if !namespaced(t) {
		return
	}
	_, collect := listen(t, Options{Interface: "lo"})
	to, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	from, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1000}, to.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	from.Write([]byte("hello"))
	if got := collect(); len(got) != 1 || string(got[0].Payload) != "hello" {
		t.Errorf("one datagram was seen %d times", len(got))
	}
}

// An interface that goes down and comes back goes on; one that is removed is an error.
func TestLiveDown(t *testing.T) {
	if !namespaced(t) {
		return
	}
	ip := testkit.Need(t, "ip")
	set := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(ip, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	out := plug(t, "wr-b")
	live, collect := listen(t, Options{})
	set("link", "set", "wr-a", "down")
	collect()
	collect()
	if s := live.Stats(); s.Down != 1 {
		t.Errorf("down once: %+v", s)
	}
	set("link", "set", "wr-a", "up")
	for tries := 0; ; tries++ { // the pair's carrier takes a moment
		p := tagged(1)
		out.send(p.Append(nil))
		if len(collect()) > 0 {
			break
		}
		if tries == 20 {
			t.Fatal("nothing after the interface came back")
		}
	}
	set("link", "del", "wr-a")
	for range 10 {
		if _, err := live.Next(); err != nil && err != ErrQuiet {
			if !strings.Contains(err.Error(), "gone") {
				t.Error(err)
			}
			return
		}
	}
	t.Error("the interface is gone, but Next does not say so")
}

func TestUnprivilege(t *testing.T) {
	if !namespaced(t) {
		return
	}
	out := plug(t, "wr-b")
	live, collect := listen(t, Options{})
	for range 4 { // more threads
		go func() { time.Sleep(time.Millisecond); os.ReadFile("/proc/self/stat") }()
	}
	if err := Unprivilege(Identity{0, 0}); err == nil {
		t.Error("root was taken for an unprivileged user")
	}
	if err := Unprivilege(Nobody); errors.Is(err, syscall.ENOTSUP) {
		t.Skip("built with cgo, as the race detector needs it") // the runs without test it
	} else if err != nil {
		t.Fatal(err)
	}
	// The process may no longer look at itself under /proc/self/task/*/ as an undumpable
	// one, but the status files are open to all.
	tasks, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(tasks) < 3 {
		t.Fatal(tasks, err)
	}
	for _, task := range tasks {
		b, err := os.ReadFile(task)
		if err != nil {
			t.Fatal(err)
		}
		for line, want := range map[string]string{
			"Uid:": "65534 65534 65534 65534", "Gid:": "65534 65534 65534 65534", "Groups:": "", "NoNewPrivs:": "1",
			"CapInh:": "0000000000000000", "CapPrm:": "0000000000000000", "CapEff:": "0000000000000000",
			"CapBnd:": "0000000000000000", "CapAmb:": "0000000000000000",
		} {
			_, rest, _ := strings.Cut(string(b), "\n"+line)
			value, _, _ := strings.Cut(rest, "\n")
			if got := strings.Join(strings.Fields(value), " "); got != want {
				t.Errorf("%s %s %s, want %q", task, line, got, want)
			}
		}
	}
	if _, err := OpenLive(Options{Interface: "wr-a"}); !os.IsPermission(err) && !strings.Contains(fmt.Sprint(err), "no right") {
		t.Errorf("another capture: %v", err)
	}
	if _, err := os.Open("/etc/shadow"); !os.IsPermission(err) {
		t.Errorf("/etc/shadow: %v", err)
	}
	// The open capture goes on, and so does the sending socket.
	p := tagged(1, 7)
	out.send(p.Append(nil))
	if got := collect(); len(got) != 1 || got[0].VLAN[0] != 7 {
		t.Errorf("after giving up privileges: %+v", got)
	}
	live.Close()
}
