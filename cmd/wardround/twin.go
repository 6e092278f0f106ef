package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
)

// twin is the simulated ward beside a server, for who wants to look before anything
// is watched: a process of its own with a store of its own, so that simulated facts
// never mix with live ones. There is one at a time, and it ends with us.
type twin struct {
	a   *app
	ctx context.Context

	mu    sync.Mutex
	stdin io.Closer // closing it ends the process
	ended chan struct{}
}

// bornWithin is how long the simulated ward may take to be served.
const bornWithin = 15 * time.Second

// start starts the simulated ward and returns the address at which one is signed in.
// One that runs already is ended first: its link was for whoever asked before.
func (t *twin) start(ctx context.Context) (string, error) {
	const op = "simulation"
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end()
	self, err := os.Executable()
	if err != nil {
		return "", wardround.Wrap(wardround.EInternal, op, err)
	}
	cmd := exec.CommandContext(t.ctx, self, "demo", "--parent", "--stay", "--listen", "127.0.0.1:0")
	cmd.Env = bare(os.Environ())
	cmd.Dir = os.TempDir()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 2 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", wardround.Wrap(wardround.EInternal, op, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", wardround.Wrap(wardround.EInternal, op, err)
	}
	var last tail
	cmd.Stderr = &last
	if err := cmd.Start(); err != nil {
		return "", wardround.Wrap(wardround.EInternal, op, err)
	}
	t.stdin, t.ended = stdin, make(chan struct{})
	said := make(chan announced, 1)
	go func(ended chan struct{}) { // ends with the process
		defer close(ended)
		r := bufio.NewReader(stdout)
		var a announced
		if line, err := r.ReadBytes('\n'); err == nil && json.Unmarshal(line, &a) == nil {
			said <- a
		}
		_, _ = io.Copy(io.Discard, r)
		_ = cmd.Wait() // how it ended says nothing to anybody
	}(t.ended)
	late := time.NewTimer(bornWithin)
	defer late.Stop()
	select {
	case a := <-said:
		return a.URL, nil
	case <-t.ended:
		return "", wardround.Errorf(wardround.EInternal, op, "the simulated ward ended at once: %s", last.String())
	case <-late.C:
		err = wardround.Errorf(wardround.ECannotTell, op, "the simulated ward is not served within %v", bornWithin)
	case <-ctx.Done():
		err = ctx.Err()
	}
	t.end()
	return "", err
}

// end ends the one that runs, if any. The caller holds the mutex.
func (t *twin) end() {
	if t.stdin == nil {
		return
	}
	_ = t.stdin.Close()
	select {
	case <-t.ended:
	case <-time.After(3 * time.Second): // then the context does
	}
	t.stdin = nil
}

// bare is an environment without what tells of our server and data.
func bare(env []string) []string {
	var out []string
	for _, e := range env {
		if !strings.HasPrefix(e, "WARDROUND_") {
			out = append(out, e)
		}
	}
	return out
}

// tail keeps the last line that was written.
type tail struct {
	mu   sync.Mutex
	text string
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text += string(p)
	t.text = t.text[max(0, len(t.text)-1000):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(t.text), "\n")
	return lines[len(lines)-1]
}
