package faults

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
)

// The tests in this file run in a network namespace of their own, with a pair of
// interfaces: what is sent on far arrives at near, which the server watches.
const near, far = "wr-near", "wr-far"

// namespaced runs the calling test again in a namespace, as another process, and
// reports whether the caller is that process.
func namespaced(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	ip := testkit.Need(t, "ip")
	if os.Geteuid() != 0 {
		testkit.Missing(t, "live capture is tested as root")
	}
	name := fmt.Sprintf("wr-faults-%d-%s", os.Getpid(), strings.ToLower(t.Name()[4:]))
	if out, err := exec.Command(ip, "netns", "add", name).CombinedOutput(); err != nil {
		testkit.Missing(t, "no network namespace can be made: %v: %s", err, out)
	}
	defer exec.Command(ip, "netns", "del", name).Run()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ip, "netns", "exec", name, self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=300s")
	cmd.Env = append(os.Environ(), inside+"="+program)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("in the namespace: %v\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("in the namespace:\n%s", out)
	}
	return false
}

func ip(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command(testkit.Need(t, "ip"), args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %q: %v: %s", args, err, out)
	}
}

// cable makes the pair of interfaces.
func cable(t testing.TB) {
	t.Helper()
	ip(t, "link", "add", near, "type", "veth", "peer", "name", far)
	for _, link := range []string{near, far} {
		// No traffic of their own.
		if err := os.WriteFile("/proc/sys/net/ipv6/conf/"+link+"/disable_ipv6", []byte("1"), 0); err != nil {
			t.Logf("%s speaks IPv6 on its own: %v", link, err)
		}
		ip(t, "link", "set", link, "up")
	}
	ip(t, "link", "set", "lo", "up")
}

// wire sends frames on far.
type wire struct {
	testing.TB
	fd   int
	addr unix.SockaddrLinklayer
}

func plug(t testing.TB) *wire {
	t.Helper()
	i, err := net.InterfaceByName(far)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &wire{t, fd, unix.SockaddrLinklayer{Ifindex: i.Index}}
}

func (w *wire) send(frame []byte) {
	w.Helper()
	for {
		err := unix.Sendto(w.fd, frame, 0, &w.addr)
		if err == unix.ENOBUFS || err == unix.EINTR {
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil {
			w.Fatal(err)
		}
		return
	}
}

// greeting is how a host of this number announces its address (RFC 5227 §1.1).
func greeting(host int) []byte {
	self := []byte{2, 0, 0, 0, 1, byte(host)}
	addr := []byte{10, 0, 1, byte(host)}
	f := append(bytes.Repeat([]byte{0xff}, 6), self...)
	f = append(f, 0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1)
	f = append(append(f, self...), addr...)
	f = append(append(f, make([]byte, 6)...), addr...)
	return append(f, make([]byte, 18)...) // padded to 60 bytes
}

// knows reports whether the server has seen the host.
func knows(t testing.TB, dir string, host int) bool {
	t.Helper()
	for _, o := range observations(t, dir, near) {
		if o.Flow != nil && o.Flow.Src.Addr == netip.AddrFrom4([4]byte{10, 0, 1, byte(host)}) {
			return true
		}
	}
	return false
}

// meets wants the server to meet a host: its sensor works.
func (s *server) meets(w *wire, host int) {
	s.Helper()
	eventually(s, fmt.Sprintf("the server to meet host %d", host), func() bool {
		w.send(greeting(host))
		time.Sleep(20 * time.Millisecond)
		return knows(s, s.dir, host)
	})
}

// capturePID is the process that captures for the server.
func (s *server) capturePID() int {
	s.Helper()
	pid := 0
	eventually(s, "the capture process", func() bool {
		list, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
		if err != nil {
			s.Fatal(err)
		}
		for _, name := range list {
			b, err := os.ReadFile(name)
			if err != nil {
				continue // a thread that has ended
			}
			if f := strings.Fields(string(b)); len(f) > 0 {
				pid, err = strconv.Atoi(f[0])
				return err == nil
			}
		}
		return false
	})
	return pid
}

// gap returns the state of the sensor's own finding, "" if there is none.
func gap(t testing.TB, dir string) string {
	t.Helper()
	for line := range strings.Lines(cli(t, "--data", dir, "--format", "json", "finding", "list").stdout) {
		if field(line, "check") == "sensor.gap" && field(line, "subject") == "sensor:"+near {
			return field(line, "state")
		}
	}
	return ""
}

func watch(t *testing.T) (*server, *wire) {
	t.Helper()
	cable(t)
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir, "--interface", near).until("watching " + near)
	return s, plug(t)
}

// The process that reads what strangers send has no rights, no keys, no files and
// no environment. It ends with the server, however that ends.
func TestCaptureProcessHasNothing(t *testing.T) {
	if !namespaced(t) {
		return
	}
	s, w := watch(t)
	s.meets(w, 1)
	pid := s.capturePID()
	proc := fmt.Sprintf("/proc/%d/", pid)
	b, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"Uid:": "65534 65534 65534 65534", "Gid:": "65534 65534 65534 65534", "Groups:": "", "NoNewPrivs:": "1",
		"CapInh:": "0000000000000000", "CapPrm:": "0000000000000000", "CapEff:": "0000000000000000",
		"CapBnd:": "0000000000000000", "CapAmb:": "0000000000000000",
	} {
		_, rest, ok := strings.Cut(string(b), "\n"+line)
		value, _, _ := strings.Cut(rest, "\n")
		if got := strings.Join(strings.Fields(value), " "); !ok || got != want {
			t.Errorf("%s %s, want %s", line, got, want)
		}
	}
	if env, err := os.ReadFile(proc + "environ"); err != nil || len(env) > 0 {
		t.Errorf("environment %q, %v", env, err)
	}
	if cwd, err := os.Readlink(proc + "cwd"); err != nil || cwd != "/" {
		t.Errorf("it works in %s, %v", cwd, err)
	}
	fds, err := os.ReadDir(proc + "fd")
	if err != nil || len(fds) < 4 {
		t.Fatalf("%d descriptors, %v", len(fds), err)
	}
	for _, fd := range fds {
		to, err := os.Readlink(proc + "fd/" + fd.Name())
		if err != nil {
			continue // closed meanwhile
		}
		kind, _, _ := strings.Cut(to, ":")
		switch {
		case kind == "pipe", kind == "socket", kind == "anon_inode", to == "/dev/null":
		case strings.HasPrefix(to, "/sys/") || strings.HasPrefix(to, "/proc/"): // the runtime's own look at the system
		default:
			t.Errorf("descriptor %s is %s", fd.Name(), to)
		}
	}
	if maps, err := os.ReadFile(proc + "maps"); err != nil || strings.Contains(string(maps), s.dir) {
		t.Errorf("it has mapped something of the data directory: %v", err)
	}
	s.kill() // no more packets come, so only its own care can end it
	eventually(t, "the capture process to end", func() bool {
		b, err := os.ReadFile(proc + "stat")
		return err != nil || bytes.Contains(b, []byte(") Z "))
	})
}

// What the kernel had no room for reaches the status of the sensor, and a finding.
func TestKernelDropsAreTold(t *testing.T) {
	if !namespaced(t) {
		return
	}
	s, w := watch(t)
	s.meets(w, 1)
	pid := s.capturePID()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	frame := append(greeting(2), make([]byte, 1400)...)
	ring := 80 << 20 // more than the ring holds
	sent := ring / len(frame)
	for range sent {
		w.send(frame)
	}
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.meets(w, 3)
	s.stop() // the last status is told at the end, the others every minute
	var status kind.SensorStatusV1
	for _, o := range observations(t, s.dir, near) {
		if x, ok := o.Fields.(*kind.SensorStatusV1); ok {
			status.KernelDrops += x.KernelDrops
			status.Packets += x.Packets
		}
	}
	if status.KernelDrops == 0 || status.KernelDrops > int64(sent) || status.Packets == 0 {
		t.Errorf("%d frames were sent, %d seen, %d dropped", sent, status.Packets, status.KernelDrops)
	}
	t.Logf("%d frames were sent, %d seen, %d dropped", sent, status.Packets, status.KernelDrops)
	if state := gap(t, s.dir); state != string(wardround.Open) {
		t.Errorf("the finding is %q", state)
	}
	audit(t, s.dir)
}

// The interface goes down, loses its carrier, vanishes and comes back; the capture
// process is killed. The server says so each time, opens a finding, starts again
// what has ended, and keeps serving.
func TestBlindSensorIsTold(t *testing.T) {
	if !namespaced(t) {
		return
	}
	s, w := watch(t)
	s.meets(w, 1)
	if state := gap(t, s.dir); state != "" {
		t.Fatalf("the finding is %q before anything happened", state)
	}
	again := 0
	comesBack := func(host int) {
		t.Helper()
		again++
		eventually(t, "the capture to go on", func() bool { return strings.Count(s.text(), "captured again") == again })
		s.meets(plug(t), host)
	}
	downs := 0
	goesDown := func() {
		t.Helper()
		downs++
		eventually(t, "the server to say it", func() bool { return strings.Count(s.text(), "is down or has no carrier") == downs })
	}

	ip(t, "link", "set", near, "down")
	goesDown()
	eventually(t, "the finding", func() bool { return gap(t, s.dir) == string(wardround.Open) })
	ip(t, "link", "set", near, "up")
	comesBack(2)

	ip(t, "link", "set", far, "down")
	goesDown()
	ip(t, "link", "set", far, "up")
	comesBack(3)

	first := s.capturePID()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.until("signal: killed; it is started again in 1s")
	comesBack(4)
	if second := s.capturePID(); second == first {
		t.Errorf("the capture process is still %d", first)
	}

	ip(t, "link", "del", near)
	s.until("the interface is gone")
	s.until("no such network interface") // the first try comes too early
	cable(t)
	comesBack(5)

	if s.get("/healthz") != "ok\n" {
		t.Error("the server is not well any more")
	}
	s.stop()
	var blind time.Duration
	for _, o := range observations(t, s.dir, near) {
		if x, ok := o.Fields.(*kind.SensorStatusV1); ok {
			blind += time.Duration(x.Blind) * time.Millisecond
		}
	}
	if blind < 2*time.Second || blind > time.Minute {
		t.Errorf("blind for %v in all", blind)
	}
	b := audit(t, s.dir)
	if b.byKind["verdict"] == 0 {
		t.Error("no evidence")
	}
}

// A capture process that hangs looks like a quiet network. The server tells them
// apart.
func TestHangingCaptureIsTold(t *testing.T) {
	if !namespaced(t) {
		return
	}
	s, w := watch(t)
	s.meets(w, 1)
	pid := s.capturePID()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s.until("does not answer")
	eventually(t, "the finding", func() bool { return gap(t, s.dir) == string(wardround.Open) })
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.until("captured again")
	s.meets(w, 2)
	// One that is stuck when the server ends does not keep it from ending.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := syscall.Kill(pid, 0); err == nil {
		t.Error("the stuck capture process is left over")
	}
}

// An interface that is not there when the server starts is a mistake in its
// command, and ends it.
func TestNoSuchInterface(t *testing.T) {
	if !namespaced(t) {
		return
	}
	dir := filepath.Join(t.TempDir(), "data")
	cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--interface", "wr-none").want(t, 2, "wr-none", "no such network interface")
	cable(t)
	cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--interface", near, "--filter", "port http").want(t, 2, "filter")
}
