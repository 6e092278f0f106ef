package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

var (
	tutorialBlock = regexp.MustCompile("(?ms)^```(python|yaml|sh|text)[ ]?([^\n]*)\n(.*?)^```$")
	anyDigits     = regexp.MustCompile(`[0-9]+`)
	betweenCells  = regexp.MustCompile(`\s{2,}`)
)

// TestTutorialOfAModel follows docs/tutorial/an-ai-model.md: it writes the files that
// stand there, runs each command, and finds each line that is shown in what was
// printed. Figures may differ.
func TestTutorialOfAModel(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains a model")
	}
	python := testkit.Python(t, "sklearn", "joblib", "numpy")
	testkit.Need(t, "openssl")
	page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "tutorial", "an-ai-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("WARDROUND_DATA", filepath.Join(dir, "data"))
	said, commands, shown := "", 0, 0
	for _, m := range tutorialBlock.FindAllStringSubmatch(string(page), -1) {
		switch m[1] {
		case "python", "yaml":
			if err := os.WriteFile(m[2], []byte(m[3]), 0o600); err != nil {
				t.Fatal(err)
			}
		case "sh":
			said = ""
			want := 0
			if s, ok := strings.CutPrefix(m[2], "status="); ok {
				if want, err = strconv.Atoi(s); err != nil {
					t.Fatal(err)
				}
			}
			for line := range strings.Lines(m[3]) {
				commands++
				if until, ok := strings.CutPrefix(m[2], "until="); ok {
					serveUntil(t, shellWords(line)[1:], strings.Trim(until, `"`))
					continue
				}
				code, out := tutorialCommand(t, python, strings.TrimSpace(line))
				if code != want {
					t.Fatalf("%s: status %d, want %d\n%s", line, code, want, out)
				}
				said += out
			}
		case "text":
			for line := range strings.Lines(m[3]) {
				shown++
				if !printed(said, line) {
					t.Errorf("this is shown and was not printed:\n%s\n%s", line, said)
				}
			}
		}
	}
	if commands < 20 || shown < 20 {
		t.Errorf("%d commands, %d lines", commands, shown)
	}
}

// tutorialCommand runs a line: ours in this process, what is not ours in a shell.
func tutorialCommand(t *testing.T, python, line string) (int, string) {
	t.Helper()
	if !strings.HasPrefix(line, "wardround ") {
		if rest, ok := strings.CutPrefix(line, "python3 "); ok {
			line = python + " " + rest
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return 0, string(out)
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), shellWords(line)[1:], strings.NewReader(""), &out, &errs)
	return code, out.String() + errs.String()
}

// shellWords parts a line at spaces that do not stand between double quotes.
func shellWords(line string) (out []string) {
	for i, part := range strings.Split(strings.TrimSpace(line), `"`) {
		if i%2 == 1 {
			out = append(out, part)
		} else {
			out = append(out, strings.Fields(part)...)
		}
	}
	return out
}

// printed reports whether a line of text has the cells of what is shown, in order, but
// for figures.
func printed(said, shown string) bool {
	plain := func(s string) string { return anyDigits.ReplaceAllString(s, "0") }
	cells := betweenCells.Split(strings.TrimSpace(plain(shown)), -1)
	for line := range strings.Lines(plain(said)) {
		at := 0
		for _, c := range cells {
			i := strings.Index(line[at:], c)
			if i < 0 {
				at = -1
				break
			}
			at += i + len(c)
		}
		if at >= 0 {
			return true
		}
	}
	return false
}

// lookedOn is output that is looked at while it is written.
type lookedOn struct {
	mu    sync.Mutex
	text  bytes.Buffer
	until string
	seen  func()
}

func (w *lookedOn) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if bytes.Contains(w.text.Bytes(), []byte(w.until)) {
		w.seen()
	}
	return len(p), nil
}

// serveUntil serves until something is printed, as somebody does who looks on.
func serveUntil(t *testing.T, args []string, until string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out := &lookedOn{until: until, seen: cancel}
	var errs bytes.Buffer
	code := run(ctx, append(args, "--listen", "127.0.0.1:0"), strings.NewReader(""), out, io.Writer(&errs))
	out.mu.Lock()
	defer out.mu.Unlock()
	if code != 0 || !strings.Contains(out.text.String(), until) {
		t.Fatalf("%v: status %d, and %q was not printed:\n%s%s", args, code, until, out.text.String(), errs.String())
	}
}
