package faults

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a running "wardround serve".
type server struct {
	testing.TB
	dir   string
	quiet bool // what it said is not part of a failure
	cmd   *exec.Cmd
	mu    sync.Mutex
	said  strings.Builder
	ended chan struct{}
}

// serve starts the server on a data directory and returns at once.
func serve(t testing.TB, dir string, args ...string) *server {
	t.Helper()
	return serveWith(t, nil, dir, args...)
}

// serveWith is serve with a change to the command before it starts.
func serveWith(t testing.TB, change func(*exec.Cmd), dir string, args ...string) *server {
	t.Helper()
	s := &server{TB: t, dir: dir, ended: make(chan struct{})}
	s.cmd = exec.Command(program, append([]string{"--data", dir, "serve", "--listen", "127.0.0.1:0"}, args...)...)
	if change != nil {
		change(s.cmd)
	}
	s.cmd.Stderr = s
	s.cmd.WaitDelay = 5 * time.Second
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.ended
		if text := s.text(); strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ") {
			t.Errorf("the server panicked:\n%s", text)
		} else if t.Failed() && !s.quiet {
			t.Logf("the server on %s said:\n%s", dir, text)
		}
	})
	return s
}

// Write takes what the server says on standard error.
func (s *server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.Write(p)
}

func (s *server) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.String()
}

func (s *server) says(text string) bool { return strings.Contains(s.text(), text) }

// until waits until the server has said text, and fails if it ends before.
func (s *server) until(text string) *server {
	s.Helper()
	eventually(s, text, func() bool {
		if !s.running() && !s.says(text) {
			s.Fatalf("the server ended before it said %q", text)
		}
		return s.says(text)
	})
	return s
}

func (s *server) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// ready waits until commands reach the server.
func (s *server) ready() *server {
	s.Helper()
	return s.until("wardround serves ")
}

// wait waits until the server has ended and returns its exit status.
func (s *server) wait() int {
	s.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.Fatalf("the server still runs after %v", patience)
	}
	return s.cmd.ProcessState.ExitCode()
}

// end waits until the server has ended, and wants an exit status.
func (s *server) end(code int) {
	s.Helper()
	if got := s.wait(); got != code {
		s.Fatalf("the server ended with status %d, want %d", got, code)
	}
}

// kill ends the server as a power cut of its process would.
func (s *server) kill() {
	s.Helper()
	s.cmd.Process.Kill()
	s.wait()
}

// stop asks the server to end and wants it to end well.
func (s *server) stop() {
	s.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && err != os.ErrProcessDone {
		s.Fatal(err)
	}
	s.end(0)
}

var address = regexp.MustCompile(`http://([0-9.:]+)/healthz`)

// get asks the server's own HTTP for a path; "" when it does not answer.
func (s *server) get(path string) string {
	m := address.FindStringSubmatch(s.text())
	if m == nil {
		return ""
	}
	client := http.Client{Timeout: 5 * time.Second}
	r, err := client.Get("http://" + m[1] + path)
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	return string(b)
}

// metric returns a figure of /metrics, -1 when it is not told.
func (s *server) metric(name string) float64 {
	for line := range strings.Lines(s.get("/metrics")) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil {
				s.Fatal(err)
			}
			return f
		}
	}
	return -1
}
