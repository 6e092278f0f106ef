package browser

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// finding gives the id of a finding that a query of the API finds first.
func (b *tab) finding(query string) string {
	b.Helper()
	id := eval[string](b, `fetch("/api/v1/findings?limit=1&`+query+`").then(r => r.json()).then(p => p.items[0]?.id ?? "")`)
	if id == "" {
		b.Fatalf("no finding for %s", query)
	}
	return id
}

// TestAcknowledge: a finding is taken up on its page, with the keyboard alone; its
// state, history and ledger say so.
func TestAcknowledge(t *testing.T) {
	b := in(t, ownDemo(t))
	judged(b)
	id := b.finding("check=mqtt.anonymous")
	b.visit("/findings/" + id)
	b.text("At the bedside")
	b.keys("a") // opens the decision box, decides nothing
	b.until("the focus being in the decision box", `document.activeElement.type === "radio" || document.activeElement.closest("[class*=ecide], form, fieldset")`)
	if s := eval[string](b, `fetch("/api/v1/findings/`+id+`").then(r => r.json()).then(f => f.state)`); s != "open" {
		t.Fatalf("a key decided: %s", s)
	}
	b.keys(" ") // the first choice: acknowledge
	b.until("its being chosen", `document.querySelector("input[type=radio]:checked")?.value === "acknowledge"`)
	b.push("Acknowledge")
	b.text("Acknowledged")
	if s := eval[string](b, `fetch("/api/v1/findings/`+id+`").then(r => r.json()).then(f => f.state)`); s != "acknowledged" {
		t.Errorf("state %s", s)
	}
	if n := eval[int](b, `fetch("/api/v1/audit?q=acknowledged").then(r => r.json()).then(p => p.items.length)`); n == 0 {
		t.Error("the audit trail says nothing of it")
	}
}

// TestEvidenceInThePage: a verdict's proof is computed step by step in the page, and
// a bundle that was exported there verifies there; a changed one does not.
func TestEvidenceInThePage(t *testing.T) {
	s := ownDemo(t)
	b := in(t, s)
	judged(b)
	id := b.finding("check=mqtt.anonymous")
	b.visit("/findings/" + id)
	b.press("Prove it, step by step")
	b.text("this entry is in the ledger, unaltered")
	if n := eval[int](b, `document.querySelectorAll("li[data-outcome=agrees]").length`); n < 5 || eval[int](b, `document.querySelectorAll("[data-outcome=differs]").length`) > 0 {
		t.Errorf("%d steps agree", n)
	}
	b.accessible("proof")
	b.shot("proof-light-desk")

	b.visit("/evidence")
	b.press("Export …")
	b.push("Make the bundle")
	b.text("was made")
	zip := eval[string](b, `fetch("/api/v1/evidence/export", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"}).then(r => r.bytes()).then(b => b.toBase64())`)
	bundle, err := base64.StdEncoding.DecodeString(zip)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "bundle.zip")
	if err := os.WriteFile(file, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	b.visit("/evidence")
	b.has("input[type=file]")
	b.run(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
	b.text("bundle.zip is consistent in itself only")
	b.accessible("verified")
	b.shot("verified-light-desk")

	bundle[len(bundle)/2] ^= 1
	changed := filepath.Join(dir, "changed.zip")
	if err := os.WriteFile(changed, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	b.visit("/evidence")
	b.has("input[type=file]")
	b.run(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{changed}))
	b.until("its being refused", `!document.querySelector("main").innerText.includes("is consistent in itself") && /changed\.zip (does not|is not|cannot|could not)|damaged|altered|no bundle/i.test(document.querySelector("main").innerText)`)
}

// TestByKeyboardAlone: from the first page to a decision box without a mouse.
func TestByKeyboardAlone(t *testing.T) {
	b := in(t, demo(t))
	judged(b)
	b.keys(kb.Tab)
	b.until("the skip link", `document.activeElement.innerText.includes("Skip to the content")`)
	b.keys(kb.Enter)
	b.until("the content having the focus", `document.activeElement.closest("main")`)
	b.keys("?")
	b.text("Keyboard")
	b.accessible("help")
	b.keys(kb.Escape)
	b.gone("next, previous row")
	b.keys("g")
	b.keys("f")
	b.at("/findings")
	b.text("What is wrong")
	b.text("Two machines claim one network address") // the rows are there
	b.until("a row having the focus", `document.activeElement.closest("tbody tr, [role=rowgroup] [role=row]") || (document.dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true})), false)`)
	first := eval[string](b, `document.activeElement.closest("tr, [role=row]").innerText`)
	b.keys("j")
	b.until("the next row having it", `document.activeElement.closest("tr, [role=row]").innerText !== `+quote(first))
	b.keys("k")
	b.until("the first again", `document.activeElement.closest("tr, [role=row]").innerText === `+quote(first))
	b.keys(kb.Enter)
	b.until("what was chosen", `/^\/(cases|findings)\/./.test(location.pathname)`)

	// Search everywhere.
	b.run(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)))
	b.has("[role=combobox]")
	b.accessible("search")
	b.keys("gateway")
	b.has("[role=option]")
	b.keys(kb.ArrowDown)
	b.keys(kb.Enter)
	b.until("what was found", `!document.querySelector("[role=combobox][aria-expanded=true]") && location.pathname !== "/findings"`)
}

// TestHostileNames: what a device calls itself is text everywhere.
func TestHostileNames(t *testing.T) {
	b := in(t, ownDemo(t))
	judged(b)
	id := eval[string](b, `fetch("/api/v1/assets?sort=-severity&limit=1").then(r => r.json()).then(p => p.items[0].id)`)
	for _, name := range []string{
		`<img src=x onerror=alert(1)><script>alert(2)</script>`, `"><svg onload=alert(3)>`, "=HYPERLINK(\"http://evil\";\"x\")",
		"\u202egnp.exe\u202c مضخة التسريب", strings.Repeat("very-long-name-", 40), `{{constructor.constructor('alert(4)')()}}`,
	} {
		status := eval[int](b, `fetch("/api/v1/assets/`+id+`").then(r => fetch("/api/v1/assets/`+id+`", {method: "PATCH", headers: {"Content-Type": "application/json", "If-Match": r.headers.get("ETag")}, body: JSON.stringify({set: {name: `+quote(name)+`}, reason: "test"})})).then(r => r.status)`)
		if status != 200 && status != 400 && status != 422 {
			t.Fatalf("%q was answered %d", name, status)
		}
		for _, p := range []string{"/", "/findings", "/assets", "/assets/" + id, "/ecosystem", "/findings/" + b.finding("asset="+id)} {
			b.visit(p)
			b.settled()
			if n := eval[int](b, `document.querySelectorAll("main img[src=x], main script, main svg[onload]").length`); n > 0 {
				t.Errorf("%s: %q became an element", p, name)
			}
			if over := eval[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s: %.20q makes the page %v pixels too wide", p, name, over)
			}
		}
	}
}

// TestConnectionLostAndBack: the server stops and comes again. The page says that it
// sees nothing newer, keeps what it shows, and goes on by itself, still signed in.
func TestConnectionLostAndBack(t *testing.T) {
	chromium(t)
	data := filepath.Join(t.TempDir(), "data")
	first, stop := run(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	b := open(t, first.base)
	b.visit(first.link)
	b.fill("Name", "anna")
	b.fill("Password", passphrase)
	b.fill("Password again", passphrase)
	b.press("Make the account")
	b.at("/start")
	b.visit("/assets")
	b.text("Assets")
	stop()
	b.text("No connection to the server")
	b.text("Assets")
	b.accessible("offline")
	b.shot("offline-light-desk")
	_, stopAgain := runUntil(t, serves, "serve", "--listen", strings.TrimPrefix(strings.Replace(first.base, "localhost", "127.0.0.1", 1), "http://"), "--data", data)
	defer stopAgain()
	b.gone("No connection to the server")
	b.visit("/assets")
	b.text("Assets")
}

// TestLanguages: the ward-facing pages speak German and French, also in what a
// finding says.
func TestLanguages(t *testing.T) {
	b := in(t, ownDemo(t))
	judged(b)
	id := b.finding("check=mqtt.anonymous")
	for _, l := range []struct{ code, overview, bedside, text string }{
		{"de", "Abdeckung", "Am Bett", "Ein Fremder in diesem Netz könnte sich mit"},
		{"fr", "Couverture", "Au lit", "Un inconnu sur ce réseau pourrait se connecter"},
	} {
		status := eval[int](b, `fetch("/api/v1/me").then(r => fetch("/api/v1/me", {method: "PATCH", headers: {"Content-Type": "application/json", "If-Match": r.headers.get("ETag") ?? "*"}, body: JSON.stringify({language: "`+l.code+`"})})).then(r => r.status)`)
		if status != 200 {
			t.Fatalf("the language was answered %d", status)
		}
		b.visit("/")
		b.text(l.overview)
		b.accessible("overview-" + l.code)
		b.shot("overview-" + l.code)
		b.visit("/findings/" + id)
		b.text(l.bedside)
		b.text(l.text)
		b.accessible("finding-" + l.code)
		b.shot("finding-" + l.code)
		if got := eval[string](b, "document.documentElement.lang"); got != l.code {
			t.Errorf("the page says its language is %q", got)
		}
	}
}
