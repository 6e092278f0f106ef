package pipeline

import (
	"testing"
	"time"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/publication"
)

// TestNobodyPublishesAlone: whatever is written to the log, a draft that its own
// author approves stays a draft; a second person's approval counts, also after a
// restart; and each attempt is evidence.
func TestNobodyPublishesAlone(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	step := func(d time.Duration, act, by string) {
		b.Helper()
		f := &kind.PublicationSaidV1{Draft: "vx-1", Act: act, By: kind.PersonalText(by), Role: "product-security"}
		switch act {
		case "draft":
			f.Vulnerability, f.Status, f.Impact, f.Author, f.Format = "CVE-2026-1", "not_affected", "It is not built in.", "Example Imaging", "openvex"
			f.Products = []kind.PublicationProduct{{Name: "CT Gateway", Version: "4.2"}}
		case "publish":
			f.Document, f.Signer = "sha256:00", "key"
		}
		b.see(b.say(d, f))
	}
	state := func() publication.State {
		b.Helper()
		for row, err := range b.st.Content(t.Context(), scope) {
			if err != nil {
				t.Fatal(err)
			}
			if d, ok, err := publication.Of(row); err != nil || ok {
				if err != nil {
					t.Fatal(err)
				}
				return d.State
			}
		}
		return ""
	}
	b.see(seen(0, thingV1{Word: "bad"}))
	knowledge := b.verdict("bad").Knowledge
	leaves := b.st.Leaves()
	for i, s := range []struct {
		act, by string
		want    publication.State
	}{
		{"approve", "bob", ""}, {"draft", "ann", publication.Drafted}, {"publish", "ann", publication.Drafted}, {"approve", "Ann", publication.Drafted},
		{"approve", "bob", publication.Approved}, {"draft", "eve", publication.Approved}, {"publish", "ann", publication.Published},
	} {
		step(time.Duration(i+1)*time.Minute, s.act, s.by)
		if got := state(); got != s.want {
			t.Errorf("%s by %s: %q, want %q", s.act, s.by, got, s.want)
		}
		if n := int(b.st.Leaves() - leaves); n != i+1 {
			t.Errorf("%s by %s: %d pieces of evidence, want %d", s.act, s.by, n, i+1)
		}
		if i == 2 {
			b.restart()
		}
	}
	b.see(seen(time.Hour, thingV1{Word: "bad"}))
	if got := b.verdict("bad").Knowledge; got != knowledge {
		t.Errorf("a draft is nothing that is judged by: knowledge %d, was %d", got, knowledge)
	}
}
