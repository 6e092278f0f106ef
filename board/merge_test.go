package board

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// about is what is known of an asset, without times.
func about(a *Asset) []string {
	if a == nil {
		return nil
	}
	out := []string{
		"name " + a.Name, "kind " + a.Kind.String(), "zone " + string(a.Zone), "criticality " + a.Criticality.String(), "role " + a.Role,
		fmt.Sprint("findings ", a.Findings, " worst ", a.Worst, " links ", a.Links), fmt.Sprint("aliases ", a.Aliases),
	}
	for _, s := range a.Status {
		out = append(out, fmt.Sprint(s))
	}
	for _, n := range slices.Sorted(maps.Keys(a.Attributes)) {
		out = append(out, "@"+n+" "+a.Attributes[n].Value)
	}
	for _, id := range a.Identifiers {
		if id.Confidence >= wardround.Indicated {
			out = append(out, id.Type+" "+id.Value)
		}
	}
	slices.Sort(out[7+len(a.Status):])
	return out
}

// TestMergedAndTakenBack: what was found of an asset is its survivor's after a
// merge, under any id; a split gives it back.
func TestMergedAndTakenBack(t *testing.T) {
	w := newWard(t)
	w.run(15 * time.Minute)
	b := w.board
	page, err := b.Assets(AssetQuery{List: List{Limit: -1, Sort: "-findings"}})
	if err != nil || len(page.Items) < 5 {
		t.Fatal(len(page.Items), err)
	}
	var keep, gone *Asset
	for _, a := range page.Items {
		switch {
		case a.Role != "patient-monitor" && a.Role != "infusion-pump":
		case keep == nil:
			keep = a
		case gone == nil:
			gone = a
		}
	}
	if keep == nil || gone == nil || gone.Links == 0 {
		t.Fatal("no two devices to take for one")
	}
	before := [][]string{about(keep), about(gone)}

	w.says(&kind.InventorySaidV1{Act: "merge", Asset: keep.ID, Other: gone.ID, By: "ada"})
	one := b.Asset(Visible{}, gone.ID)
	if one.ID != keep.ID || !slices.Contains(one.Aliases, gone.ID) || one.Links < keep.Links {
		t.Fatalf("merged: %v", about(one))
	}
	if was := b.Merged(Visible{}, gone.ID); was == nil || was.ID != gone.ID {
		t.Error("what was merged is not to be found as it was")
	}
	list, err := b.Assets(AssetQuery{List: List{Limit: -1}})
	if err != nil || slices.ContainsFunc(list.Items, func(a *Asset) bool { return a.ID == gone.ID }) {
		t.Error("what was merged is still in the list")
	}
	links, err := b.Links(LinkQuery{List: List{Limit: -1}, Asset: gone.ID})
	if err != nil || links.Total != one.Links {
		t.Errorf("%d links of the alias, %d of the asset, %v", links.Total, one.Links, err)
	}
	for _, l := range links.Items {
		if l.Client != keep.ID && l.Server != keep.ID {
			t.Errorf("the link %s is between %s and %s", l.ID, l.ClientName, l.ServerName)
		}
	}
	own, err := b.Findings(FindingQuery{List: List{Limit: -1}, Asset: gone.ID})
	if err != nil || own.Total < keep.Findings {
		t.Errorf("%d findings of the alias, before %d and %d, %v", own.Total, keep.Findings, gone.Findings, err)
	}
	if diff := cmp.Diff(strings.Split(told(t, w.again(), Visible{}), "\n"), strings.Split(told(t, b, Visible{}), "\n")); diff != "" {
		t.Errorf("merged: loaded (-) and applied (+) differ:\n%.2000s", diff)
	}

	w.says(&kind.InventorySaidV1{Act: "split", Asset: keep.ID, Other: gone.ID, By: "ada"})
	after := [][]string{about(b.Asset(Visible{}, keep.ID)), about(b.Asset(Visible{}, gone.ID))}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("before the merge (-) and after it was taken back (+):\n%s", diff)
	}
	if diff := cmp.Diff(strings.Split(told(t, w.again(), Visible{}), "\n"), strings.Split(told(t, b, Visible{}), "\n")); diff != "" {
		t.Errorf("split: loaded (-) and applied (+) differ:\n%.2000s", diff)
	}
}
