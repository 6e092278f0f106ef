package portfolio

import (
	"errors"
	"io"

	"github.com/wardround/wardround"
)

// refused keeps the row of what could not be read, or returns an error of the disk.
func (f *Fold) refused(d *wardround.Document, err error) error {
	var no *refusal
	if !errors.As(err, &no) {
		return err
	}
	d.Problem = no.Error()
	if len(d.Problem) > maxProblem {
		d.Problem = d.Problem[:maxProblem] + "…"
	}
	if old := f.documents[wardround.DocumentIDOf(d.Org, d.Kind, d.Release, d.Name, d.Blob.Digest)]; old != nil && old.Problem == "" {
		return nil // the same document is in force already
	}
	f.keep(d)
	return nil
}

// maxProblem bounds the reason of a refusal, in bytes.
const maxProblem = 1000

// refusal is an error of the document, not of the disk.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func refuse(err error) error {
	if err == nil {
		return nil
	}
	return &refusal{err}
}

// source remembers whether it was the blob that could not be read.
type source struct {
	io.ReadCloser
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// judge tells errors of the document from those of the disk. A blob that is gone
// or damaged is the document's: no second try brings it back.
func (s *source) judge(err error) error {
	if err == nil {
		return nil
	}
	if s != nil && s.err != nil {
		if c := wardround.ErrorCode(s.err); c != wardround.ENotFound && c != wardround.EIntegrity {
			return s.err
		}
	}
	var no *refusal
	if errors.As(err, &no) {
		return err
	}
	return &refusal{err}
}
