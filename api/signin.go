package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

var signInRoutes = []Route{
	{Method: GET, Path: "/api/v1/sign-in", ID: "get-sign-in", Tag: "session", Summary: "The ways to sign in",
		Public: true, register: handle((*Server).getSignIn)},
	{Method: POST, Path: "/api/v1/sign-in/password", ID: "sign-in-password", Tag: "session", Summary: "Sign in with name and password",
		Doc:    "Sets the session cookie, or, if a code is still needed, a short-lived one that opens nothing else.",
		Public: true, Errors: []int{401}, register: handle((*Server).signInPassword)},
	{Method: POST, Path: "/api/v1/sign-in/totp", ID: "sign-in-totp", Tag: "session", Summary: "The code after the password",
		Doc:    "Six digits of an authenticator app, or a recovery code.",
		Public: true, Errors: []int{401}, register: handle((*Server).signInTOTP)},
	{Method: POST, Path: "/api/v1/sign-in/passkey/begin", ID: "sign-in-passkey-begin", Tag: "session", Summary: "Begin to sign in with a passkey",
		Doc:    "Answers with {publicKey}, for navigator.credentials.get.",
		Public: true, register: handle((*Server).signInPasskeyBegin)},
	{Method: POST, Path: "/api/v1/sign-in/passkey/finish", ID: "sign-in-passkey-finish", Tag: "session", Summary: "Sign in with a passkey",
		Doc:    "The body is the credential as the browser gives it, as JSON.",
		Public: true, Errors: []int{401}, register: handle((*Server).signInPasskeyFinish)},
	{Method: GET, Path: "/api/v1/welcome/{token}", ID: "get-welcome", Tag: "session", Summary: "What a one-time link is for",
		Public: true, Errors: []int{401}, register: handle((*Server).getWelcome)},
	{Method: POST, Path: "/api/v1/welcome", ID: "welcome", Tag: "session", Summary: "Use a one-time link",
		Doc:    "Makes the first administrator, takes up an invitation, sets a new password, or enters the demonstration.",
		Public: true, Errors: []int{401}, register: handle((*Server).welcome)},
	{Method: GET, Path: "/api/v1/session", ID: "get-session", Tag: "session", Summary: "Who is signed in, and what they may do",
		register: handle((*Server).getSession)},
	{Method: DELETE, Path: "/api/v1/session", ID: "sign-out", Tag: "session", Summary: "Sign out",
		InPerson: true, register: handle((*Server).signOut)},
}

// Cookies that live for the length of one ceremony.
const (
	ceremonyCookie = "wardround-passkey"
	flowCookie     = "wardround-oidc"
)

// SignInMethods is what the sign-in page shows.
type SignInMethods struct {
	FirstRun bool                   `json:"first_run" doc:"Nobody has an account yet: the one-time link in the terminal makes the first."`
	Password bool                   `json:"password"`
	Passkey  bool                   `json:"passkey"`
	OIDC     []account.ProviderName `json:"oidc"`
	Origin   wardround.Origin       `json:"origin" enum:"live,replay,simulated"`
	Site     string                 `json:"site" doc:"The name of the site."`
}

type signInOutput struct{ Body SignInMethods }

func (s *Server) getSignIn(ctx context.Context, _ *struct{}) (*signInOutput, error) {
	m, err := s.opt.Accounts.Methods(ctx)
	if err != nil {
		return nil, err
	}
	if m.OIDC == nil {
		m.OIDC = []account.ProviderName{}
	}
	return &signInOutput{SignInMethods{m.FirstRun, m.Password, m.Passkey, m.OIDC, s.opt.Origin, s.siteName()}}, nil
}

// SignInStep says what comes next.
type SignInStep struct {
	Next string `json:"next" enum:"done,totp"`
}

type stepOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SignInStep
}

// step hands out what a step of signing in gave.
func (s *Server) step(st account.Step) *stepOutput {
	return &stepOutput{s.stepCookies(st), SignInStep{st.Next}}
}

// stepCookies sets what the step gave and takes back what is used up.
func (s *Server) stepCookies(st account.Step) []http.Cookie {
	var out []http.Cookie
	if st.Session != "" {
		out = append(out, s.cookie(sessionCookie, st.Session, st.Expires), s.cookie(pendingCookie, "", time.Time{}))
	}
	if st.Pending != "" {
		out = append(out, s.cookie(pendingCookie, st.Pending, st.Expires))
	}
	if st.Device != "" {
		out = append(out, s.cookie(deviceCookie, st.Device, s.opt.Now().Add(account.DeviceLife)))
	}
	return out
}

type passwordInput struct {
	Body struct {
		Name     string `json:"name" maxLength:"200"`
		Password string `json:"password" maxLength:"1024"`
	}
}

func (s *Server) signInPassword(ctx context.Context, in *passwordInput) (*stepOutput, error) {
	st, err := s.opt.Accounts.SignInPassword(ctx, s.client(ctx), in.Body.Name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return s.step(st), nil
}

type codeInput struct {
	Body struct {
		Code string `json:"code" maxLength:"100"`
	}
}

func (s *Server) signInTOTP(ctx context.Context, in *codeInput) (*stepOutput, error) {
	st, err := s.opt.Accounts.SignInTOTP(ctx, s.client(ctx), s.cookieValue(ctx, pendingCookie), in.Body.Code)
	if err != nil {
		return nil, err
	}
	return s.step(st), nil
}

type ceremonyOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      json.RawMessage
}

func (s *Server) ceremony(options json.RawMessage, name string) *ceremonyOutput {
	return &ceremonyOutput{[]http.Cookie{s.cookie(ceremonyCookie, name, s.opt.Now().Add(account.CeremonyLife))}, options}
}

func (s *Server) signInPasskeyBegin(ctx context.Context, _ *struct{}) (*ceremonyOutput, error) {
	options, name, err := s.opt.Accounts.PasskeyBegin(ctx, s.client(ctx))
	if err != nil {
		return nil, err
	}
	return s.ceremony(options, name), nil
}

// Credential is the input of a step that ends with what an authenticator said.
type Credential struct {
	Body json.RawMessage `doc:"A PublicKeyCredential as JSON (WebAuthn §5.1)."`
}

func (s *Server) signInPasskeyFinish(ctx context.Context, in *Credential) (*stepOutput, error) {
	st, err := s.opt.Accounts.PasskeyFinish(ctx, s.client(ctx), s.cookieValue(ctx, ceremonyCookie), in.Body)
	if err != nil {
		return nil, err
	}
	out := s.step(st)
	out.SetCookie = append(out.SetCookie, s.cookie(ceremonyCookie, "", time.Time{}))
	return out, nil
}

type linkInput struct {
	Token string `path:"token" minLength:"1" maxLength:"200"`
}

type linkOutput struct{ Body account.LinkInfo }

func (s *Server) getWelcome(ctx context.Context, in *linkInput) (*linkOutput, error) {
	info, err := s.opt.Accounts.LinkInfo(ctx, s.client(ctx), in.Token)
	if err != nil {
		return nil, err
	}
	return &linkOutput{info}, nil
}

type welcomeInput struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"200"`
		Name     string `json:"name,omitempty" maxLength:"200" doc:"To sign in with; for the first administrator."`
		Display  string `json:"display,omitempty" maxLength:"200"`
		Password string `json:"password,omitempty" maxLength:"1024"`
	}
}

func (s *Server) welcome(ctx context.Context, in *welcomeInput) (*stepOutput, error) {
	b := in.Body
	st, err := s.opt.Accounts.Welcome(ctx, s.client(ctx), b.Token, account.Welcome{Name: b.Name, Display: b.Display, Password: b.Password})
	if err != nil {
		return nil, err
	}
	return s.step(st), nil
}

// Session is who is signed in, where, and what they may do there.
type Session struct {
	Account     *account.Account     `json:"account"`
	Permissions []account.Permission `json:"permissions" doc:"At this site, for some product line."`
	Org         wardround.Org        `json:"org"`
	Site        wardround.SiteID     `json:"site"`
	SiteName    string               `json:"site_name"`
	Origin      wardround.Origin     `json:"origin" enum:"live,replay,simulated"`
	Expires     time.Time            `json:"expires"`
	Via         account.Via          `json:"via" enum:"password,passkey,oidc,token,link"`
	ServerTime  time.Time            `json:"server_time"`
	Version     string               `json:"version"`
	Setup       bool                 `json:"setup,omitempty" doc:"Nothing is watched yet."`
}

type sessionOutput struct{ Body Session }

func (s *Server) getSession(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	p := principal(ctx)
	out := Session{
		Account: p.Account, Permissions: []account.Permission{}, Org: s.opt.Scope.Org, Site: s.opt.Scope.Site, SiteName: s.siteName(),
		Origin: s.opt.Origin, Expires: p.Expires.UTC(), Via: p.Via, ServerTime: s.opt.Now().UTC(), Version: s.opt.Version.Version,
	}
	for _, x := range account.Permissions {
		if site := string(s.opt.Scope.Site); p.MayAt(x, site) || !s.whole(x) && !p.Reach(x, site).None() {
			out.Permissions = append(out.Permissions, x)
		}
	}
	if s.opt.Board != nil && s.opt.Origin == wardround.Live {
		position, _ := s.opt.Board.Position()
		out.Setup = position == 0 || len(s.sensors()) == 0
	}
	return &sessionOutput{out}, nil
}

type signOutOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	ClearSite string        `header:"Clear-Site-Data"`
}

func (s *Server) signOut(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
	if err := s.opt.Accounts.SignOut(ctx, s.client(ctx), principal(ctx)); err != nil {
		return nil, err
	}
	return &signOutOutput{[]http.Cookie{s.cookie(sessionCookie, "", time.Time{})}, `"cache"`}, nil
}

// cookieValue returns the value of one of our cookies, "" if the request has none.
func (s *Server) cookieValue(ctx context.Context, name string) string {
	c := callOf(ctx)
	if c == nil {
		return ""
	}
	k, err := c.r.Cookie(s.cookieName(name))
	if err != nil || len(k.Value) > 4096 {
		return ""
	}
	return k.Value
}
