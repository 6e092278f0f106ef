package browser

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestLook walks pages named in LOOK and takes pictures; a development aid.
func TestLook(t *testing.T) {
	if os.Getenv("LOOK") == "" {
		t.Skip("LOOK names no pages")
	}
	link := os.Getenv("LOOK_LINK")
	b := open(t, link[:strings.Index(link[8:], "/")+8])
	b.visit(link)
	time.Sleep(4 * time.Second)
	b.shot("look-welcome")
	for _, p := range strings.Split(os.Getenv("LOOK"), ",") {
		for _, th := range strings.Split(os.Getenv("LOOK_THEME"), ",") {
			b.theme(th)
			for _, s := range []size{desk, phone} {
				if os.Getenv("LOOK_SIZE") != "" && os.Getenv("LOOK_SIZE") != s.name {
					continue
				}
				b.resize(s)
				b.visit(p)
				time.Sleep(2500 * time.Millisecond)
				b.shot("look-" + strings.ReplaceAll(strings.Trim(p, "/"), "/", "-") + "-" + th + "-" + s.name)
			}
		}
	}
}
