package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wardround/wardround/format/wsdiscovery"
	"github.com/wardround/wardround/internal/testkit"
)

// The two ends of a test's network, each a network namespace that holds nothing
// but its loopback and one end of a cable.
type end int

const (
	server end = iota // 10.77.0.2, watched
	client            // 10.77.0.1
)

const (
	serverAddress = "10.77.0.2"
	clientAddress = "10.77.0.1"
	watched       = "wr-s" // the server's end of the cable
)

// lifetime bounds every peer, in seconds, whatever becomes of the test.
const lifetime = "100"

// network is a cable between two namespaces.
type network struct {
	*testing.T
	ip     string
	spaces [2]string
}

var networks atomic.Int32

// newNetwork makes a network, which is gone after the test. Hardware addresses
// are of registered makers, because names of private ones are not told.
func newNetwork(t *testing.T) *network {
	t.Helper()
	if testing.Short() {
		t.Skip("real peers take time")
	}
	n := &network{T: t, ip: testkit.Need(t, "ip")}
	testkit.Need(t, "timeout")
	if os.Geteuid() != 0 {
		testkit.Missing(t, "a network for the test needs root")
	}
	id := fmt.Sprintf("wr-%d-%d", os.Getpid(), networks.Add(1))
	n.spaces = [2]string{id + "-s", id + "-c"}
	for _, space := range n.spaces {
		if out, err := exec.Command(n.ip, "netns", "add", space).CombinedOutput(); err != nil {
			testkit.Missing(t, "network namespaces cannot be made: %v: %s", err, out)
		}
		t.Cleanup(func() { n.run("netns", "del", space) })
	}
	s, c := n.spaces[server], n.spaces[client]
	n.run("-n", s, "link", "add", watched, "address", "00:1b:21:00:00:02", "type", "veth", "peer", "name", "wr-c", "address", "00:09:fb:00:00:01", "netns", c)
	for space, link := range map[string]string{s: watched, c: "wr-c"} {
		// No neighbour discovery between the lines.
		n.run("netns", "exec", space, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/"+link+"/disable_ipv6")
		address := map[string]string{s: serverAddress, c: clientAddress}[space]
		n.run("-n", space, "addr", "add", address+"/24", "dev", link)
		n.run("-n", space, "link", "set", link, "up")
		n.run("-n", space, "link", "set", "lo", "up")
		n.run("-n", space, "route", "add", "224.0.0.0/4", "dev", link)
	}
	return n
}

func (n *network) run(args ...string) {
	n.Helper()
	if out, err := exec.Command(n.ip, args...).CombinedOutput(); err != nil {
		n.Errorf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// command is a program at one end.
func (n *network) command(ctx context.Context, at end, name string, args ...string) *exec.Cmd {
	inside := append([]string{"-k", "20", lifetime, n.ip, "netns", "exec", n.spaces[at], name}, args...)
	cmd := exec.CommandContext(ctx, "timeout", inside...)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// tool runs a program to its end and returns what it said and its exit status.
func (n *network) tool(at end, name string, args ...string) (string, int) {
	n.Helper()
	cmd := n.command(n.Context(), at, testkit.Need(n, name), args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		n.Fatalf("%s: %v", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// peer is a process that runs beside the test.
type peer struct {
	*testing.T
	name   string
	cmd    *exec.Cmd
	stdout *os.File
	stderr *os.File
	ended  chan error
}

// start runs a program at one end. Its outputs go to files.
func (n *network) start(at end, name string, args ...string) *peer {
	n.Helper()
	dir := n.TempDir()
	p := &peer{T: n.T, name: filepath.Base(name), ended: make(chan error, 1)}
	p.cmd = n.command(context.Background(), at, name, args...)
	for _, f := range []struct {
		file **os.File
		name string
	}{{&p.stdout, "stdout"}, {&p.stderr, "stderr"}} {
		file, err := os.Create(filepath.Join(dir, f.name))
		if err != nil {
			n.Fatal(err)
		}
		n.Cleanup(func() { file.Close() })
		*f.file = file
	}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		n.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	n.Cleanup(func() { p.stop(syscall.SIGTERM) })
	return p
}

// stop ends the process by its id, if it still runs, and returns its exit status.
func (p *peer) stop(how syscall.Signal) int {
	p.Helper()
	_ = p.cmd.Process.Signal(how) // timeout passes it on; an error says that it has ended
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(15 * time.Second):
		_ = p.cmd.Process.Kill()
		err := <-p.ended
		p.ended <- err
		p.Errorf("%s had to be killed\n%s", p.name, p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

// said is what the process printed so far.
func (p *peer) said() string { return p.stdoutText() + p.stderrText() }

// until waits for something that is sure to come, and fails the test if it does
// not within 30 seconds.
func until(t testing.TB, what string, ready func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ready(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// over reports whether the process has ended by itself.
func (p *peer) over() bool {
	select {
	case err := <-p.ended:
		p.ended <- err
		return true
	default:
		return false
	}
}

// says waits until the process has printed text.
func (p *peer) says(text string) {
	p.Helper()
	until(p, p.name+" says "+text, func() bool {
		if p.over() && !strings.Contains(p.said(), text) {
			p.Fatalf("%s ended with %v\n%s", p.name, p.cmd.ProcessState, p.said())
		}
		return strings.Contains(p.said(), text)
	})
}

// listens waits until somebody listens on a TCP port of one end.
func (n *network) listens(at end, port int) {
	n.Helper()
	local := fmt.Sprintf(":%04X ", port)
	until(n, fmt.Sprintf("port %d is open", port), func() bool {
		out, err := exec.Command(n.ip, "netns", "exec", n.spaces[at], "cat", "/proc/net/tcp", "/proc/net/tcp6").Output()
		if err != nil {
			n.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			if len(f) > 3 && strings.Contains(f[1]+" ", local) && f[3] == "0A" {
				return true
			}
		}
		return false
	})
}

// lastWords is what the test sends when all is done: a device takes its leave.
// Whoever has seen it has seen all that was before, and it is told at once.
var lastWords = string((&wsdiscovery.Message{
	Kind: wsdiscovery.Bye, MessageID: "urn:uuid:00000000-0000-4000-8000-0000000000fe",
	Targets: []wsdiscovery.Target{{Address: lastSpeaker}},
}).Append(nil))

const lastSpeaker = "urn:uuid:00000000-0000-4000-8000-0000000000ff"

// tap writes what crosses the cable to a capture file.
type tap struct {
	*network
	*peer
	file string
}

// capture starts our own capture process on the watched end.
func (n *network) capture() *tap {
	n.Helper()
	p := n.start(server, program, "capture", watched)
	p.says("capturing")
	return &tap{n, p, p.stdout.Name()}
}

// farewell sends the last words over the cable.
func (n *network) farewell() {
	n.Helper()
	cmd := n.command(n.Context(), client, testkit.Need(n, "bash"), "-c", `printf '%s' "$1" > /dev/udp/`+serverAddress+`/3702`, "-", lastWords)
	if out, err := cmd.CombinedOutput(); err != nil {
		n.Fatalf("last words: %v: %s", err, out)
	}
}

// finish waits until all that was sent is in the file, and returns its path.
func (t *tap) finish() string {
	t.network.Helper()
	t.farewell()
	until(t.network, "the last words are captured", func() bool {
		b, err := os.ReadFile(t.file)
		if err != nil {
			t.network.Fatal(err)
		}
		return bytes.Contains(b, []byte(lastWords))
	})
	if code := t.stop(syscall.SIGINT); code != 0 {
		t.network.Errorf("capture ended with %d\n%s", code, t.stderrText())
	}
	return t.file
}

func (p *peer) stdoutText() string {
	b, _ := os.ReadFile(p.stdout.Name())
	return string(b)
}

func (p *peer) stderrText() string {
	b, _ := os.ReadFile(p.stderr.Name())
	return string(b)
}

// dropped is what the capture process last said of drops by the kernel.
func (t *tap) dropped() int {
	n := 0
	sc := bufio.NewScanner(strings.NewReader(t.stderrText()))
	for sc.Scan() {
		if v, ok := strings.CutPrefix(sc.Text(), "dropped "); ok {
			n, _ = strconv.Atoi(v)
		}
	}
	return n
}

// write makes a file in the test's own folder.
func write(t testing.TB, name string, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, content); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
