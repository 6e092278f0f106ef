package behaviour

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks/model"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
)

// hospital is a pipeline with models on a store that outlives it.
type hospital struct {
	t     *testing.T
	store *memstore.Store
	log   wardround.Log
	blobs shelf
	fold  *Fold
	pipe  *pipeline.Pipeline
	feed  *pipeline.Feed
	pos   uint64
	kill  bool // open anew after each batch
}

var scope = wardround.Scope{Org: "o", Site: "s"}

func newHospital(t *testing.T, kill bool) *hospital {
	h := &hospital{t: t, store: memstore.New(memstore.Options{Ledger: true}), log: memlog.New(memlog.Options{}), blobs: shelf{}, kill: kill}
	h.open()
	return h
}

func (h *hospital) open() {
	h.t.Helper()
	if h.pipe != nil {
		h.pipe.Close()
	}
	var err error
	if h.fold, err = Open(h.t.Context(), Options{Scope: scope, Origin: wardround.Replay, Blobs: h.blobs, Limits: Limits{Series: 20, Events: 40, Portion: 7}}, h.store); err != nil {
		h.t.Fatal(err)
	}
	var of []*check.Check
	for _, c := range check.All() {
		if strings.HasPrefix(c.ID, "model.") {
			of = append(of, c)
		}
	}
	if h.pipe, err = pipeline.Open(h.t.Context(), pipeline.Options{Scope: scope, Origin: wardround.Replay, Store: h.store, Checks: of, Models: h.fold, Budget: time.Minute}); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(h.pipe.Close)
	h.feed = pipeline.NewFeed(h.pipe, h.log, nil)
}

func (h *hospital) see(at time.Time, fields any, blob *wardround.Blob, flow ...*wardround.Flow) {
	h.t.Helper()
	h.pos++
	o := &wardround.Observation{Kind: string(kind.Of(fields).Name), Version: 1, Sensor: "edge", Input: "x", Position: h.pos, At: at, Origin: wardround.Replay, Fields: fields, Blob: blob}
	if len(flow) > 0 {
		o.Flow = flow[0]
	}
	if err := h.feed.Batch(h.t.Context(), []*wardround.Observation{o}); err != nil {
		h.t.Fatal(err)
	}
	if h.kill {
		h.open()
	}
}

// month is the story: a scanner gets new software on the tenth day and uses a higher
// voltage; from the twelfth the outcomes are worse; on the nineteenth it is repaired.
func (h *hospital) month(looks func(day int)) {
	w := newWard(7)
	w.rows = 300
	r := w.day(h.t, t0.AddDate(0, -1, 0), 1)
	for i := 1; i < 15; i++ {
		if err := r.Merge(w.day(h.t, t0.AddDate(0, -1, i), uint64(i+1))); err != nil {
			h.t.Fatal(err)
		}
	}
	rel := kind.ModelReceivedV1{Maker: "Maker", Product: "Chest Triage", Version: "2.1"}
	ref := rel
	ref.Document, ref.File = "reference", "ref.sketch"
	h.see(t0, &ref, h.blobs.window(h.t, r))
	card := rel
	card.Document = "card"
	h.see(t0, &card, h.blobs.put([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"machine-learning-model","bom-ref":"m","name":"Chest Triage","version":"2.1",
	 "modelCard":{"quantitativeAnalysis":{"performanceMetrics":[{"type":"AUROC","value":"0.93","confidenceInterval":{"lowerBound":"0.9","upperBound":"0.95"}}]}}}]}`)))
	ct := func(n int) *wardround.Flow {
		return &wardround.Flow{Transport: "tcp", Src: wardround.Endpoint{Addr: netip.AddrFrom4([4]byte{10, 20, 1, byte(n)}), Port: 40000}, Dst: wardround.Endpoint{Addr: netip.MustParseAddr("10.20.9.7"), Port: 11112}}
	}
	for day := range 26 {
		at := t0.AddDate(0, 0, day)
		for n := 3; n <= 4; n++ {
			software := "7.1"
			if n == 3 && day >= 10 && day < 19 {
				software = "7.2"
			}
			if day == 0 {
				h.see(at.Add(time.Duration(n)*time.Hour), &kind.DICOMAssociationV1{Calling: fmt.Sprintf("CT_%d", n), Called: "TRIAGE"}, nil, ct(n))
			}
			h.see(at.Add(time.Duration(n)*time.Hour), &kind.DICOMEquipmentV1{Modality: "CT", Manufacturer: "Scanners", Model: "S64", Software: software, Own: true, AETitle: fmt.Sprintf("CT_%d", n)}, nil, ct(n))
		}
		w.kvp = func(n int) float64 {
			if n == 3 && day >= 10 && day < 19 {
				return 14
			}
			return 0
		}
		w.label, w.wrong = day%2 == 1, 0
		if day >= 12 && day < 19 {
			w.wrong = 0.45
		}
		win := w.day(h.t, at, uint64(1000+day))
		blob := h.blobs.window(h.t, win)
		fields := windowOf(win, "2.1")
		fields.Host = "10.20.9.7"
		h.see(win.To, fields, blob)
		if looks != nil {
			looks(day)
		}
	}
}

// state is what a finding is in, "" if there is none.
func (h *hospital) finding(id, item string) wardround.FindingState {
	h.t.Helper()
	for f, err := range h.store.Findings(h.t.Context(), scope, wardround.FindingFilter{Check: id}) {
		if err != nil {
			h.t.Fatal(err)
		}
		if f.Item == item {
			return f.State
		}
	}
	return ""
}

// TestAScannerUpdate tells the whole story: what changed, what moved, what got worse,
// and that only a pass fixes it; and the timeline holds it in this order.
func TestAScannerUpdate(t *testing.T) {
	h := newHospital(t, false)
	seen, worst := map[string]string{}, map[string]string{}
	h.month(func(day int) {
		worst[fmt.Sprint(day)] = h.fold.List()[0].Shift
		for _, of := range [][2]string{{"model.source", "CT_3"}, {"model.drift", "kvp"}, {"model.performance", "score"}, {"model.drift", "age"}, {"model.source", "CT_4"}} {
			if st := string(h.finding(of[0], of[1])); st != "" && !strings.HasSuffix(seen[of[0]+" "+of[1]], st) {
				seen[of[0]+" "+of[1]] += fmt.Sprintf(" %d %s", day, st)
			}
		}
	})
	want := map[string]string{
		"model.source CT_3": " 10 open 19 fixed",
		"model.drift kvp":   " 10 open 19 fixed",
	}
	for k, v := range want {
		if seen[k] != v {
			t.Errorf("%s:%s, want%s", k, seen[k], v)
		}
	}
	if seen["model.drift age"] != "" || seen["model.source CT_4"] != "" {
		t.Errorf("what did not move was told of: %v", seen)
	}
	if !strings.Contains(seen["model.performance score"], "open") {
		t.Errorf("that it got worse was not told: %v", seen)
	}
	if worst["11"] != "source" {
		t.Errorf("the kind of change was told as %v", worst)
	}
	d, ok := h.fold.Model("chest@triage")
	if !ok || d.Asset == "" || len(d.Series) == 0 || len(d.Lines) != 1 || len(d.Documents) != 2 {
		t.Fatalf("the model is %+v", d)
	}
	var told []string
	for _, e := range d.Events {
		switch {
		case e.Kind == EventSource && e.Before != "":
			told = append(told, e.Source+" "+e.Before+" "+e.After)
		case e.Kind == EventVerdict && (e.Topic == "drift" && e.Item == "kvp" || e.Topic == "performance"):
			told = append(told, e.Topic+" "+e.State.String())
		}
	}
	if len(told) < 4 || told[0] != "CT_3 7.1 7.2" || told[1] != "drift fail" || !slices.Contains(told, "performance fail") || !slices.Contains(told, "CT_3 7.2 7.1") {
		t.Errorf("the timeline is %q", told)
	}
	ref, cur, err := h.fold.Picture("chest@triage", "", 7)
	if err != nil || ref == nil || cur == nil || cur.Rows != 7*300 || ref.Column("kvp", "") == nil {
		t.Errorf("the picture: %v, %v, %v", ref, cur, err)
	}
	if _, _, err := h.fold.Picture("nobody", "", 7); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("a model that is not there: %v", err)
	}
	for _, f := range d.Sources {
		if f.Name == "CT_3" && (f.Asset == "" || f.Software != "7.1") {
			t.Errorf("the device that feeds it is %+v", f)
		}
	}
}

// TestAKillChangesNothing: opened anew after every batch, and folded again from an
// empty store, it says the same, byte for byte.
func TestAKillChangesNothing(t *testing.T) {
	dump := func(kill bool) []string {
		h := newHospital(t, kill)
		h.month(nil)
		var out []string
		for v, err := range h.store.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text(t, v))
		}
		for f, err := range h.store.Findings(t.Context(), scope, wardround.FindingFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text(t, f))
		}
		for e, err := range h.store.Evidence(t.Context(), scope, 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%d %s %s %s", e.Index, e.Kind, e.Reason, e.Payload))
		}
		for row, err := range h.store.States(t.Context(), scope) {
			if err != nil {
				t.Fatal(err)
			}
			if len(row.Data) > wardround.MaxCheckState {
				t.Errorf("a row of %d bytes: %q", len(row.Data), row.Key)
			}
			if row.Check == wardround.ModelState {
				out = append(out, fmt.Sprintf("%q %s", row.Key, row.Data))
			}
		}
		d, _ := h.fold.Model("chest@triage")
		return append(out, text(t, d))
	}
	whole := dump(false)
	if len(whole) < 100 {
		t.Fatalf("only %d lines", len(whole))
	}
	for name, other := range map[string][]string{"folded again": dump(false), "opened anew after every batch": dump(true)} {
		if diff := cmp.Diff(whole, other); diff != "" {
			t.Errorf("%s (-whole +other):\n%.4000s", name, diff)
		}
	}
}

func text(t *testing.T, v any) string {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
