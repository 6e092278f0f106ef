package browser

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/wardround/wardround/internal/testkit"
)

var doLine = regexp.MustCompile(`(?m)^<!-- do: (\S+) ?(.*?) -->$`)

var namedKeys = map[string]string{"Escape": kb.Escape, "Enter": kb.Enter, "Tab": kb.Tab, "Space": " ", "ArrowDown": kb.ArrowDown}

// TestTutorial follows the tutorial "your first round in five minutes" to the
// letter, with the command it gives.
func TestTutorial(t *testing.T) {
	chromium(t)
	page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "tutorial", "first-round.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("\n    go run ./cmd/wardround demo --open\n")) {
		t.Fatal("the tutorial does not begin with the demo")
	}
	b := in(t, ownDemo(t))
	judged(b)
	steps := doLine.FindAllStringSubmatch(string(page), -1)
	if len(steps) < 20 {
		t.Fatalf("only %d steps", len(steps))
	}
	b.visit("/")
	for _, s := range steps {
		b.Logf("%s %s", s[1], s[2])
		b.act(s[1], s[2])
	}
}

// act does one line of the tutorial.
func (b *tab) act(verb, rest string) {
	b.Helper()
	switch verb {
	case "text":
		b.text(rest)
	case "gone":
		b.gone(rest)
	case "press":
		b.press(rest)
	case "push":
		b.push(rest)
	case "at":
		b.at(rest)
	case "has":
		b.has(rest)
	case "type":
		b.keys(rest)
	case "keys":
		b.settled()
		for _, k := range strings.Fields(rest) {
			b.keys(k)
		}
	case "key":
		if k, ok := strings.CutPrefix(rest, "Control+"); ok {
			b.run(chromedp.KeyEvent(k, chromedp.KeyModifiers(2)))
			return
		}
		if k, ok := namedKeys[rest]; ok {
			rest = k
		}
		b.keys(rest)
	case "finding":
		b.visit("/findings/" + b.finding(rest))
	default:
		b.Fatalf("the tutorial says %q, which nobody can do", verb)
	}
}

// TestPictureOfTheReadme writes the README's screenshot. It is compared by size
// alone: a picture of a living ward is never the same twice.
func TestPictureOfTheReadme(t *testing.T) {
	b := in(t, demo(t))
	judged(b)
	b.theme("light")
	b.resize(size{"readme", 1440, 1080})
	b.visit("/")
	b.settled()
	b.text("Coverage")
	shot := b.shot("readme")
	got, err := png.DecodeConfig(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(testkit.Root(t), "docs", "images", "overview.png")
	if os.Getenv("WARDROUND_IMAGES") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, shot, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatalf("%v; make it with WARDROUND_IMAGES=1 go test -run TestPictureOfTheReadme ./e2e/browser", err)
	}
	defer f.Close()
	kept, _, err := image.DecodeConfig(f)
	if err != nil || kept.Width != got.Width || kept.Height != got.Height {
		t.Errorf("docs/images/overview.png is %dx%d (%v), the page %dx%d", kept.Width, kept.Height, err, got.Width, got.Height)
	}
}
