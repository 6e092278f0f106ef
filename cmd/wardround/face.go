package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/notify"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/publication/provider"
	"github.com/wardround/wardround/web"
)

// face is what people and programs reach: accounts, the board, the API and the
// browser's pages, on one port.
type face struct {
	url      string // the origin that browsers use
	people   *people
	board    *board.Board
	hub      *live.Hub
	teller   *notify.Notifier
	api      *api.Server
	http     *http.Server
	listener net.Listener
	served   chan error
	ended    chan struct{}          // closed when the hub has ended
	recorded func()                 // ends the audit trail
	name     string                 // of the site, until people change it
	language atomic.Pointer[string] // of notices
	log      *slog.Logger
}

// faceOptions say what a face shows, and where.
type faceOptions struct {
	listener net.Listener
	certs    *certificates // nil without TLS
	url      string        // "" for what follows from the listener
	hosts    []string      // further names that requests may be for

	scope  wardround.Scope
	origin wardround.Origin
	name   string // of the site
	public string // the folder that everybody may read, "" for none
	learn  time.Duration
	store  api.Store
	// portfolio is what is told of releases; nil for none.
	portfolio *api.Portfolio
	models    api.Models // what is known of AI models; nil for none
	past      api.Past   // the log, for what is no longer in memory; nil for none
	keys      []*ledger.Key
	// statement is what a bundle of evidence tells besides its entries, stats what
	// each check has cost.
	statement func(context.Context) (ledger.Statement, error)
	stats     func() map[string]pipeline.CheckStats
	say       func(ctx context.Context, fields ...any) error

	people  peopleOptions // url, say, now, log and others are filled in
	control api.Control
	// defaults are settings before people change them.
	defaults map[string][]byte
	version  api.Version
	metrics  http.Handler
	health   func() error
	lag      func() time.Duration
	now      func() time.Time
	log      *slog.Logger
}

// openFace builds a face. It serves nothing yet.
func openFace(o faceOptions) (f *face, err error) {
	f = &face{url: o.url, listener: o.listener, name: o.name, log: o.log, served: make(chan error, 1), ended: make(chan struct{})}
	if f.url == "" {
		f.url = origin(o.listener.Addr(), o.certs)
	}
	o.people.url, o.people.say, o.people.now, o.people.log = f.url, o.say, o.now, o.log
	if f.people, err = openPeople(o.people); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.people.Close()
		}
	}()
	f.board = board.New(board.Options{Scope: o.scope, Origin: o.origin, Learn: o.learn, Now: o.now})
	f.hub = live.New(live.Options{Origin: o.origin, Directory: f.board, Sees: f.sees, Lag: o.lag})
	f.teller = notify.New(notify.Options{
		Site: o.name, Origin: o.origin, Case: f.told, Link: func(id string) string { return f.url + "/cases/" + id },
		Outbox: &outbox{docs: f.people.store, now: o.now}, Missed: missed(o.store, o.scope), Working: o.health, Now: o.now,
	})
	o.control.Notifications, o.control.TestNotification, o.control.Order = f.deliveries, f.teller.Test, f.teller.Order
	o.control.Changed = f.changing(o.control.Changed)
	cursors := sha256.Sum256(append([]byte("cursors\x00"), f.people.key[:]...))
	opt := api.Options{
		Scope: o.scope, SiteName: o.name, Origin: o.origin, Accounts: f.people.Service, Documents: f.people.store, Board: f.board,
		Judged:    api.Judged{Past: o.past, Statement: o.statement, Stats: o.stats},
		Portfolio: o.portfolio, Models: o.models,
		Store: o.store, Keys: o.keys, Hub: f.hub, Say: o.say, Control: o.control, Version: o.version, Metrics: o.metrics, Health: o.health,
		Defaults: o.defaults, UI: web.Dist(), PublicURL: f.url, Hosts: hosts(o), TLS: strings.HasPrefix(f.url, "https://"), Log: o.log, Now: o.now,
	}
	if o.people.keys != "" {
		opt.CursorKey = cursors[:]
	}
	if f.api, err = api.New(opt); err != nil {
		return nil, err
	}
	f.http = &http.Server{
		Handler:           f.open(o.public), // which sets deadlines by route
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(o.log.Handler(), slog.LevelDebug), // broken handshakes, of whoever scans
	}
	if o.certs != nil {
		f.http.TLSConfig = o.certs.config
	}
	return f, nil
}

// open is the API, before it the folder that is for everybody.
func (f *face) open(dir string) http.Handler {
	if dir == "" {
		return f.api.Handler()
	}
	return provider.Handler(dir, f.api.Handler())
}

func isLoopbackURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// origin is what a browser calls us: by the name of the certificate, or localhost.
func origin(addr net.Addr, certs *certificates) string {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		port = "0"
	}
	if certs == nil {
		return "http://localhost:" + port
	}
	name := "localhost"
	for _, n := range certs.names {
		if !strings.HasPrefix(n, "*") {
			name = n
			break
		}
	}
	if port == "443" {
		return "https://" + bracketed(name)
	}
	return "https://" + net.JoinHostPort(name, port)
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// hosts are the names that requests may be for besides that of the URL: those of the
// certificate, of this machine to itself, and what the configuration says.
func hosts(o faceOptions) []string {
	out := append([]string{"localhost", "127.0.0.1", "::1"}, o.hosts...)
	if o.certs != nil {
		out = append(out, slices.DeleteFunc(slices.Clone(o.certs.names), func(n string) bool { return strings.HasPrefix(n, "*") })...)
	}
	if host, _, err := net.SplitHostPort(o.listener.Addr().String()); err == nil {
		if ip, err := netip.ParseAddr(host); err == nil && !ip.IsUnspecified() {
			out = append(out, ip.String())
		}
	}
	return out
}

// load fills the board from the store and puts settings in force. Call it before the
// first commit is applied.
func (f *face) load(ctx context.Context, r wardround.Reader) error {
	if err := f.board.Load(ctx, r); err != nil {
		return err
	}
	return f.api.Restore(ctx)
}

// commit takes in what the pipeline committed.
func (f *face) commit(c *wardround.Commit) {
	f.board.Apply(c)
	f.hub.Changed(c)
	f.teller.Notice(slices.DeleteFunc(slices.Clone(c.Notices), func(n *wardround.Notice) bool { return f.board.Secret(n.Case) })...)
}

// judged takes in what was judged.
func (f *face) judged(batch []*wardround.Observation) {
	f.board.Observed(batch)
	f.hub.Observed(batch)
}

// sees reports whether who is limited to these product lines may see a thing.
func (f *face) sees(products []string, what, id string) bool {
	v := board.Visible{Products: products}
	switch what {
	case "asset":
		return f.board.Asset(v, wardround.AssetID(id)) != nil
	case "finding":
		return f.board.Finding(v, id) != nil
	case "case":
		return f.board.Case(v, id, check.English) != nil
	case "proposal":
		return f.board.Proposal(v, id) != nil
	}
	return false
}

// start serves, until stop.
func (f *face) start(ctx context.Context) {
	l := net.Listener(&bounded{Listener: f.listener, places: make(chan struct{}, maxPeers), each: maxOfPeer})
	if f.http.TLSConfig != nil {
		l = tls.NewListener(l, f.http.TLSConfig)
	}
	f.recorded = f.people.record(ctx, f.log)
	go func() { // they end with ctx
		defer close(f.ended)
		var all sync.WaitGroup
		all.Go(func() { _ = f.people.Run(ctx) }) // it sweeps, and tells of refused sign-ins
		all.Go(func() {
			if err := f.teller.Run(ctx); err != nil {
				f.log.Error("nobody is notified", "err", err)
			}
		})
		f.hub.Run(ctx)
		all.Wait()
	}()
	go func() { f.served <- f.http.Serve(l) }()
}

// goodbye is how long requests under way may take to end.
const goodbye = 5 * time.Second

// stop ends serving: streams are told, requests under way may end, then the rest is
// cut off.
func (f *face) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	f.hub.End("the server is shutting down")
	err := f.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = f.http.Close()
	}
	<-f.served
	<-f.ended
	f.recorded()
	return errors.Join(err, f.people.Close())
}
