package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
)

// Bounds of a request.
const (
	maxBody   = 32 << 20 // bytes sent
	maxAnswer = 1 << 20  // bytes read of an answer
	patience  = 30 * time.Second
)

// Options are what a client needs beside its grant.
type Options struct {
	Endpoint string // what was asked for: it must be the grant's target
	What     string // [Table], [Series] or [Image]
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error // nil: a timer
	Roots    *x509.CertPool                             // nil: the system's
	Token    string                                     // sent as Authorization: Bearer, over TLS or loopback
	Timeout  time.Duration                              // of one request; 0: 30 s
}

// Client asks an endpoint under a grant. It is safe for concurrent use, and asks one
// thing at a time.
type Client struct {
	grant *Grant
	opt   Options
	http  *http.Client

	mu      sync.Mutex
	sent    int64
	next    time.Time
	stopped error
}

// NewClient returns a client of a grant. Errors: EForbidden where the grant does not
// allow it, EInvalid for options that are wrong.
func NewClient(g *Grant, opt Options) (*Client, error) {
	const op = "probe.client"
	if g == nil || g.url == nil || opt.Now == nil {
		return nil, wardround.Errorf(wardround.EForbidden, op, "nothing is sent without a grant")
	}
	if opt.Endpoint != g.Target {
		return nil, wardround.Errorf(wardround.EForbidden, op, "the grant is for %s, not for %s", clip(g.Target, 200), clip(opt.Endpoint, 200))
	}
	if err := g.Allows(opt.What, opt.Now()); err != nil {
		return nil, err
	}
	if opt.Sleep == nil {
		opt.Sleep = sleep
	}
	if opt.Timeout <= 0 || opt.Timeout > patience {
		opt.Timeout = patience
	}
	loopback := g.url.Scheme == "http"
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &Client{grant: g, opt: opt, http: &http.Client{
		Timeout: opt.Timeout,
		Transport: &http.Transport{
			Proxy: nil, DisableCompression: true, MaxConnsPerHost: 1, ResponseHeaderTimeout: opt.Timeout, TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: opt.Roots},
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := dialer.DialContext(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				if a, ok := c.RemoteAddr().(*net.TCPAddr); loopback && (!ok || !a.IP.IsLoopback()) {
					c.Close()
					return nil, errors.New("without TLS nothing leaves this machine")
				}
				return c, nil
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sent is how many requests were sent, answered or not.
func (c *Client) Sent() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// Left is how many requests the grant still allows.
func (c *Client) Left() int64 { return c.grant.Requests - c.Sent() }

// Ask sends the input of a declared test patient and returns the score. After an error
// of any kind it sends nothing any more. Errors: EForbidden by the grant, EInvalid for
// an input or an answer that cannot be, or an endpoint that fails.
func (c *Client) Ask(ctx context.Context, patient string, input any) (float64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped != nil {
		return 0, wardround.Errorf(wardround.EForbidden, "probe.ask", "nothing more is sent after an error: %w", c.stopped)
	}
	score, err := c.ask(ctx, patient, input)
	if err != nil {
		c.stopped = err
		c.http.CloseIdleConnections()
	}
	return score, err
}

func (c *Client) ask(ctx context.Context, patient string, input any) (float64, error) {
	const op = "probe.ask"
	if !c.grant.Patient(patient) {
		return 0, wardround.Errorf(wardround.EForbidden, op, "somebody who is no declared test patient: nothing was sent of them")
	}
	if c.sent >= c.grant.Requests {
		return 0, wardround.Errorf(wardround.EForbidden, op, "the grant's %d requests are spent", c.grant.Requests)
	}
	if c.grant.Request.Wrap != "" {
		input = map[string]any{c.grant.Request.Wrap: []any{input}}
	}
	body, err := json.Marshal(input)
	if err != nil {
		return 0, wardround.Errorf(wardround.EInvalid, op, "an input cannot be written as JSON: %w", err)
	}
	if len(body) > maxBody {
		return 0, wardround.Errorf(wardround.EInvalid, op, "an input of %d bytes; at most %d", len(body), maxBody)
	}
	if wait := c.next.Sub(c.opt.Now()); wait > 0 {
		if err := c.opt.Sleep(ctx, wait); err != nil {
			return 0, err
		}
	}
	now := c.opt.Now()
	if err := c.grant.Allows(c.opt.What, now); err != nil {
		return 0, err
	}
	c.next = now.Add(time.Duration(float64(time.Second) / c.grant.Rate))
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, c.grant.Target, bytes.NewReader(body))
	if err != nil {
		return 0, wardround.Wrap(wardround.EInvalid, op, err)
	}
	rq.Header.Set("Content-Type", "application/json")
	rq.Header.Set("Accept", "application/json")
	rq.Header.Set("User-Agent", "wardround-model-probe")
	if c.opt.Token != "" {
		rq.Header.Set("Authorization", "Bearer "+c.opt.Token)
	}
	c.sent++
	rs, err := c.http.Do(rq)
	if err != nil {
		return 0, wardround.Errorf(wardround.EInvalid, op, "the endpoint did not answer: %w", err)
	}
	defer rs.Body.Close()
	if rs.StatusCode != http.StatusOK {
		return 0, wardround.Errorf(wardround.EInvalid, op, "the endpoint answered with status %d", rs.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(rs.Body, maxAnswer+1))
	if err != nil {
		return 0, wardround.Errorf(wardround.EInvalid, op, "the answer broke off: %w", err)
	}
	if len(b) > maxAnswer {
		return 0, wardround.Errorf(wardround.EInvalid, op, "an answer of more than %d bytes", maxAnswer)
	}
	score, err := scoreAt(b, c.grant.Request.Answer)
	if err != nil {
		return 0, wardround.Errorf(wardround.EInvalid, op, "the answer: %w", err)
	}
	return score, nil
}

// scoreAt reads the number at a path of members and places.
func scoreAt(b []byte, path string) (float64, error) {
	var v any
	if err := json.Unmarshal(b, &v); err != nil { // depth is bounded by encoding/json
		return 0, errors.New("it is no JSON")
	}
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[step]
			if !ok {
				return 0, fmt.Errorf("it has no member %q", step)
			}
			v = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(x) {
				return 0, fmt.Errorf("it has no place %q", step)
			}
			v = x[i]
		default:
			return 0, fmt.Errorf("there is nothing below %q", step)
		}
	}
	score, ok := v.(float64)
	if !ok || math.IsNaN(score) || math.IsInf(score, 0) {
		return 0, errors.New("what stands there is no number")
	}
	return score, nil
}
