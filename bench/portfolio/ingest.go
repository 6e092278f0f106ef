package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
)

// query measures questions on many components. The index is filled directly: how
// it is filled is measured by ingest.
func query(o options) (bool, error) {
	w, err := newWorld(o)
	if err != nil {
		return false, err
	}
	base := knowledge.New(knowledge.Options{})
	base.Put(knowledge.Feed{Name: "go", Kind: "osv", At: time.Now()}, w.entries())
	opt := portfolio.Options{Knowledge: portfolio.Base{Base: base}}
	ix := portfolio.New(opt)
	ix.At(time.Now())
	start := time.Now()
	const releases = 10_000
	for n := range releases {
		r := &wardround.Release{ID: wardround.ReleaseIDOf("bench", "Acme", fmt.Sprintf("Pump %d", n), "1.0"), Maker: "Acme", Product: fmt.Sprintf("Pump %d", n), Version: "1.0"}
		if err := ix.PutRelease(r); err != nil {
			return false, err
		}
		doc := &sbom.Document{Root: -1, Components: make([]sbom.Component, o.components)}
		for i := range doc.Components {
			name, version := w.component()
			doc.Components[i] = sbom.Component{Ref: fmt.Sprintf("c%d", i), Parent: -1, Type: sbom.Library, Name: name, Version: "v" + version, PURL: "pkg:golang/" + name + "@v" + version}
		}
		if err := ix.PutSBOM(r.ID, "d", doc); err != nil {
			return false, err
		}
	}
	assets := make([]*wardround.Asset, o.devices)
	for n := range assets {
		assets[n] = &wardround.Asset{ID: wardround.AssetID(fmt.Sprint("a", n)), Release: wardround.ReleaseIDOf("bench", "Acme", fmt.Sprintf("Pump %d", n%releases), "1.0"),
			Attributes: map[string]wardround.Attribute{wardround.AttrWard: {Value: fmt.Sprintf("Ward %d", n%40)}}}
	}
	ix.Assets(assets)
	for ix.Waiting() > 0 {
		ix.Drain()
	}
	filled := time.Since(start)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := ix.Size()
	fmt.Printf("%d components in %d releases, %d assets, %d answers: filled in %.1f s; heap %d MB with knowledge and records, the index %d MB\n",
		s.Rows, s.Releases, s.Assets, s.Answers, filled.Seconds(), m.HeapAlloc>>20, s.Bytes>>20)

	dir := filepath.Join(o.dir, "portfolio")
	start = time.Now()
	if err := ix.Save(dir, 1); err != nil {
		return false, err
	}
	saved := time.Since(start)
	start = time.Now()
	if _, _, err := portfolio.Load(dir, opt); err != nil {
		return false, err
	}
	st, err := os.Stat(filepath.Join(dir, "1.gen"))
	if err != nil {
		return false, err
	}
	fmt.Printf("generation file: %d MB, written in %s, opened in %s\n", st.Size()>>20, ms(saved), ms(time.Since(start)))
	rng := rand.New(rand.NewPCG(uint64(o.seed), 9))
	met := true
	for _, kind := range []string{"which hold package X in range R", "where is vulnerability Y", "X in R, of Y and not claimed"} {
		var took []time.Duration
		var rows int
		for range 500 {
			q := portfolio.Query{}
			rec := w.records[rng.IntN(len(w.records))]
			if kind != "where is vulnerability Y" {
				name := w.packages[rng.IntN(len(w.packages))]
				if kind[0] == 'X' && len(rec.Affected) > 0 && rec.Affected[0].Package != nil {
					name, q.Vulnerability = rec.Affected[0].Package.Name, rec.ID
				}
				q.Package = "pkg:golang/" + name
				if q.Range, err = portfolio.ParseRange("golang", "<999.2.0"); err != nil {
					return false, err
				}
			} else {
				q.Vulnerability = rec.ID
			}
			start := time.Now()
			res, err := ix.Affected(context.Background(), q)
			if err != nil {
				return false, err
			}
			took = append(took, time.Since(start))
			rows += res.Affected.Subjects
		}
		met = times(fmt.Sprintf("%s (%d a time)", kind, rows/500), took) < 50*time.Millisecond && met
	}
	start = time.Now()
	if _, err := ix.Metrics(context.Background()); err != nil {
		return false, err
	}
	metrics := time.Since(start)
	start = time.Now()
	if _, _, err := ix.New(context.Background(), time.Now().Add(-24*time.Hour), 100, false); err != nil {
		return false, err
	}
	fmt.Printf("metrics of the fleet %s, what came new %s\n", ms(metrics), ms(time.Since(start)))
	return met, nil
}

// writersAtOnce is how many hand in bills of materials at the same time: each waits
// for the disk to have its own.
const writersAtOnce = 4

// ingest measures from the first byte written to the last component stored.
func ingest(o options) (bool, error) {
	w, err := newWorld(o)
	if err != nil {
		return false, err
	}
	r, err := newRig(o)
	if err != nil {
		return false, err
	}
	defer r.close()
	if err := r.knowledge(w.entries()); err != nil {
		return false, err
	}
	if err := r.settle(); err != nil {
		return false, err
	}
	bodies := make([][]byte, o.sboms)
	size := 0
	for n := range bodies {
		bodies[n] = w.sbom(n, o.components)
		size += len(bodies[n])
	}
	start := time.Now()
	failed := make(chan error, writersAtOnce)
	for part := range writersAtOnce {
		go func() {
			var err error
			for n := part; n < len(bodies) && err == nil; n += writersAtOnce {
				err = r.sbomBy(part, n, bodies[n], o.components)
			}
			failed <- err
		}()
	}
	for range writersAtOnce {
		if err := <-failed; err != nil {
			return false, err
		}
	}
	if err := r.ingest.Sync(context.Background()); err != nil {
		return false, err
	}
	stored := time.Since(start)
	if err := r.settle(); err != nil {
		return false, err
	}
	judged := time.Since(start) - quiet
	s := r.fold.Index().Size()
	rate := float64(s.Rows) / stored.Seconds()
	fmt.Printf("%d bills of materials, %d MB, %d components: durable in %.2f s, %.0f components/s; every finding stored after %.2f s; %d answers; %d MB\n",
		o.sboms, size>>20, s.Rows, stored.Seconds(), rate, judged.Seconds(), s.Answers, peak())
	return rate >= 100_000, nil
}

// huge measures one large document. The collector is as eager as serve makes it for
// a heap of this size.
func huge(o options) (bool, error) {
	debug.SetGCPercent(50)
	w, err := newWorld(o)
	if err != nil {
		return false, err
	}
	r, err := newRig(o)
	if err != nil {
		return false, err
	}
	defer r.close()
	if err := r.knowledge(w.entries()); err != nil {
		return false, err
	}
	if err := r.settle(); err != nil {
		return false, err
	}
	name := filepath.Join(o.dir, "huge.cdx.json")
	n, err := w.huge(name, int64(o.megabytes)<<20)
	if err != nil {
		return false, err
	}
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	runtime.GC()
	start := time.Now()
	if err := r.file(f); err != nil {
		return false, err
	}
	if err := r.settle(); err != nil {
		return false, err
	}
	took := time.Since(start) - quiet
	s := r.fold.Index().Size()
	fmt.Printf("one bill of materials of %d MB, %d components: stored and judged in %.1f s, %.0f components/s; %d identities, %d answers; at most %d MB resident\n",
		o.megabytes, s.Rows, took.Seconds(), float64(s.Rows)/took.Seconds(), s.Identities, s.Answers, peak())
	return s.Rows == n+1 && took < 10*time.Second && peak() < 512, nil
}

// huge writes a document of so many bytes, with the fields that real ones have.
func (w *world) huge(name string, size int64) (components int, err error) {
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	written := int64(0)
	p := func(format string, args ...any) {
		n, _ := fmt.Fprintf(out, format, args...)
		written += int64(n)
	}
	p(`{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:00000000-0000-4000-8000-999999999999","version":1,"metadata":{"component":{"type":"device","bom-ref":"root","name":"Scanner","version":"1.0"}},"components":[`)
	for written < size-8 {
		if components > 0 {
			p(",\n")
		}
		pkg, version := w.component()
		if w.o.distinct {
			version = fmt.Sprintf("999.%d.0", components)
		}
		p(`{"type":"library","bom-ref":"6f0c%08x-%d","name":%q,"version":"v%s","purl":"pkg:golang/%s@v%s","scope":"required","licenses":[{"license":{"id":"Apache-2.0"}}],"hashes":[{"alg":"SHA-256","content":"%064x"}],"properties":[{"name":"layer","value":"%d"}]}`,
			w.rng.Uint32(), components, pkg, version, pkg, version, components, components%40)
		components++
	}
	p("]}")
	return components, out.Flush()
}
