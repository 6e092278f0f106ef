package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

var oidcRoutes = []Route{
	{Method: GET, Path: "/auth/oidc/{id}/start", ID: "oidc-start", Tag: "session", Summary: "Go to an OpenID Connect provider to sign in",
		Public: true, Status: http.StatusFound, register: handle((*Server).oidcStart)},
	{Method: GET, Path: "/auth/oidc/{id}/callback", ID: "oidc-callback", Tag: "session", Summary: "Come back from an OpenID Connect provider",
		Doc:    "Leads to where the person wanted to go, or, with the problem's code, back to the page to sign in.",
		Public: true, AnyQuery: true, Status: http.StatusFound, register: handle((*Server).oidcCallback)},
}

type oidcStartInput struct {
	ID string `path:"id" maxLength:"64"`
	To string `query:"to" maxLength:"2000" doc:"A path of this server to end at."`
}

type redirectOutput struct {
	Location  string        `header:"Location"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (s *Server) oidcStart(ctx context.Context, in *oidcStartInput) (*redirectOutput, error) {
	location, flow, err := s.opt.Accounts.OIDCBegin(ctx, s.client(ctx), in.ID, local(in.To))
	if err != nil {
		return s.backToSignIn(ctx, err, in.To), nil
	}
	return &redirectOutput{location, []http.Cookie{s.cookie(flowCookie, flow, s.opt.Now().Add(10*time.Minute))}}, nil
}

// oidcCallbackInput leaves the query to the account service: providers add
// parameters of their own (RFC 6749 §4.1.2).
type oidcCallbackInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) oidcCallback(ctx context.Context, in *oidcCallbackInput) (*redirectOutput, error) {
	query := callOf(ctx).r.URL.Query()
	st, to, err := s.opt.Accounts.OIDCFinish(ctx, s.client(ctx), in.ID, s.cookieValue(ctx, flowCookie), query)
	used := s.cookie(flowCookie, "", time.Time{})
	if err != nil {
		out := s.backToSignIn(ctx, err, to)
		out.SetCookie = append(out.SetCookie, used)
		return out, nil
	}
	out := &redirectOutput{local(to), append(s.stepCookies(st), used)}
	if st.Next == account.TOTP {
		out.Location = "/sign-in?" + url.Values{"step": {"code"}, "to": {local(to)}}.Encode()
	}
	return out, nil
}

// backToSignIn leads a browser, to which a problem would be a page of JSON, to the
// page to sign in, with the problem's code.
func (s *Server) backToSignIn(ctx context.Context, err error, to string) *redirectOutput {
	p := s.problem(ctx, err)
	q := url.Values{"problem": {p.Code}}
	if to := local(to); to != "/" {
		q.Set("to", to)
	}
	if p.Code != string(codeUnauthenticated) && p.Code != string(wardround.ENotFound) {
		s.log.WarnContext(ctx, "OpenID Connect", "request", idOf(callOf(ctx)), "err", err)
	}
	return &redirectOutput{Location: "/sign-in?" + q.Encode()}
}

// local returns to if it is a path of this server, else "/": a link to us must not
// lead elsewhere. What browsers take for another host ("//x", "/\x") is none, nor
// are the paths that set or end a session.
func local(to string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' }) {
		return "/"
	}
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, "/auth/") || strings.HasPrefix(u.Path, "/api/") {
		return "/"
	}
	return u.String()
}
