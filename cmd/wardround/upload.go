package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/sense/network"
)

// uploads reads captures that people send. One at a time: each is written to disk
// whole before it is judged, because its digest names it in the log.
type uploads struct {
	dir string // where a capture waits; the next start clears what a kill leaves
	// into makes what read gives to a sensor part of the log, under the name of an input.
	into func(ctx context.Context, input string, read func(*network.Sensor) error) (network.Stats, int64, error)

	one sync.Mutex
}

// maxUpload is the largest capture that is taken, in bytes.
const maxUpload = 4 << 30

// unfinished begins the names of files that are cleared when a data directory is
// opened: see package datadir.
const unfinished = ".unfinished-"

// take reads one capture into the log and returns what it held. Reading the same
// capture again adds nothing. Errors: EConflict (another is being read), EFull (the
// disk, or too large), EInvalid (no capture).
func (u *uploads) take(ctx context.Context, name string, r io.Reader) (c api.Captured, err error) {
	const op = "capture"
	if !u.one.TryLock() {
		return c, wardround.Errorf(wardround.EConflict, op, "another capture is being read; send this one when it is done")
	}
	defer u.one.Unlock()
	f, err := os.CreateTemp(u.dir, unfinished+"capture-")
	if err != nil {
		return c, durable.Error(op, u.dir, err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	h := sha256.New()
	n, err := io.Copy(&onto{io.MultiWriter(f, h)}, io.LimitReader(&heard{ctx, r}, maxUpload+1))
	var own *writeError
	switch {
	case errors.As(err, &own):
		return c, durable.Error(op, u.dir, own.err)
	case err != nil:
		return c, err
	case n > maxUpload:
		return c, wardround.Errorf(wardround.EFull, op, "%s has more than %d GiB; split it, or read it with: wardround serve --read", name, maxUpload>>30)
	case n == 0:
		return c, wardround.Errorf(wardround.EInvalid, op, "%s is empty", name)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return c, durable.Error(op, u.dir, err)
	}
	c.Input = "sha256:" + hex.EncodeToString(h.Sum(nil))
	stats, emitted, err := u.into(ctx, c.Input, func(s *network.Sensor) error { return capturing(name, s.Read(ctx, f)) })
	c.Packets, c.Observations = stats.Packets, emitted
	return c, err
}

// heard reads until nobody waits for it any more.
type heard struct {
	ctx context.Context
	r   io.Reader
}

func (h *heard) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.r.Read(p)
}

// onto marks what could not be written, which is our disk and not the sender.
type onto struct{ w io.Writer }

type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

func (o *onto) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		err = &writeError{err}
	}
	return n, err
}
