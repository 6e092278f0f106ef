package testkit

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Python returns an interpreter that has the modules, the one that
// WARDROUND_PYTHON names or python3; or skips (laptop) or fails (CI).
func Python(t testing.TB, modules ...string) string {
	t.Helper()
	python := os.Getenv("WARDROUND_PYTHON")
	if python == "" {
		python = Need(t, "python3")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	// find_spec looks without importing: some of these take seconds to import.
	probe := "import importlib.util, sys\nfor m in sys.argv[1:]:\n if importlib.util.find_spec(m) is None: print(m)\n"
	out, err := exec.CommandContext(ctx, python, append([]string{"-c", probe}, modules...)...).CombinedOutput()
	if err != nil {
		Missing(t, "%s does not run: %v: %s", python, err, out)
	}
	if lacks := strings.Fields(string(out)); len(lacks) > 0 {
		Missing(t, "%s lacks the Python modules %s; name another interpreter in WARDROUND_PYTHON", python, strings.Join(lacks, ", "))
	}
	return python
}

// RunPython runs a script with an interpreter that has the modules, in a folder
// of its own, and returns what it printed. args are the script's arguments.
func RunPython(t testing.TB, modules []string, script string, args ...string) []byte {
	t.Helper()
	python := Python(t, modules...)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, append([]string{"-"}, args...)...)
	cmd.Dir = t.TempDir()
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=", "PYTHONWARNINGS=ignore", "OMP_NUM_THREADS=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tail := stderr.Bytes()
		t.Fatalf("the Python script failed: %v\n%s", err, tail[max(0, len(tail)-4000):])
	}
	return out
}
