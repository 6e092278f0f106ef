// Package storetest is the suite that every [wardround.Store] passes.
package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// Subject is the implementation under test.
type Subject struct {
	// New opens an empty store.
	New func(t *testing.T) wardround.Store
	// Reopen closes a store and opens it again; nil for one that does not last.
	Reopen func(t *testing.T, s wardround.Store) wardround.Store
}

// Ward is the scope the suite works in; Other must never see anything of it.
var (
	Ward  = wardround.Scope{Org: "clinic", Site: "north"}
	Other = wardround.Scope{Org: "clinic", Site: "south"}
)

// Noon is the suite's site time.
var Noon = time.Date(2026, 11, 21, 12, 0, 0, 987654321, time.UTC)

// Run runs the suite.
func Run(t *testing.T, sub Subject) {
	tests := []struct {
		name string
		run  func(t *testing.T, s wardround.Store)
	}{
		{"an empty store", empty},
		{"rows come back as they were", roundTrip},
		{"rows come in a stable order", order},
		{"a row replaces the one of its key", replace},
		{"nil and zero delete", deletes},
		{"filters select", filters},
		{"scopes are apart", scopes},
		{"a commit that does not continue is refused", conflict},
		{"a refused commit leaves nothing", atomic},
		{"origins do not mix", origins},
		{"evidence is numbered, sealed and joined", evidence},
		{"what comes late is history only", late},
		{"facts keep their bytes", factBytes},
		{"a reader may stop early", earlyStop},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sub.New(t)
			defer s.Close()
			tt.run(t, s)
		})
	}
	if sub.Reopen != nil {
		t.Run("everything outlives the process", func(t *testing.T) { durable(t, sub) })
	}
}

func mustCommit(t *testing.T, s wardround.Store, c *wardround.Commit) {
	t.Helper()
	if err := s.Commit(context.Background(), c); err != nil {
		t.Fatalf("commit (%d, %d]: %v", c.After, c.To, err)
	}
}

func commit(after, to uint64) *wardround.Commit {
	return &wardround.Commit{Scope: Ward, Origin: wardround.Live, After: after, To: to, At: Noon.Add(time.Duration(to) * time.Second)}
}

func all[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	out := []T{}
	for v, err := range seq {
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		out = append(out, v)
	}
	return out
}

func code(t *testing.T, what string, err error, want wardround.Code) {
	t.Helper()
	if got := wardround.ErrorCode(err); got != want {
		t.Errorf("%s: code %q, want %q (%v)", what, got, want, err)
	}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func position(t *testing.T, s wardround.Store, scope wardround.Scope, want uint64) {
	t.Helper()
	got, at, err := s.Position(context.Background(), scope)
	if err != nil || got != want {
		t.Fatalf("position %d (%v), want %d", got, err, want)
	}
	if want > 0 && !at.Equal(Noon.Add(time.Duration(want)*time.Second)) {
		t.Errorf("site time %v at position %d", at, want)
	}
}

func empty(t *testing.T, s wardround.Store) {
	ctx := context.Background()
	position(t, s, Ward, 0)
	got := dump(t, s, Ward)
	for name, rows := range got {
		if rows != "[]" {
			t.Errorf("%s holds %s", name, rows)
		}
	}
	if rows := all(t, s.Transitions(ctx, Ward, key("dicom.cleartext", "a-1", ""))); len(rows) != 0 {
		t.Errorf("%d transitions", len(rows))
	}
}

// dump returns everything a scope holds, as JSON by table; the ledger's random
// salts and leaves left out.
func dump(t *testing.T, s wardround.Store, scope wardround.Scope) map[string]string {
	t.Helper()
	ctx := context.Background()
	leaves := all(t, s.Evidence(ctx, scope, 0, 0))
	for _, e := range leaves {
		e.Salt, e.Leaf = nil, nil
	}
	out := map[string]string{}
	for name, rows := range map[string]any{
		"assets": all(t, s.Assets(ctx, scope)), "links": all(t, s.Links(ctx, scope)), "proposals": all(t, s.Proposals(ctx, scope)),
		"verdicts": all(t, s.Verdicts(ctx, scope, wardround.VerdictFilter{})), "findings": all(t, s.Findings(ctx, scope, wardround.FindingFilter{})),
		"releases": all(t, s.Releases(ctx, scope)), "documents": all(t, s.Documents(ctx, scope)),
		"cases": all(t, s.Cases(ctx, scope)), "notices": all(t, s.Notices(ctx, scope)), "states": all(t, s.States(ctx, scope)),
		"wakes": all(t, s.Wakes(ctx, scope)), "learned": all(t, s.Learned(ctx, scope)), "content": all(t, s.Content(ctx, scope)),
		"evidence": leaves,
	} {
		b, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

func roundTrip(t *testing.T, s wardround.Store) {
	ctx := context.Background()
	c := Full(0, 7, 3)
	mustCommit(t, s, c)
	position(t, s, Ward, 7)
	equal(t, "assets", all(t, s.Assets(ctx, Ward)), c.Assets)
	equal(t, "links", all(t, s.Links(ctx, Ward)), c.Links)
	equal(t, "proposals", all(t, s.Proposals(ctx, Ward)), c.Proposals)
	equal(t, "releases", all(t, s.Releases(ctx, Ward)), c.Releases)
	equal(t, "documents", all(t, s.Documents(ctx, Ward)), c.Documents)
	equal(t, "cases", all(t, s.Cases(ctx, Ward)), c.Cases)
	equal(t, "notices", all(t, s.Notices(ctx, Ward)), c.Notices)
	equal(t, "states", all(t, s.States(ctx, Ward)), c.States)
	equal(t, "wakes", all(t, s.Wakes(ctx, Ward)), c.Wakes)
	equal(t, "learned", all(t, s.Learned(ctx, Ward)), c.Learned)
	equal(t, "content", all(t, s.Content(ctx, Ward)), c.Content)
	equal(t, "evidence", all(t, s.Evidence(ctx, Ward, 0, 0)), c.Evidence)
	equal(t, "a key's transitions", all(t, s.Transitions(ctx, Ward, c.Transitions[1].Key)), c.Transitions[1:2])
	// Facts come back as plain values of the same JSON, not of the same Go type.
	same(t, "verdicts", all(t, s.Verdicts(ctx, Ward, wardround.VerdictFilter{})), c.Verdicts)
	slices.SortFunc(c.Findings, func(a, b *wardround.Finding) int { return cmp.Compare(a.ID, b.ID) })
	same(t, "findings", all(t, s.Findings(ctx, Ward, wardround.FindingFilter{})), c.Findings)
}

// same compares as JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.MarshalIndent(want, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, what, string(g), string(w))
}

func order(t *testing.T, s wardround.Store) {
	ctx := context.Background()
	c := commit(0, 1)
	for _, id := range []string{"c", "a", "b"} {
		c.Assets = append(c.Assets, &wardround.Asset{ID: wardround.AssetID(id), Scope: Ward})
		for _, item := range []string{"z", "", "m"} {
			c.Verdicts = append(c.Verdicts, &wardround.Verdict{Key: key("k", id, item), Origin: wardround.Live})
		}
	}
	mustCommit(t, s, c)
	var ids []string
	for _, a := range all(t, s.Assets(ctx, Ward)) {
		ids = append(ids, string(a.ID))
	}
	equal(t, "assets", ids, []string{"a", "b", "c"})
	ids = nil
	for _, v := range all(t, s.Verdicts(ctx, Ward, wardround.VerdictFilter{})) {
		ids = append(ids, v.Subject.ID+v.Item)
	}
	equal(t, "verdicts", ids, []string{"a", "am", "az", "b", "bm", "bz", "c", "cm", "cz"})
}

func replace(t *testing.T, s wardround.Store) {
	ctx := context.Background()
	mustCommit(t, s, Full(0, 5, 3))
	second := Full(5, 9, 3)
	for _, v := range second.Verdicts {
		v.State, v.Facts = wardround.Pass, nil
	}
	second.Assets[0].Zone = "icu"
	second.Releases[1].SBOM, second.Documents[1].Replaced = "", Noon
	second.States[0].Data = []byte("newer")
	mustCommit(t, s, second)
	for _, v := range all(t, s.Verdicts(ctx, Ward, wardround.VerdictFilter{})) {
		if v.State != wardround.Pass || v.Facts != nil {
			t.Errorf("verdict %v was not replaced: %v", v.Key, v)
		}
	}
	equal(t, "assets", all(t, s.Assets(ctx, Ward)), second.Assets)
	equal(t, "releases", all(t, s.Releases(ctx, Ward)), second.Releases)
	equal(t, "documents", all(t, s.Documents(ctx, Ward)), second.Documents)
	equal(t, "states", all(t, s.States(ctx, Ward)), second.States)
	if n := len(all(t, s.Transitions(ctx, Ward, second.Transitions[0].Key))); n != 2 {
		t.Errorf("%d transitions of a key that changed twice", n)
	}
	if n := len(all(t, s.Evidence(ctx, Ward, 0, 0))); n != 8 {
		t.Errorf("%d leaves, want 8", n)
	}
}

func deletes(t *testing.T, s wardround.Store) {
	c := Full(0, 5, 2)
	mustCommit(t, s, c)
	d := commit(5, 6)
	for _, r := range c.States {
		r.Data = nil
		d.States = append(d.States, r)
	}
	for _, r := range c.Wakes {
		r.At = time.Time{}
		d.Wakes = append(d.Wakes, r)
	}
	for _, r := range c.Content {
		r.Value = nil
		d.Content = append(d.Content, r)
	}
	d.States = append(d.States, wardround.StateRow{Check: "k", Key: "empty", Data: []byte{}})
	mustCommit(t, s, d)
	got := dump(t, s, Ward)
	for _, name := range []string{"wakes", "content"} {
		equal(t, name, got[name], "[]")
	}
	if rows := all(t, s.States(context.Background(), Ward)); len(rows) != 1 || rows[0].Data == nil {
		t.Errorf("states: %v; want only the empty one, which is not nil", rows)
	}
}

func filters(t *testing.T, s wardround.Store) {
	ctx := context.Background()
	mustCommit(t, s, Full(0, 5, 4))
	count := func(f wardround.FindingFilter) int { return len(all(t, s.Findings(ctx, Ward, f))) }
	for _, w := range []struct {
		f    wardround.FindingFilter
		want int
	}{
		{wardround.FindingFilter{}, 4},
		{wardround.FindingFilter{Check: "dicom.cleartext"}, 4},
		{wardround.FindingFilter{Check: "net.scan"}, 0},
		{wardround.FindingFilter{Subject: wardround.AssetSubject("a-002")}, 1},
		{wardround.FindingFilter{Case: "c-0"}, 2},
		{wardround.FindingFilter{Live: true}, 3},
		{wardround.FindingFilter{Severity: wardround.High}, 2},
		{wardround.FindingFilter{Severity: wardround.High, Case: "c-1"}, 1},
	} {
		if got := count(w.f); got != w.want {
			t.Errorf("%+v selects %d findings, want %d", w.f, got, w.want)
		}
	}
	v := all(t, s.Verdicts(ctx, Ward, wardround.VerdictFilter{Subject: wardround.AssetSubject("a-001")}))
	if len(v) != 1 || v[0].Subject.ID != "a-001" {
		t.Errorf("a subject's verdicts: %v", v)
	}
	if v := all(t, s.Verdicts(ctx, Ward, wardround.VerdictFilter{Check: "net.scan"})); len(v) != 0 {
		t.Errorf("another check's verdicts: %v", v)
	}
	e := all(t, s.Evidence(ctx, Ward, 1, 3))
	if len(e) != 2 || e[0].Index != 1 || e[1].Index != 2 {
		t.Errorf("leaves 1 and 2: %v", e)
	}
	if e := all(t, s.Evidence(ctx, Ward, 99, 0)); len(e) != 0 {
		t.Errorf("leaves behind the end: %v", e)
	}
}

func scopes(t *testing.T, s wardround.Store) {
	mustCommit(t, s, Full(0, 5, 3))
	for name, rows := range dump(t, s, Other) {
		if rows != "[]" {
			t.Errorf("%s of another site: %s", name, rows)
		}
	}
	position(t, s, Other, 0)
	before := dump(t, s, Ward)
	c := Full(0, 2, 1)
	c.Scope = Other
	mustCommit(t, s, c)
	if c.Evidence[0].Index != 0 {
		t.Errorf("the first leaf of another site has index %d", c.Evidence[0].Index)
	}
	equal(t, "the first site", dump(t, s, Ward), before)
	position(t, s, Ward, 5)
	position(t, s, Other, 2)
}

func key(check, asset, item string) wardround.Key {
	return wardround.Key{Check: check, Subject: wardround.AssetSubject(wardround.AssetID(asset)), Item: item}
}

func earlyStop(t *testing.T, s wardround.Store) {
	mustCommit(t, s, Full(0, 5, 50))
	for range 20 { // more often than there are connections
		for _, err := range s.Assets(context.Background(), Ward) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if n := len(all(t, s.Assets(context.Background(), Ward))); n != 50 {
		t.Errorf("%d assets", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	failed := false
	for _, err := range s.Assets(ctx, Ward) {
		failed = failed || err != nil
	}
	if !failed {
		t.Error("a cancelled read ended without an error")
	}
}
