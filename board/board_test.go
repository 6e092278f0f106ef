package board

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/coverage"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sqlite"
)

// TestWard: a board that saw every commit of a day on the ward says what one says
// that was loaded afterwards, and the matrix is the one that is computed of the
// store.
func TestWard(t *testing.T) {
	w := newWard(t)
	w.run(20*time.Minute, "scan")
	b := w.board

	page, err := b.Findings(FindingQuery{List: List{Limit: 5}})
	if err != nil || page.Total < 10 || len(page.Items) != 5 || page.Next == "" {
		t.Fatalf("%d findings, %d shown, next %q, %v", page.Total, len(page.Items), page.Next, err)
	}
	w.says(&kind.FindingDecidedV1{Finding: page.Items[1].ID, State: wardround.Acknowledged, By: "ada", Role: "security", Reason: "on it"})
	w.says(&kind.FindingAssignedV1{Finding: page.Items[2].ID, To: "ada", By: "ada", Role: "security", Due: w.pipe.Now().Add(time.Hour)})
	for _, x := range page.Items {
		w.says(&kind.FindingDecidedV1{Finding: x.ID, State: wardround.Accepted, Until: w.pipe.Now().Add(48 * time.Hour), By: "bob", Role: "security", Reason: "known"})
	}

	if diff := cmp.Diff(strings.Split(told(t, w.again(), Visible{}), "\n"), strings.Split(told(t, b, Visible{}), "\n")); diff != "" {
		t.Errorf("loaded (-) and applied (+) differ:\n%.4000s", diff)
	}
	m, err := coverage.Compute(t.Context(), w.store, scope, check.All())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, b.Coverage(Visible{})); diff != "" {
		t.Errorf("computed (-) and counted (+) differ:\n%s", diff)
	}
	position, at := b.Position()
	if position != w.pipe.Position() || !at.Equal(w.pipe.Now()) {
		t.Errorf("the board is at %d, %v; the pipeline at %d, %v", position, at, w.pipe.Position(), w.pipe.Now())
	}
}

// TestRestart: a board that is loaded from the database after a restart says what
// the one before said.
func TestRestart(t *testing.T) {
	w := newWard(t)
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "state.db"), sqlite.Options{Origin: wardround.Simulated})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.each = func(c *wardround.Commit) {
		if err := db.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	w.run(12 * time.Minute)
	w.says(&kind.InventorySaidV1{Act: "set", Asset: w.one().ID, Set: map[string]string{"ward": "ICU 2"}, By: "ada", Reason: "label"})
	again := newBoard()
	if err := again.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(told(t, again, Visible{}), "\n"), strings.Split(told(t, w.board, Visible{}), "\n")); diff != "" {
		t.Errorf("loaded from the database (-) and applied (+) differ:\n%.4000s", diff)
	}
	page, err := again.Audit(AuditQuery{List: everything(), Q: "ada label icu"})
	if err != nil || page.Total != 1 || page.Items[0].Act != "inventory set" || page.Items[0].About != string(w.one().ID) {
		t.Errorf("audit: %+v, %v", page, err)
	}
}

// one is an asset of the ward.
func (w *ward) one() *Asset {
	w.Helper()
	page, err := w.board.Assets(AssetQuery{List: List{Limit: 1, Sort: "first"}})
	if err != nil || len(page.Items) == 0 {
		w.Fatal("no asset", err)
	}
	return page.Items[0]
}
