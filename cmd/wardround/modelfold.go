package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/blob"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/stat/sketch"
)

// sketchType is the media type of a window of sketches.
const sketchType = "application/vnd.wardround.sketch"

// openModels opens the models of a data directory where its store stands.
func (a *app) openModels(blobs *blob.Store, scope wardround.Scope, origin wardround.Origin, st wardround.Reader) (*behaviour.Fold, error) {
	return behaviour.Open(a.ctx, behaviour.Options{
		Scope: scope, Origin: origin, Blobs: behaviour.Opener(func(digest string) (io.ReadCloser, error) { return blobs.Open(digest) }),
	}, st)
}

// ofModels reports whether a command may bring facts of a kind to the writer: what is
// known of models, with the document that belongs to it or without one.
func ofModels(fields any) bool {
	switch fields.(type) {
	case *kind.ModelReceivedV1, *kind.ModelScannedV1, *kind.ModelVerifiedV1, *kind.ModelProbedV1, *kind.ModelLogsV1, *kind.ModelDecidedV1,
		*kind.InferenceWindowV1, *kind.InferenceLabelledV1:
		return true
	}
	return false
}

// Take makes a fact of a sensor, with the content that belongs to it, part of the blob
// store and of the log, and returns when both are durable and judged: it is what
// sense/inference hands its windows to. Taken again, after a crash, the same fact
// changes nothing. Errors: EInvalid, EFull.
func (w *writer) Take(ctx context.Context, o *wardround.Observation, content []byte) error {
	if content != nil {
		b, err := w.stock.blobs.Put(ctx, bytes.NewReader(content), sketchType)
		if err != nil {
			return err
		}
		o.Blob = &b
	}
	if err := pipeline.Acceptable(o); err != nil {
		return err
	}
	if err := w.ingest.Put(ctx, o); err != nil {
		return err
	}
	return w.ingest.Sync(ctx)
}

// Take is that of a ward that lives in memory.
func (w *ward) Take(ctx context.Context, o *wardround.Observation, content []byte) error {
	if content != nil {
		b := w.blobs.put(content, sketchType)
		o.Blob = &b
	}
	if err := pipeline.Acceptable(o); err != nil {
		return err
	}
	return w.batch(ctx, []*wardround.Observation{o})
}

// mostShelved bounds what a shelf holds, in bytes; the oldest gives way.
const mostShelved = 256 << 20

// shelf is a blob store in memory, for the demo. It is safe for concurrent use.
type shelf struct {
	mu    sync.Mutex
	m     map[string][]byte
	order []string
	size  int
}

func newShelf() *shelf { return &shelf{m: map[string][]byte{}} }

func (s *shelf) put(content []byte, media string) wardround.Blob {
	h := sha256.Sum256(content)
	d := "sha256:" + hex.EncodeToString(h[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m[d] == nil {
		s.m[d] = bytes.Clone(content)
		s.order = append(s.order, d)
		s.size += len(content)
		for s.size > mostShelved && len(s.order) > 1 {
			s.size -= len(s.m[s.order[0]])
			delete(s.m, s.order[0])
			s.order = s.order[1:]
		}
	}
	return wardround.Blob{Digest: d, Size: int64(len(content)), Type: media}
}

// Open implements [behaviour.Blobs].
func (s *shelf) Open(digest string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.m[digest]
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "blob", "there is no content %s any more", digest)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// sweepSketches deletes the windows that neither the models nor, being older than an
// age, the log has any use for. What is no sketch stays.
func (w *writer) sweepSketches(ctx context.Context, age time.Duration) error {
	needed := w.models.Referenced()
	now := w.now()
	_, err := w.stock.blobs.Sweep(func(digest string) bool {
		if needed[digest] || ctx.Err() != nil {
			return true
		}
		hex := strings.TrimPrefix(digest, "sha256:")
		path := filepath.Join(w.d.Blobs(), hex[:2], hex)
		info, err := os.Stat(path)
		if err != nil || now.Sub(info.ModTime()) <= age {
			return true
		}
		f, err := os.Open(path)
		if err != nil {
			return true
		}
		defer f.Close()
		head := make([]byte, 16)
		n, _ := io.ReadFull(f, head)
		return !sketch.IsSketch(head[:n])
	})
	return err
}
