package browser

import (
	"bufio"
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
	t    *testing.T
	cmd  *exec.Cmd
	base string // http://localhost:PORT
	link string // signs in, or makes the first administrator

	mu    sync.Mutex
	lines []string
}

var printed = regexp.MustCompile(`http://localhost:\d+/\S*#\S+`)

// start runs the program until the end of the test and waits for the link it prints.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(build(t), args...)}
	s.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir(), "WARDROUND_DATA=")
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
			if l := printed.FindString(scan.Text()); l != "" {
				select {
				case link <- l:
				default:
				}
			}
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait(); w.Close() }()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			s.cmd.Process.Kill()
			t.Error("the program did not end when it was interrupted")
		}
		if t.Failed() {
			t.Logf("the program printed:\n%s", s.output())
		}
	})
	select {
	case s.link = <-link:
	case err := <-ended:
		ended <- err
		t.Fatalf("the program ended: %v\n%s", err, s.output())
	case <-time.After(time.Minute):
		t.Fatalf("the program printed no link:\n%s", s.output())
	}
	s.base = s.link[:strings.Index(s.link[8:], "/")+8]
	return s
}

func (s *server) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines[max(0, len(s.lines)-60):], "\n")
}
