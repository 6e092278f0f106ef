package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Bounds of asking a server.
const (
	maxTries     = 4
	maxRedirects = 5
	firstWait    = time.Second
	longestWait  = 2 * time.Minute // a server that asks for more is asked next time
)

// errGone says that a server does not have the file.
var errGone = errors.New("not there")

// errSame says that the file is the one that is known.
var errSame = errors.New("not modified")

// transient is what may be over in a moment.
type transient struct {
	err  error
	wait time.Duration // that the server asked for
}

func (t *transient) Error() string { return t.err.Error() }
func (t *transient) Unwrap() error { return t.err }

// sink takes a body; Reset empties it before another try.
type sink interface {
	io.Writer
	Reset() error
}

// client returns one that goes where the source may lead, and nowhere else.
func (p *Puller) client(s *Source) *http.Client {
	return &http.Client{
		Transport: p.opt.Transport,
		Timeout:   p.opt.Timeout,
		CheckRedirect: func(rq *http.Request, via []*http.Request) error {
			if len(via) >= maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			if !s.allowed(rq.URL) {
				return &elsewhere{rq.URL}
			}
			if !s.home(rq.URL) {
				for k := range s.Headers {
					rq.Header.Del(k) // a key is for the one who gave it
				}
			}
			return nil
		},
	}
}

// elsewhere is an address that the source may not lead to.
type elsewhere struct{ u *url.URL }

func (e *elsewhere) Error() string {
	return fmt.Sprintf("it leads to %s://%s, which is not a host of this feed; if it should be, name it under hosts", e.u.Scheme, e.u.Host)
}

// get asks for a file, again where it may help, and writes its body to w. It returns
// the file's version. Errors wrap errSame, errGone, or say what the server did.
func (p *Puller) get(ctx context.Context, s *Source, addr string, known Mark, limit int64, w sink) (Mark, error) {
	u, err := url.Parse(addr)
	if err != nil {
		return Mark{}, fmt.Errorf("%.200q is no address", addr)
	}
	if !s.allowed(u) {
		return Mark{}, &elsewhere{u}
	}
	for try := 1; ; try++ {
		if err := w.Reset(); err != nil {
			return Mark{}, err
		}
		m, err := p.once(ctx, s, addr, known, limit, w)
		var again *transient
		if err == nil || !errors.As(err, &again) || try == maxTries || again.wait > longestWait {
			if err != nil && try > 1 {
				err = fmt.Errorf("%w (tried %d times)", err, try)
			}
			return m, err
		}
		wait := firstWait << (2 * (try - 1))
		wait = max(wait/2+time.Duration(p.opt.Rand()*float64(wait)), again.wait) // jitter: others wait, too
		if err := p.opt.Sleep(ctx, wait); err != nil {
			return Mark{}, err
		}
	}
}

func (p *Puller) once(ctx context.Context, s *Source, addr string, known Mark, limit int64, w io.Writer) (Mark, error) {
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, addr, nil)
	if err != nil {
		return Mark{}, err
	}
	rq.Header.Set("User-Agent", p.opt.Agent)
	if known.ETag != "" {
		rq.Header.Set("If-None-Match", known.ETag)
	}
	if known.Modified != "" {
		rq.Header.Set("If-Modified-Since", known.Modified)
	}
	if s.home(rq.URL) {
		for k, v := range s.Headers {
			rq.Header.Set(k, v)
		}
	}
	rs, err := p.client(s).Do(rq)
	if err != nil {
		return Mark{}, unreached(ctx, err)
	}
	defer rs.Body.Close()
	switch {
	case rs.StatusCode == http.StatusNotModified && (known != Mark{}):
		return known, errSame
	case rs.StatusCode == http.StatusNotFound || rs.StatusCode == http.StatusGone:
		return Mark{}, fmt.Errorf("%w: the server answers %s", errGone, rs.Status)
	case rs.StatusCode == http.StatusTooManyRequests || rs.StatusCode >= 500:
		return Mark{}, &transient{fmt.Errorf("the server answers %s", rs.Status), p.retryAfter(rs.Header.Get("Retry-After"))}
	case rs.StatusCode != http.StatusOK:
		return Mark{}, fmt.Errorf("the server answers %s", rs.Status)
	case rs.ContentLength > limit:
		return Mark{}, fmt.Errorf("it has %d bytes, at most %d are read", rs.ContentLength, limit)
	}
	n, err := io.Copy(w, io.LimitReader(rs.Body, limit+1))
	switch {
	case n > limit:
		return Mark{}, fmt.Errorf("it has more than %d bytes", limit)
	case err != nil:
		return Mark{}, &transient{err: fmt.Errorf("it broke off after %d bytes: %w", n, err)}
	}
	return Mark{ETag: rs.Header.Get("ETag"), Modified: rs.Header.Get("Last-Modified")}, nil
}

// unreached tells what may be over in a moment from what will not.
func unreached(ctx context.Context, err error) error {
	var e *elsewhere
	if errors.As(err, &e) {
		return e
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var n net.Error
	if errors.As(err, &n) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &transient{err: err}
	}
	return err
}

// retryAfter reads the seconds or the date for which a server asks.
func (p *Puller) retryAfter(h string) time.Duration {
	if n, err := strconv.Atoi(h); err == nil && n >= 0 && n < 1<<30 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(h); err == nil {
		return max(t.Sub(p.opt.Now()), 0)
	}
	return 0
}
