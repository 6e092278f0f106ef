package browser

import (
	"strings"
	"testing"
)

// pages are all that the navigation and its lists lead to; {asset}, {finding} and
// {case} stand for the first of their list.
var pages = []struct{ name, path, shows string }{
	{"overview", "/", "Coverage"},
	{"wall", "/wall", "Now"},
	{"findings", "/findings", "Findings"},
	{"finding", "/findings/{finding}", "At the bedside"},
	{"case", "/cases/{case}", "Last seen"},
	{"assets", "/assets", "Assets"},
	{"asset", "/assets/{asset}", "Who it is"},
	{"asset-links", "/assets/{asset}/links", ""},
	{"ecosystem", "/ecosystem", "Ecosystem"},
	{"live", "/live", "Live"},
	{"evidence", "/evidence", "Evidence"},
	{"checks", "/checks", "Checks"},
	{"proposals", "/proposals", "Proposals"},
	{"releases", "/releases", "Releases"},
	{"vulnerabilities", "/vulnerabilities", "Are we affected by"},
	{"asked", "/vulnerabilities?ask=CVE-2021-44228", "Cannot tell"},
	{"vex", "/vex", "Exploitability statements"},
	{"feeds", "/feeds", "Feeds"},
	{"fleet", "/fleet", "Advisory to verdict"},
	{"models", "/models", "AI models"},
	{"model-compare", "/models/compare", "Compare two versions"},
	{"settings", "/settings", "Settings"},
	{"audit", "/audit", "Audit"},
	{"me", "/me", "Password"},
	{"not-found", "/nowhere", ""},
}

// looks are the ways a page is looked at: both themes, narrow and wide.
var looks = []struct {
	theme string
	at    size
}{{"light", desk}, {"dark", phone}, {"dark", wall}}

// fillPath fills in the first of a list.
func (b *tab) fillPath(path string) string {
	b.Helper()
	for _, k := range []struct{ place, list string }{{"{asset}", "assets?sort=-severity"}, {"{finding}", "findings"}, {"{case}", "cases?state=open"}} {
		if !strings.Contains(path, k.place) {
			continue
		}
		id := eval[string](b, `fetch("/api/v1/`+k.list+`").then(r => r.json()).then(p => p.items[0].id)`)
		path = strings.ReplaceAll(path, k.place, id)
	}
	return path
}

// settled waits until a page has loaded what it shows.
func (b *tab) settled() {
	b.Helper()
	b.has("h1")
	b.until("the page being loaded", `!document.querySelector("[aria-busy=true], [data-skeleton]")`)
}

// Every page, light and dark, on a phone, a desk and a wall: axe-core finds nothing,
// nothing runs out of the window, and the console stays clean.
func TestEveryPage(t *testing.T) {
	s := demo(t)
	first := in(t, s)
	judged(first)
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			b := in(t, s)
			path := b.fillPath(p.path)
			for _, look := range looks {
				b.theme(look.theme)
				b.resize(look.at)
				b.visit(path)
				b.settled()
				if p.shows != "" {
					b.text(p.shows)
				}
				name := p.name + "-" + look.theme + "-" + look.at.name
				b.accessible(name)
				b.shot(name)
				if over := eval[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("%s is %v pixels wider than the window", name, over)
				}
			}
		})
	}
}
