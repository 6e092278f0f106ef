// Package client speaks the API of a Wardround server, for programs and for our own
// command line:
//
//	c, err := client.New(client.Options{Server: "https://wardround.example", Token: token})
//	for f, err := range c.Findings(ctx, wardround.Scope{}, wardround.FindingFilter{Severity: wardround.High}) { … }
//
// A [Client] is a [wardround.Reader], so whatever reads a data directory reads a
// server. Lists come as NDJSON and are handed over row by row, however long they
// are. Errors are [wardround.Error] with the server's words and its hint; a server
// that cannot be reached is [wardround.ECannotTell].
//
// The token leaves this machine over TLS only, or to loopback, and is never sent
// along with a redirect.
package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Options say which server is spoken to, as whom, and what vouches for it.
type Options struct {
	// Server is the address as a browser shows it, "https://wardround.example" or
	// "http://localhost:8420"; without a scheme it is https, or http for loopback.
	Server string
	// Token is an API token, sent as a bearer token (RFC 6750 §2.1).
	Token string
	// Roots is PEM with the certificates that may vouch for the server; nil for the
	// system's.
	Roots []byte
	// Pin is "sha256:" and the hex digits of SHA-256 over the server's public key
	// (SubjectPublicKeyInfo), which is then enough whoever signed its certificate.
	Pin string
	// Agent names the program to the server, "wardround/1.2".
	Agent string
	// Patience is how long to wait for the beginning of an answer; 0 means 60 s.
	Patience time.Duration
	// Retries is how often a request that changes nothing is tried again when the
	// server cannot be reached or has no room; 0 means 3, negative never.
	Retries int
	// Sleep waits between tries; nil for the clock.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Client speaks to one server. Its methods are safe for concurrent use.
type Client struct {
	base    *url.URL
	opt     Options
	http    *http.Client
	retries int
}

// basePath is where the API lies on the server.
const basePath = "/api/v1"

// maxAnswer bounds one JSON document; lists are streams and have no bound.
const maxAnswer = 64 << 20

// New returns a client. It sends nothing. Errors: EInvalid (an address, certificate
// or pin that makes no sense), EForbidden (the token would cross the network in
// the clear).
func New(opt Options) (*Client, error) {
	base, err := address(opt.Server)
	if err != nil {
		return nil, err
	}
	if base.Scheme == "http" && opt.Token != "" && !loopback(base.Hostname()) {
		return nil, wardround.Errorf(wardround.EForbidden, "client", "%s is not encrypted: the token would cross the network for all to read; say https://", base)
	}
	trust, err := opt.trust()
	if err != nil {
		return nil, err
	}
	patience := cmp.Or(opt.Patience, time.Minute)
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	c := &Client{base: base, opt: opt, retries: cmp.Or(opt.Retries, 3)}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSClientConfig: trust, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: patience, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute,
		},
		// A redirect would take the token, or an act, to an address nobody named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Close lets go of the connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Server returns the server's address.
func (c *Client) Server() string { return c.base.String() }

// address reads the server's address.
func address(s string) (*url.URL, error) {
	const op = "client"
	if s == "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "no server is named")
	}
	if !strings.Contains(s, "://") {
		host, _, err := net.SplitHostPort(s)
		if err != nil {
			host = s
		}
		if loopback(strings.Trim(host, "[]")) {
			s = "http://" + s
		} else {
			s = "https://" + s
		}
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "server: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, wardround.Errorf(wardround.EInvalid, op, "server %s: want http:// or https://", u.Redacted())
	case u.Hostname() == "":
		return nil, wardround.Errorf(wardround.EInvalid, op, "server %q names no host", s)
	case u.User != nil:
		return nil, wardround.Errorf(wardround.EInvalid, op, "server %s holds a name or password; who you are is said by a token", u.Redacted())
	case u.RawQuery != "" || u.Fragment != "":
		return nil, wardround.Errorf(wardround.EInvalid, op, "server %s: want the address alone, as https://wardround.example", u.Redacted())
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), basePath)
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	body         any       // as JSON; nil for none
	raw          io.Reader // instead of body, with type
	typ          string
	accept       string // media type; application/json if empty
	header       http.Header
}

// do sends a request and returns the answer with an open body, or the server's
// problem as an error.
func (c *Client) do(ctx context.Context, q call) (*http.Response, error) {
	op := q.method + " " + q.path
	var text []byte
	if q.body != nil {
		var err error
		if text, err = json.Marshal(q.body); err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, op, err)
		}
	}
	u := *c.base
	u.Path += basePath + q.path
	u.RawQuery = q.query.Encode()
	tries := 0
	for {
		body := q.raw
		if q.body != nil {
			body = bytes.NewReader(text)
		}
		rq, err := http.NewRequestWithContext(ctx, q.method, u.String(), body)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, op, err)
		}
		for k, v := range q.header {
			rq.Header[k] = v
		}
		rq.Header.Set("Accept", cmp.Or(q.accept, "application/json"))
		if body != nil {
			rq.Header.Set("Content-Type", cmp.Or(q.typ, "application/json"))
		}
		if c.opt.Token != "" {
			rq.Header.Set("Authorization", "Bearer "+c.opt.Token)
		}
		if c.opt.Agent != "" {
			rq.Header.Set("User-Agent", c.opt.Agent)
		}
		rs, err := c.http.Do(rq)
		if err == nil && rs.StatusCode < 300 {
			return rs, nil
		}
		wait := time.Duration(0)
		if err != nil {
			err = c.unreachable(ctx, op, err)
		} else {
			wait = after(rs)
			err = c.problem(op, rs)
		}
		again := idempotent(q.method) && q.raw == nil && passing(err)
		if !again || tries >= c.retries || ctx.Err() != nil {
			return nil, err
		}
		tries++
		if serr := c.sleep(ctx, max(wait, pause(tries))); serr != nil {
			return nil, err
		}
	}
}

// idempotent reports whether doing it twice is doing it once (RFC 9110 §9.2.2).
func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// pause is how long to wait before a try: a quarter of a second, then twice as long
// each time, by chance up to half of it less so that many clients do not come at once.
func pause(try int) time.Duration {
	d := 250 * time.Millisecond << (try - 1)
	return d - rand.N(d/2)
}

// maxAfter is the longest we wait because the server says so.
const maxAfter = 30 * time.Second

// after reads Retry-After in seconds (RFC 9110 §10.2.3).
func after(rs *http.Response) time.Duration {
	n, err := strconv.Atoi(rs.Header.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, maxAfter)
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.opt.Sleep != nil {
		return c.opt.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unreachable says in words why no answer came.
func (c *Client) unreachable(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var wrong *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var pinned *wardround.Error
	var deep *url.Error
	if errors.As(err, &deep) {
		err = deep.Err
	}
	switch {
	case errors.As(err, &pinned):
		return pinned
	case errors.As(err, &wrong):
		return wardround.Errorf(wardround.EForbidden, op, "%s cannot be trusted: %w; say --cacert with the certificate that vouches for it, or --pin", c.base, wrong.Err)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return wardround.Errorf(wardround.EInvalid, op, "%s does not speak TLS there; is the port right, or is it http://?", c.base)
	}
	p := &Problem{Title: "unreachable", Code: "unreachable", Detail: fmt.Sprintf("%s cannot be reached: %v", c.base, err), cause: err}
	return &wardround.Error{Code: wardround.ECannotTell, Op: op, Err: p}
}

// Get reads one resource into a value; into is a pointer.
func (c *Client) Get(ctx context.Context, path string, query url.Values, into any) error {
	return c.Send(ctx, http.MethodGet, path, query, nil, into)
}

// Send sends a body as JSON, nil for none, and reads the answer into a value, nil
// for none. Headers come in pairs: "If-Match", etag.
func (c *Client) Send(ctx context.Context, method, path string, query url.Values, body, into any, header ...string) error {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	rs, err := c.do(ctx, call{method: method, path: path, query: query, body: body, header: h})
	if err != nil {
		return err
	}
	defer rs.Body.Close()
	if into == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(rs.Body, maxAnswer))
		return wardround.Wrap(wardround.ECannotTell, method+" "+path, err)
	}
	if err := ours(rs); err != nil {
		return c.foreign(method+" "+path, err)
	}
	b, err := io.ReadAll(io.LimitReader(rs.Body, maxAnswer+1))
	switch {
	case err != nil:
		return wardround.Errorf(wardround.ECannotTell, method+" "+path, "the answer of %s ended early: %w", c.base, err)
	case len(b) > maxAnswer:
		return wardround.Errorf(wardround.EFull, method+" "+path, "the answer of %s has more than %d bytes", c.base, maxAnswer)
	}
	if err := json.Unmarshal(b, into); err != nil {
		return c.foreign(method+" "+path, err)
	}
	return nil
}

// Download writes a file that the server makes to w and returns its size in bytes.
func (c *Client) Download(ctx context.Context, method, path string, body any, w io.Writer) (int64, error) {
	rs, err := c.do(ctx, call{method: method, path: path, body: body, accept: "application/octet-stream, application/zip, application/problem+json"})
	if err != nil {
		return 0, err
	}
	defer rs.Body.Close()
	n, err := io.Copy(w, rs.Body)
	return n, wardround.Wrap(wardround.ECannotTell, method+" "+path, err)
}

// ours refuses an answer that is no JSON: another program answers at that address.
func ours(rs *http.Response) error {
	typ := rs.Header.Get("Content-Type")
	if strings.HasPrefix(typ, "application/json") || strings.HasPrefix(typ, "application/x-ndjson") || strings.HasPrefix(typ, "application/problem+json") {
		return nil
	}
	return errors.New("it answers with " + cmp.Or(typ, "no media type"))
}

func (c *Client) foreign(op string, err error) error {
	return wardround.Errorf(wardround.EInvalid, op, "what answers at %s is not the API of a Wardround server, or of another version: %w", c.base, err)
}
