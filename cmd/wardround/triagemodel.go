package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model/bom"
	"github.com/wardround/wardround/provenance"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/sim"
	"github.com/wardround/wardround/stat/sketch"
)

// register says what was brought when the service was taken into use: its plan, its
// card, the reference of its trial, and its file, scanned and with its signature
// verified as it was loaded.
func (t *triage) register(ctx context.Context, start time.Time) error {
	at := start.Truncate(24*time.Hour).AddDate(0, 0, -sim.TriageDays)
	rel := kind.ModelReceivedV1{Maker: sim.TriageMaker, Product: sim.TriageProduct, Version: sim.TriageVersion, Model: sim.TriageModel, Source: "simulated", Trust: "unsigned"}
	say := func(fields any, content []byte) error {
		t.told++
		return t.sink.Take(ctx, &wardround.Observation{Kind: string(kind.Of(fields).Name), Version: 1, Sensor: "models", Input: "register", Position: t.told, At: at, Origin: t.origin, Fields: fields}, content)
	}
	for _, d := range []struct{ document, file, format string }{{"plan", "plan.yaml", "wardround-plan/1"}, {"card", "card.json", "CycloneDX 1.6"}} {
		b, err := triageFiles.ReadFile("triage/" + d.file)
		if err != nil {
			return wardround.Wrap(wardround.EInternal, "demo", err)
		}
		x := rel
		x.Document, x.File, x.Format = d.document, d.file, d.format
		if err := say(&x, b); err != nil {
			return err
		}
	}
	trial, metadata, err := t.trial(ctx, start)
	if err != nil {
		return err
	}
	for _, r := range []struct {
		part string
		b    []byte
	}{{"", trial}, {kind.Inputs, metadata}} {
		x := rel
		x.Document, x.File, x.Format, x.Part = "reference", "reference.sketch", "sketch/1", r.part
		if err := say(&x, r.b); err != nil {
			return err
		}
	}
	if err := t.loaded(ctx, say); err != nil {
		return err
	}
	return say(&kind.ModelDecidedV1{Maker: sim.TriageMaker, Product: sim.TriageProduct, Version: sim.TriageVersion, Model: sim.TriageModel, Act: "accept", Role: "lead radiologist", By: "simulated", Reason: "the trial reached what the plan asks for"}, nil)
}

// trial makes the references: of the records, and of what was seen to be fetched.
func (t *triage) trial(ctx context.Context, start time.Time) (records, metadata []byte, err error) {
	list := sim.TriageTrial(t.seed, start)
	t.now = list[len(list)-1].At.Add(time.Minute)
	kept := &taken{}
	// One window of all of it: a day's sketches merge, and so do a month's.
	f, err := t.folder("trial", sim.TriageReference*24*time.Hour, kept, 30*24*time.Hour)
	if err != nil {
		return nil, nil, err
	}
	var sum *sketch.Window
	in := inference.NewInputs(24*time.Hour, 0, func(_ *kind.InferenceWindowV1, w *sketch.Window) error {
		if sum == nil {
			sum = w
			return nil
		}
		return sum.Merge(w)
	})
	var b inference.Batch
	for _, r := range list {
		b.Records = append(b.Records, t.record(r))
		if err := in.Observe(retrieved(r)); err != nil {
			return nil, nil, err
		}
	}
	if err := in.Close(); err != nil {
		return nil, nil, err
	}
	f.Add(b)
	if err := f.Close(ctx); err != nil {
		return nil, nil, err
	}
	all, err := merged(kept.blobs)
	if err != nil {
		return nil, nil, err
	}
	var r, m bytes.Buffer
	if err := all.Encode(&r); err != nil {
		return nil, nil, err
	}
	err = sum.Encode(&m)
	return r.Bytes(), m.Bytes(), err
}

// merged is one window of several.
func merged(blobs [][]byte) (*sketch.Window, error) {
	var all *sketch.Window
	for _, b := range blobs {
		w, err := sketch.Decode(bytes.NewReader(b), sketch.Limits{})
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = w
		} else if err := all.Merge(w); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// loaded writes the service's file, signs it as its maker would, and tells what a
// gateway tells that loads it: what is in it, and whether the signature holds.
func (t *triage) loaded(ctx context.Context, say func(any, []byte) error) error {
	dir := filepath.Join(t.dir, "ct-triage")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return wardround.Wrap(wardround.EFull, "demo", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "weights.safetensors"), triageWeights(t.seed), 0o600); err != nil {
		return wardround.Wrap(wardround.EFull, "demo", err)
	}
	key := triageKey(t.seed)
	sig := filepath.Join(dir, "model.sig")
	signed, _, err := provenance.Sign(ctx, dir, provenance.SignOptions{Key: key, Signature: sig})
	if err != nil {
		return err
	}
	b, err := signed.Bytes()
	if err != nil {
		return err
	}
	if err := os.WriteFile(sig, b, 0o600); err != nil {
		return wardround.Wrap(wardround.EFull, "demo", err)
	}
	v, err := provenance.Verify(ctx, dir, sig, provenance.VerifyOptions{Trust: provenance.Trust{Key: &key.PublicKey}})
	if err != nil {
		return err
	}
	looked, err := bom.Look(ctx, []string{dir}, bom.Options{Ignore: []string{sig}})
	if err != nil {
		return err
	}
	card := &modelcard.Card{}
	card.Maker, card.Name, card.Version = sim.TriageMaker, sim.TriageProduct, sim.TriageVersion
	x := verifiedFact(card, sim.TriageModel, looked, v)
	x.When, x.Service, x.Host = "load", sim.TriageService, sim.TriageHost
	if err := say(x, nil); err != nil {
		return err
	}
	for _, d := range scannedFacts(card, sim.TriageModel, looked, "") {
		s := d.fields.(*kind.ModelScannedV1)
		s.Took = 0
		r, err := d.open()
		if err != nil {
			return err
		}
		report, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return err
		}
		if err := say(s, report); err != nil {
			return err
		}
	}
	return nil
}

// triageWeights is a file of weights: two tensors of random numbers.
func triageWeights(seed uint64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("weights"), seed))
	var data []byte
	for i := range 4096 {
		b := sum[i%32]
		sum[i%32] = b*167 + byte(i)
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(b)/128-1))
	}
	head, err := json.Marshal(map[string]any{
		"conv.weight": map[string]any{"dtype": "F32", "shape": []int{32, 64}, "data_offsets": []int{0, 8192}},
		"head.weight": map[string]any{"dtype": "F32", "shape": []int{2048}, "data_offsets": []int{8192, 16384}},
	})
	if err != nil {
		return nil // numbers and names
	}
	for len(head)%8 != 0 {
		head = append(head, ' ')
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), data...)
}

// triageKey is the key of a maker who is not there: everybody can make it, from the
// seed.
func triageKey(seed uint64) *ecdsa.PrivateKey {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("simulated maker"), seed))
	d := new(big.Int).SetBytes(sum[:])
	d.Mod(d, new(big.Int).Sub(elliptic.P256().Params().N, big.NewInt(1)))
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d.Add(d, big.NewInt(1)).FillBytes(make([]byte, 32)))
	if err != nil {
		panic(err) // a number below the order, and not zero
	}
	return k
}
