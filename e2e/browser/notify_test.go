package browser

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround/notify"
)

// TestTellingPeople: a route is set up in the page and tried; a secret is written and
// not shown again; a work order is asked for on a finding. What is sent is signed.
func TestTellingPeople(t *testing.T) {
	var mu sync.Mutex
	heard := map[string]int{} // messages by their type, if their signature holds
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var m struct {
			Type string `json:"type"`
		}
		mu.Lock()
		defer mu.Unlock()
		if json.Unmarshal(body, &m) == nil && notify.Verify("a secret of tests", r.Header.Get("Wardround-Signature"), body, time.Now(), time.Minute) {
			heard[m.Type]++
		}
	}))
	defer receiver.Close()
	hears := func(typ string) {
		t.Helper()
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			mu.Lock()
			n := heard[typ]
			mu.Unlock()
			if n == 1 {
				return
			}
			if n > 1 || time.Now().After(end) {
				t.Fatalf("%d messages of type %s", n, typ)
			}
		}
	}
	b := in(t, ownDemo(t))
	judged(b)
	b.visit("/settings/notifications")
	b.push("Add a route")
	b.fill("Name of the route", "Night duty")
	b.fill("Address", receiver.URL)
	b.fill("Secret that signs", "a secret of tests")
	b.push("Add hours")
	b.accessible("route")
	b.shot("route-light-desk")
	b.push("Save")
	b.text("Saved.")
	b.push("Done")
	b.push("Send a test")
	hears("test")
	b.text("A test went over")
	b.visit("/settings/notifications")
	b.press("Edit Night duty")
	b.until("the secret being kept, not shown", `[...document.querySelectorAll("input[type=password]")].some(i => i.value === "" && i.placeholder.startsWith("kept"))`)

	b.visit("/settings/work-orders")
	b.fill("Link that opens", "https://cmms.example/new?title={title}&asset={serial}")
	b.fill("Address that takes", receiver.URL)
	b.fill("Secret that signs", "a secret of tests")
	b.accessible("work orders")
	b.shot("work-orders-light-desk")
	b.push("Save")
	b.text("Saved.")

	b.visit("/findings/" + b.finding("check=mqtt.anonymous"))
	b.push("Ask for a work order")
	b.fill("Note for those", "before Monday")
	b.accessible("asking for a work order")
	b.shot("work-order-light-desk")
	b.push("Send the order")
	b.text("is on its way")
	hears("work-order")
	if href := eval[string](b, `document.querySelector("dialog a[target=_blank]").href`); len(href) < len("https://cmms.example/new?title=A") {
		t.Errorf("the form's link is %q", href)
	}
	b.shot("work-order-sent-light-desk")
	b.push("Close")
	b.text("asked for a work order")
	b.visit("/settings/notifications")
	b.text("Work orders")
	b.shot("notifications-light-desk")
	b.theme("dark")
	b.resize(phone)
	b.shot("notifications-dark-phone")
}
