package behaviour

import (
	"fmt"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/extraction"
)

// A service's usual clients take small steps; a stranger who asks far from patients is
// told, one that asks as all do is not, and neither is a night in which much is read.
func TestAClientIsHeldAgainstThoseOfItsService(t *testing.T) {
	f := New(Options{})
	m := &instance{Key: "m@s", Version: "1", lines: map[string]*line{}}
	f.instances[m.Key] = m
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	judge := func(c ...kind.InferenceClient) (wardround.State, string) {
		s := &scene{f: f, m: m, l: m.line(""), at: at, o: &wardround.Observation{At: at}}
		at = at.Add(time.Hour)
		s.extraction(&kind.InferenceWindowV1{Model: "m", Service: "s", From: at.Add(-time.Hour), To: at, Rows: 1000, Clients: c})
		e := f.current[entryKey{ofModel + m.Key, "extraction", "clients"}]
		if e == nil {
			t.Fatal("nothing was said")
		}
		return e.j.State, fmt.Sprint(e.j.Facts["trouble"])
	}
	ward := func(name string, n int64) kind.InferenceClient {
		return kind.InferenceClient{Client: kind.Pseudonym(name), Queries: n, Distinct: n, Coverage: .3, Entropy: .7, Near: n / 20, Steps: n * 6 / 10}
	}
	for range 12 {
		if st, why := judge(ward("a", 400), ward("b", 300)); st != wardround.Pass {
			t.Fatal(why)
		}
	}
	if st, why := judge(ward("night", 40_000)); st != wardround.Pass {
		t.Errorf("a night in which all is read again: %s", why)
	}
	again := ward("load", 50_000)
	again.Distinct, again.Near = 40, 50_000
	if st, why := judge(again); st != wardround.Pass {
		t.Errorf("a load test with 40 studies: %s", why)
	}
	thief := ward("thief", 300)
	thief.Outside, thief.Near = 200, 15
	if st, why := judge(ward("a", 400), thief); st != wardround.Fail {
		t.Errorf("a stranger who asks where no patients are: %s %s", st, why)
	}
	for range extraction.MaxUsual { // asking on does not make it usual
		judge(thief)
	}
	if st, _ := judge(thief); st != wardround.Fail {
		t.Error("what is asked often enough became usual")
	}
	if st, _ := judge(kind.InferenceClient{Queries: -5, Near: 1 << 60}, ward("a", 400)); st != wardround.Pass {
		t.Error("counts that cannot be are an attack")
	}
}
