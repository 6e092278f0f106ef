package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

// TestServiceAtWork: a service that watches a cable answers about itself, is read
// and told what to do beside its work, and its capture process holds nothing.
func TestServiceAtWork(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	curl := testkit.Need(t, "curl")
	live := n.serve("--learn", "10m")
	get := func(path string) (string, int) {
		t.Helper()
		out, err := n.command(t.Context(), server, curl, "-sS", "-m", "10", "http://127.0.0.1:8420"+path).CombinedOutput()
		if err != nil {
			return string(out), 1
		}
		return string(out), 0
	}
	if body, code := get("/healthz"); body != "ok\n" || code != 0 {
		t.Errorf("/healthz: %q", body)
	}
	// Nobody else on the network gets an answer.
	if _, code := n.tool(client, "curl", "-sS", "-m", "5", "http://"+serverAddress+":8420/healthz"); code == 0 {
		t.Error("it answers to the network")
	}
	unprivileged(t, live)

	// An HL7 conversation with a name in it.
	request, answer := innocentMessages()
	listener := n.start(server, testkit.Need(t, "python3"), "-u", "-c", `
import socket, sys
s = socket.create_server((sys.argv[1], 7575))
c, _ = s.accept()
c.recv(65536)
c.sendall(bytes.fromhex(sys.argv[2]))
c.close()
`, serverAddress, fmt.Sprintf("%x", answer))
	n.listens(server, 7575)
	if out, code := n.tool(client, "python3", "-c", `
import socket, sys
s = socket.create_connection((sys.argv[1], 7575))
s.sendall(bytes.fromhex(sys.argv[2]))
s.recv(65536)
s.close()
`, serverAddress, fmt.Sprintf("%x", request)); code != 0 {
		t.Fatalf("the client ended with %d: %s", code, out)
	}
	until(t, "the listener has answered", listener.over)
	until(t, "the finding is there", func() bool { return live.findings()["hl7.cleartext"] == 1 })

	// Beside it: reading, deciding through the control socket, evidence, a backup.
	var id string
	for _, f := range live.ask("finding", "list", "--check", "hl7.cleartext") {
		id = f.ID
	}
	live.ask("finding", "acknowledge", id, "--reason", "known", "--by", "ann")
	if l := live.ask("finding", "list", "--check", "hl7.cleartext"); len(l) != 1 || l[0].State != "acknowledged" {
		t.Errorf("after it was acknowledged: %v", l)
	}
	dir := t.TempDir()
	live.ask("evidence", "export", filepath.Join(dir, "bundle.zip"))
	live.ask("backup", filepath.Join(dir, "backup.tar"))
	wardround(t, "evidence", "verify", filepath.Join(dir, "bundle.zip"), "--key", filepath.Join(live.dir, "keys", "ledger.pub")).want(t, 0)
	if out := wardround(t, "--data", live.dir, "serve", "--listen", "127.0.0.1:0", "--once").want(t, 2); !bytes.Contains(out.stderr, []byte("serve")) {
		t.Errorf("a second service is refused with\n%s", out.stderr)
	}
	body, _ := get("/metrics")
	if !strings.Contains(body, "wardround_judged_observations_total") || strings.Contains(body, "INNOCENT") {
		t.Errorf("/metrics:\n%s", body)
	}
	if code := live.stop(syscall.SIGTERM); code != 0 {
		t.Errorf("ended with %d\n%s", code, live.said())
	}
	if l := live.log(); !l.seenInnocent(t) {
		t.Error("the conversation is not in the log")
	}
}

// unprivileged checks that the capture process of a service is nobody, without
// capabilities, environment and keys.
func unprivileged(t *testing.T, s *service) {
	t.Helper()
	found := false
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		args := strings.Split(string(line), "\x00")
		if len(args) < 3 || args[0] != program || args[1] != "capture" || !inNetwork(s, e.Name()) {
			continue
		}
		found = true
		status, err := os.ReadFile(filepath.Join("/proc", e.Name(), "status"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534", "NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000"} {
			if !strings.Contains(string(status), want) {
				t.Errorf("the capture process has not %q:\n%s", want, status)
			}
		}
		if environ, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ")); err != nil || len(environ) > 0 {
			t.Errorf("the capture process has an environment: %q, %v", environ, err)
		}
		files, err := filepath.Glob(filepath.Join("/proc", e.Name(), "fd", "*"))
		if err != nil || len(files) == 0 {
			t.Errorf("open files: %v, %v", files, err)
		}
		for _, f := range files {
			if to, _ := os.Readlink(f); strings.HasPrefix(to, s.dir) {
				t.Errorf("the capture process has %s open", to)
			}
		}
	}
	if !found {
		t.Error("no capture process was found")
	}
}

// inNetwork reports whether a process is in the namespace of a service.
func inNetwork(s *service, pid string) bool {
	theirs, err := os.Stat(filepath.Join("/proc", pid, "ns", "net"))
	if err != nil {
		return false
	}
	ours, err := os.Stat(filepath.Join("/run/netns", s.spaces[server]))
	return err == nil && os.SameFile(theirs, ours)
}

// TestDemoFindsWithinTenSeconds: the first finding of a demo comes within ten
// seconds, and an interrupted demo still shows what it found.
func TestDemoFindsWithinTenSeconds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted here")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "demo")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found, summary := time.Duration(0), false
	for sc := bufio.NewScanner(out); sc.Scan(); {
		line := sc.Text()
		if found == 0 && (strings.Contains(line, "▲") || strings.Contains(line, "●")) {
			found = time.Since(start)
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
		summary = summary || strings.Contains(line, "findings in")
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
	if found == 0 || found > 10*time.Second {
		t.Errorf("first finding after %v", found)
	}
	if !summary {
		t.Error("no closing summary")
	}
	t.Logf("first finding after %v", found)
}
