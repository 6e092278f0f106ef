package browser

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is the program, running.
type server struct {
	cmd  *exec.Cmd
	base string // http://localhost:PORT
	link string // signs in, or makes the first administrator

	mu    sync.Mutex
	lines []string
}

var (
	printed = regexp.MustCompile(`http://localhost:\d+/\S*#\S+`) // a link that signs in
	serves  = regexp.MustCompile(`http://localhost:\d+`)
)

// run starts the program and waits for the link it prints; stop ends it as an
// operator does.
func run(t *testing.T, args ...string) (s *server, stop func()) {
	t.Helper()
	return runUntil(t, printed, args...)
}

// runUntil waits for a line that matches instead.
func runUntil(t *testing.T, says *regexp.Regexp, args ...string) (s *server, stop func()) {
	t.Helper()
	state, err := os.MkdirTemp("", "wardround-state-")
	if err != nil {
		t.Fatal(err)
	}
	s = &server{cmd: exec.Command(build(t), args...)}
	s.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "WARDROUND_DATA=", "WARDROUND_SERVER=", "WARDROUND_TOKEN=")
	r, w := io.Pipe()
	s.cmd.Stdout, s.cmd.Stderr = w, w
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	link := make(chan string, 1)
	go func() { // ends when the program does
		scan := bufio.NewScanner(r)
		for scan.Scan() {
			s.mu.Lock()
			s.lines = append(s.lines, scan.Text())
			s.mu.Unlock()
			if l := says.FindString(scan.Text()); l != "" {
				select {
				case link <- l:
				default:
				}
			}
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait(); w.Close() }()
	stop = func() {
		_ = s.cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			s.cmd.Process.Kill()
			fmt.Fprintln(os.Stderr, "the program did not end when it was interrupted")
		}
		os.RemoveAll(state)
	}
	select {
	case s.link = <-link:
	case err := <-ended:
		ended <- err
		t.Fatalf("the program ended: %v\n%s", err, s.output())
	case <-time.After(time.Minute):
		stop()
		t.Fatalf("the program printed no link:\n%s", s.output())
	}
	s.base = serves.FindString(s.link)
	return s, stop
}

// all is everything that the program printed.
func (s *server) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// output is the end of it.
func (s *server) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines[max(0, len(s.lines)-60):], "\n")
}
