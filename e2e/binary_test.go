package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// program is the binary under test, built from this checkout.
var program string

// measured names the environment variable that turns this test program into a
// small parent which runs a command and reports what memory it took. (A child's
// peak begins, on Linux, with that of the process that started it, and a test
// program that has read captures is large.)
const measured = "WARDROUND_E2E_MEASURE"

func TestMain(m *testing.M) {
	if report := os.Getenv(measured); report != "" {
		os.Exit(measure(report, os.Args[1:]))
	}
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wardround-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	// A process without rights must be able to run it.
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	program = filepath.Join(dir, "wardround")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", program, "github.com/wardround/wardround/cmd/wardround")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the product does not build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// result is what a run of the binary left.
type result struct {
	stdout, stderr []byte
	code           int
	peak           int64 // resident memory in bytes; 0 where it was not measured
}

// patience is how long any one run may take.
const patience = 2 * time.Minute

// invocation is one run of the binary.
type invocation struct {
	args    []string
	stdin   io.Reader
	env     []string // besides the test's own
	measure bool
	// skip leaves out the lines of standard output that begin with it.
	skip []byte
}

// wardround runs the binary and fails the test only if it could not be run, took
// too long or died of a signal.
func wardround(t testing.TB, args ...string) result {
	t.Helper()
	return invocation{args: args}.run(t)
}

func (v invocation) run(t testing.TB) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, v.args...)
	cmd.Env = append(os.Environ(), v.env...)
	var report string
	if v.measure {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		report = filepath.Join(t.TempDir(), "peak")
		cmd = exec.CommandContext(ctx, self, append([]string{program}, v.args...)...)
		cmd.Env = append(append(os.Environ(), v.env...), measured+"="+report)
	}
	cmd.Stdin = v.stdin
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if v.skip != nil {
		cmd.Stdout = &sieve{out: &stdout, skip: v.skip}
	}
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	r := result{stdout: stdout.Bytes(), stderr: stderr.Bytes(), code: cmd.ProcessState.ExitCode()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("wardround %q took longer than %v\n%s", v.args, patience, r.stderr)
	case r.code < 0:
		t.Fatalf("wardround %q: %v\n%s", v.args, err, r.stderr)
	case err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		t.Fatalf("wardround %q: %v", v.args, err)
	}
	if bytes.Contains(r.stderr, []byte("panic:")) || bytes.Contains(r.stderr, []byte("goroutine ")) {
		t.Fatalf("wardround %q panicked:\n%s", v.args, r.stderr)
	}
	if report != "" {
		b, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &r.peak); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// sieve passes on the lines that do not begin with skip.
type sieve struct {
	out  *bytes.Buffer
	skip []byte
	line []byte // begun, not ended
}

func (s *sieve) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.line = append(s.line, p...)
			return n, nil
		}
		s.line = append(s.line, p[:i+1]...)
		p = p[i+1:]
		if !bytes.HasPrefix(s.line, s.skip) {
			s.out.Write(s.line)
		}
		s.line = s.line[:0]
	}
}

// measure runs a command and writes its peak of resident memory, in bytes.
func measure(report string, args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		return 125
	}
	if err := os.WriteFile(report, fmt.Append(nil, peak(cmd.ProcessState)), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 125
	}
	return cmd.ProcessState.ExitCode()
}

// want fails the test unless the run ended with code.
func (r result) want(t testing.TB, code int) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit status %d, want %d\nstdout: %.500s\nstderr: %.2000s", r.code, code, r.stdout, r.stderr)
	}
	return r
}
