package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// What is counted of the ledger is what its entries say, from any of them on.
func TestKinds(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "wardround.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sc := wardround.Scope{Org: "o", Site: "s"}
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	c := &wardround.Commit{Scope: sc, Origin: wardround.Live, To: 1, At: noon}
	for i, kind := range []string{"action", "content", "action", "gap"} {
		c.Evidence = append(c.Evidence, &wardround.Evidence{Kind: kind, Reason: "x", Payload: []byte("{}"), At: noon.Add(time.Duration(i) * time.Hour)})
	}
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[uint64]string{0: "action 12, content 13, action 14, gap 15", 2: "action 14, gap 15", 4: "", 1 << 50: ""} {
		var got []string
		err := s.Kinds(t.Context(), sc, from, func(kind string, at time.Time) error {
			got = append(got, fmt.Sprint(kind, " ", at.Hour()))
			return nil
		})
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("from %d: %v, %v", from, got, err)
		}
	}
	if err := s.Kinds(t.Context(), wardround.Scope{Org: "o", Site: "other"}, 0, func(string, time.Time) error { t.Error("another site"); return nil }); err != nil {
		t.Error(err)
	}
	stop := fmt.Errorf("enough")
	if err := s.Kinds(t.Context(), sc, 0, func(string, time.Time) error { return stop }); err != stop {
		t.Errorf("stopped: %v", err)
	}
}
