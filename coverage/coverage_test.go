package coverage

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/memstore"
)

var scope = wardround.Scope{Org: "o", Site: "s"}

func asset(id string, k wardround.AssetKind, speaks ...string) *wardround.Asset {
	return &wardround.Asset{ID: wardround.AssetID(id), Scope: scope, Kind: k, Speaks: speaks}
}

func verdict(id string, s wardround.Subject, item string, state wardround.State) *wardround.Verdict {
	v := &wardround.Verdict{Key: wardround.Key{Check: id, Subject: s, Item: item}, State: state}
	if state == wardround.Fail {
		v.Severity = wardround.High
	}
	return v
}

// TestMatrix: an asset counts once in each concern; a verdict of a link counts for
// both its ends, one given before a merge for who is left; what is only a pass of
// an uncounted check is no look at the asset.
func TestMatrix(t *testing.T) {
	checks := []*check.Check{
		{ID: "x.listener", Concern: wardround.Security, Applies: wardround.AnyKind, Speaks: []string{"x"}, Side: check.AsServer},
		{ID: "x.named", Concern: wardround.Security, Applies: wardround.AnyKind, Uncounted: true},
		{ID: "x.privacy", Concern: wardround.Privacy, Applies: wardround.Device, Speaks: []string{"x"}},
		{ID: "x.link", Concern: wardround.Interoperability, Applies: wardround.AnyKind, Speaks: []string{"x"}},
	}
	outside := asset("out", 0, "x")
	outside.Remote = true
	merged := asset("old", wardround.Device, "x")
	merged.MergedInto = "pump"
	pump := asset("pump", wardround.Device, "x")
	pump.Aliases = []wardround.AssetID{"old"}
	link := &wardround.Link{ID: "l", Scope: scope, Client: "old", Server: "ehr", Protocol: "x"}
	st := memstore.New(memstore.Options{})
	defer st.Close()
	commit := &wardround.Commit{
		Scope:  scope,
		Assets: []*wardround.Asset{pump, merged, outside, asset("ehr", wardround.Service, "x"), asset("camera", wardround.Device)},
		Links:  []*wardround.Link{link},
		Verdicts: []*wardround.Verdict{
			verdict("x.listener", wardround.AssetSubject("ehr"), "1", wardround.Pass),
			verdict("x.listener", wardround.AssetSubject("ehr"), "2", wardround.Unknown),
			verdict("x.named", wardround.AssetSubject("pump"), "", wardround.Pass),
			verdict("x.named", wardround.AssetSubject("out"), "", wardround.Fail),
			verdict("x.privacy", wardround.AssetSubject("old"), "", wardround.Fail),
			verdict("x.link", wardround.LinkSubject("l"), "", wardround.Pass),
			verdict("x.gone", wardround.AssetSubject("camera"), "", wardround.Fail),
		},
	}
	if err := st.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	m, err := Compute(t.Context(), st, scope, checks)
	if err != nil {
		t.Fatal(err)
	}
	sec, priv, inter := wardround.Security, wardround.Privacy, wardround.Interoperability
	want := []Row{
		{Kind: wardround.Device, Assets: 2, Cells: []Cell{
			{Concern: sec, Unwatched: 2}, // the pump only calls, the camera speaks nothing we judge
			{Concern: priv, Failing: 1, Unwatched: 1, Worst: wardround.High, Fresh: 1, Applicable: 1},
			{Concern: inter, Passing: 1, Unwatched: 1, Fresh: 1, Applicable: 1},
		}},
		{Kind: wardround.Intermediary, Cells: []Cell{{Concern: sec}, {Concern: priv}, {Concern: inter}}},
		{Kind: wardround.Service, Assets: 1, Cells: []Cell{
			{Concern: sec, Unknown: 1, Fresh: 1, Applicable: 1}, // one of two listeners
			{Concern: priv, Unwatched: 1},
			{Concern: inter, Passing: 1, Fresh: 1, Applicable: 1},
		}},
		{Kind: wardround.Model, Cells: []Cell{{Concern: sec}, {Concern: priv}, {Concern: inter}}},
	}
	if diff := cmp.Diff(want, m.Rows); diff != "" {
		t.Error(diff)
	}
}
