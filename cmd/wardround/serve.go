package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sense/feed"
	"github.com/wardround/wardround/sense/network"
)

// serveCmd watches, judges and keeps evidence.
type serveCmd struct {
	Listen     string        `default:"127.0.0.1:8420" help:"Where the API and the pages are served; anything but loopback needs TLS."`
	URL        string        `name:"url" placeholder:"URL" help:"The address that browsers use, if it is another: https://wardround.example.org."`
	TLSCert    string        `name:"tls-cert" placeholder:"FILE" help:"The server's certificate and what vouches for it, PEM; read again when it changes."`
	TLSKey     string        `name:"tls-key" placeholder:"FILE" help:"The certificate's key, PEM."`
	ACMEDomain []string      `name:"acme-domain" placeholder:"NAME" help:"Get the certificate for this name from Let's Encrypt; port 443 of the name must lead here."`
	ACMEEmail  string        `name:"acme-email" placeholder:"ADDRESS" help:"Where the authority writes to."`
	Open       bool          `help:"Open the browser."`
	Verbose    bool          `help:"Also a line for each request: route, status, who, from where."`
	Interface  []string      `placeholder:"IF" help:"Interface to watch (Linux); may be given several times."`
	Filter     string        `help:"What to capture on these interfaces, in tcpdump's words."`
	Read       []string      `placeholder:"FILE" help:"Capture to read; - for standard input. What was read before is not read again."`
	Learn      time.Duration `default:"336h" help:"How long novelty checks learn what is normal (14 days)."`
	AcceptGap  bool          `help:"Go on although part of the log is lost or damaged; it is written down as a gap."`
	Once       bool          `help:"End when the files are read and judged."`
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
	names := map[string]bool{}
	for i := range sensors {
		s := &sensors[i]
		if s.Interface == "" {
			return wardround.Errorf(wardround.EInvalid, "serve", "a sensor of the configuration has no interface")
		}
		s.Name = cmp.Or(s.Name, s.Interface)
		if names[s.Name] {
			return wardround.Errorf(wardround.EInvalid, "serve", "two sensors have the name %q; give each its own", s.Name)
		}
		names[s.Name] = true
	}
	if cfg.Learn != "" {
		if c.Learn, err = time.ParseDuration(cfg.Learn); err != nil {
			return wardround.Errorf(wardround.EInvalid, "serve", "learn: %w", err)
		}
	}
	if err := c.merge(cfg); err != nil {
		return err
	}
	zones, err := zonesContent(cfg.Zones)
	if err != nil {
		return err
	}
	sources, err := cfg.sources()
	if err != nil {
		return err
	}
	if err := c.reachable(cfg); err != nil {
		return err
	}
	var certs *certificates
	if cfg.TLS.on() {
		dir, err := a.data()
		if err != nil {
			return err
		}
		if certs, err = cfg.TLS.open(filepath.Join(dir, "acme"), a.now); err != nil {
			return err
		}
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
	models, err := a.recorders(w, cfg.Inference, certs != nil)
	if err != nil {
		return err
	}
	for _, r := range models {
		defer r.close()
	}
	return c.run(a, w, &serving{cfg: cfg, sensors: sensors, zones: zones, listener: listener, certs: certs, sources: sources, models: models})
}

// merge lets the command line say what the configuration also may; what is said
// there counts.
func (c *serveCmd) merge(cfg *config) error {
	if cfg.Listen != "" && c.Listen == "127.0.0.1:8420" {
		c.Listen = cfg.Listen
	}
	cfg.URL = cmp.Or(c.URL, cfg.URL)
	t := &cfg.TLS
	if c.TLSCert != "" || c.TLSKey != "" {
		t.Cert, t.Key = c.TLSCert, c.TLSKey
	}
	if len(c.ACMEDomain) > 0 {
		t.ACME = c.ACMEDomain
	}
	t.Email = cmp.Or(c.ACMEEmail, t.Email)
	if cfg.URL == "" {
		return nil
	}
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return wardround.Errorf(wardround.EInvalid, "serve", "--url %q: want a scheme, a host and nothing more, as https://wardround.example.org:8443", cfg.URL)
	}
	cfg.URL = u.Scheme + "://" + u.Host
	if u.Scheme == "http" && !isLoopbackURL(cfg.URL) {
		return wardround.Errorf(wardround.EForbidden, "serve", "--url %s: what others reach needs TLS; say https://", cfg.URL)
	}
	if u.Scheme == "http" && t.on() {
		return wardround.Errorf(wardround.EInvalid, "serve", "--url %s: with a certificate it is https://", cfg.URL)
	}
	return nil
}

// reachable refuses an address that others could reach while there is no TLS.
func (c *serveCmd) reachable(cfg *config) error {
	err := loopback(c.Listen)
	if wardround.ErrorCode(err) == wardround.EForbidden && cfg.TLS.on() {
		return nil
	}
	return err
}

// loopback refuses an address that others could reach.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "serve", "--listen %s: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return wardround.Errorf(wardround.EForbidden, "serve", "--listen %s is not loopback: what others can reach needs TLS, with --tls-cert and --tls-key or --acme-domain; to look from one other machine without, run there: ssh -L 8420:localhost:8420 THIS-HOST", addr)
	}
	return nil
}

// serving is what serve was told.
type serving struct {
	cfg      *config
	sensors  []sensorConfig
	zones    string
	listener net.Listener
	certs    *certificates
	sources  []*feed.Source
	models   []*recorder
}

func (c *serveCmd) run(a *app, w *writer, sv *serving) error {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	known, err := load(ctx, w.store, w.scope)
	if err != nil {
		return err
	}
	failures := make(chan error, len(sv.sensors)+len(c.Read)+2)
	watching, enough := context.WithCancel(ctx)
	defer enough()
	m := &sensors{
		ctx: watching, said: a.note, failed: func(err error) { failures <- err },
		start: func(ctx context.Context, s sensorConfig, ready func()) error {
			return a.watch(ctx, s, w.pseudonyms, w.ingest.Offer, ready)
		},
	}
	f, err := c.face(ctx, a, w, m, sv)
	if err != nil {
		return err
	}
	w.people, m.docs = f.people, f.people.store
	show := func(*wardround.Commit) {}
	if !a.Quiet {
		show = a.live(known)
	}
	if err := f.load(ctx, w.store); err != nil {
		return errors.Join(err, f.people.Close())
	}
	w.committed = func(cm *wardround.Commit) { f.commit(cm); show(cm) }
	fed := openFed(ctx, w)
	w.judged = func(batch []*wardround.Observation) { f.judged(batch); fed.judged(batch) }
	if err := w.ingest.CatchUp(ctx); err != nil {
		return errors.Join(err, f.people.Close())
	}
	ran := make(chan error, 1)
	drain, stopIngest := context.WithCancel(context.WithoutCancel(ctx))
	go func() { ran <- w.ingest.Run(drain) }()
	f.start(ctx)
	if c.Once {
		sv.sources = nil
	}
	pulled, err := a.pullFeeds(watching, w, sv.sources)
	if err != nil {
		failures <- err
		pulled = func() {}
	}
	recorded := a.record(watching, sv.models, sv, slog.New(slog.NewTextHandler(a.stderr, nil)))
	folded := make(chan struct{})
	go func() { // ends with watching
		defer close(folded)
		fed.run(watching, a.note)
	}()
	result := c.serve(watching, enough, a, w, f, m, sv, failures, ran)
	cancel()
	pulled()                               // while what it brought is still judged
	recorded()                             // likewise
	<-folded                               // likewise
	result = errors.Join(result, f.stop()) // while what people say is still judged
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

// announce says where it is served and, while nobody can sign in, the link at which
// the first administrator is made until then.
func (c *serveCmd) announce(a *app, w *writer, f *face, sv *serving, at, until string) {
	scheme := "http"
	if sv.certs != nil {
		scheme = "https"
	}
	a.note("wardround serves %s: %s; %s://%s/healthz, /metrics; data in %s", w.scope.Site, f.url, scheme, sv.listener.Addr(), w.dir)
	if sv.certs != nil && sv.certs.pin != "" {
		a.note("the key of its certificate is %s", sv.certs.pin)
	}
	if until != "" {
		a.note("Nobody can sign in yet. Make the first administrator, until %s, at\n  %s", until, at)
	}
	if c.Open {
		if err := browse(at); err != nil {
			a.note("The browser could not be opened: %v", err)
		}
	}
}

// serve watches and reads until it is told to end, something fails, or the files are
// read that were all there was to do. enough ends ctx.
func (c *serveCmd) serve(ctx context.Context, enough func(), a *app, w *writer, f *face, m *sensors, sv *serving, failures chan error, ran chan error) error {
	socket, err := w.serveSocket(ctx)
	if err != nil {
		return err
	}
	defer socket.Close()
	if err := w.configured(context.WithoutCancel(ctx), m.docs, sv.zones); err != nil {
		return err
	}
	at, until := f.url, ""
	if !c.Once {
		if at, until, err = c.welcome(ctx, f); err != nil {
			if ctx.Err() != nil {
				return nil // told to end before it had begun
			}
			return err
		}
	}
	c.announce(a, w, f, sv, at, until)
	for _, s := range sv.sensors {
		m.fix(s)
	}
	if !c.Once {
		if err := m.restore(ctx); err != nil {
			return err
		}
	}
	var reading sync.WaitGroup
	filesDone := make(chan struct{})
	reading.Go(func() {
		defer close(filesDone)
		for _, name := range c.Read {
			if err := c.read(ctx, a, w, name); err != nil && ctx.Err() == nil {
				failures <- err
				return
			}
		}
		if len(c.Read) > 0 {
			a.note("read and judged: %s", strings.Join(c.Read, ", "))
		}
	})
	once := filesDone
	if !c.Once {
		once = nil
	}
	housekeeping := time.NewTicker(time.Minute)
	defer housekeeping.Stop()
	ended := func(err error) error { // readers first: what they have taken is judged
		enough()
		m.wait()
		reading.Wait()
		return err
	}
	for {
		select {
		case err := <-failures:
			return ended(err)
		case err := <-ran:
			ran <- nil
			return ended(err)
		case <-once:
			select {
			case err := <-failures: // what failed ended the reading
				return ended(err)
			default:
				return ended(nil)
			}
		case <-ctx.Done():
			return ended(nil)
		case <-housekeeping.C:
			if err := w.housekeeping(ctx); err != nil {
				a.note("wardround: %v", err)
			}
		}
	}
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
	_, _, err := w.take(ctx, input, func(s *network.Sensor) error {
		return readFile(ctx, s, name, a.stdin, a.progress([]string{name}))
	})
	return err
}

// take reads a capture into the log under the name of its input, and returns when it
// is judged: what it held, and how many observations were made of it.
func (w *writer) take(ctx context.Context, input string, read func(*network.Sensor) error) (stats network.Stats, emitted int64, err error) {
	var failed error
	s := network.New(network.Options{
		Sensor: "capture", Input: input, Origin: wardround.Live, Pseudonyms: w.pseudonyms,
		Emit: func(o *wardround.Observation) {
			if failed == nil {
				emitted++
				failed = w.ingest.Put(ctx, o)
			}
		},
	})
	err = read(s)
	s.Close()
	if err == nil {
		err = failed
	}
	if serr := w.ingest.Sync(ctx); err == nil {
		err = serr
	}
	return s.Stats(), emitted, err
}
