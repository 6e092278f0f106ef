package browser

import (
	"io"
	"net/http"
	"slices"
	"testing"
)

// TestFirstLoad: what a browser fetches until the Overview stands, compressed, is
// under 500 kB, and the page can be used within a second on loopback (the median of
// five; a busy machine gets three). The figures are in bench/README.md.
func TestFirstLoad(t *testing.T) {
	s := demo(t)
	b := in(t, s)
	judged(b)
	var took []float64
	for range 5 {
		c := in(t, s) // a profile of its own: nothing is cached
		c.visit("/")
		c.until("the Overview", `document.body.innerText.includes("Coverage") && !document.querySelector("[aria-busy=true]")`)
		took = append(took, eval[float64](c, `performance.getEntriesByType("navigation")[0].domInteractive && Math.max(...performance.getEntriesByType("resource").filter(r => !r.name.includes("/events")).map(r => r.responseEnd), performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0)`))
	}
	slices.Sort(took)
	total := 0
	list := eval[[]string](b, `[...new Set([location.href, ...performance.getEntriesByType("resource").map(r => r.name)])].filter(u => u.startsWith(location.origin) && !u.includes("/api/"))`)
	for _, u := range list {
		rq, err := http.NewRequest(http.MethodGet, u, nil)
		if err != nil {
			t.Fatal(err)
		}
		rq.Header.Set("Accept-Encoding", "gzip")
		rs, err := http.DefaultTransport.RoundTrip(rq)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, rs.Body)
		rs.Body.Close()
		if err != nil || rs.StatusCode != 200 {
			t.Fatalf("%s: %s %v", u, rs.Status, err)
		}
		total += int(n)
	}
	t.Logf("first load: %d files, %.0f kB compressed; usable after %.0f ms (median of 5: %.0f)", len(list), float64(total)/1000, took[2], took)
	if total > 500_000 || len(list) < 3 {
		t.Errorf("first load is %d bytes in %d files", total, len(list))
	}
	if took[2] > 3000 {
		t.Errorf("usable after %.0f ms", took[2])
	}
}
