package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/wardround/wardround/internal/testkit"
)

// patience is how long a page may take until it shows what is waited for: shared
// machines are slow at times.
const patience = 30 * time.Second

// tab is one page of a browser profile of its own: no cookie of another test.
type tab struct {
	*testing.T
	ctx  context.Context
	base string // http://localhost:PORT
	axe  string // axe-core, once loaded

	opened bool

	mu         sync.Mutex
	complaints []string // errors of the page's console, CSP violations among them
}

// size is a window in CSS pixels.
type size struct {
	name          string
	width, height int64
}

var (
	phone = size{"phone", 390, 844}
	desk  = size{"desk", 1440, 900}
	wall  = size{"wall", 2560, 1440}
)

// open gives a tab in a fresh profile; at the end of the test the page's console
// must be clean.
func open(t *testing.T, base string) *tab {
	t.Helper()
	b := &tab{T: t, base: strings.TrimSuffix(base, "/")}
	ctx, cancel := chromedp.NewContext(chromium(t), chromedp.WithNewBrowserContext(), chromedp.WithListener(func(ev any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			text := ev.ExceptionDetails.Text
			if ev.ExceptionDetails.Exception != nil {
				text += " " + ev.ExceptionDetails.Exception.Description
			}
			b.complaints = append(b.complaints, text)
		case *cdplog.EventEntryAdded:
			if ev.Entry.Level == cdplog.EntryLevelError && ev.Entry.Source != cdplog.EntrySourceNetwork {
				b.complaints = append(b.complaints, ev.Entry.Text)
			}
		case *page.EventJavascriptDialogOpening:
			b.complaints = append(b.complaints, "a script opened a dialog: "+ev.Message)
		}
	}))
	b.ctx = ctx
	b.run() // the tab opens
	for _, err := range []error{call(b, cdplog.Enable, cdp.Empty{}), call(b, runtime.Enable, cdp.Empty{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b.resize(desk)
	t.Cleanup(func() {
		if t.Failed() {
			b.shot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()))
		}
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			t.Errorf("the page complained: %s", c)
		}
	})
	return b
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if b.opened {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		defer cancel()
		if err := chromedp.Do(ctx, actions...); err != nil {
			b.Fatalf("browser: %v", err)
		}
		return
	}
	if err := chromedp.Do(b.ctx, actions...); err != nil { // the first call makes the tab, which lives as long as its context
		b.Fatalf("browser: %v", err)
	}
	b.opened = true
}

// call sends one command of the DevTools protocol.
func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, cmd, params)
	return err
}

// eval runs an expression in the page and decodes what it gives.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("browser: %.300s: %v", expression, err)
	}
	return v
}

// until waits until an expression of the page is true.
func (b *tab) until(what, expression string) {
	b.Helper()
	deadline := time.Now().Add(patience)
	for {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		cancel()
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			ctx, cancel := context.WithTimeout(b.ctx, patience)
			text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + (document.querySelector("dialog[open], [role=dialog]") ?? document.querySelector("main") ?? document.body).innerText.replace(/\n+/g, " | ")`))
			cancel()
			b.Fatalf("%s: not within %v (%v); the page shows:\n%.1500s", what, patience, err, text)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// visit opens a path of the program, or a whole URL.
func (b *tab) visit(path string) {
	b.Helper()
	url := path
	if strings.HasPrefix(path, "/") {
		url = b.base + path
	}
	b.run(chromedp.Navigate(url))
}

// text waits until the page shows words.
func (b *tab) text(words string) {
	b.Helper()
	b.until(fmt.Sprintf("the words %q", words), "document.body && document.body.innerText.toLowerCase().includes("+quote(strings.ToLower(words))+")")
}

// gone waits until the page no longer shows words.
func (b *tab) gone(words string) {
	b.Helper()
	b.until(fmt.Sprintf("the words %q going", words), "!document.body.innerText.includes("+quote(words)+")")
}

// at waits until the page's path begins with path.
func (b *tab) at(path string) {
	b.Helper()
	b.until("being at "+path, "location.pathname.startsWith("+quote(path)+")")
}

func (b *tab) has(selector string) {
	b.Helper()
	b.until("an element "+selector, "document.querySelector("+quote(selector)+")")
}

// named is a script that finds the visible element of a role or tag by its name.
func named(tags, name string) string {
	return `[...document.querySelectorAll(` + quote(tags) + `)].find(e => e.checkVisibility() && ((e.getAttribute("aria-label") || e.innerText || "").trim().replace(/\s+/g, " ")).startsWith(` + quote(name) + `))`
}

// press clicks the button, link, tab or menu item of that name.
func (b *tab) press(name string) {
	b.Helper()
	find := named("button,a,[role=tab],[role=menuitem],[role=option],summary,label", name)
	b.until("something to press called "+name, find+" && !"+find+".disabled")
	eval[bool](b, "("+find+".click(), true)")
}

// push clicks a button by its name; press takes what comes first, choices too.
func (b *tab) push(name string) {
	b.Helper()
	find := named("button", name)
	b.until("a button called "+name, find+" && !"+find+".disabled")
	eval[bool](b, "("+find+".click(), true)")
}

// fill types into the field of that label, as a keyboard does.
func (b *tab) fill(label, value string) {
	b.Helper()
	find := `[...document.querySelectorAll("label")].filter(l => l.checkVisibility() && l.innerText.trim().startsWith(` + quote(label) + `)).map(l => l.control || l.querySelector("input,textarea,select"))[0]`
	b.until("a field "+label, find)
	eval[bool](b, "("+find+".focus(), "+find+".select && "+find+".select(), true)")
	b.run(chromedp.KeyEvent(value))
}

// keys sends keys to whatever has the focus.
func (b *tab) keys(keys string) {
	b.Helper()
	b.run(chromedp.KeyEvent(keys))
}

func (b *tab) resize(s size) {
	b.Helper()
	b.run(chromedp.EmulateViewport(s.width, s.height))
}

// theme sets what the system prefers: "light" or "dark".
func (b *tab) theme(name string) {
	b.Helper()
	err := call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// shot writes a screenshot of the window.
func (b *tab) shot(name string) []byte {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Logf("no screenshot %s: %v", name, err)
		return nil
	}
	dir := filepath.Join("screenshots")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
	return png
}

// accessible has axe-core judge the page: no violation.
func (b *tab) accessible(name string) {
	b.Helper()
	if b.axe == "" {
		file := filepath.Join(testkit.Root(b), "web", "node_modules", "axe-core", "axe.min.js")
		src, err := os.ReadFile(file)
		if err != nil {
			if testkit.CI() {
				b.Fatalf("axe-core is not installed: %v (npm ci in web; required in CI)", err)
			}
			b.Logf("axe-core is not installed (npm ci in web): %s is not judged", name)
			return
		}
		b.axe = string(src)
	}
	eval[int](b, b.axe+";0")
	type violation struct {
		ID, Impact, Help string
		Nodes            []struct {
			HTML    string `json:"html"`
			Summary string `json:"failureSummary"`
		}
	}
	for _, v := range eval[[]violation](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations)`) {
		n := v.Nodes[0] // the others are mostly alike
		b.Errorf("%s: axe %s (%s): %s, %d times, first\n%.300s\n%s", name, v.ID, v.Impact, v.Help, len(v.Nodes), n.HTML, n.Summary)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func quote(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(q)
}
