package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// program is the binary under test, built from this checkout; scratch is a folder
// that goes with the tests.
var program, scratch string

func TestMain(m *testing.M) {
	os.Exit(build(m))
}

func build(m *testing.M) int {
	if program = os.Getenv(inside); program != "" { // this is the part of a test in its own namespace
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "wardround-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	scratch, program = dir, filepath.Join(dir, "wardround")
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

// inside names the environment variable that holds the built binary for the part
// of a test that runs in a namespace of its own.
const inside = "WARDROUND_FAULTS_PROGRAM"

// patience is how long anything may take that should take a moment.
const patience = 60 * time.Second

// number reads a variable that makes a test larger.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: want a number above 0", name, v)
	}
	return n
}

// eventually polls until done says nothing is missing any more.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// result is what one run of the binary left.
type result struct {
	stdout, stderr string
	code           int
}

// wardround runs the binary to its end.
func cli(t testing.TB, args ...string) result {
	t.Helper()
	return cliReading(t, nil, args...)
}

func cliReading(t testing.TB, stdin io.Reader, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("wardround %q took longer than %v\n%s", args, patience, stderr.String())
	case err != nil && !errors.As(err, &exit):
		t.Fatalf("wardround %q: %v", args, err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// want fails the test unless the run ended with code and each text is in what it
// said on standard error or output.
func (r result) want(t testing.TB, code int, texts ...string) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit status %d, want %d\nstdout: %.2000s\nstderr: %.2000s", r.code, code, r.stdout, r.stderr)
	}
	for _, text := range texts {
		if !bytes.Contains([]byte(r.stderr+r.stdout), []byte(text)) {
			t.Errorf("%q is not said in\nstdout: %.2000s\nstderr: %.2000s", text, r.stdout, r.stderr)
		}
	}
	return r
}
