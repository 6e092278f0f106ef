package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// Limits of the control socket. A request of more than smallRequest bytes waits
// until it is the only such one.
const (
	maxRequest   = 64 << 20
	smallRequest = 64 << 10
	// maxConnections is how many are served at a time; others wait.
	maxConnections = 200
	// readFor is how long a request may take to come, answerFor to be carried out.
	readFor   = 30 * time.Second
	answerFor = 10 * time.Minute
)

type request struct {
	Act          string            `json:"act"` // "append", "checkpoint", "backup", "export", "people", "receive"
	Observations []json.RawMessage `json:"observations,omitempty"`
	Path         string            `json:"path,omitempty"`
	Keys         bool              `json:"keys,omitempty"`
	From         time.Time         `json:"from,omitzero"`
	To           time.Time         `json:"to,omitzero"`
	People       *peopleRequest    `json:"people,omitempty"`
	Files        []file            `json:"files,omitempty"` // of "receive", one for each observation
}

// file is a document that a command left in the data directory for the server.
type file struct {
	Path  string `json:"path"`
	Media string `json:"media"`
}

type response struct {
	Code   wardround.Code  `json:"code,omitempty"`
	Error  string          `json:"error,omitempty"`
	Answer json.RawMessage `json:"answer,omitempty"` // of "people"
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
		if len(path) > 100 { // sun_path has 104 to 108 bytes, by system
			return nil, wardround.Errorf(wardround.EInvalid, "serve", "control socket: %s has %d bytes, about 100 fit; use a data directory with a shorter path: %w", path, len(path), err)
		}
		return nil, wardround.Errorf(wardround.EForbidden, "serve", "control socket: %w", err)
	}
	d := &door{w: w, places: make(chan struct{}, maxConnections), large: make(chan struct{}, 1)}
	go func() { // ends when l is closed
		for {
			d.places <- struct{}{}
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // no file descriptors left: this passes
				<-d.places
				time.Sleep(50 * time.Millisecond)
				continue
			}
			go func() {
				d.answer(ctx, c)
				<-d.places
			}()
		}
	}()
	return l, nil
}

// door is where requests come in.
type door struct {
	w      *writer
	places chan struct{} // holds one for each connection that is served
	large  chan struct{} // holds one while there is a large request
}

func (d *door) answer(ctx context.Context, c net.Conn) {
	defer c.Close()
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	_ = c.SetDeadline(time.Now().Add(readFor)) // sockets have deadlines
	line, done, err := d.line(ctx, c)
	defer done()
	var rq request
	var rs response
	if err == nil {
		err = json.Unmarshal(line, &rq)
	}
	if err != nil {
		err = wardround.Errorf(wardround.EInvalid, "control", "the request cannot be read: %w", err)
	} else {
		_ = c.SetDeadline(time.Now().Add(answerFor))
		rs.Answer, err = d.w.do(ctx, rq)
	}
	if err != nil {
		rs = response{Code: wardround.ErrorCode(err), Error: wording(err)}
	}
	b, _ := json.Marshal(rs)        // strings, and what was marshalled before
	_, _ = c.Write(append(b, '\n')) // whoever asked may have gone
}

// line reads one request. done is to be called when it is no longer needed.
func (d *door) line(ctx context.Context, c net.Conn) (line []byte, done func(), err error) {
	r := bufio.NewReaderSize(c, smallRequest)
	line, err = r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, func() {}, err
	}
	select {
	case d.large <- struct{}{}:
	case <-ctx.Done():
		return nil, func() {}, ctx.Err()
	}
	done = func() { <-d.large }
	_ = c.SetDeadline(time.Now().Add(readFor)) // it may have waited
	head := bytes.Clone(line)
	rest, err := bufio.NewReader(io.LimitReader(r, maxRequest-int64(len(head)))).ReadBytes('\n')
	if errors.Is(err, io.EOF) && len(head)+len(rest) >= maxRequest {
		err = fmt.Errorf("it has more than %d bytes", maxRequest)
	}
	return append(head, rest...), done, err
}

// do carries out one request of a mutating command. Only "people" has an answer.
func (w *writer) do(ctx context.Context, rq request) (json.RawMessage, error) {
	switch rq.Act {
	case "append":
		return nil, w.appendAll(ctx, rq.Observations)
	case "receive":
		return nil, w.receiveFiles(ctx, rq)
	case "checkpoint":
		return nil, w.checkpoint(ctx)
	case "backup":
		return nil, w.backup(ctx, rq)
	case "export":
		if err := w.acted(ctx, "evidence export", filepath.Base(rq.Path)); err != nil {
			return nil, err
		}
		return nil, w.export(rq)
	case "people":
		if w.people == nil || rq.People == nil {
			return nil, wardround.Errorf(wardround.EInvalid, "control", "nobody is asked for")
		}
		return w.people.do(ctx, rq.People)
	}
	return nil, wardround.Errorf(wardround.EInvalid, "control", "no act %q", rq.Act)
}

// appendAll makes what people said part of the log, all of it or, if something is
// wrong with any, nothing. What sensors and the pipeline say does not come this way.
func (w *writer) appendAll(ctx context.Context, said []json.RawMessage) error {
	facts := make([]any, 0, len(said))
	for _, raw := range said {
		o, err := (kind.Codec{}).Decode(raw)
		if err != nil {
			return err
		}
		switch o.Fields.(type) {
		case *kind.InventorySaidV1, *kind.FindingDecidedV1, *kind.PublicationSaidV1, *kind.FindingAssignedV1, *kind.ContentChangedV1, *kind.ReleaseSaidV1:
		case *kind.OperatorActedV1:
			// Of acts those that a command does on its own machine: what the server does itself it
			// writes down itself.
			if f := o.Fields.(*kind.OperatorActedV1); !ownActs[f.Act] {
				return wardround.Errorf(wardround.EForbidden, "control", "%q is no act of a command", f.Act)
			}
		default:
			return wardround.Errorf(wardround.EForbidden, "control", "%s is nothing that people say", o.Kind)
		}
		facts = append(facts, o.Fields)
	}
	return w.say(ctx, facts...)
}

// ownActs are the acts that commands put on record.
var ownActs = map[string]bool{"exchange-exported": true, "exchange-imported": true, "csaf-published": true, "csaf-withdrawn": true}

// acted records an act on Wardround itself in the ledger.
func (w *writer) acted(ctx context.Context, act, detail string) error {
	return w.say(ctx, &kind.OperatorActedV1{Act: act, By: kind.PersonalText(currentUser()), Detail: kind.PersonalText(detail)})
}

// ask sends one request to the running server. ok is false when none runs.
func ask(ctx context.Context, dir string, rq request) (ok bool, err error) {
	_, ok, err = asked(ctx, dir, rq)
	return ok, err
}

// asked is ask with the server's answer.
func asked(ctx context.Context, dir string, rq request) (answer json.RawMessage, ok bool, err error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socketPath(dir))
	if err != nil {
		return nil, false, nil
	}
	defer c.Close()
	b, err := json.Marshal(rq)
	if err != nil {
		return nil, true, wardround.Wrap(wardround.EInternal, "control", err)
	}
	_, refused := c.Write(append(b, '\n')) // the server may refuse before it has read all, and says why
	line, err := bufio.NewReader(c).ReadBytes('\n')
	if err != nil {
		return nil, true, wardround.Errorf(wardround.EInternal, "control", "the server did not answer, so whether it was done is not known: %v", errors.Join(refused, err))
	}
	var rs response
	if err := json.Unmarshal(line, &rs); err != nil {
		return nil, true, wardround.Wrap(wardround.EInternal, "control", err)
	}
	if rs.Error != "" {
		return nil, true, &wardround.Error{Code: rs.Code, Message: rs.Error}
	}
	return rs.Answer, true, nil
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
		b, err := rawFact(f, a.now())
		if err != nil {
			return err
		}
		rq.Observations = append(rq.Observations, b)
	}
	if ok, err := ask(a.ctx, dir, rq); ok {
		return err
	}
	return a.aloneDo(rq)
}

// rawFact encodes what is said, for the socket.
func rawFact(fields any, at time.Time) (json.RawMessage, error) {
	s := kind.Of(fields)
	return (kind.Codec{}).Append(nil, &wardround.Observation{Kind: string(s.Name), Version: s.Version, At: at, Fields: fields})
}

// aloneDo carries out a request as the one writer.
func (a *app) aloneDo(rq request) error {
	return a.alone(func(w *writer) error {
		_, err := w.do(a.ctx, rq)
		return err
	})
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
	err = errors.Join(fn(w), func() error { cancel(); return <-ran }())
	if w.ingest.Failed() {
		return err // what is in memory is of a batch that was not stored
	}
	return errors.Join(err, w.pipe.Settle(context.WithoutCancel(a.ctx)))
}
