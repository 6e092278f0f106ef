package inventory_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

var _ check.Inventory = inventory.View{}

// traffic returns n observations of a small network with everything in it that
// makes resolving hard: moving addresses, routers, gateways, equal titles, people.
func traffic(seed uint64, n int) []*wardround.Observation {
	r := rand.New(rand.NewPCG(seed, 1))
	at := start
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	hw := func() (m wardround.MAC) {
		m = wardround.MAC{0, 0x11, 0x22, 0, 0, byte(r.IntN(8))}
		switch r.IntN(10) {
		case 0:
			m[0] = 2
		case 1:
			m = wardround.MAC{}
		case 2:
			m = wardround.MAC{0, 0, 0x5e, 0, 1, 1}
		}
		return m
	}
	addr := func() netip.Addr {
		switch r.IntN(12) {
		case 0:
			return netip.AddrFrom4([4]byte{93, 184, byte(r.IntN(3)), byte(r.IntN(4))})
		case 1:
			return netip.MustParseAddr(fmt.Sprintf("fe80::%d", r.IntN(4)))
		case 2:
			return netip.MustParseAddr(fmt.Sprintf("fd00:1::%d", r.IntN(6)))
		}
		return netip.AddrFrom4([4]byte{10, byte(1 + r.IntN(2)), 0, byte(r.IntN(10))})
	}
	out := make([]*wardround.Observation, 0, n)
	for i := range n {
		at = at.Add(time.Duration(r.IntN(200_000)) * time.Millisecond)
		o := &wardround.Observation{Seq: uint64(i + 1), Kind: "test.seen", At: at.Add(-time.Duration(r.IntN(3)*r.IntN(60)) * time.Second)}
		out = append(out, o)
		if r.IntN(40) == 0 {
			o.Kind, o.Fields = string(kind.InventorySaid), &kind.InventorySaidV1{
				Act: "set", By: "Ana", Match: []kind.SaidID{{Type: kind.IDIP, Value: addr().String()}},
				Set: map[string]string{"ward": pick("A", "B"), "criticality": pick("therapeutic", "administrative")},
			}
			continue
		}
		f := &seen{link: &kind.LinkClaim{Protocol: pick("dicom", "hl7", "tls"), Data: wardround.DataClass(pick("", "clinical"))}}
		o.Fields = f
		o.Flow = &wardround.Flow{Transport: "tcp",
			Src: wardround.Endpoint{Addr: addr(), MAC: hw(), Port: 40000},
			Dst: wardround.Endpoint{Addr: addr(), MAC: hw(), Port: uint16(100 + r.IntN(3))}}
		for range r.IntN(3) {
			side := kind.Side(r.IntN(2))
			switch r.IntN(7) {
			case 0:
				f.claims.ID(side, kind.IDSerial, fmt.Sprintf("acme/10%d", r.IntN(6)), wardround.Observed)
			case 1:
				f.claims.ID(side, kind.IDAETitle, pick("CT1", "CT2", "PACS"), wardround.Indicated)
			case 2:
				f.claims.ID(side, kind.IDMAC, hw().String(), wardround.Observed)
				f.claims.ID(side, kind.IDIP, addr().String(), wardround.Observed)
			case 3:
				b := f.claims.Behind(side)
				b.ID(kind.IDEUI64, fmt.Sprintf("00112200000001%02x", r.IntN(5)), wardround.Observed)
				b.Is(wardround.Device, "infusion-pump", wardround.Therapeutic, "is a pump", wardround.Indicated)
			case 4:
				f.claims.Is(side, wardround.AssetKind(1<<r.IntN(3)), pick("pacs", "gateway"), wardround.Criticality(r.IntN(6)), "behaves so", wardround.Indicated)
			case 5:
				f.claims.ID(side, kind.IDEndpoint, fmt.Sprintf("urn:uuid:endpoint-%d", r.IntN(4)), wardround.Observed)
			case 6:
				f.claims.Attr(side, wardround.AttrModel, pick("X1", "X2"), wardround.Observed)
				f.claims.ID(side, kind.IDDHCPClient, pick("ff00112233445566778899", "01aabbccddeeff"), wardround.Observed)
			}
		}
	}
	return out
}

// fold resolves all observations and returns the rows and every resolution.
func fold(t testing.TB, inv *inventory.Inventory, all []*wardround.Observation, rows *store) []inventory.Resolution {
	t.Helper()
	var out []inventory.Resolution
	for i, o := range all {
		out = append(out, inv.Resolve(o))
		if i%7 == 0 {
			rows.apply(inv.Flush(o.At, false))
		}
	}
	rows.apply(inv.Flush(time.Time{}, true))
	return out
}

func TestSameInputSameInventory(t *testing.T) {
	for seed := range uint64(8) {
		all := traffic(seed, 3000)
		var first store
		want := fold(t, inventory.New(options), all, &first)
		wantRows, _ := json.Marshal([]any{first.assets, first.links, first.proposals})
		for _, procs := range []int{1, 4} {
			old := runtime.GOMAXPROCS(procs)
			var again store
			got := fold(t, inventory.New(options), all, &again)
			runtime.GOMAXPROCS(old)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d: resolutions differ:\n%s", seed, diff)
			}
			gotRows, _ := json.Marshal([]any{again.assets, again.links, again.proposals})
			if diff := cmp.Diff(string(wantRows), string(gotRows)); diff != "" {
				t.Fatalf("seed %d: rows differ", seed)
			}
		}
	}
}

// TestRows checks what must hold of any inventory: every id that is answered is
// in the store, nothing is merged in a circle, gateways are not their own, a
// unique identifier has one bearer, and what a person said is still there.
func TestRows(t *testing.T) {
	for seed := range uint64(20) {
		inv := inventory.New(options)
		var rows store
		all := traffic(seed, 2000)
		res := fold(t, inv, all, &rows)
		for i, r := range res {
			for _, id := range append([]wardround.AssetID{r.Src, r.Dst, r.Said}, append(r.Others, r.New...)...) {
				if id != "" && rows.assets[id] == nil {
					t.Fatalf("seed %d: observation %d is about %s, which is not stored", seed, i, id)
				}
			}
			if r.Link != "" && rows.links[r.Link] == nil {
				t.Fatalf("seed %d: link %s is not stored", seed, r.Link)
			}
		}
		bearer := map[string]wardround.AssetID{}
		for id, a := range rows.assets {
			hops := 0
			for up := a; up.MergedInto != ""; up = rows.assets[up.MergedInto] {
				if hops++; hops > len(rows.assets) {
					t.Fatalf("seed %d: %s is merged in a circle", seed, id)
				}
			}
			if a.MergedInto != "" {
				continue
			}
			if got := inv.View().Asset(id); got == nil || got.ID != id {
				t.Errorf("seed %d: the view does not have %s", seed, id)
			}
			if g := inv.View().Asset(a.Gateway); a.Gateway != "" && (g == nil || g.ID == id) {
				t.Errorf("seed %d: %s is behind %s", seed, id, a.Gateway)
			}
			for _, x := range a.Identifiers {
				unique := x.Type == "serial" || x.Type == "eui-64" || x.Type == "endpoint"
				if !unique || x.Confidence < wardround.Indicated {
					continue
				}
				if old, ok := bearer[x.Type+x.Value]; ok {
					t.Errorf("seed %d: %s and %s both carry %s %s", seed, old, id, x.Type, x.Value)
				}
				bearer[x.Type+x.Value] = id
			}
			if x := a.Attributes["criticality"]; x.Confidence == wardround.Said && x.Value != a.Criticality.String() {
				t.Errorf("seed %d: a person said %s of %s, it is %s", seed, x.Value, id, a.Criticality)
			}
		}
	}
}

// TestRestart folds with a restart in the middle. Only what helps to decide may
// be lost: with what the scripts of testdata restart on, nothing is.
func TestRestart(t *testing.T) {
	for seed := range uint64(8) {
		all := traffic(seed, 2000)
		inv := inventory.New(options)
		var rows store
		fold(t, inv, all[:1000], &rows)
		again, err := inventory.Restore(t.Context(), options, &rows)
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Flush(time.Time{}, true); len(got.Assets)+len(got.Links)+len(got.Proposals) > 0 {
			t.Errorf("seed %d: a restored inventory has something to store: %d assets", seed, len(got.Assets))
		}
		if diff := cmp.Diff(inv.Stats().Assets, again.Stats().Assets); diff != "" {
			t.Errorf("seed %d: assets: %s", seed, diff)
		}
		for a := range inv.View().Assets() {
			if diff := cmp.Diff(a, again.View().Asset(a.ID)); diff != "" {
				t.Errorf("seed %d: %s", seed, diff)
			}
			for _, id := range a.Identifiers {
				if id.Type != "ip" {
					continue
				}
				addr := netip.MustParseAddr(id.Value)
				before, after := inv.View().ByAddr(addr), again.View().ByAddr(addr)
				if before != after && (before == nil || after == nil || before.ID != after.ID) {
					t.Errorf("seed %d: %s was held by %s, after the restart by %s", seed, addr, carries(before, id.Value), carries(after, id.Value))
				}
			}
		}
		fold(t, again, all[1000:], &rows)
		if _, err := inventory.Restore(t.Context(), options, &rows); err != nil {
			t.Error(err)
		}
	}
}

// carries tells how an asset carries a network address.
func carries(a *wardround.Asset, addr string) string {
	if a == nil {
		return "nobody"
	}
	for _, id := range a.Identifiers {
		if id.Type == "ip" && id.Value == addr {
			return fmt.Sprintf("%s (%d by %s, remote %v)", a.ID, id.Confidence, id.Source, a.Remote)
		}
	}
	return string(a.ID) + " (not at all)"
}

// TestBounds lets the network do its worst: memory and rows stay within limits,
// what did not fit is counted, and every end still has an asset.
func TestBounds(t *testing.T) {
	limits := inventory.Limits{Assets: 300, Remotes: 50, Links: 500, PairLinks: 5, Proposals: 20, Identifiers: 20, Behind: 30}
	opt := options
	opt.Limits = limits
	inv := inventory.New(opt)
	seq := uint64(0)
	resolve := func(src, dst netip.Addr, m wardround.MAC, fields any) inventory.Resolution {
		seq++
		return inv.Resolve(&wardround.Observation{Seq: seq, Kind: "test.seen", At: start.Add(time.Duration(seq) * time.Second), Fields: fields,
			Flow: &wardround.Flow{Transport: "tcp", Src: wardround.Endpoint{Addr: src, MAC: m}, Dst: wardround.Endpoint{Addr: dst, Port: uint16(seq)}}})
	}
	v4 := func(n uint32) netip.Addr {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], n)
		return netip.AddrFrom4(b)
	}
	own, link := v4(0x0a010001), &kind.LinkClaim{Protocol: "x"}
	for i := range uint32(2000) { // a sweep that nobody answers
		resolve(own, v4(0x0a020000+i), wardround.MAC{0, 1, 2, 3, 4, 5}, &kind.FlowV1{Unanswered: 1})
	}
	if n := inv.Stats().Assets; n != 1 {
		t.Errorf("a sweep made %d assets, want the scanner alone", n)
	}
	for i := range uint32(2000) { // forged sources
		resolve(v4(0x0a030000+i), own, wardround.MAC{0, 1, 2, 3, 4, 6}, &kind.FlowV1{Unanswered: 1})
	}
	if n := inv.Stats().Assets; n > 100 {
		t.Errorf("forged sources behind one hardware address made %d assets", n)
	}
	for i := range uint32(5000) { // beacons all over the world
		r := resolve(own, v4(0x5db80000+i*301), wardround.MAC{0, 1, 2, 3, 4, 5}, &seen{link: link})
		if r.Src == "" || r.Dst == "" {
			t.Fatal("an end without an asset")
		}
	}
	for i := range uint32(2000) { // hosts without end, each with a made-up client id and a port of its own
		f := &seen{link: link}
		f.claims.ID(kind.Src, kind.IDMQTTClient, fmt.Sprintf("client-%d", i), wardround.Observed)
		f.claims.ID(kind.Dst, kind.IDMQTTClient, fmt.Sprintf("other-%d", i), wardround.Observed)
		f.claims.Behind(kind.Dst).ID(kind.IDHL7Device, fmt.Sprintf("pump-%d", i), wardround.Observed)
		r := resolve(v4(0x0a040000+i), own, wardround.MAC{0, 1, 2, 9, byte(i >> 8), byte(i)}, f)
		if r.Src == "" || r.Dst == "" {
			t.Fatal("an end without an asset")
		}
	}
	s := inv.Stats()
	if s.Assets > limits.Assets || s.Remotes > 2*limits.Remotes || s.Links > limits.Links || s.Proposals > limits.Proposals {
		t.Errorf("over the limits: %+v", s)
	}
	if s.AssetsBeyond == 0 || s.RemotesBeyond == 0 || s.LinksBeyond == 0 || s.IdentifiersBeyond == 0 {
		t.Errorf("what did not fit is not counted: %+v", s)
	}
	rows := 0
	for a := range inv.View().Assets() {
		rows++
		if len(a.Identifiers) > limits.Identifiers {
			t.Errorf("%s has %d identifiers", a.ID, len(a.Identifiers))
		}
	}
	if most := limits.Assets + 2*limits.Remotes + len(zones) + 2; rows > most {
		t.Errorf("%d assets, want at most %d", rows, most)
	}
}

// TestCoalesce counts the rows written for steady traffic: new times alone are
// not worth a row in each batch.
func TestCoalesce(t *testing.T) {
	inv := inventory.New(options)
	o := &wardround.Observation{Kind: "test.seen", Fields: &seen{link: &kind.LinkClaim{Protocol: "dicom"}}, Flow: &wardround.Flow{Transport: "tcp",
		Src: wardround.Endpoint{Addr: netip.MustParseAddr("10.1.0.1")}, Dst: wardround.Endpoint{Addr: netip.MustParseAddr("10.1.0.2"), Port: 104}}}
	written := 0
	for i := range 3600 {
		o.Seq, o.At = uint64(i+1), start.Add(time.Duration(i)*time.Second)
		inv.Resolve(o)
		c := inv.Flush(o.At, false)
		written += len(c.Assets) + len(c.Links)
	}
	if written < 30 || written > 3*13 {
		t.Errorf("an hour of one transaction a second wrote %d rows, want three every five minutes", written)
	}
	c := inv.Flush(o.At, true)
	if len(c.Links) != 1 || c.Links[0].Observations != 3600 || !c.Links[0].Last.Equal(o.At) {
		t.Errorf("the last flush gave %+v", c.Links)
	}
}

func BenchmarkResolve(b *testing.B) {
	flow := &kind.FlowV1{Protocol: "dicom", Connections: 1, Established: true}
	assoc := &seen{link: &kind.LinkClaim{Protocol: "dicom", Encrypted: wardround.No, Data: wardround.DataClinical}}
	assoc.claims.ID(kind.Src, kind.IDAETitle, "CT1", wardround.Observed)
	assoc.claims.ID(kind.Dst, kind.IDAETitle, "PACS", wardround.Observed)
	assoc.claims.Attr(kind.Src, wardround.AttrModel, "CT-64", wardround.Observed)
	assoc.claims.Is(kind.Dst, wardround.Service, "pacs", wardround.Diagnostic, "answers C-STORE", wardround.Indicated)
	assoc.claims.Speak(kind.Src, "dicom")
	assoc.claims.Speak(kind.Dst, "dicom")
	gateway := &seen{link: &kind.LinkClaim{Protocol: "hl7"}}
	for i := range 12 {
		gateway.claims.Behind(kind.Src).ID(kind.IDEUI64, fmt.Sprintf("00112200000001%02X", i), wardround.Observed)
	}
	for _, bb := range []struct {
		name   string
		fields any
	}{{"flow", flow}, {"association", assoc}, {"gateway-of-12", gateway}} {
		b.Run(bb.name, func(b *testing.B) {
			inv := inventory.New(options)
			const hosts = 1000
			all := make([]wardround.Observation, hosts)
			for i := range all {
				all[i] = wardround.Observation{Kind: "test.seen", Fields: bb.fields, Flow: &wardround.Flow{Transport: "tcp",
					Src: wardround.Endpoint{Addr: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), MAC: wardround.MAC{0, 0x11, 0x22, 3, byte(i >> 8), byte(i)}},
					Dst: wardround.Endpoint{Addr: netip.AddrFrom4([4]byte{10, 2, 0, byte(i % 20)}), MAC: wardround.MAC{0, 0x11, 0x22, 4, 0, byte(i % 20)}, Port: 104}}}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				o := &all[i%hosts]
				o.Seq, o.At = uint64(i+1), start.Add(time.Duration(i)*20*time.Microsecond) // 50,000 a second
				inv.Resolve(o)
			}
		})
	}
}
