package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// A replay's pseudonyms are made under a key that is thrown away with it, so that
// two replays cannot be linked; and it took the time it took. All else is fixed.
var (
	pseudonym = regexp.MustCompile(`"x:[A-Za-z0-9_-]{22}"`)
	took      = regexp.MustCompile(`"seconds":[0-9.e+-]+`)
)

// settled numbers pseudonyms in the order in which they appear and leaves out how
// long it took.
func settled(out []byte) []byte {
	names := map[string]string{}
	out = pseudonym.ReplaceAllFunc(out, func(p []byte) []byte {
		if names[string(p)] == "" {
			names[string(p)] = fmt.Sprintf(`"pseudonym %d"`, len(names)+1)
		}
		return []byte(names[string(p)])
	})
	return took.ReplaceAll(out, []byte(`"seconds":0`))
}

// judged keeps the lines that are judgements: they must agree as they are.
func judged(out []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(out) {
		for _, typ := range []string{"asset", "link", "verdict", "finding", "case"} {
			if bytes.HasPrefix(line, []byte(`{"type":"`+typ+`"`)) {
				kept = append(kept, line...)
			}
		}
	}
	return kept
}

// TestReplayIsAProof: the same capture gives the same bytes, on one processor or
// two, from a file or from standard input.
func TestReplayIsAProof(t *testing.T) {
	capture := simulated(t, 5, "1", everyScenario()...)
	bytesOf := func(file string) *os.File {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	args := []string{"replay", "--format", "json", "--quiet"}
	first := invocation{args: append(args, capture)}.run(t).want(t, 0).stdout
	if n := bytes.Count(judged(first), []byte("\n")); n < 100 {
		t.Fatalf("only %d judgements", n)
	}
	for name, v := range map[string]invocation{
		"again":          {args: append(args, capture)},
		"one processor":  {args: append(args, capture), env: []string{"GOMAXPROCS=1"}},
		"two processors": {args: append(args, capture), env: []string{"GOMAXPROCS=2"}},
		"many":           {args: append(args, capture), env: []string{"GOMAXPROCS=16", "GOGC=10"}},
		"standard input": {args: append(args, "-"), stdin: bytesOf(capture)},
		"compressed":     {args: append(args, compressed(t, capture))},
	} {
		got := v.run(t).want(t, 0).stdout
		if !bytes.Equal(judged(first), judged(got)) {
			t.Errorf("%s: judgements differ: %s", name, cmp.Diff(firstDifference(judged(first), judged(got))))
		}
		if !bytes.Equal(settled(first), settled(got)) {
			t.Errorf("%s: output differs: %s", name, cmp.Diff(firstDifference(settled(first), settled(got))))
		}
	}
}

// compressed writes a file as gzip and returns its path.
func compressed(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(file)+".gz")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// firstDifference returns the first lines in which two outputs differ.
func firstDifference(a, b []byte) (string, string) {
	x, y := bytes.SplitAfter(a, []byte("\n")), bytes.SplitAfter(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return string(x[i]), string(y[i])
		}
	}
	return fmt.Sprintf("%d lines", len(x)), fmt.Sprintf("%d lines", len(y))
}

// TestSimIsDeterministic: the same seed gives the same capture, and another seed
// another, whatever the number of processors.
func TestSimIsDeterministic(t *testing.T) {
	capture := func(seed, processors string) []byte {
		file := filepath.Join(t.TempDir(), "ward.pcap")
		args := append([]string{"sim", "capture", "--seed", seed, "--hours", "0.3"}, everyScenario()...)
		invocation{args: append(args, file), env: []string{"GOMAXPROCS=" + processors}}.run(t).want(t, 0)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := capture("9", "1")
	if !bytes.Equal(first, capture("9", "2")) {
		t.Error("the same seed gave another capture")
	}
	if bytes.Equal(first, capture("10", "2")) {
		t.Error("another seed gave the same capture")
	}
}

// TestRecordedCapturesAreReplayedAlike holds for real traffic too.
func TestRecordedCapturesAreReplayedAlike(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "captures"), "*.pcap"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d captures: %v", len(files), err)
	}
	args := append([]string{"replay", "--format", "json", "--quiet"}, files...)
	first := settled(invocation{args: args, env: []string{"GOMAXPROCS=1"}}.run(t).want(t, 0).stdout)
	second := settled(invocation{args: args, env: []string{"GOMAXPROCS=2"}}.run(t).want(t, 0).stdout)
	if !bytes.Equal(first, second) {
		t.Error(cmp.Diff(firstDifference(first, second)))
	}
}
