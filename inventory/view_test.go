package inventory_test

import (
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

func ids(all iter.Seq[*wardround.Asset]) (out []wardround.AssetID) {
	for a := range all {
		out = append(out, a.ID)
	}
	return out
}

func TestView(t *testing.T) {
	s := &script{t: t, inv: inventory.New(options), at: start}
	s.run(`
M5@10.1.0.40 > M9@10.2.0.1 tcp/2575 as:hl7/clinical src+1:eui-64=0011220000AABB01 src+1:!device/infusion-pump/therapeutic=is_a_pump src+2:eui-64=0011220000AABB02
+1s M1@10.1.0.5 > M9@10.2.0.1 tcp/104 as:dicom src:ae-title=STORESCU
+1s M2@10.1.0.6 > M9@10.2.0.1 tcp/104 as:dicom src:ae-title=STORESCU
+1s M2@10.1.0.6 > M7@93.184.216.34 tcp/443 as:tls
+1s said {"act":"merge","asset":"a5","other":"a6","by":"Ana"}
`)
	v := s.inv.View()
	a := func(n int) wardround.AssetID { return s.ids[n-1] }
	addr := netip.MustParseAddr
	if got := v.Asset(a(6)); got == nil || got.ID != a(5) || !slices.Contains(got.Aliases, a(6)) {
		t.Errorf("the merged asset is %+v", got)
	}
	if v.Asset("a-nobody") != nil || v.Link("l-none") != nil || v.Proposal("p-none") != nil || v.ByAddr(addr("10.9.9.9")) != nil {
		t.Error("something that is not there was found")
	}
	all := ids(v.Assets())
	if len(all) != 6 || !slices.IsSorted(all) || slices.Contains(all, a(6)) {
		t.Errorf("assets %v", all)
	}
	if got := ids(v.InZone("radiology")); !slices.Equal(got, []wardround.AssetID{a(2)}) {
		t.Errorf("radiology holds %v", got)
	}
	if got := ids(v.InZone("public")); len(got) != 1 || !v.Asset(got[0]).Remote {
		t.Errorf("public holds %v", got)
	}
	if got := v.ByAddr(addr("::ffff:10.1.0.6")); got == nil || got.ID != a(5) {
		t.Errorf("10.1.0.6 is %v", got)
	}
	if got := v.ByIdentifier(kind.IDAETitle, " STORESCU "); len(got) != 1 || got[0].ID != a(5) {
		t.Errorf("STORESCU is %v", got)
	}
	if got := v.ByIdentifier(kind.IDEUI64, "00-11-22-00-00-AA-BB-01"); len(got) != 1 || got[0].ID != a(3) {
		t.Errorf("the pump is %v", got)
	}
	if got := v.ByIdentifier(kind.IDMAC, "not one"); got != nil {
		t.Errorf("nonsense is %v", got)
	}
	if got := ids(v.Behind(a(1))); len(got) != 2 || len(ids(v.Behind(a(2)))) != 0 {
		t.Errorf("behind the gateway are %v", got)
	}
	var protocols []string
	for l := range v.Links(a(5)) {
		if v.Link(l.ID) != l {
			t.Error("a link is not found by its id")
		}
		protocols = append(protocols, l.Protocol)
	}
	if !slices.Equal(protocols, []string{"dicom", "dicom", "tls"}) {
		t.Errorf("links of both merged assets: %v", protocols)
	}
	n := 0
	for range v.AllLinks() {
		n++
	}
	if n != 4 || v.Stats().Links != 4 {
		t.Errorf("%d links, %d counted", n, v.Stats().Links)
	}
	if c, why := v.Criticality(a(1)); c != wardround.Therapeutic || !strings.Contains(why, "serves") {
		t.Errorf("the gateway is %v because it %s", c, why)
	}
	if c, why := v.Criticality(a(5)); c != wardround.CriticalityUnknown || why == "" {
		t.Errorf("an asset nobody spoke of is %v (%s)", c, why)
	}
	if v.Zone(addr("10.1.2.3")) != "icu" || len(v.Zones()) != 2 {
		t.Error("zones are lost")
	}
}

// TestZonesChange declares a public block as the site's own, and moves a segment.
func TestZonesChange(t *testing.T) {
	s := &script{t: t, inv: inventory.New(options), at: start}
	s.run(`
M5@10.1.0.40 > 193.0.2.10 tcp/2575 as:hl7 src+1:eui-64=0011220000AABB01
+1s said {"act":"set","match":[{"type":"ip","value":"10.1.0.41"}],"set":{"zone":"radiology"},"by":"Ana"}
`)
	if r := s.inv.View().ByAddr(netip.MustParseAddr("193.0.2.10")); !r.Remote || r.Zone != wardround.ZonePublic {
		t.Fatalf("before: %+v", r)
	}
	s.inv.SetZones([]wardround.Zone{
		{ID: "campus", Prefixes: []netip.Prefix{netip.MustParsePrefix("193.0.2.0/24")}},
		{ID: "wards", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}},
	})
	want := map[string]wardround.ZoneID{"193.0.2.10": "campus", "10.1.0.40": "wards", "10.1.0.41": "radiology"}
	for addr, zone := range want {
		if a := s.inv.View().ByAddr(netip.MustParseAddr(addr)); a == nil || a.Zone != zone || a.Remote {
			t.Errorf("%s: %+v, want zone %s", addr, a, zone)
		}
	}
	for a := range s.inv.View().InZone("wards") {
		if a.Gateway == "" && a.Attr("name") != "" {
			t.Errorf("%+v", a)
		}
	}
	if pump := s.inv.View().ByIdentifier(kind.IDEUI64, "0011220000AABB01"); pump[0].Zone != "wards" {
		t.Errorf("the pump behind the gateway is in %s", pump[0].Zone)
	}
	if st := s.inv.Stats(); st.Remotes != 0 || st.Assets != 4 {
		t.Errorf("%+v", st)
	}
}

func TestValidate(t *testing.T) {
	s := &script{t: t, inv: inventory.New(options), at: start}
	s.run(`
M1@10.1.0.5 > M9@10.1.0.1 tcp/104 as:dicom src:!service/archive/administrative=holds_nothing_clinical
said {"act":"reject","proposal":"p1","by":"Ana"}
`)
	a1, p1 := s.ids[0], s.ask[0].ID
	for _, tt := range []struct {
		name string
		said kind.InventorySaidV1
		code wardround.Code
	}{
		{"an act nobody knows", kind.InventorySaidV1{Act: "delete"}, wardround.EInvalid},
		{"a proposal that is not there", kind.InventorySaidV1{Act: "accept", Proposal: "p-x"}, wardround.ENotFound},
		{"a proposal that was answered", kind.InventorySaidV1{Act: "accept", Proposal: p1}, wardround.EConflict},
		{"an asset that is not there", kind.InventorySaidV1{Act: "set", Asset: "a-x"}, wardround.ENotFound},
		{"nobody at all", kind.InventorySaidV1{Act: "set"}, wardround.EInvalid},
		{"a kind that is none", kind.InventorySaidV1{Act: "set", Asset: a1, Set: map[string]string{"kind": "toaster"}}, wardround.EInvalid},
		{"a criticality that is none", kind.InventorySaidV1{Act: "set", Asset: a1, Set: map[string]string{"criticality": "vital"}}, wardround.EInvalid},
		{"a gateway that is not there", kind.InventorySaidV1{Act: "set", Asset: a1, Set: map[string]string{"gateway": "a-x"}}, wardround.ENotFound},
		{"what the inventory keeps for itself", kind.InventorySaidV1{Act: "set", Asset: a1, Set: map[string]string{"collective": "true"}}, wardround.EInvalid},
		{"a value without end", kind.InventorySaidV1{Act: "set", Asset: a1, Set: map[string]string{"name": strings.Repeat("x", 300)}}, wardround.EInvalid},
		{"an identifier of no type", kind.InventorySaidV1{Act: "identify", Asset: a1, Match: []kind.SaidID{{Type: "colour", Value: "red"}}}, wardround.EInvalid},
		{"an identifier that is none", kind.InventorySaidV1{Act: "identify", Asset: a1, Match: []kind.SaidID{{Type: "mac", Value: "red"}}}, wardround.EInvalid},
		{"a merge with itself", kind.InventorySaidV1{Act: "merge", Asset: a1, Other: a1}, wardround.EConflict},
		{"a split of what is not merged", kind.InventorySaidV1{Act: "split", Asset: a1, Other: s.ids[1]}, wardround.EConflict},
		{"a split of nothing", kind.InventorySaidV1{Act: "split", Asset: a1}, wardround.EInvalid},
		{"a proper one", kind.InventorySaidV1{Act: "set", Asset: a1, Set: map[string]string{"name": "Archive"}}, ""},
	} {
		if got := wardround.ErrorCode(s.inv.Validate(&tt.said)); got != tt.code {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.code)
		}
		before := s.inv.Stats()
		s.seq++
		s.inv.Resolve(&wardround.Observation{Seq: s.seq, Kind: string(kind.InventorySaid), At: s.at, Fields: &tt.said})
		if refused := s.inv.Stats().SaidRefused > before.SaidRefused; refused != (tt.code != "") {
			t.Errorf("%s: refused %v", tt.name, refused)
		}
	}
	if got := s.inv.View().Asset(a1).Attr(wardround.AttrName); got != "Archive" {
		t.Errorf("its name is %q", got)
	}
}
