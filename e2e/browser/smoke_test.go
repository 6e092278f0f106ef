package browser

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestSmoke(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Write([]byte(`<!doctype html><html lang=en><title>x</title><main><h1>Hello</h1><label>Name <input></label><button>Go on</button></main></html>`))
	}))
	defer s.Close()
	b := open(t, s.URL)
	b.theme("dark")
	b.visit("/")
	b.text("Hello")
	b.fill("Name", "x y")
	if v := eval[string](b, `document.querySelector("input").value`); v != "x y" {
		t.Error(v)
	}
	b.press("Go on")
	b.accessible("smoke")
	b.shot("smoke")
}
