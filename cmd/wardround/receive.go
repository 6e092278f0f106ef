package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/build"
	"github.com/wardround/wardround/sense/feed"
)

// maxParsed is the largest upload that is read in memory before it is taken in. A
// bill of materials is only read to learn of which release it is.
const maxParsed = 64 << 20

// portfolio is what the server tells of the data directory's portfolio.
func (w *writer) portfolio(a *app) *api.Portfolio {
	return &api.Portfolio{
		Index: w.stock.fold.Index(), Knowledge: w.stock.base, Claims: w.stock.claims,
		Open: func(digest string) (io.ReadCloser, error) { return w.stock.blobs.Open(digest) },
		Receive: func(ctx context.Context, in api.Incoming, r io.Reader) (wardround.Blob, error) {
			return w.upload(ctx, a, in, r)
		},
	}
}

// upload takes in what somebody sends: written to disk whole, then read, then judged.
// Errors: EInvalid, EFull.
func (w *writer) upload(ctx context.Context, a *app, in api.Incoming, r io.Reader) (b wardround.Blob, err error) {
	const op = "upload"
	in.Name = cmp.Or(filepath.Base(filepath.ToSlash(in.Name)), "document")
	f, err := os.CreateTemp(w.dir, unfinished+"upload-*-"+safeName(in.Name))
	if err != nil {
		return b, durable.Error(op, w.dir, err)
	}
	path := f.Name()
	defer os.Remove(path)
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), &heard{ctx, r})
	if e := f.Close(); err == nil && e != nil {
		err = durable.Error(op, path, e)
	}
	if err != nil {
		return b, err
	}
	if n == 0 {
		return b, wardround.Errorf(wardround.EInvalid, op, "%s is empty", in.Name)
	}
	docs, err := incoming(ctx, a, in, path, n)
	if err != nil {
		return b, err
	}
	if err := w.receive(ctx, docs...); err != nil {
		return b, err
	}
	b = wardround.Blob{Digest: "sha256:" + hex.EncodeToString(h.Sum(nil)), Size: n}
	if in.Kind == wardround.DocumentKnowledge { // what is kept is the bundle made of it
		if b.Digest, err = digestOf(docs[0]); err != nil {
			return b, err
		}
	}
	return b, nil
}

// safeName is a name of a file for the disk: its ending says what a feed is.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}, name)
	return name[max(0, len(name)-100):]
}

func digestOf(doc received) (string, error) {
	r, err := doc.open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// incoming makes documents for the log of a file that was sent. What can be refused
// is refused here, before anything is written.
func incoming(ctx context.Context, a *app, in api.Incoming, path string, size int64) ([]received, error) {
	const op = "upload"
	open := func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		return f, wardround.Wrap(wardround.EInternal, op, err)
	}
	switch in.Kind {
	case wardround.DocumentSBOM:
		if in.Product == "" {
			if size > maxParsed {
				return nil, wardround.Errorf(wardround.EInvalid, op, "%s has %d MiB; of one that is larger than %d, say of which maker, product and version it is", in.Name, size>>20, maxParsed>>20)
			}
			if err := named(open, &in); err != nil {
				return nil, err
			}
		}
		return []received{{fields: &kind.SBOMReceivedV1{
			Maker: in.Maker, Product: in.Product, Version: in.Version, File: in.Name, By: kind.PersonalText(in.By), Source: "person:" + in.By,
		}, media: "application/octet-stream", open: open}}, nil
	case wardround.DocumentKnowledge:
		name := cmp.Or(in.Feed, feed.NameOf(in.Name))
		batches, err := feed.Import(ctx, []string{path}, feed.ImportOptions{Name: name})
		if err != nil {
			return nil, err
		}
		var docs []received
		for _, b := range batches {
			list, err := a.batch(b)
			if err != nil {
				return nil, err
			}
			docs = append(docs, list...)
		}
		if len(docs) == 0 {
			return nil, wardround.Errorf(wardround.EInvalid, op, "nothing in %s is an advisory, a catalogue, a score or a statement", in.Name)
		}
		return docs, nil
	}
	if size > maxParsed {
		return nil, wardround.Errorf(wardround.EFull, op, "%s has %d MiB; at most %d are taken in", in.Name, size>>20, maxParsed>>20)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, op, err)
	}
	if in.Kind == wardround.DocumentVEX {
		doc, err := vexDocument(in.Name, content, in.By, "unsigned", "")
		return []received{doc}, err
	}
	return evidenceOf(ctx, in, content)
}

// named fills in which release a bill of materials says that it is of.
func named(open func() (io.ReadCloser, error), in *api.Incoming) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	doc, err := document.ReadSBOM(r, sbom.Limits{})
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "upload", "%s: %v", in.Name, err)
	}
	in.Maker, in.Product, in.Version, err = productFlags{in.Maker, in.Product, in.Version}.of(doc)
	return err
}

// evidenceOf reads what other build tools found.
func evidenceOf(ctx context.Context, in api.Incoming, content []byte) ([]received, error) {
	if in.Product == "" || in.Version == "" {
		return nil, wardround.Errorf(wardround.EInvalid, "upload", "build evidence is of a release; say which: release, or maker, product and version")
	}
	reports, err := build.Read(ctx, content, build.Options{Maker: in.Maker, Product: in.Product, Version: in.Version, Name: in.Name, Tool: in.Tool})
	if err != nil {
		return nil, err
	}
	var docs []received
	for _, r := range reports {
		if in.Report != "" && r.Report != in.Report {
			return nil, wardround.Errorf(wardround.EInvalid, "upload", "%s is %s, not %s", in.Name, r.Report, in.Report)
		}
		r.By = kind.PersonalText(in.By)
		docs = append(docs, received{fields: r, media: "application/octet-stream", open: bytesOf(content)})
	}
	if len(docs) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, "upload", "%s holds no result", in.Name)
	}
	return docs, nil
}
