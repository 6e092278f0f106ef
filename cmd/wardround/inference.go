package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/stat/sketch"
)

// inferenceConfig is a source of inference records: what its fields mean, and where
// they come from.
type inferenceConfig struct {
	Name    string `yaml:"name"`
	Mapping string `yaml:"mapping"` // a file; see sense/inference
	// Watch is a folder whose CSV and Parquet files are read as they come.
	Watch string `yaml:"watch"`
	// Listen is where records are posted to: NDJSON at /api/v1/inference, OTLP logs at
	// /v1/logs. Anything but loopback needs tls and a token.
	Listen string   `yaml:"listen"`
	Token  string   `yaml:"token"`  // "@FILE": whoever posts has to show what it holds
	Events []string `yaml:"events"` // of OTLP; none: all
	// Reference is a sketch that inputs are held against, to say which lie outside; none:
	// the first window with enough of them.
	Reference string `yaml:"reference"`
}

var _ inference.Sink = (*writer)(nil)

// dirInference is where sources of inference keep what is not handed over yet.
const dirInference = "inference"

// recorder is a source of inference at work.
type recorder struct {
	cfg      inferenceConfig
	folder   *inference.Folder
	listener net.Listener
	token    []byte // its SHA-256; nil for none
}

// recorders opens the sources of a configuration. What is wrong with one is wrong with
// the start: a model that nobody watches because of a typing error would look well.
func (a *app) recorders(w *writer, list []inferenceConfig, tls bool) (out []*recorder, err error) {
	const op = "inference"
	defer func() {
		if err != nil {
			for _, r := range out {
				r.close()
			}
			out = nil
		}
	}()
	names := map[string]bool{}
	for _, c := range list {
		if c.Name == "" || c.Name != safeName(c.Name) || names[c.Name] {
			return out, wardround.Errorf(wardround.EInvalid, op, "a source of inference needs a name of letters, digits, - and _ that no other one has; not %q", c.Name)
		}
		names[c.Name] = true
		if c.Watch == "" && c.Listen == "" {
			return out, wardround.Errorf(wardround.EInvalid, op, "%s: say where records come from: watch FOLDER, or listen ADDRESS", c.Name)
		}
		r := &recorder{cfg: c}
		f, err := os.Open(c.Mapping)
		if err != nil {
			return out, wardround.Errorf(wardround.EInvalid, op, "%s: the mapping: %w", c.Name, err)
		}
		mapping, err := inference.ReadMapping(f)
		f.Close()
		if err != nil {
			return out, wardround.Errorf(wardround.EInvalid, op, "%s: %s: %w", c.Name, c.Mapping, err)
		}
		var reference *sketch.Window
		if c.Reference != "" {
			f, err := os.Open(c.Reference)
			if err != nil {
				return out, wardround.Errorf(wardround.EInvalid, op, "%s: the reference: %w", c.Name, err)
			}
			reference, err = sketch.Decode(bufio.NewReader(f), sketch.Limits{})
			f.Close()
			if err != nil {
				return out, wardround.Errorf(wardround.EInvalid, op, "%s: %s is no sketch (see: wardround model sketch --help): %w", c.Name, c.Reference, err)
			}
		}
		if r.token, err = postingToken(c.Token); err != nil {
			return out, wardround.Errorf(wardround.EInvalid, op, "%s: %w", c.Name, err)
		}
		if c.Listen != "" {
			if err := loopback(c.Listen); err != nil && !(wardround.ErrorCode(err) == wardround.EForbidden && tls && r.token != nil) {
				return out, wardround.Errorf(wardround.EForbidden, op, "%s: listen %s: records of patients are taken from this machine alone, or with tls and a token", c.Name, c.Listen)
			}
			if r.listener, err = net.Listen("tcp", c.Listen); err != nil {
				return out, wardround.Errorf(wardround.EInvalid, op, "%s: %w", c.Name, err)
			}
		}
		out = append(out, r)
		r.folder, err = inference.New(inference.Options{
			Sensor: "inference/" + c.Name, Mapping: mapping, Pseudonyms: w.pseudonyms, Dir: filepath.Join(w.dir, dirInference, c.Name),
			Origin: wardround.Live, Sink: w, Now: a.now, Reference: reference,
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (r *recorder) close() {
	if r.listener != nil {
		r.listener.Close()
	}
}

// postingToken reads the token of a configuration, "@FILE".
func postingToken(s string) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	file, ok := strings.CutPrefix(s, "@")
	if !ok {
		return nil, wardround.Errorf(wardround.EInvalid, "inference", "token: a secret does not stand in the configuration; write @ and the file that holds it")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if b = bytes.TrimSpace(b); len(b) < 16 {
		return nil, wardround.Errorf(wardround.EInvalid, "inference", "the token in %s has %d bytes; at least 16", file, len(b))
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// record runs the sources until ctx ends; wait returns when what they took is handed
// over or on the disk. The writer must still judge until then.
func (a *app) record(ctx context.Context, list []*recorder, sv *serving, log *slog.Logger) (wait func()) {
	var all sync.WaitGroup
	for _, r := range list {
		all.Go(func() {
			if err := r.folder.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				a.note("wardround: inference %s: %s", r.cfg.Name, printable(wording(err)))
			}
		})
		if r.cfg.Watch != "" {
			all.Go(func() {
				told := func(err error) { a.note("wardround: inference %s: %s", r.cfg.Name, printable(wording(err))) }
				if err := r.folder.Follow(ctx, r.cfg.Watch, 5*time.Second, told); err != nil && !errors.Is(err, context.Canceled) {
					told(err)
				}
			})
		}
		if r.listener != nil {
			r.serve(ctx, &all, sv, log)
		}
	}
	return all.Wait
}

// serve takes records over HTTP until ctx ends.
func (r *recorder) serve(ctx context.Context, all *sync.WaitGroup, sv *serving, log *slog.Logger) {
	s := &http.Server{
		Handler: r.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	all.Go(func() {
		var err error
		if loopback(r.cfg.Listen) != nil && sv.certs != nil {
			s.TLSConfig = sv.certs.config
			err = s.ServeTLS(r.listener, "", "")
		} else {
			err = s.Serve(r.listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			log.Error("inference", "source", r.cfg.Name, "error", err)
		}
	})
	all.Go(func() {
		<-ctx.Done()
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		if s.Shutdown(last) != nil {
			s.Close()
		}
	})
}

// handler is where records are posted to.
func (r *recorder) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/inference", inference.NewHandler(r.folder))
	mux.Handle("/v1/logs", inference.NewOTLP(r.folder, r.cfg.Events...))
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.token != nil {
			shown, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
			sum := sha256.Sum256([]byte(shown))
			if subtle.ConstantTimeCompare(sum[:], r.token) != 1 {
				w.Header().Set("WWW-Authenticate", "Bearer")
				http.Error(w, "show the token: Authorization: Bearer …", http.StatusUnauthorized)
				return
			}
		} else if q.Header.Get("Origin") != "" {
			http.Error(w, "records are not posted by pages", http.StatusForbidden) // of a browser on this machine
			return
		}
		mux.ServeHTTP(w, q)
	})
}
