package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sqlite"
)

// TestActs: what people did comes back newest last, without the verdicts between,
// no more than asked for, and of no other site.
func TestActs(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), sqlite.Options{})
	one, two := wardround.Scope{Org: "o", Site: "one"}, wardround.Scope{Org: "o", Site: "two"}
	for n := range 40 {
		for _, sc := range []wardround.Scope{one, two} {
			c := &wardround.Commit{Scope: sc, Origin: wardround.Live, After: uint64(n), To: uint64(n + 1)}
			key := wardround.Key{Check: "x.y", Subject: wardround.SiteSubject(sc.Site), Item: fmt.Sprint(n)}
			c.Transitions = []*wardround.Transition{{Key: key, To: wardround.Pass, Seq: c.To}}
			c.Evidence = []*wardround.Evidence{{Kind: "verdict", Reason: "transition", Payload: []byte(`{}`), Seq: c.To}}
			if n%4 == 0 {
				c.Evidence = append(c.Evidence, &wardround.Evidence{Kind: "action", Reason: fmt.Sprint(sc.Site, " ", n), Payload: []byte(`{"by":"ada"}`), Seq: c.To})
			}
			if err := s.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, sc := range []wardround.Scope{one, two} {
		acts, err := s.Acts(t.Context(), sc, 3)
		if err != nil || len(acts) != 3 {
			t.Fatalf("%d acts, %v", len(acts), err)
		}
		for i, want := range []int{28, 32, 36} {
			if a := acts[i]; a.Reason != fmt.Sprint(sc.Site, " ", want) || a.Seq != uint64(want+1) || a.Index != uint64(want+1+want/4) || string(a.Payload) != `{"by":"ada"}` {
				t.Errorf("act %d of %s: %+v", i, sc.Site, a)
			}
		}
	}
	if acts, err := s.Acts(t.Context(), wardround.Scope{Org: "o", Site: "none"}, 10); err != nil || len(acts) != 0 {
		t.Errorf("of a site that is none: %d, %v", len(acts), err)
	}
}
