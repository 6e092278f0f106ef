package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wardround/wardround/internal/testkit"
)

// program is the binary under test, built once.
var program struct {
	path string
	err  error
}

// engine is one Chromium for all tests; each test has a profile of its own in it.
var engine struct {
	ctx  context.Context
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if ward.stop != nil {
		ward.stop()
	}
	if engine.stop != nil {
		engine.stop()
	}
	if program.path != "" {
		os.RemoveAll(filepath.Dir(program.path))
	}
	os.Exit(code)
}

// build returns the path of the program, built from this tree.
func build(t *testing.T) string {
	t.Helper()
	if program.path == "" && program.err == nil {
		dir, err := os.MkdirTemp("", "wardround-program-")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "wardround"), "./cmd/wardround")
		cmd.Dir = testkit.Root(t)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			program.err = fmt.Errorf("%w\n%s", err, out)
		}
		program.path = filepath.Join(dir, "wardround")
	}
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}

// chromium starts the browser, or skips.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := testkit.Need(t, "chromium")
	if engine.ctx == nil {
		opts := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
			chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-prefers-reduced-motion", true),
			chromedp.Flag("lang", "en-GB"))
		alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, stop := chromedp.NewContext(alloc)
		if err := chromedp.Do(ctx); err != nil {
			stopAlloc()
			t.Fatalf("chromium does not start: %v", err)
		}
		engine.ctx, engine.stop = ctx, func() { stop(); stopAlloc() }
	}
	return engine.ctx
}
