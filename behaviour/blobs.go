package behaviour

import (
	"container/list"
	"errors"
	"io"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// Blobs is where documents and sketches are read from, by digest.
type Blobs interface {
	// Errors: ENotFound, EIntegrity for a blob that is gone or damaged; others are of
	// the disk.
	Open(digest string) (io.ReadCloser, error)
}

// Opener makes a function a [Blobs].
type Opener func(digest string) (io.ReadCloser, error)

// Open implements [Blobs].
func (f Opener) Open(digest string) (io.ReadCloser, error) { return f(digest) }

// maxBlob bounds what is read of one document or window, in bytes.
const maxBlob = 64 << 20

// source remembers whether it was the blob that could not be read.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// refusal is an error of the content, not of the disk: no second try helps.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// refused returns the reason when an error is of the content, "" when it is of the disk.
func refused(err error) string {
	var no *refusal
	if !errors.As(err, &no) {
		return ""
	}
	return clip(no.Error(), 200)
}

// read gives a blob to decode.
func read[T any](b Blobs, digest string, decode func(io.Reader) (T, error)) (T, error) {
	var zero T
	r, err := b.Open(digest)
	if err != nil {
		return zero, ofContent(err)
	}
	defer r.Close()
	src := &source{Reader: io.LimitReader(r, maxBlob)}
	v, err := decode(src)
	switch {
	case err == nil:
		return v, nil
	case src.err != nil:
		return zero, ofContent(src.err)
	}
	return zero, &refusal{err}
}

// ofContent makes errors of a blob that is gone or damaged refusals.
func ofContent(err error) error {
	if c := wardround.ErrorCode(err); c == wardround.ENotFound || c == wardround.EIntegrity {
		return &refusal{err}
	}
	return err
}

func decodeWindow(r io.Reader) (*sketch.Window, error) { return sketch.Decode(r, sketch.Limits{}) }

// cache holds what was decoded last, by digest. What it returns must not be changed.
type cache[T any] struct {
	most  int
	order *list.List
	m     map[string]*list.Element
}

type cached[T any] struct {
	digest string
	v      T
}

func newCache[T any](most int) *cache[T] {
	return &cache[T]{most: most, order: list.New(), m: map[string]*list.Element{}}
}

func (c *cache[T]) get(digest string, read func() (T, error)) (T, error) {
	if e := c.m[digest]; e != nil {
		c.order.MoveToFront(e)
		return e.Value.(*cached[T]).v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	c.m[digest] = c.order.PushFront(&cached[T]{digest, v})
	if c.order.Len() > c.most {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.m, last.Value.(*cached[T]).digest)
	}
	return v, nil
}

// window reads sketches; they are not to be changed.
func (f *Fold) window(digest string) (*sketch.Window, error) {
	return f.windows.get(digest, func() (*sketch.Window, error) { return read(f.opt.Blobs, digest, decodeWindow) })
}

// plan reads a plan.
func (f *Fold) plan(digest string) (*model.Plan, error) {
	return f.plans.get(digest, func() (*model.Plan, error) { return read(f.opt.Blobs, digest, model.ReadPlan) })
}

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xC0 == 0x80 {
		most--
	}
	return s[:most] + "…"
}
