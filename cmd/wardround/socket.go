package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// The control socket: mutating commands speak to the running server through it,
// so that the server stays the one writer. It lies in the data directory, for its
// owner only. One request and one answer per connection, each a line of JSON.

// maxRequest bounds one request, in bytes.
const maxRequest = 64 << 20

type request struct {
	Act          string            `json:"act"` // "append", "checkpoint", "backup", "export"
	Observations []json.RawMessage `json:"observations,omitempty"`
	Path         string            `json:"path,omitempty"`
	Keys         bool              `json:"keys,omitempty"`
	From         time.Time         `json:"from,omitzero"`
	To           time.Time         `json:"to,omitzero"`
}

type response struct {
	Code  wardround.Code `json:"code,omitempty"`
	Error string         `json:"error,omitempty"`
}

func socketPath(dir string) string { return filepath.Join(dir, "control.sock") }

// serveSocket answers on the control socket until it is closed.
func (w *writer) serveSocket(ctx context.Context) (io.Closer, error) {
	path := socketPath(w.dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a killed server: we hold the lock
		return nil, wardround.Wrap(wardround.EForbidden, "serve", err)
	}
	l, err := listenPrivate(path)
	if err != nil {
		return nil, wardround.Errorf(wardround.EForbidden, "serve", "control socket: %w", err)
	}
	go func() { // ends when l is closed
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.answer(ctx, c)
		}
	}()
	return l, nil
}

func (w *writer) answer(ctx context.Context, c net.Conn) {
	defer c.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	_ = c.SetDeadline(time.Now().Add(10 * time.Minute)) // a socket without deadlines is still bounded by ctx
	line, err := bufio.NewReader(io.LimitReader(c, maxRequest)).ReadBytes('\n')
	var rq request
	if err == nil {
		err = json.Unmarshal(line, &rq)
	}
	if err != nil {
		err = wardround.Errorf(wardround.EInvalid, "control", "the request cannot be read: %w", err)
	} else {
		err = w.do(ctx, rq)
	}
	var rs response
	if err != nil {
		rs = response{wardround.ErrorCode(err), err.Error()}
	}
	b, _ := json.Marshal(rs)        // two strings always marshal
	_, _ = c.Write(append(b, '\n')) // whoever asked may have gone
}

// do carries out one request of a mutating command.
func (w *writer) do(ctx context.Context, rq request) error {
	switch rq.Act {
	case "append":
		for _, raw := range rq.Observations {
			o, err := (kind.Codec{}).Decode(raw)
			if err != nil {
				return err
			}
			if err := w.put(ctx, o.Fields); err != nil {
				return err
			}
		}
		return w.ingest.Sync(ctx)
	case "checkpoint":
		return w.checkpoint(ctx)
	case "backup":
		return w.backup(ctx, rq)
	case "export":
		if err := w.acted(ctx, "evidence export", filepath.Base(rq.Path)); err != nil {
			return err
		}
		return w.export(rq)
	}
	return wardround.Errorf(wardround.EInvalid, "control", "no act %q", rq.Act)
}

// acted records an act on Wardround itself in the ledger.
func (w *writer) acted(ctx context.Context, act, detail string) error {
	if err := w.put(ctx, &kind.OperatorActedV1{Act: act, By: currentUser(), Detail: detail}); err != nil {
		return err
	}
	return w.ingest.Sync(ctx)
}

// ask sends one request to the running server. ok is false when none runs.
func ask(ctx context.Context, dir string, rq request) (ok bool, err error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socketPath(dir))
	if err != nil {
		return false, nil
	}
	defer c.Close()
	b, err := json.Marshal(rq)
	if err != nil {
		return true, wardround.Wrap(wardround.EInternal, "control", err)
	}
	if _, err := c.Write(append(b, '\n')); err != nil {
		return true, wardround.Errorf(wardround.EInternal, "control", "the server does not listen: %w", err)
	}
	line, err := bufio.NewReader(c).ReadBytes('\n')
	if err != nil {
		return true, wardround.Errorf(wardround.EInternal, "control", "the server did not answer: %w", err)
	}
	var rs response
	if err := json.Unmarshal(line, &rs); err != nil {
		return true, wardround.Wrap(wardround.EInternal, "control", err)
	}
	if rs.Error != "" {
		return true, &wardround.Error{Code: rs.Code, Message: rs.Error}
	}
	return true, nil
}

// append makes what a person said part of the log: through the running server, or
// as the one writer if none runs. It returns when it is judged.
func (a *app) append(fields ...any) error {
	dir, err := a.data()
	if err != nil {
		return err
	}
	rq := request{Act: "append"}
	for _, f := range fields {
		s := kind.Of(f)
		b, err := (kind.Codec{}).Append(nil, &wardround.Observation{Kind: string(s.Name), Version: s.Version, At: a.now(), Fields: f})
		if err != nil {
			return err
		}
		rq.Observations = append(rq.Observations, b)
	}
	if ok, err := ask(a.ctx, dir, rq); ok {
		return err
	}
	return a.alone(func(w *writer) error { return w.do(a.ctx, rq) })
}

// alone runs fn as the one writer of a directory that nobody serves.
func (a *app) alone(fn func(*writer) error) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	w, err := a.openWriter(cfg, 14*24*time.Hour, false)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.ingest.CatchUp(a.ctx); err != nil {
		return err
	}
	ran := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(a.ctx))
	go func() { ran <- w.ingest.Run(ctx) }()
	err = fn(w)
	cancel()
	return errors.Join(err, <-ran, w.pipe.Settle(context.WithoutCancel(a.ctx)))
}
