// Package blob keeps content that is too large for an observation: an SBOM, a
// model, a sketch. Content is addressed by its SHA-256, so the same content is
// kept once, and what is read is always verified.
//
// On disk a blob is DIR/ab/abcdef…, named after its digest.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// DefaultMax is the largest blob in bytes when Options say nothing: 2 GiB, room
// for a model.
const DefaultMax = 2 << 30

// Options configure a store; the zero value is usable.
type Options struct {
	// Max is the largest blob in bytes, [DefaultMax] if 0.
	Max int64
	// ReadOnly refuses Put and Delete.
	ReadOnly bool
}

// Store is a folder of blobs. Its methods are safe for concurrent use.
type Store struct {
	dir string
	opt Options
}

// scheme begins every digest.
const scheme = "sha256:"

// unfinished begins the name of a blob that is being written.
const unfinished = ".new-"

// Open opens the store in dir, which it makes if it is not there, and clears away
// what a kill left half-written. Errors: EForbidden, EFull.
func Open(dir string, opt Options) (*Store, error) {
	const op = "blob.open"
	if opt.Max <= 0 {
		opt.Max = DefaultMax
	}
	if !opt.ReadOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, durable.Error(op, dir, err)
		}
		left, err := filepath.Glob(filepath.Join(dir, unfinished+"*"))
		if err != nil {
			return nil, durable.Error(op, dir, err)
		}
		for _, name := range left {
			if err := os.Remove(name); err != nil {
				return nil, durable.Error(op, dir, err)
			}
		}
	}
	return &Store{dir: dir, opt: opt}, nil
}

// Put stores what r yields, at most Options.Max bytes, and returns where it is
// once it is durable. Errors: EFull (too large, or no room), EForbidden, r's own.
func (s *Store) Put(ctx context.Context, r io.Reader, mediaType string) (wardround.Blob, error) {
	const op = "blob.put"
	if s.opt.ReadOnly {
		return wardround.Blob{}, wardround.Errorf(wardround.EForbidden, op, "%s is open for reading only", s.dir)
	}
	f, err := os.CreateTemp(s.dir, unfinished+"*")
	if err != nil {
		return wardround.Blob{}, durable.Error(op, s.dir, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	h := sha256.New()
	src := &source{ctx: ctx, r: io.LimitReader(r, s.opt.Max+1)}
	n, err := io.Copy(io.MultiWriter(f, h), src)
	switch {
	case src.err != nil:
		return wardround.Blob{}, src.err
	case err != nil:
		return wardround.Blob{}, durable.Error(op, s.dir, err)
	case n > s.opt.Max:
		return wardround.Blob{}, wardround.Errorf(wardround.EFull, op, "the content is larger than %d bytes, the limit", s.opt.Max)
	}
	b := wardround.Blob{Digest: scheme + hex.EncodeToString(h.Sum(nil)), Size: n, Type: mediaType}
	if err := s.place(f, s.path(b.Digest)); err != nil {
		return wardround.Blob{}, durable.Error(op, s.dir, err)
	}
	return b, nil
}

// source remembers the reader's own error apart from the disk's.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// place makes the finished file f durable under its name.
func (s *Store) place(f *os.File, path string) error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	sub := filepath.Dir(path)
	if err := os.Mkdir(sub, 0o700); err == nil {
		if err := durable.SyncDir(s.dir); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	// What is there already may be damaged; the new copy is not.
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return durable.SyncDir(sub)
}

// path returns where a digest's content lies; "" for what is no digest.
func (s *Store) path(digest string) string {
	name, ok := strings.CutPrefix(digest, scheme)
	if b, err := hex.DecodeString(name); !ok || err != nil || len(b) != sha256.Size || name != strings.ToLower(name) {
		return ""
	}
	return filepath.Join(s.dir, name[:2], name)
}

// Read returns the content of a digest, verified. Errors: ENotFound, EInvalid (no
// digest), EIntegrity (not what was stored), EFull (over Options.Max).
func (s *Store) Read(digest string) ([]byte, error) {
	r, err := s.Open(digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	b.Grow(int(min(r.Size(), 64<<20)))
	if _, err := b.ReadFrom(r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Reader reads one blob and verifies it on the way: the Read that reaches the end
// returns EIntegrity instead of io.EOF when the content is not what was stored. So
// nothing of it is to be trusted before io.EOF.
type Reader struct {
	f      *os.File
	digest string
	size   int64
	h      hash.Hash
}

// Open opens the content of a digest. Errors: as Read.
func (s *Store) Open(digest string) (*Reader, error) {
	const op = "blob.read"
	path := s.path(digest)
	if path == "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%.80q is no digest; want sha256: and 64 hex digits", digest)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wardround.Errorf(wardround.ENotFound, op, "there is no %s", digest)
	}
	if err != nil {
		return nil, durable.Error(op, s.dir, err)
	}
	st, err := f.Stat()
	if err != nil || st.Size() > s.opt.Max {
		f.Close()
		if err == nil {
			err = wardround.Errorf(wardround.EFull, op, "%s has %d bytes, over the limit of %d", digest, st.Size(), s.opt.Max)
		}
		return nil, err
	}
	return &Reader{f: f, digest: digest, size: st.Size(), h: sha256.New()}, nil
}

// Size returns the content's length in bytes.
func (r *Reader) Size() int64 { return r.size }

// Read implements [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.f.Read(p)
	r.h.Write(p[:n])
	if errors.Is(err, io.EOF) && scheme+hex.EncodeToString(r.h.Sum(nil)) != r.digest {
		return n, wardround.Errorf(wardround.EIntegrity, "blob.read", "%s is not what was stored: its content changed on disk", r.digest)
	}
	return n, err
}

// Close ends the reading.
func (r *Reader) Close() error { return r.f.Close() }

// Delete removes the content of a digest; what is not there is no error.
func (s *Store) Delete(digest string) error {
	const op = "blob.delete"
	path := s.path(digest)
	switch {
	case s.opt.ReadOnly:
		return wardround.Errorf(wardround.EForbidden, op, "%s is open for reading only", s.dir)
	case path == "":
		return wardround.Errorf(wardround.EInvalid, op, "%.80q is no digest; want sha256: and 64 hex digits", digest)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return durable.Error(op, s.dir, err)
	}
	return nil
}

// All yields the digest and size of every blob, in order of digest.
func (s *Store) All() iter.Seq2[wardround.Blob, error] {
	return func(yield func(wardround.Blob, error) bool) {
		err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // deleted meanwhile
			}
			digest := scheme + filepath.Base(path)
			if err != nil || !e.Type().IsRegular() || s.path(digest) != path {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(wardround.Blob{Digest: digest, Size: info.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(wardround.Blob{}, durable.Error("blob.list", s.dir, err))
		}
	}
}

// Sweep deletes every blob that keep does not want and returns how many bytes that
// freed. Nothing may be put meanwhile that keep does not know of.
func (s *Store) Sweep(keep func(digest string) bool) (freed int64, err error) {
	for b, err := range s.All() {
		if err != nil {
			return freed, err
		}
		if keep(b.Digest) {
			continue
		}
		if err := s.Delete(b.Digest); err != nil {
			return freed, err
		}
		freed += b.Size
	}
	return freed, nil
}
