package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/blob"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/product"
	"github.com/wardround/wardround/vex"
)

// Where in a data directory the generation files of the portfolio lie. They are
// caches: the rows of the store and the blobs are the truth.
const (
	dirKnowledge = "knowledge"
	dirPortfolio = "portfolio"
)

// stock is what the portfolio of a data directory stands on.
type stock struct {
	fold   *portfolio.Fold
	base   *knowledge.Base
	claims *vex.Set
	blobs  *blob.Store
	dir    string
}

// knowledgeOptions are those of every base of knowledge: things are found by name, too.
func knowledgeOptions() knowledge.Options { return knowledge.Options{Products: product.Matcher()} }

// newClaims returns an empty set that reads every form of statements.
func newClaims() *vex.Set { return vex.New(vex.Options{Read: document.ReadVEX}) }

// openStock opens the portfolio of a data directory where its store stands. What is
// wrong with a cache is no error: it is said, and made anew.
func (a *app) openStock(dir, blobDir string, scope wardround.Scope, origin wardround.Origin, st wardround.Reader, readOnly bool) (*stock, error) {
	s := &stock{dir: dir, claims: newClaims()}
	var err error
	if s.blobs, err = blob.Open(blobDir, blob.Options{ReadOnly: readOnly}); err != nil {
		return nil, err
	}
	base, at, err := knowledge.Open(filepath.Join(dir, dirKnowledge), knowledgeOptions())
	if err == nil {
		if err = base.Verify(); err != nil {
			base.Close()
		}
	}
	switch {
	case wardround.ErrorCode(err) == wardround.ENotFound:
		base, at = knowledge.New(knowledgeOptions()), 0
	case wardround.ErrorCode(err) == wardround.EIntegrity:
		fmt.Fprintf(a.stderr, "wardround: what is known is read again from the documents it came in: %v\n", err)
		base, at = knowledge.New(knowledgeOptions()), 0
	case err != nil:
		return nil, err
	}
	s.base = base
	opt := portfolio.FoldOptions{
		Scope: scope, Origin: origin, Blobs: portfolio.Opener(func(digest string) (io.ReadCloser, error) { return s.blobs.Open(digest) }),
		Scan: portfolio.Reading(sbom.Limits{}), Learn: portfolio.Base{Base: base}, State: s.claims, Dir: filepath.Join(dir, dirPortfolio),
	}
	fold, warning, err := portfolio.OpenFold(a.ctx, opt, portfolio.Options{Knowledge: portfolio.Base{Base: base}, Claims: s.claims}, at, st)
	if err != nil {
		base.Close()
		return nil, err
	}
	if warning != nil {
		fmt.Fprintf(a.stderr, "wardround: the portfolio was made anew in part: %v\n", warning)
	}
	s.fold = fold
	return s, nil
}

// compact writes the caches, so that the next start and every command that only
// reads find them.
func (s *stock) compact(ctx context.Context) error {
	err := s.fold.Compact(ctx)
	committed, _ := s.fold.Position()
	if len(s.base.Feeds()) == 0 {
		return err
	}
	dir := filepath.Join(s.dir, dirKnowledge)
	if e := os.MkdirAll(dir, 0o700); e != nil {
		return errors.Join(err, wardround.Wrap(wardround.EForbidden, "portfolio", e))
	}
	return errors.Join(err, s.base.Save(dir, committed))
}

func (s *stock) Close() {
	if s != nil && s.base != nil {
		s.base.Close()
	}
}

// received is a document that a command brings, on its way into the log.
type received struct {
	fields any
	media  string
	open   func() (io.ReadCloser, error) // nil: a fact without a document
}

// bytesOf is a document that is in memory.
func bytesOf(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// receive makes documents part of the blob store and of the log, and returns when they
// are judged. Up to [pipeline.MaxTogether] are one transaction: the contents are stored
// first, then all that is said of them becomes one batch of the log, or nothing does.
// Errors: EInvalid, EFull.
func (w *writer) receive(ctx context.Context, docs ...received) error {
	var facts []*wardround.Observation
	for _, doc := range docs {
		o, err := w.fact(doc.fields)
		if err != nil {
			return err
		}
		if doc.open != nil {
			r, err := doc.open()
			if err != nil {
				return err
			}
			b, err := w.stock.blobs.Put(ctx, r, doc.media)
			r.Close()
			if err != nil {
				return err
			}
			o.Blob = &b
		}
		facts = append(facts, o)
	}
	if err := w.together(ctx, facts); err != nil {
		return err
	}
	if err := w.drained(ctx); err != nil {
		return err
	}
	return w.stock.compact(ctx) // commands that only read find it in the caches
}

// receiveFiles takes in documents that a command left in the data directory.
func (w *writer) receiveFiles(ctx context.Context, rq request) error {
	if len(rq.Files) != len(rq.Observations) {
		return wardround.Errorf(wardround.EInvalid, "control", "%d files for %d observations", len(rq.Files), len(rq.Observations))
	}
	var docs []received
	for i, raw := range rq.Observations {
		o, err := (kind.Codec{}).Decode(raw)
		if err != nil {
			return err
		}
		switch o.Fields.(type) {
		case *kind.SBOMReceivedV1, *kind.KnowledgeReceivedV1, *kind.VEXReceivedV1, *kind.BuildReceivedV1, *kind.ReleaseSaidV1:
		default:
			if !ofModels(o.Fields) {
				return wardround.Errorf(wardround.EForbidden, "control", "%s brings no document", o.Kind)
			}
		}
		path := rq.Files[i].Path
		if _, said := o.Fields.(*kind.ReleaseSaidV1); path == "" && (said || ofModels(o.Fields)) {
			docs = append(docs, received{fields: o.Fields})
			continue
		}
		if filepath.Dir(path) != filepath.Clean(w.dir) || !strings.HasPrefix(filepath.Base(path), ".incoming-") {
			return wardround.Errorf(wardround.EForbidden, "control", "%s is not in the data directory", path)
		}
		docs = append(docs, received{fields: o.Fields, media: rq.Files[i].Media, open: func() (io.ReadCloser, error) {
			f, err := os.Open(path)
			return f, wardround.Wrap(wardround.ENotFound, "control", err)
		}})
	}
	return w.receive(ctx, docs...)
}

// drained waits until nothing of the portfolio waits to be judged.
func (w *writer) drained(ctx context.Context) error {
	for range 100_000 {
		if w.stock.fold.Index().Waiting() == 0 && w.models.Waiting() == 0 {
			return nil
		}
		if err := w.ingest.Sync(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return wardround.Errorf(wardround.EInternal, "portfolio", "the portfolio does not come to rest")
}

// bring hands documents to whoever is the writer: the running server, or this process.
func (a *app) bring(docs ...received) error {
	dir, err := a.data()
	if err != nil {
		return err
	}
	rq := request{Act: "receive"}
	var temps []string
	defer func() {
		for _, t := range temps {
			os.Remove(t)
		}
	}()
	if _, err := os.Stat(socketPath(dir)); err == nil {
		for _, doc := range docs {
			raw, err := rawFact(doc.fields, a.now())
			if err != nil {
				return err
			}
			rq.Observations = append(rq.Observations, raw)
			if doc.open == nil {
				rq.Files = append(rq.Files, file{})
				continue
			}
			t, err := spool(dir, doc)
			if err != nil {
				return err
			}
			temps = append(temps, t)
			rq.Files = append(rq.Files, file{Path: t, Media: doc.media})
		}
		if ok, err := ask(a.ctx, dir, rq); ok {
			return err
		}
	}
	return a.alone(func(w *writer) error { return w.receive(a.ctx, docs...) })
}

// spool writes a document where the server finds it.
func spool(dir string, doc received) (string, error) {
	r, err := doc.open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	f, err := os.CreateTemp(dir, ".incoming-*")
	if err != nil {
		return "", wardround.Wrap(wardround.EForbidden, "portfolio", err)
	}
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", wardround.Wrap(wardround.EFull, "portfolio", err)
	}
	return f.Name(), nil
}
