package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// csp lets a page load what we serve and nothing else: no inline script or style,
// no frame around it, no form to elsewhere.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// recorder sees what is answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush makes a recorder an http.Flusher.
func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// outer is what every request passes first.
func (s *Server) outer(next http.Handler) http.Handler {
	guarded := s.cross.Handler(next)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start := s.opt.Now()
		w := &recorder{ResponseWriter: rw}
		c := &call{id: newID(), w: w}
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		c.r = r
		s.headers(w.Header(), r, c.id)
		defer func() {
			broken := recover()
			if broken != nil && broken != http.ErrAbortHandler {
				s.log.ErrorContext(r.Context(), "panic", "request", c.id, "panic", broken, "stack", string(debug.Stack()))
				if w.status == 0 {
					s.fail(w, r, problem(wardround.EInternal, "something went wrong on our side"))
				}
			}
			s.access(r, c, start)
			if broken == http.ErrAbortHandler || broken != nil && w.status == 0 {
				panic(http.ErrAbortHandler) // the connection ends here; what was sent must not look whole
			}
		}()
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerWithin)) // recorders have none
		if !s.knownHost(r.Host) {
			p := newProblem(http.StatusMisdirectedRequest, wardround.EInvalid, "this server does not answer for that host name")
			p.Hint = "Use the address it was started with, or name the host in its configuration."
			s.fail(w, r, p)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// headers are those of every answer.
func (s *Server) headers(h http.Header, r *http.Request, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for what does not know frame-ancestors
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=(), serial=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
	if s.opt.TLS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if !strings.HasPrefix(r.URL.Path, "/static/") {
		h.Set("Cache-Control", "no-store")
	}
}

// access writes one line of the access log: the route and not the path, which may
// hold a secret, and neither query nor body.
func (s *Server) access(r *http.Request, c *call, start time.Time) {
	route, who := "static", ""
	if c.route != nil {
		route = c.route.Path
	} else if strings.HasPrefix(r.URL.Path, "/api/") {
		route = "unknown"
	}
	if c.who != nil && c.who.Account != nil {
		who = c.who.Account.ID
	}
	s.log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("request", c.id), slog.String("method", clip(r.Method, 16)), slog.String("route", route),
		slog.Int("status", c.w.status), slog.Int64("bytes", c.w.bytes), slog.Duration("took", s.opt.Now().Sub(start)),
		slog.String("from", peer(r).String()), slog.String("account", who))
}

func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// knownHost reports whether the server answers for a Host header: a page elsewhere
// whose name was pointed at us (DNS rebinding) must not reach it.
func (s *Server) knownHost(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	return slices.Contains(s.hosts, name)
}

// guard is what stands before the handler of a route: who asks, may they, not too
// often, and is the body one to read.
func (s *Server) guard(rt *Route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r.Context())
		c.route = rt
		if err := s.admit(w, r, c); err != nil {
			s.fail(w, r, err)
			return
		}
		if err := s.takeBody(w, r, c); err != nil {
			s.fail(w, r, err)
			return
		}
		if rt.Stream {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // the handler sets its own
		}
		next.ServeHTTP(w, r)
	})
}

// admit decides whether the caller may use the route.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, c *call) error {
	rt := c.route
	if rt.Public {
		return s.throttle(w, "address "+block(peer(r)), s.strangers)
	}
	if rt.Near && !s.opt.TLS && peer(r).IsLoopback() {
		return s.throttle(w, "near", s.people)
	}
	who, err := s.authenticate(r)
	if err != nil {
		if wardround.ErrorCode(err) == codeUnauthenticated {
			w.Header().Set("WWW-Authenticate", `Bearer realm="wardround"`) // RFC 9110 §11.6.1
			if terr := s.throttle(w, "address "+block(peer(r)), s.strangers); terr != nil {
				return terr
			}
		}
		return err
	}
	c.who = who
	if err := s.throttle(w, "account "+who.Account.ID+" "+who.Token, s.people); err != nil {
		return err
	}
	if rt.InPerson && who.Session == "" {
		return hinted(wardround.Errorf(wardround.EForbidden, "api", "a token cannot do this"), "Sign in and do it yourself.")
	}
	if rt.Needs != "" && who.Reach(rt.Needs, string(s.opt.Scope.Site)).None() {
		return wardround.Errorf(wardround.EForbidden, "api", "it needs the permission %q at this site", rt.Needs)
	}
	if rt.Whole && !who.MayAt(rt.Needs, string(s.opt.Scope.Site)) {
		return wardround.Errorf(wardround.EForbidden, "api", "it is of the whole site, and you have the permission %q for some product lines only", rt.Needs)
	}
	return nil
}

// takeBody limits the body and checks its type.
func (s *Server) takeBody(w http.ResponseWriter, r *http.Request, c *call) error {
	rt := c.route
	if r.ContentLength > rt.maxBody() {
		w.Header().Set("Connection", "close")
		return problem(codeTooLarge, "the body has %d bytes; at most %d", r.ContentLength, rt.maxBody())
	}
	r.Body = http.MaxBytesReader(w, r.Body, rt.maxBody())
	if r.ContentLength == 0 {
		return nil
	}
	allowed := rt.Upload
	if len(allowed) == 0 {
		allowed = []string{"application/json"}
	}
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(allowed, t) {
		p := newProblem(http.StatusUnsupportedMediaType, wardround.EInvalid, "the body's Content-Type must be "+strings.Join(allowed, " or "))
		return p
	}
	if len(rt.Upload) > 0 {
		c.body = patient{r.Body, http.NewResponseController(w), s.pace.upload}
	}
	return nil
}

// fail answers with a problem.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if c := callOf(r.Context()); c != nil && c.w.status != 0 {
		panic(http.ErrAbortHandler) // too late to say it
	}
	p := s.problem(r.Context(), err)
	h := w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	if p.Status == http.StatusNotModified {
		w.WriteHeader(p.Status)
		return
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever asked may have gone
}
