package browser

import (
	"sync"
	"testing"
	"time"
)

// ward is one simulated ward that the tests of the pages share; what changes the
// ward starts one of its own.
var ward struct {
	once sync.Once
	s    *server
	stop func()
}

// demo gives the shared ward after its simulated hour.
func demo(t *testing.T) *server {
	t.Helper()
	chromium(t) // skips before anything is built
	ward.once.Do(func() { ward.s, ward.stop = run(t, "demo", "--speed", "0", "--stay", "--listen", "127.0.0.1:0") })
	if ward.s == nil {
		t.Fatal("the demo did not start")
	}
	return ward.s
}

// ownDemo gives a ward of this test's own.
func ownDemo(t *testing.T, args ...string) *server {
	t.Helper()
	chromium(t)
	s, stop := run(t, append([]string{"demo", "--speed", "0", "--stay", "--listen", "127.0.0.1:0"}, args...)...)
	t.Cleanup(stop)
	return s
}

// in opens a tab that has come in by the server's link, and waits for the Overview.
func in(t *testing.T, s *server) *tab {
	t.Helper()
	b := open(t, s.base)
	b.visit(s.link)
	b.has("main h1, main h2")
	b.until("the Overview", `location.pathname === "/" && document.querySelector("main") && document.body.innerText.includes("Now")`)
	return b
}

// judged waits until the shared ward's hour has been judged.
func judged(b *tab) {
	b.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		n := eval[int](b, `fetch("/api/v1/findings?limit=1").then(r => r.json()).then(p => p.total)`)
		if n >= 50 {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%d findings after two minutes", n)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
