package pipeline

import (
	"net/netip"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// TestAFindingOutlivesAMerge: an asset that turns out to be another goes on with
// its finding under the key that it has, and a pass ends what either had open.
func TestAFindingOutlivesAMerge(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	at := func(d time.Duration, host string, v thingV1) *wardround.Observation {
		o := seen(d, v)
		o.Flow.Dst.Addr = netip.MustParseAddr(host)
		return o
	}
	b.see(at(0, "10.0.0.2", thingV1{Word: "mine"}), at(0, "10.0.0.3", thingV1{Word: "others"}))
	b.see(at(0, "10.0.0.2", thingV1{Word: "both"}), at(0, "10.0.0.3", thingV1{Word: "both"}))
	id := func(host string) wardround.AssetID {
		return b.p.Inventory().ByAddr(netip.MustParseAddr(host)).ID
	}
	mine, other := id("10.0.0.2"), id("10.0.0.3")
	b.see(b.say(time.Minute, &kind.InventorySaidV1{Act: "merge", Asset: mine, Other: other, By: "ann"}))
	if id("10.0.0.3") != mine {
		t.Fatal("they were not merged")
	}
	b.see(at(2*time.Minute, "10.0.0.3", thingV1{Word: "others"}), at(2*time.Minute, "10.0.0.3", thingV1{Word: "both"}))
	type life struct {
		subject wardround.AssetID
		item    string
	}
	states := func() map[life]wardround.FindingState {
		m := map[life]wardround.FindingState{}
		for f, err := range b.st.Findings(t.Context(), scope, wardround.FindingFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			m[life{wardround.AssetID(f.Subject.ID), f.Item}] = f.State
		}
		return m
	}
	keys := []life{{mine, "mine"}, {other, "others"}, {mine, "both"}, {other, "both"}}
	if got := states(); len(got) != len(keys) {
		t.Errorf("after the merge there are other findings than before: %v", got)
	}
	b.see(at(3*time.Minute, "10.0.0.2", thingV1{Word: "mine", Good: true}), at(3*time.Minute, "10.0.0.3", thingV1{Word: "others", Good: true}),
		at(3*time.Minute, "10.0.0.2", thingV1{Word: "both", Good: true}))
	got := states()
	for _, k := range keys {
		if got[k] != wardround.Fixed {
			t.Errorf("%v is %q", k, got[k])
		}
	}
	if len(got) != len(keys) {
		t.Errorf("findings %v", got)
	}
}
