package browser

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
)

// hospital lets the map be of a made-up hospital of n assets.
func (b *tab) hospital(n int) {
	b.Helper()
	script, err := os.ReadFile("testdata/hospital.js")
	if err != nil {
		b.Fatal(err)
	}
	source := strings.ReplaceAll(string(script), "HOSPITAL", strconv.Itoa(n))
	if err := call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
		b.Fatal(err)
	}
}

// pan drags the map with the mouse for a while and returns how many frames a second
// the browser drew meanwhile.
func (b *tab) pan(x, y float64, long time.Duration) float64 {
	b.Helper()
	mouse := func(typ input.DispatchMouseEventType, x, y float64, buttons int64) {
		p := input.DispatchMouseEventParams{Type: typ, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1}
		if err := call(b, input.DispatchMouseEvent, p); err != nil {
			b.Fatal(err)
		}
	}
	eval[bool](b, `(() => { window.frames_ = []; (function draw(t) { frames_.push(t); requestAnimationFrame(draw) })(performance.now()); return true })()`)
	const view = `document.querySelector(".eco-mini-view").style.cssText` // what of the map is in view
	before := eval[string](b, view)
	mouse(input.DispatchMouseEventTypeMousePressed, x, y, 1)
	for i, end := 0.0, time.Now().Add(long); time.Now().Before(end); i++ {
		mouse(input.DispatchMouseEventTypeMouseMoved, x+180*math.Sin(i/9), y+90*math.Cos(i/11), 1)
		time.Sleep(12 * time.Millisecond)
	}
	rate := eval[float64](b, `(frames_.length - 1) / (frames_.at(-1) - frames_[0]) * 1000`)
	if after := eval[string](b, view); after == before {
		b.Fatalf("the map did not move: %s", after)
	}
	mouse(input.DispatchMouseEventTypeMouseReleased, x, y, 0)
	return rate
}

// TestTheMapPans: 2,000 assets with 3,200 links are panned at 30 frames a second or
// more; 10,000 come as groups. A busy machine gets three tries.
func TestTheMapPans(t *testing.T) {
	s := demo(t)
	for _, n := range []struct {
		assets int
		says   string
	}{{2000, "2,000 assets in 8 zones"}, {10_000, "10,000 assets in 8 zones"}} {
		t.Run(strconv.Itoa(n.assets), func(t *testing.T) {
			b := in(t, s)
			b.hospital(n.assets)
			b.visit("/ecosystem")
			b.text(n.says)
			b.has(".eco-canvas canvas")
			best := 0.0
			for range 3 {
				// Between two regions: a press on an asset would drag the asset.
				if best = max(best, b.pan(820, 690, 3*time.Second)); best >= 30 {
					break
				}
			}
			t.Logf("%d assets: %.0f frames a second while panning", n.assets, best)
			if best < 30 {
				t.Errorf("%.1f frames a second while panning; want 30", best)
			}
			b.shot("map-" + strconv.Itoa(n.assets))
		})
	}
}
