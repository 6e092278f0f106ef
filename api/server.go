package api

import (
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/notify"
)

// Options say what a [Server] offers and where it gets it. Accounts, Board, Store
// and Say are needed; a route whose part is nil answers "unavailable".
type Options struct {
	Scope    wardround.Scope
	SiteName string
	Origin   wardround.Origin

	Accounts  *account.Service
	Documents account.Documents
	Board     *board.Board
	// Hub is what is happening: newest observations, rates, event streams.
	Hub *live.Hub
	// Store has what the board leaves out: history and the ledger.
	Store Store
	// Keys sign the ledger's checkpoints.
	Keys []*ledger.Key
	// Say puts what a person said into the log and returns when it is durable and
	// judged. Errors: EInvalid, EFull.
	Say func(ctx context.Context, fields ...any) error

	Judged
	// Portfolio is releases and what is known of them; nil for none.
	Portfolio *Portfolio
	// Models is what is known of the AI models in use; nil for none.
	Models  Models
	Control Control
	// Defaults are what settings are before anybody set them, as JSON, by name.
	Defaults map[string][]byte
	Version  Version
	// Metrics answers GET /metrics; Health says why we do not judge, nil if we do.
	Metrics http.Handler
	Health  func() error

	// UI is the built browser UI; nil for none.
	UI fs.FS
	// PublicURL is the origin browsers use, "https://wardround.example:8443".
	PublicURL string
	// Hosts are further names, without port, that requests may be for. Without
	// PublicURL they are those of loopback.
	Hosts []string
	// TLS says that the server is reached over TLS: cookies are then Secure and
	// browsers told to stay with it.
	TLS bool
	// CursorKey seals cursors so that they outlive a restart; drawn if nil.
	CursorKey []byte

	Log *slog.Logger // slog.Default if nil
	Now func() time.Time
}

// Store is where history and the ledger are read.
type Store interface {
	wardround.Reader
	ledger.Store
}

// Control is what the running program can be asked to do; each may be nil.
type Control struct {
	// Interfaces lists what could be watched.
	Interfaces func(context.Context) (Interfaces, error)
	// AddSensor watches an interface from now on, RemoveSensor stops it.
	AddSensor    func(context.Context, NewSensor) (board.Sensor, error)
	RemoveSensor func(ctx context.Context, id string) error
	// Sensors completes the board's rows with what only the program knows: which can be
	// removed, and which have not begun to see.
	Sensors func([]board.Sensor) []board.Sensor
	// Capture reads a capture file into the log.
	Capture func(ctx context.Context, name string, r io.Reader) (Captured, error)
	// Simulate starts the simulated ward beside us and returns its address.
	Simulate func(context.Context) (string, error)
	// Notifications lists what was sent, newest first; TestNotification sends one.
	Notifications    func(context.Context) ([]Notification, error)
	TestNotification func(ctx context.Context, route string) error
	// Order sends a work order to the house's system; false if there is none. It is
	// written down when it returns.
	Order func(context.Context, notify.WorkOrder) (bool, error)
	// Changed puts a setting in force. Errors: EInvalid; it is then not kept.
	Changed func(ctx context.Context, name string, value []byte) error
}

// Version says what is running.
type Version struct {
	Version, Commit, Go string
	Started             time.Time
	DataDir             string
	Modules             []Module
	ThirdParty          []ThirdParty
	SBOM                []byte // CycloneDX JSON
}

// Server answers for one site.
type Server struct {
	opt     Options
	log     *slog.Logger
	mux     *http.ServeMux
	huma    huma.API
	handler http.Handler
	cross   *http.CrossOriginProtection
	cursors cursors
	hosts   []string
	table   []Route

	people, strangers *buckets

	pace      pace                   // of event streams and uploads
	listening tally                  // to event streams, by account
	entries   entryIndex             // of the ledger
	exporting chan struct{}          // holds one for each export under way
	verifying chan struct{}          // and for each bundle
	receiving chan struct{}          // and for each document that is uploaded
	editing   sync.Mutex             // one setting is changed at a time
	deciding  sync.Mutex             // what a decision is checked against is what it is made on
	named     atomic.Pointer[string] // the site's name as a person set it
	static    *static
	spec      []byte
}

// New returns a server. Errors: EInvalid.
func New(opt Options) (*Server, error) { return newServer(opt, routes) }

func newServer(opt Options, table []Route) (*Server, error) {
	const op = "api.new"
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.CursorKey == nil {
		opt.CursorKey = make([]byte, 32)
		_, _ = rand.Read(opt.CursorKey) // never fails
	}
	s := &Server{opt: opt, log: opt.Log, mux: http.NewServeMux(), cursors: cursors{opt.CursorKey}, table: table, pace: usualPace, exporting: make(chan struct{}, 1), verifying: make(chan struct{}, 2), receiving: make(chan struct{}, 2)}
	var err error
	if s.hosts, err = hostsOf(opt); err != nil {
		return nil, err
	}
	s.people = newBuckets(peopleRate, peopleBurst, opt.Now)
	s.strangers = newBuckets(strangeRate, strangeBurst, opt.Now)
	s.cross = http.NewCrossOriginProtection()
	s.cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, problem(codeCSRF, "another site made your browser send this"))
	}))
	s.huma = huma.NewAPI(humaConfig(), adapter{s})
	for i := range s.table {
		s.add(&s.table[i])
	}
	if s.spec, err = finish(s.huma.OpenAPI()); err != nil {
		return nil, wardround.Wrap(wardround.EInternal, op, err)
	}
	if s.static, err = newStatic(opt.UI); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	s.mux.HandleFunc("/api/", s.unknown)
	s.mux.HandleFunc("/auth/", s.unknown)
	s.mux.HandleFunc("/", s.page)
	s.handler = s.outer(s.mux)
	return s, nil
}

// Handler answers requests. The http.Server around it sets ReadHeaderTimeout and
// IdleTimeout; deadlines for bodies and answers are set here, by route.
func (s *Server) Handler() http.Handler { return s.handler }

// hostsOf are the names that requests may be for, in lower case.
func hostsOf(opt Options) ([]string, error) {
	var out []string
	if opt.PublicURL != "" {
		u, err := url.Parse(opt.PublicURL)
		if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, wardround.Errorf(wardround.EInvalid, "api.new", "%q is no origin; write it as https://host:port", opt.PublicURL)
		}
		out = append(out, strings.ToLower(u.Hostname()))
	}
	if opt.PublicURL == "" || slices.ContainsFunc(out, isLoopback) {
		out = append(out, "localhost", "127.0.0.1", "::1")
	}
	for _, h := range opt.Hosts {
		out = append(out, strings.ToLower(strings.Trim(strings.TrimSuffix(h, "."), "[]")))
	}
	return out, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// unknown answers for a path that is no route, or not with this method.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range []string{GET, http.MethodHead, POST, PUT, PATCH, DELETE} {
		probe := r.Clone(r.Context())
		probe.Method = m
		if _, pattern := s.mux.Handler(probe); strings.Contains(pattern, " ") {
			allow = append(allow, m)
		}
	}
	if len(allow) > 0 {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		p := newProblem(http.StatusMethodNotAllowed, wardround.EInvalid, "it cannot be asked with "+clip(r.Method, 16))
		p.Hint = "Use " + strings.Join(allow, " or ") + "."
		s.fail(w, r, p)
		return
	}
	s.fail(w, r, problem(wardround.ENotFound, "there is nothing at this path"))
}

// missing answers for a route whose part was not given.
func missing(what string) error {
	return problem(codeUnavailable, "%s is not available here", what)
}
