//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// replay runs the program over a generated capture and returns its largest
// resident set in bytes.
func replay(t *testing.T, program string, s shape) int64 {
	t.Helper()
	cmd := exec.Command(program, "replay", "--format", "json", "-")
	cmd.Env = append(os.Environ(), "GOGC=25") // what the program itself comes to when the heap is large
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	werr := generate(in, s)
	in.Close()
	if err := cmd.Wait(); err != nil || werr != nil {
		t.Fatalf("%v, %v\n%s", err, werr, errs.String())
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	var sum struct {
		Type          string
		Packets       int64
		Flows         int64
		ParseFailures int64 `json:"parse_failures"`
	}
	if err := json.Unmarshal(lines[len(lines)-1], &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Type != "summary" || sum.Flows != int64(s.flows) || sum.ParseFailures != 0 || sum.Packets < 3*sum.Flows {
		t.Fatalf("the capture was not read as meant: %s", lines[len(lines)-1])
	}
	return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// A tenth of the million idle connections that must fit in a gigabyte, through
// the whole of replay: what they add is at most a tenth of it.
func TestIdleConnectionsAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := filepath.Join(t.TempDir(), "wardround")
	build := exec.Command("go", "build", "-o", program, "./cmd/wardround")
	build.Dir = testkit.Root(t)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const few, many, room = 1_000, 100_000, 100_000_000
	for _, c := range []struct {
		name string
		shape
		room int64
	}{
		{"silent", shape{clients: 100, servers: 6}, room},
		{"after an exchange", shape{clients: 100, servers: 6, talk: true}, 2 * room},
	} {
		c.flows = few
		base := replay(t, program, c.shape)
		c.flows = many
		got := replay(t, program, c.shape) - base
		t.Logf("%s: %d connections take %d MB", c.name, many, got/1e6)
		if got > c.room {
			t.Errorf("%s: %d connections take %d bytes, want at most %d", c.name, many, got, c.room)
		}
	}
}
