package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense/network"
)

// serveCmd watches, judges and keeps evidence.
type serveCmd struct {
	Listen    string        `default:"127.0.0.1:8420" help:"Where /healthz and /metrics answer; loopback only."`
	Interface []string      `placeholder:"IF" help:"Interface to watch (Linux); may be given several times."`
	Filter    string        `help:"What to capture on these interfaces, in tcpdump's words."`
	Read      []string      `placeholder:"FILE" help:"Capture to read; - for standard input. What was read before is not read again."`
	Learn     time.Duration `default:"336h" help:"How long novelty checks learn what is normal (14 days)."`
	AcceptGap bool          `help:"Go on although part of the log is lost or damaged; it is written down as a gap."`
	Once      bool          `help:"End when the files are read and judged."`
}

func (c *serveCmd) Run(a *app) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	sensors := append([]sensorConfig(nil), cfg.Sensors...)
	for _, i := range c.Interface {
		sensors = append(sensors, sensorConfig{Interface: i, Filter: c.Filter})
	}
	for i := range sensors {
		if sensors[i].Interface == "" {
			return wardround.Errorf(wardround.EInvalid, "serve", "a sensor of the configuration has no interface")
		}
		if sensors[i].Name == "" {
			sensors[i].Name = sensors[i].Interface
		}
	}
	if cfg.Learn != "" {
		if c.Learn, err = time.ParseDuration(cfg.Learn); err != nil {
			return wardround.Errorf(wardround.EInvalid, "serve", "learn: %w", err)
		}
	}
	if cfg.Listen != "" && c.Listen == "127.0.0.1:8420" {
		c.Listen = cfg.Listen
	}
	zones, err := zonesContent(cfg.Zones)
	if err != nil {
		return err
	}
	if err := loopback(c.Listen); err != nil {
		return err
	}
	w, err := a.openWriter(cfg, c.Learn, c.AcceptGap)
	if err != nil {
		return err
	}
	defer w.Close()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "serve", "--listen: %w", err)
	}
	defer listener.Close()
	return c.run(a, w, cfg, sensors, zones, listener)
}

// loopback refuses an address that others could reach: until TLS is on, nothing
// is offered to them.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "serve", "--listen %s: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return wardround.Errorf(wardround.EForbidden, "serve", "--listen %s is not loopback; other addresses need TLS, which this version does not offer", addr)
	}
	return nil
}

func (c *serveCmd) run(a *app, w *writer, cfg *config, sensors []sensorConfig, zones string, listener net.Listener) error {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	known, err := load(ctx, w.store, w.scope)
	if err != nil {
		return err
	}
	if !a.Quiet {
		w.show = a.live(known)
	}
	if err := w.ingest.CatchUp(ctx); err != nil {
		return err
	}
	ran := make(chan error, 1)
	drain, stopIngest := context.WithCancel(context.WithoutCancel(ctx))
	go func() { ran <- w.ingest.Run(drain) }()
	server := &http.Server{Handler: c.handler(w), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	go server.Serve(listener) // ends with Close below
	defer server.Close()
	socket, err := w.serveSocket(ctx)
	if err != nil {
		stopIngest()
		<-ran
		return err
	}
	defer socket.Close()
	if zones != "" && string(w.zonesNow()) != zones {
		if err := w.put(ctx, &kind.ContentChangedV1{Name: pipeline.ContentZones, Value: zones, By: "configuration", Reason: "start-up"}); err != nil {
			stopIngest()
			return errors.Join(err, <-ran)
		}
	}
	a.note("wardround serves %s: http://%s/healthz, /metrics; data in %s", w.scope.Site, listener.Addr(), w.dir)

	var wg sync.WaitGroup
	failures := make(chan error, len(sensors)+1)
	for _, s := range sensors {
		wg.Add(1)
		go func() {
			defer wg.Done()
			err := a.watch(ctx, s, w.pseudonyms, w.ingest.Offer, func() { a.note("watching %s", s.Interface) })
			if err != nil {
				failures <- err
			}
		}()
	}
	filesDone := make(chan struct{})
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer close(filesDone)
		for _, f := range c.Read {
			if err := c.read(ctx, a, w, f); err != nil && ctx.Err() == nil {
				failures <- err
				return
			}
		}
		if len(c.Read) > 0 {
			a.note("read and judged: %s", strings.Join(c.Read, ", "))
		}
	}()
	once := filesDone
	if !c.Once {
		once = nil
	}
	var result error
	housekeeping := time.NewTicker(time.Minute)
	defer housekeeping.Stop()
loop:
	for {
		select {
		case result = <-failures:
			break loop
		case result = <-ran:
			ran <- nil
			break loop
		case <-once:
			break loop
		case <-ctx.Done():
			break loop
		case <-housekeeping.C:
			if err := w.housekeeping(ctx, cfg.Retention); err != nil {
				a.note("wardround: %v", err)
			}
		}
	}
	cancel()
	wg.Wait()
	select {
	case err := <-failures:
		result = errors.Join(result, err)
	default:
	}
	stopIngest()
	if err := <-ran; result == nil {
		result = err
	}
	if w.ingest.Failed() {
		return result // what is in memory is of a batch that was not stored
	}
	if err := w.pipe.Settle(context.Background()); result == nil {
		result = err
	}
	if err := w.checkpoint(context.Background()); result == nil {
		result = err
	}
	return result
}

// read reads one capture file into the log. The file's digest names the input, so
// that reading it again adds nothing.
func (c *serveCmd) read(ctx context.Context, a *app, w *writer, name string) error {
	input := "stdin " + a.now().UTC().Format(time.RFC3339Nano)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "serve", err)
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "serve", err)
		}
		input = "sha256:" + hex.EncodeToString(h.Sum(nil))
	}
	var failed error
	s := network.New(network.Options{
		Sensor: "capture", Input: input, Origin: wardround.Live, Pseudonyms: w.pseudonyms,
		Emit: func(o *wardround.Observation) {
			if failed == nil {
				failed = w.ingest.Put(ctx, o)
			}
		},
	})
	err := readFile(ctx, s, name, a.stdin, a.progress([]string{name}))
	s.Close()
	if err == nil {
		err = failed
	}
	if serr := w.ingest.Sync(ctx); err == nil {
		err = serr
	}
	return err
}

// handler answers /healthz and /metrics about ourselves.
func (c *serveCmd) handler(w *writer) http.Handler {
	reg := prometheus.NewRegistry()
	gauge := func(name, help string, f func(pipeline.Health) float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "wardround", Name: name, Help: help}, func() float64 { return f(w.ingest.Health()) }))
	}
	counter := func(name, help string, f func(pipeline.Health) float64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "wardround", Name: name, Help: help}, func() float64 { return f(w.ingest.Health()) }))
	}
	gauge("queue_observations", "Observations waiting to be made durable.", func(h pipeline.Health) float64 { return float64(h.Queue) })
	gauge("judge_lag_seconds", "From acknowledged to stored, newest batch.", func(h pipeline.Health) float64 { return h.Lag.Seconds() })
	counter("judged_observations_total", "Observations judged since start.", func(h pipeline.Health) float64 { return float64(h.Judged) })
	counter("shed_flow_total", "Flow updates shed under load.", func(h pipeline.Health) float64 { return float64(h.ShedFlow) })
	counter("shed_repeat_total", "Repeats shed under load.", func(h pipeline.Health) float64 { return float64(h.ShedRepeat) })
	counter("shed_transaction_total", "Transactions shed under load.", func(h pipeline.Health) float64 { return float64(h.ShedTransaction) })
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if h := w.ingest.Health(); h.Err != nil {
			rw.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(rw, "not judging")
			return
		}
		fmt.Fprintln(rw, "ok")
	})
	return mux
}
