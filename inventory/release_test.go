package inventory_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

// calls is what a device tells of itself, with how sure that is.
type calls struct {
	maker, model, product, software string
	sure                            wardround.Confidence
}

// site is an inventory that is asked about releases batch by batch.
type site struct {
	t   *testing.T
	inv *inventory.Inventory
	seq uint64
}

func newSite(t *testing.T, brands func(string) string) *site {
	return &site{t: t, inv: inventory.New(inventory.Options{Scope: scope, Zones: zones, Brands: brands})}
}

func (s *site) release(maker, product, version string, more func(*wardround.Release)) wardround.ReleaseID {
	r := &wardround.Release{ID: wardround.ReleaseIDOf(scope.Org, maker, product, version), Maker: maker, Product: product, Version: version}
	if more != nil {
		more(r)
	}
	s.inv.Release(r)
	return r.ID
}

// meet resolves what a device at an address tells of itself.
func (s *site) meet(addr string, c calls) wardround.AssetID {
	s.t.Helper()
	if c.sure == 0 {
		c.sure = wardround.Observed
	}
	f := &seen{}
	for _, a := range []struct{ name, value string }{
		{wardround.AttrMaker, c.maker}, {wardround.AttrModel, c.model}, {wardround.AttrProductToken, c.product}, {wardround.AttrSoftware, c.software},
	} {
		if a.value != "" {
			f.claims.Attrs = append(f.claims.Attrs, kind.AttrClaim{Side: kind.Src, Name: a.name, Value: a.value, Sure: c.sure})
		}
	}
	s.seq++
	r := s.inv.Resolve(&wardround.Observation{Seq: s.seq, Kind: "test.seen", At: start.Add(time.Duration(s.seq) * time.Second), Fields: f,
		Flow: &wardround.Flow{Transport: "tcp", Src: endpoint(addr), Dst: endpoint("10.1.9.9")}})
	s.inv.MatchReleases()
	return r.Src
}

func (s *site) said(x *kind.InventorySaidV1) {
	s.t.Helper()
	if err := s.inv.Validate(x); err != nil {
		s.t.Fatal(err)
	}
	s.seq++
	s.inv.Resolve(&wardround.Observation{Seq: s.seq, Kind: string(kind.InventorySaid), At: start.Add(time.Duration(s.seq) * time.Second), Fields: x})
	s.inv.MatchReleases()
}

func (s *site) asset(id wardround.AssetID) *wardround.Asset { return s.inv.View().Asset(id) }

// asked are the open questions of an asset about releases.
func (s *site) asked(id wardround.AssetID) (out []string) {
	for _, p := range s.inv.View().Proposals(id) {
		if p.Kind == "release" {
			out = append(out, p.Reason)
		}
	}
	return out
}

func endpoint(addr string) wardround.Endpoint {
	return wardround.Endpoint{Addr: netip.MustParseAddr(addr), Port: 4000}
}

func TestWhatIsAnInstance(t *testing.T) {
	pump := wardround.ReleaseIDOf(scope.Org, "Acme Medical GmbH", "Flow-Pump 3000", "2.4.1")
	for _, tc := range []struct {
		name    string
		says    calls
		certain bool
		asks    string
	}{
		{"all three, spelled otherwise", calls{maker: "ACME Medical", model: "flow pump 3000", software: "v2.4.1"}, true, ""},
		{"its model number", calls{maker: "Acme Medical", model: "FP3000-EU", software: "Version 2.4.1"}, true, ""},
		{"its old brand", calls{maker: "Oldbrand Inc.", model: "Flow-Pump 3000", software: "2.4.1"}, true, ""},
		{"its device identifier tells the maker", calls{product: "(01)00643169007222(21)A7", software: "2.4.1"}, true, ""},
		{"its device identifier with leading zeros", calls{product: "00643169007222", software: "2.4.1"}, true, ""},
		{"another version", calls{maker: "Acme Medical", model: "Flow-Pump 3000", software: "2.4.2"}, false, ""},
		{"a version within words", calls{maker: "Acme Medical", model: "Flow-Pump 3000", software: "FW 2.4.1 (build 77)"}, false, "its software calls itself FW 2.4.1 (build 77)"},
		{"a version with a zero more", calls{maker: "Acme Medical", model: "Flow-Pump 3000", software: "2.4.1.0"}, false, "its software calls itself 2.4.1.0"},
		{"no version", calls{maker: "Acme Medical", model: "Flow-Pump 3000"}, false, "the version of its software is not known"},
		{"no maker", calls{model: "Flow-Pump 3000", software: "2.4.1"}, false, "its maker is not certain"},
		{"another maker", calls{maker: "Somebody", model: "Flow-Pump 3000", software: "2.4.1"}, false, ""},
		{"only indicated", calls{maker: "Acme Medical", model: "Flow-Pump 3000", software: "2.4.1", sure: wardround.Indicated}, false, "is not certain"},
		{"a guess", calls{maker: "Acme Medical", model: "Flow-Pump 3000", software: "2.4.1", sure: wardround.Guessed}, false, ""},
		{"a sibling", calls{maker: "Acme Medical", model: "Flow-Pump 300", software: "2.4.1"}, false, ""},
		{"a sibling whose number is parted elsewhere", calls{maker: "Acme Medical", model: "Flow-Pump 30-00", software: "2.4.1"}, false, ""},
	} {
		for _, first := range []string{"the release", "the asset"} {
			t.Run(tc.name+", "+first+" first", func(t *testing.T) {
				s := newSite(t, func(m string) string { return strings.Replace(m, "Oldbrand", "Acme Medical", 1) })
				say := func() {
					s.release("Acme Medical GmbH", "Flow-Pump 3000", "2.4.1", func(r *wardround.Release) {
						r.Models, r.UDIDI = []string{"FP3000-EU"}, "00643169007222"
					})
					s.inv.MatchReleases()
				}
				if first == "the release" {
					say()
				}
				id := s.meet("10.1.0.5", tc.says)
				if first == "the asset" {
					say()
				}
				want := wardround.ReleaseID("")
				if tc.certain {
					want = pump
				}
				if a := s.asset(id); a.Release != want || (a.Attr("release") != "") != tc.certain {
					t.Errorf("instance of %q, want %q (%+v)", a.Release, want, a.Attributes["release"])
				}
				n := 0
				for range s.inv.View().Instances(pump) {
					n++
				}
				if (n == 1) != tc.certain {
					t.Errorf("%d instances", n)
				}
				switch asked := s.asked(id); {
				case tc.asks == "" && len(asked) > 0:
					t.Errorf("asked %q", asked)
				case tc.asks != "" && (len(asked) != 1 || !strings.Contains(asked[0], tc.asks)):
					t.Errorf("asked %q, want %q", asked, tc.asks)
				}
			})
		}
	}
}

// An asset follows its software: updated, it is an instance of the newer release.
func TestAnUpdateChangesTheRelease(t *testing.T) {
	s := newSite(t, nil)
	old, newer := s.release("Acme", "Pump", "1", nil), s.release("Acme", "Pump", "2", nil)
	id := s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "1"})
	if got := s.asset(id).Release; got != old {
		t.Fatalf("instance of %q", got)
	}
	if d := cmp.Diff([]wardround.ReleaseID{old}, s.inv.Restaked()); d != "" {
		t.Error(d)
	}
	s.inv.Flush(start, false)
	s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "2"})
	if got := s.asset(id).Release; got != newer {
		t.Errorf("updated: instance of %q", got)
	}
	if d := cmp.Diff([]wardround.ReleaseID{old, newer}, s.inv.Restaked()); d != "" {
		t.Error(d)
	}
	s.inv.Flush(start, false)
	s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "3"})
	if a := s.asset(id); a.Release != "" || a.Attr("release") != "" {
		t.Errorf("of a release that is not known: %q", a.Release)
	}
	s.inv.Flush(start, false)
	s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "3"})
	if len(s.inv.Restaked()) != 0 {
		t.Error("nothing changed, and a release is to be weighed again")
	}
}

// What a person says is never overwritten, and can be taken back.
func TestAPersonSaysWhatAnAssetIs(t *testing.T) {
	s := newSite(t, nil)
	one, two := s.release("Acme", "Pump", "1", nil), s.release("Acme", "Pump", "2", nil)
	id := s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "1"})
	set := func(v string) {
		t.Helper()
		s.said(&kind.InventorySaidV1{Act: "set", Asset: id, Set: map[string]string{"release": v}, By: "ann"})
	}
	is := func(what string, want wardround.ReleaseID) {
		t.Helper()
		if got := s.asset(id).Release; got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	is("seen", one)
	set(string(two))
	is("said", two)
	s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "1"})
	is("seen again", two)
	set(inventory.NoRelease)
	is("of none", "")
	s.release("Acme", "Pump", "1", nil)
	s.inv.MatchReleases()
	is("still of none", "")
	set("")
	is("left to what is seen", one)
	err := s.inv.Validate(&kind.InventorySaidV1{Act: "set", Asset: id, Set: map[string]string{"release": "r-nothing"}})
	if wardround.ErrorCode(err) != wardround.ENotFound || !strings.Contains(err.Error(), `no release "r-nothing"`) {
		t.Error(err)
	}
}

// A proposal that is accepted is a person's word; one that answers itself goes.
func TestProposalsOfReleases(t *testing.T) {
	s := newSite(t, nil)
	rel := s.release("Acme", "Pump", "1", nil)
	id := s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump"})
	other := s.meet("10.1.0.6", calls{maker: "Acme", model: "Pump"})
	if len(s.asked(id)) != 1 || len(s.asked(other)) != 1 {
		t.Fatalf("asked %q and %q", s.asked(id), s.asked(other))
	}
	p := s.inv.View().Proposals(id)[0]
	if p.Value != string(rel) || p.Reason != "may be Acme Pump 1: the version of its software is not known, and this is the only release of that name" {
		t.Errorf("%+v", p)
	}
	s.said(&kind.InventorySaidV1{Act: "accept", Proposal: p.ID, By: "ann"})
	if a := s.asset(id); a.Release != rel || a.Attributes["release"].Confidence != wardround.Said {
		t.Errorf("accepted: %q %+v", a.Release, a.Attributes["release"])
	}
	s.meet("10.1.0.6", calls{maker: "Acme", model: "Pump", software: "1"})
	if s.asset(other).Release != rel || len(s.asked(other)) != 0 {
		t.Errorf("seen: %q, asked %q", s.asset(other).Release, s.asked(other))
	}
	third := s.meet("10.1.0.7", calls{maker: "Acme", model: "Pump"})
	s.release("Acme", "Pump", "2", nil)
	s.inv.MatchReleases()
	if len(s.asked(third)) != 0 {
		t.Errorf("two versions, and nothing tells which: %q", s.asked(third))
	}
}

// Two assets that turn out to be one are one instance; a split makes them two again.
func TestMergedInstances(t *testing.T) {
	s := newSite(t, nil)
	rel := s.release("Acme", "Pump", "1", nil)
	a := s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "1"})
	b := s.meet("10.1.0.6", calls{maker: "Acme", model: "Pump", software: "1"})
	count := func(what string, want int) {
		t.Helper()
		n := 0
		for range s.inv.View().Instances(rel) {
			n++
		}
		if n != want {
			t.Errorf("%s: %d instances, want %d", what, n, want)
		}
	}
	count("two", 2)
	s.said(&kind.InventorySaidV1{Act: "merge", Asset: a, Other: b, By: "ann"})
	count("merged", 1)
	s.said(&kind.InventorySaidV1{Act: "split", Asset: a, Other: b, By: "ann"})
	count("split", 2)
}

// A store brings instances back, and a trial of an edit knows the releases.
func TestInstancesAreRestored(t *testing.T) {
	s := newSite(t, nil)
	rel := s.release("Acme", "Pump", "1", nil)
	id := s.meet("10.1.0.5", calls{maker: "Acme", model: "Pump", software: "1"})
	d, err := s.inv.Preview([]*kind.InventorySaidV1{{Act: "set", Asset: id, Set: map[string]string{"software": "9"}, By: "ann"}}, start)
	if err != nil || !strings.Contains(fmt.Sprint(d), "- release: "+string(rel)) {
		t.Errorf("%v, %v", d, err)
	}
	var st store
	st.apply(s.inv.Flush(start, true))
	again, err := inventory.Restore(t.Context(), inventory.Options{Scope: scope, Zones: zones}, &st)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for a := range again.View().Instances(rel) {
		if n++; a.ID != id {
			t.Errorf("instance %q", a.ID)
		}
	}
	if n != 1 || again.View().Uninstalled(rel) {
		t.Errorf("%d instances", n)
	}
	// One that knows no releases leaves what was found.
	d, err = again.Preview([]*kind.InventorySaidV1{{Act: "set", Asset: id, Set: map[string]string{"ward": "ICU 2"}, By: "ann"}}, start)
	if err != nil || strings.Contains(fmt.Sprint(d), "release") {
		t.Errorf("%v, %v", d, err)
	}
}

func FuzzCallings(f *testing.F) {
	for _, s := range []string{"Flow-Pump 3000", "v2.4.1", "(01)00643169007222(21)A7", "Acme S.p.A.", "", "١٢ 3", "\xff"} {
		f.Add(s, s, s, s)
	}
	f.Fuzz(func(t *testing.T, maker, product, model, version string) {
		s := newSite(t, nil)
		rel := s.release(maker, product, version, func(r *wardround.Release) { r.Models, r.GTIN = []string{model}, model })
		id := s.meet("10.1.0.5", calls{maker: maker, model: model, software: version})
		if a := s.asset(id); a.Release != "" && a.Release != rel {
			t.Errorf("instance of %q", a.Release)
		}
	})
}
