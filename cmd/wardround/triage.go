package main

import (
	"bytes"
	"context"
	"embed"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/sim"
	"github.com/wardround/wardround/stat/sketch"
)

// triageFiles are what is written of the simulated AI triage service: how its records
// are read, its plan, its card.
//
//go:embed triage
var triageFiles embed.FS

// triageRecords is how much of a day one window of live records holds. The history
// comes in windows of a day, as the mapping says.
const triageRecords = time.Hour

// triageResults is the same of laboratory results: a ward of an hour is to show them.
const triageResults = 10 * time.Minute

// triage is the simulated AI service as the ward's inference sensor sees it.
type triage struct {
	dir    string
	sink   inference.Sink
	origin wardround.Origin
	seed   uint64
	key    *sense.Pseudonyms
	now    time.Time // of the ward
	live   *inference.Folder
	due    time.Time // when windows of what is live are looked at again
	inputs *inference.Inputs
	told   uint64 // documents
}

// furnish puts the AI triage service into a ward: what was registered of it, and what
// it did in the weeks before the first packet. Close what it returns.
func furnish(ctx context.Context, s *sim.Ward, models *behaviour.Fold, sink inference.Sink) (t *triage, err error) {
	const op = "demo"
	t = &triage{origin: wardround.Simulated, seed: s.Seed(), key: replayKey([]byte("simulated ward"))}
	if t.dir, err = os.MkdirTemp("", "wardround-"); err != nil {
		return nil, wardround.Wrap(wardround.EFull, op, err)
	}
	t.sink = punctual{t, sink}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	start := s.Now()
	if err := t.register(ctx, start); err != nil {
		return nil, err
	}
	if err := t.history(ctx, start); err != nil {
		return nil, err
	}
	t.now = start
	if err := t.parts(ctx, start); err != nil {
		return nil, err
	}
	if t.live, err = t.folder("live", triageRecords, t.sink, 24*time.Hour); err != nil {
		return nil, err
	}
	t.inputs = inference.NewInputs(triageRecords, 10*time.Minute, t.ofHost(ctx, "live"))
	t.inputs.ResultsEvery(triageResults)
	t.inputs.Only(models.Feeds)
	s.OnReading(func(r sim.Reading) {
		t.live.Add(inference.Batch{Records: []inference.Record{t.record(r)}})
	})
	return t, nil
}

// punctual hands facts over at the ward's time, where a window that is closed before it
// is over would end later: time is what the last packet says.
type punctual struct {
	t *triage
	inference.Sink
}

func (p punctual) Take(ctx context.Context, o *wardround.Observation, blob []byte) error {
	if now := p.t.now; !now.IsZero() && o.At.After(now) {
		o.At = now
	}
	return p.Sink.Take(ctx, o, blob)
}

// seen takes in what was judged of the ward's traffic up to a time: what the service is
// fed with, and whether windows are over. A nil triage takes in nothing.
func (t *triage) seen(ctx context.Context, batch []*wardround.Observation, now time.Time) error {
	if t == nil {
		return nil
	}
	if now.After(t.now) {
		t.now = now
	}
	for _, o := range batch {
		if err := t.inputs.Observe(o); err != nil {
			return err
		}
	}
	if t.now.Before(t.due) {
		return nil
	}
	t.due = t.now.Truncate(triageRecords).Add(triageRecords + 10*time.Minute)
	return t.live.Commit(ctx)
}

// finish hands over what is open when a ward ends.
func (t *triage) finish(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.inputs.Close(); err != nil {
		return err
	}
	return t.live.Close(ctx)
}

// Close removes what the service wrote.
func (t *triage) Close() {
	if t != nil {
		os.RemoveAll(t.dir)
	}
}

// record is an answer as it is posted: the study is named twice, as what is counted and
// as what the outcome is joined by.
func (t *triage) record(r sim.Reading) inference.Record {
	x := r.Record()
	x["answer"] = r.Study
	return x
}

// triageMapping is how its records are read.
func triageMapping() (*inference.Mapping, error) {
	b, err := triageFiles.ReadFile("triage/mapping.yaml")
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "demo", err)
	}
	return inference.ReadMapping(bytes.NewReader(b))
}

// folder is an inference sensor with windows of a size.
func (t *triage) folder(name string, size time.Duration, sink inference.Sink, late time.Duration) (*inference.Folder, error) {
	m, err := triageMapping()
	if err != nil {
		return nil, err
	}
	m.Window, m.Late = size, late
	return inference.New(inference.Options{
		Sensor: "inference/ai-triage-" + name, Mapping: m, Pseudonyms: t.key, Dir: filepath.Join(t.dir, name), Origin: t.origin, Sink: sink,
		Now: func() time.Time { return t.now },
	})
}

// taken is a sink that keeps what it is given.
type taken struct{ blobs [][]byte }

func (k *taken) Take(_ context.Context, _ *wardround.Observation, blob []byte) error {
	k.blobs = append(k.blobs, bytes.Clone(blob))
	return nil
}

// history has the service's weeks go by: records of each week, and the outcomes that
// were known by then, as a service posts them.
func (t *triage) history(ctx context.Context, start time.Time) error {
	f, err := t.folder("history", 24*time.Hour, t.sink, 10*24*time.Hour)
	if err != nil {
		return err
	}
	list := sim.TriageHistory(t.seed, start)
	in := inference.NewInputs(24*time.Hour, 0, t.ofHost(ctx, "history"))
	var open []sim.Reading
	const size = 7 * 24 * time.Hour
	for end := list[0].At.Truncate(24 * time.Hour).Add(size); len(list) > 0; end = end.Add(size) {
		t.now = end
		var week []sim.Reading
		var b inference.Batch
		for len(list) > 0 && list[0].At.Before(end) {
			r := list[0]
			list = list[1:]
			b.Records = append(b.Records, t.record(r))
			week = append(week, r)
		}
		f.Add(b)
		// Windows are told before what became of them.
		t.now = end.Add(10 * time.Minute)
		if err := f.Commit(ctx); err != nil {
			return err
		}
		for _, r := range week { // what it was fed with is of a model that is known
			if err := in.Observe(retrieved(r)); err != nil {
				return err
			}
		}
		open = append(open, week...)
		var labels inference.Batch
		var wait []sim.Reading
		for _, r := range open {
			if r.Reported.After(end) {
				wait = append(wait, r)
				continue
			}
			x := r.Outcome()
			x["answer"] = r.Study
			labels.Records = append(labels.Records, x)
		}
		open = wait
		f.Add(labels)
		t.now = end.Add(2 * time.Hour)
		if err := f.Commit(ctx); err != nil {
			return err
		}
	}
	return in.Close()
}

// retrieved is what the network sensor saw when the service fetched a study.
func retrieved(r sim.Reading) *wardround.Observation {
	return &wardround.Observation{At: r.At, Flow: triageFlow(), Fields: &kind.DICOMwebRequestV1{
		Transaction: "retrieve", Objects: 1, HTTP: kind.HTTPExchangeV1{Outcome: "answered"},
		Acquisitions: []kind.DICOMAcquisitionV1{{Station: r.Scanner, Software: r.Software, Modality: "CT", BodyPart: r.BodyPart, Photometric: "MONOCHROME2", KVP: r.KVP, SliceThickness: r.SliceThickness, Objects: 1}},
	}}
}

// triageFlow is between the service and the archive that it fetches images from.
func triageFlow() *wardround.Flow {
	return &wardround.Flow{
		Transport: "tcp",
		Src:       wardround.Endpoint{Addr: netip.MustParseAddr(sim.TriageHost), Port: 50000},
		Dst:       wardround.Endpoint{Addr: netip.MustParseAddr("10.20.10.30"), Port: 8042},
	}
}

// ofHost hands windows of what the service is fed with over.
func (t *triage) ofHost(ctx context.Context, sensor string) func(*kind.InferenceWindowV1, *sketch.Window) error {
	return func(x *kind.InferenceWindowV1, w *sketch.Window) error {
		return takeInputs(ctx, t.sink, "inputs/"+sensor, t.origin, x, w)
	}
}

// takeInputs hands a window of metadata to a sink: one of a host follows another, so
// that its time is its position.
func takeInputs(ctx context.Context, sink inference.Sink, sensor string, origin wardround.Origin, x *kind.InferenceWindowV1, w *sketch.Window) error {
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		return err
	}
	if x.Part != kind.Inputs { // of the same hour there is one of each part
		sensor += "/" + x.Part
	}
	return sink.Take(ctx, &wardround.Observation{
		Kind: string(kind.InferenceWindow), Version: 1, Sensor: sensor, Input: x.Host, Position: uint64(max(x.From.Unix(), 1)), At: x.To, Origin: origin, Fields: x,
	}, b.Bytes())
}
