package api

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/wardround/wardround/account"
)

// call is one request on its way.
type call struct {
	id    string // ours, random
	route *Route // nil before it is known
	who   *account.Principal
	r     *http.Request
	w     *recorder
	body  io.Reader // of an upload
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

func idOf(c *call) string {
	if c == nil {
		return ""
	}
	return c.id
}

// principal returns who asks. It is never nil behind a route that is not public.
func principal(ctx context.Context) *account.Principal {
	if c := callOf(ctx); c != nil {
		return c.who
	}
	return nil
}

// upload returns the body of a route with Upload, limited and to be read once.
func upload(ctx context.Context) io.Reader {
	if c := callOf(ctx); c != nil && c.body != nil {
		return c.body
	}
	return http.NoBody
}

// client says where the request comes from, for [account.Service].
func (s *Server) client(ctx context.Context) account.Client {
	c := callOf(ctx)
	if c == nil {
		return account.Client{}
	}
	return s.clientOf(c.r)
}

func (s *Server) clientOf(r *http.Request) account.Client {
	out := account.Client{Addr: peer(r), Agent: r.UserAgent()}
	if k, err := r.Cookie(s.cookieName(deviceCookie)); err == nil {
		out.Device = k.Value
	}
	return out
}

// peer is the address of the other end of the connection. No header is trusted:
// there are no proxies we know of.
func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// settled ends the deadline for reading once the body is in: it would otherwise
// end the request while its handler is still at work.
func settled(ctx context.Context) {
	if c := callOf(ctx); c != nil && c.route != nil && len(c.route.Upload) == 0 {
		_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{}) // recorders have none
	}
}

// patient reads a long body: what comes may take long, but each read must bring
// something in time.
type patient struct {
	io.ReadCloser
	rc   *http.ResponseController
	idle time.Duration
}

func (p patient) Read(b []byte) (int, error) {
	_ = p.rc.SetReadDeadline(time.Now().Add(p.idle)) // recorders have none
	n, err := p.ReadCloser.Read(b)
	if err == io.EOF { // else the deadline stays: the server would wait for the rest before it answers
		_ = p.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}
