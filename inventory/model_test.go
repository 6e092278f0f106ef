package inventory

import (
	"net/netip"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// TestAModelIsAnAsset: a window of inference brings the model to light behind the
// service that runs it, fed by the devices that are known. Nobody is invented.
func TestAModelIsAnAsset(t *testing.T) {
	v := New(Options{Scope: wardround.Scope{Org: "o", Site: "s"}})
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	seq := uint64(0)
	see := func(f any, flow *wardround.Flow) Resolution {
		seq++
		at = at.Add(time.Minute)
		return v.Resolve(&wardround.Observation{Seq: seq, Kind: string(kind.Of(f).Name), Version: 1, At: at, Flow: flow, Fields: f})
	}
	flow := &wardround.Flow{Transport: "tcp",
		Src: wardround.Endpoint{Addr: netip.MustParseAddr("10.20.1.5"), Port: 40000},
		Dst: wardround.Endpoint{Addr: netip.MustParseAddr("10.20.9.7"), Port: 11112}}
	both := see(&kind.DICOMAssociationV1{Calling: "CT_3", Called: "TRIAGE"}, flow)

	w := &kind.InferenceWindowV1{Model: "chest-triage", Service: "triage", Version: "2.1", Maker: "Maker", Host: "10.20.9.7",
		Sources: []kind.InferenceSource{{Name: "CT_3", Type: kind.IDAETitle}, {Name: "CT_4", Type: kind.IDAETitle}, {Name: "portable"}}}
	r := see(w, nil)
	if len(r.Others) != 4 || r.Others[0] == "" || r.Others[1] != both.Dst || r.Others[2] != both.Src || r.Others[3] != "" {
		t.Fatalf("the model, its service, a known source, an unknown one: %q", r.Others)
	}
	m := v.View().Asset(r.Others[0])
	if m.Kind != wardround.Model || m.Gateway != both.Dst || m.Name() != "chest-triage@triage" || m.Attr(wardround.AttrSoftware) != "2.1" || m.Attr(wardround.AttrModel) != "chest-triage" {
		t.Errorf("the model is %+v", m)
	}
	linked := false
	for l := range v.View().Links(m.ID) {
		linked = linked || l.Protocol == "inference" && l.Client == both.Src && l.Server == m.ID
	}
	if !linked {
		t.Error("the scanner does not feed the model")
	}
	for p := range v.View().Assets() {
		if p.Kind == wardround.Model && p.ID != m.ID {
			t.Errorf("another model came to light: %v", p.Name())
		}
	}
	for _, p := range v.Flush(at, true).Proposals {
		if p.Kind == "merge" {
			t.Errorf("a service is taken for its model: %+v", p)
		}
	}
	// The same model again, with a new version; another service's is another asset.
	w2 := *w
	w2.Version = "2.2"
	if r := see(&w2, nil); r.Others[0] != m.ID || m.Attr(wardround.AttrSoftware) != "2.2" {
		t.Errorf("a new version is another asset: %v, software %q", r.Others, m.Attr(wardround.AttrSoftware))
	}
	w3 := *w
	w3.Service, w3.Host = "elsewhere", ""
	if r := see(&w3, nil); r.Others[0] == m.ID || v.View().Asset(r.Others[0]).Gateway != "" {
		t.Errorf("a model of another service is the same asset")
	}
}
