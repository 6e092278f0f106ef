package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/live"
)

// watchers are event streams held open over HTTP on loopback beside the load, each
// read to the end by a client in this process: what browsers cost, and more, since
// the clients share our processors.
type watchers struct {
	hub    *live.Hub
	server *httptest.Server
	stop   context.CancelFunc
	wait   sync.WaitGroup
	bytes  atomic.Int64
}

// watch opens n streams of newest observations and of what changed.
func watch(n int) (*watchers, error) {
	w := &watchers{hub: live.New(live.Options{Origin: wardround.Live})}
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	w.wait.Go(func() { w.hub.Run(ctx) })
	var session atomic.Int64
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, rq *http.Request) {
		s, err := w.hub.Open(fmt.Sprint(session.Add(1)), live.Want{Topics: []string{live.TopicLive, "findings", "overview"}})
		if err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
			return
		}
		defer s.End("gone")
		rc := http.NewResponseController(rw)
		for {
			select {
			case f := <-s.Frames():
				if _, err := rw.Write(f); err != nil || rc.Flush() != nil {
					return
				}
			case <-s.Done():
				return
			case <-rq.Context().Done():
				return
			}
		}
	}))
	opened := make(chan error, n)
	for range n {
		w.wait.Go(func() {
			rq, err := http.NewRequestWithContext(ctx, http.MethodGet, w.server.URL, nil)
			if err != nil {
				opened <- err
				return
			}
			rs, err := http.DefaultClient.Do(rq)
			if err == nil && rs.StatusCode != http.StatusOK {
				err = fmt.Errorf("a stream was answered %s", rs.Status)
			}
			opened <- err
			if err != nil {
				return
			}
			defer rs.Body.Close()
			buf := make([]byte, 64<<10)
			for {
				k, err := rs.Body.Read(buf)
				w.bytes.Add(int64(k))
				if err == io.EOF || err != nil {
					return
				}
			}
		})
	}
	for range n {
		if err := <-opened; err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

func (w *watchers) close() {
	w.stop()
	w.server.CloseClientConnections()
	w.server.Close()
	w.wait.Wait()
}
