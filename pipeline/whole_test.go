package pipeline_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/vex"
)

// whole is a site with everything there is: releases, bills of materials, knowledge
// and statements, as they come in files.
type whole struct {
	*testing.T
	store *memstore.Store
	blobs map[string][]byte
	log   *memlog.Log
	feed  *pipeline.Feed
	pipe  *pipeline.Pipeline
	n     uint64
}

var (
	hospital = wardround.Scope{Org: "clinic", Site: "north"}
	monday   = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
)

// held is a log that does not forget what was judged.
type held struct{ wardround.Log }

func newWhole(t *testing.T) *whole {
	w := &whole{T: t, store: memstore.New(memstore.Options{History: true}), blobs: map[string][]byte{}, log: memlog.New(memlog.Options{})}
	w.open()
	return w
}

// open opens everything where the store stands; what was only in memory is gone.
func (w *whole) open() {
	w.Helper()
	if w.pipe != nil {
		w.pipe.Close()
	}
	base, claims := portfolio.Base{Base: knowledge.New(knowledge.Options{})}, vex.New(vex.Options{Read: document.ReadVEX})
	fold, warning, err := portfolio.OpenFold(w.Context(), portfolio.FoldOptions{
		Scope: hospital, Origin: wardround.Replay, Scan: portfolio.Reading(sbom.Limits{}), Learn: base, State: claims,
		Blobs: portfolio.Opener(func(digest string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(w.blobs[digest])), nil }),
	}, portfolio.Options{Knowledge: base, Claims: claims}, 0, w.store)
	if err != nil || warning != nil {
		w.Fatal(err, warning)
	}
	if w.pipe, err = pipeline.Open(w.Context(), pipeline.Options{
		Scope: hospital, Origin: wardround.Replay, Store: w.store, Checks: check.All(), Portfolio: fold, Budget: time.Minute,
	}); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(w.pipe.Close)
	w.feed = pipeline.NewFeed(w.pipe, held{w.log}, nil)
}

// say brings something into the log, with a document if there is one.
func (w *whole) say(fields any, doc []byte) {
	w.Helper()
	w.n++
	s := kind.Of(fields)
	o := &wardround.Observation{Kind: string(s.Name), Version: s.Version, Sensor: "people", Input: "cli", Position: w.n,
		At: monday.Add(time.Duration(w.n) * time.Minute), Origin: wardround.Replay, Fields: fields}
	if doc != nil {
		sum := sha256.Sum256(doc)
		o.Blob = &wardround.Blob{Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: int64(len(doc)), Type: "application/json"}
		w.blobs[o.Blob.Digest] = doc
	}
	if err := w.feed.Batch(w.Context(), []*wardround.Observation{o}); err != nil {
		w.Fatal(err)
	}
}

func (w *whole) sbom(version, library string) {
	w.Helper()
	w.say(&kind.SBOMReceivedV1{Maker: "Acme", Product: "Pump", Version: version, File: "pump-" + version + ".cdx.json"}, fmt.Appendf(nil,
		`{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"device","name":"Pump","version":"%s","bom-ref":"pump"}},
		"components":[{"type":"library","bom-ref":"a","name":"golang.org/x/net","version":"%[2]s","purl":"pkg:golang/golang.org/x/net@%[2]s"}]}`, version, library))
}

func (w *whole) advisory(fixed string) {
	w.Helper()
	rec, err := osv.Decode(fmt.Appendf(nil, `{"schema_version":"1.3.1","id":"GO-2026-0001","aliases":["CVE-2026-0001"],"modified":"2026-03-01T00:00:00Z","summary":"Endless loop in x/net",
		"affected":[{"package":{"name":"golang.org/x/net","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%s"}]}]}]}`, fixed), osv.Limits{})
	if err != nil {
		w.Fatal(err)
	}
	var b bytes.Buffer
	if err := knowledge.WriteBundle(&b, []knowledge.Entry{{Record: rec, Digest: "sha256:00"}}); err != nil {
		w.Fatal(err)
	}
	w.say(&kind.KnowledgeReceivedV1{Feed: "go", Kind: "osv", Records: 1}, b.Bytes())
}

func (w *whole) states(what string, want map[string]string) {
	w.Helper()
	got := map[string]string{}
	for f, err := range w.store.Findings(w.Context(), hospital, wardround.FindingFilter{Check: "vulnerability.known"}) {
		if err != nil {
			w.Fatal(err)
		}
		got[f.Facts["release"].(string)+" "+f.Item] = string(f.State) + " " + f.Severity.String()
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

// From an advisory to the bedside and back: with the real index, the real knowledge
// and the real statements.
func TestFromAdvisoryToFinding(t *testing.T) {
	w := newWhole(t)
	w.say(&kind.ReleaseSaidV1{Maker: "Acme", Product: "Pump", Version: "1.0"}, nil)
	w.say(&kind.ReleaseSaidV1{Maker: "Acme", Product: "Pump", Version: "2.0"}, nil)
	w.sbom("1.0", "0.1.0")
	w.sbom("2.0", "0.9.0")
	w.states("nothing is known", map[string]string{})
	w.advisory("0.5.0")
	w.states("an advisory", map[string]string{"Acme Pump 1.0 CVE-2026-0001": "open medium"})
	w.open()
	w.say(&kind.InventorySaidV1{Act: "set", By: "ann", Match: []kind.SaidID{{Type: kind.IDIP, Value: "10.0.0.7"}}, Set: map[string]string{
		"maker": "ACME Inc.", "model": "pump", "software": "v1.0", "criticality": "therapeutic", "kind": "device"}}, nil)
	w.states("at a bedside, after a restart", map[string]string{"Acme Pump 1.0 CVE-2026-0001": "open high"})
	w.advisory("1.0.0")
	w.states("the advisory reaches further", map[string]string{"Acme Pump 1.0 CVE-2026-0001": "open high", "Acme Pump 2.0 CVE-2026-0001": "open medium"})
	w.say(&kind.VEXReceivedV1{File: "acme.openvex.json", Format: "OpenVEX 0.2.0", Author: "Acme", Statements: 1}, []byte(
		`{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://acme.example/vex/1","author":"Acme","timestamp":"2026-03-02T00:00:00Z","version":1,"statements":[
		{"vulnerability":{"name":"CVE-2026-0001"},"products":[{"@id":"pkg:golang/golang.org/x/net@0.1.0"}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}]}`))
	w.states("its maker says that one is not affected", map[string]string{"Acme Pump 1.0 CVE-2026-0001": "claimed not affected high", "Acme Pump 2.0 CVE-2026-0001": "open medium"})
	w.open()
	w.sbom("1.0", "0.2.0")
	w.states("another version of the component: the claim lapses", map[string]string{"Acme Pump 1.0 CVE-2026-0001": "reopened high", "Acme Pump 2.0 CVE-2026-0001": "open medium"})
	w.sbom("2.0", "1.0.0")
	w.sbom("1.0", "1.0.0")
	w.states("fixed", map[string]string{"Acme Pump 1.0 CVE-2026-0001": "fixed high", "Acme Pump 2.0 CVE-2026-0001": "fixed medium"})
}
