package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/wardround/wardround/account"
)

var meRoutes = []Route{
	{Method: GET, Path: "/api/v1/me", ID: "get-me", Tag: "me", Summary: "My account", register: handle((*Server).getMe)},
	{Method: PATCH, Path: "/api/v1/me", ID: "update-me", Tag: "me", Summary: "Change what is mine to change",
		InPerson: true, register: handle((*Server).updateMe)},
	{Method: POST, Path: "/api/v1/me/password", ID: "change-password", Tag: "me", Summary: "Change my password",
		Doc: "All other sessions end.", InPerson: true, Status: http.StatusNoContent, register: handle((*Server).changePassword)},
	{Method: POST, Path: "/api/v1/me/totp/begin", ID: "begin-totp", Tag: "me", Summary: "Set up an authenticator app",
		InPerson: true, register: handle((*Server).beginTOTP)},
	{Method: POST, Path: "/api/v1/me/totp/finish", ID: "finish-totp", Tag: "me", Summary: "Prove that the app is set up",
		Doc: "Answers with recovery codes, once.", InPerson: true, register: handle((*Server).finishTOTP)},
	{Method: DELETE, Path: "/api/v1/me/totp", ID: "remove-totp", Tag: "me", Summary: "Do without the authenticator app",
		InPerson: true, Status: http.StatusNoContent, register: handle((*Server).removeTOTP)},
	{Method: POST, Path: "/api/v1/me/passkeys/begin", ID: "begin-passkey", Tag: "me", Summary: "Add a passkey",
		Doc: "Answers with {publicKey}, for navigator.credentials.create.", InPerson: true, register: handle((*Server).beginPasskey)},
	{Method: POST, Path: "/api/v1/me/passkeys/finish", ID: "finish-passkey", Tag: "me", Summary: "Keep the passkey",
		InPerson: true, register: handle((*Server).finishPasskey)},
	{Method: DELETE, Path: "/api/v1/me/passkeys/{id}", ID: "remove-passkey", Tag: "me", Summary: "Remove a passkey",
		InPerson: true, Errors: []int{404}, register: handle((*Server).removePasskey)},
	{Method: GET, Path: "/api/v1/me/sessions", ID: "list-my-sessions", Tag: "me", Summary: "My sessions", InPerson: true, register: list((*Server).mySessions)},
	{Method: DELETE, Path: "/api/v1/me/sessions/{id}", ID: "end-my-session", Tag: "me", Summary: "End one of my sessions",
		InPerson: true, Errors: []int{404}, register: handle((*Server).endMySession)},
}

type accountOutput struct {
	ETag string `header:"ETag"`
	Body *account.Account
}

func accountAnswer(a *account.Account) *accountOutput { return &accountOutput{quote(a.ETag), a} }

func (s *Server) getMe(ctx context.Context, _ *struct{}) (*accountOutput, error) {
	return accountAnswer(principal(ctx).Account), nil
}

type updateMeInput struct {
	Body struct {
		Display  *string `json:"display,omitempty" maxLength:"200"`
		Email    *string `json:"email,omitempty" maxLength:"254"`
		Language *string `json:"language,omitempty" maxLength:"35" doc:"A BCP 47 tag."`
		Theme    *string `json:"theme,omitempty" enum:"light,dark," doc:"light, dark, or nothing for the system's."`
		TimeZone *string `json:"time_zone,omitempty" maxLength:"64" doc:"An IANA name."`
	}
}

func (s *Server) updateMe(ctx context.Context, in *updateMeInput) (*accountOutput, error) {
	b := in.Body
	a, err := s.opt.Accounts.UpdateProfile(ctx, s.client(ctx), principal(ctx), account.Profile{
		Display: b.Display, Email: b.Email, Language: b.Language, Theme: b.Theme, TimeZone: b.TimeZone,
	})
	if err != nil {
		return nil, err
	}
	return accountAnswer(a), nil
}

type changePasswordInput struct {
	Body struct {
		Old string `json:"old" maxLength:"1024" doc:"Empty if there was none."`
		New string `json:"new" maxLength:"1024"`
	}
}

type cookiesOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (s *Server) changePassword(ctx context.Context, in *changePasswordInput) (*cookiesOutput, error) {
	st, err := s.opt.Accounts.ChangePassword(ctx, s.client(ctx), principal(ctx), in.Body.Old, in.Body.New)
	if err != nil {
		return nil, err
	}
	return &cookiesOutput{s.stepCookies(st)}, nil
}

// TotpEnrolment is what an authenticator app needs.
type TotpEnrolment struct {
	Secret string `json:"secret" doc:"Base32, to type in."`
	URI    string `json:"uri" doc:"otpauth://"`
	QR     string `json:"qr" doc:"The URI as a picture: data:image/png;base64,…"`
}

type totpOutput struct{ Body TotpEnrolment }

func (s *Server) beginTOTP(ctx context.Context, _ *struct{}) (*totpOutput, error) {
	e, err := s.opt.Accounts.TOTPBegin(ctx, principal(ctx))
	if err != nil {
		return nil, err
	}
	return &totpOutput{TotpEnrolment{e.Secret, e.URI, "data:image/png;base64," + base64.StdEncoding.EncodeToString(e.PNG)}}, nil
}

// Recovery are codes for the day when the authenticator app is gone.
type Recovery struct {
	Recovery []string `json:"recovery"`
}

type recoveryOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Recovery
}

func (s *Server) finishTOTP(ctx context.Context, in *codeInput) (*recoveryOutput, error) {
	codes, st, err := s.opt.Accounts.TOTPFinish(ctx, s.client(ctx), principal(ctx), in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &recoveryOutput{s.stepCookies(st), Recovery{codes}}, nil
}

func (s *Server) removeTOTP(ctx context.Context, _ *struct{}) (*cookiesOutput, error) {
	st, err := s.opt.Accounts.TOTPRemove(ctx, s.client(ctx), principal(ctx))
	if err != nil {
		return nil, err
	}
	return &cookiesOutput{s.stepCookies(st)}, nil
}

func (s *Server) beginPasskey(ctx context.Context, _ *struct{}) (*ceremonyOutput, error) {
	options, name, err := s.opt.Accounts.AddPasskeyBegin(ctx, principal(ctx))
	if err != nil {
		return nil, err
	}
	return s.ceremony(options, name), nil
}

type finishPasskeyInput struct {
	Name string `query:"name" maxLength:"100" doc:"To know it by."`
	Credential
}

type passkeyOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      account.Passkey
}

func (s *Server) finishPasskey(ctx context.Context, in *finishPasskeyInput) (*passkeyOutput, error) {
	k, err := s.opt.Accounts.AddPasskeyFinish(ctx, s.client(ctx), principal(ctx), s.cookieValue(ctx, ceremonyCookie), in.Name, in.Body)
	if err != nil {
		return nil, err
	}
	return &passkeyOutput{[]http.Cookie{s.cookie(ceremonyCookie, "", time.Time{})}, k}, nil
}

// ByID is embedded in the input of a route with {id}. What huma reads is exported.
type ByID struct {
	ID string `path:"id" minLength:"1" maxLength:"1500"`
}

func (s *Server) removePasskey(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, s.opt.Accounts.RemovePasskey(ctx, s.client(ctx), principal(ctx), in.ID)
}

// SessionRow is one session of an account.
type SessionRow struct {
	account.SessionInfo
	Current bool `json:"current" doc:"The one that asks."`
}

func (s *Server) sessionRows(ctx context.Context, of string) (RowsFunc[SessionRow], error) {
	all, err := s.opt.Accounts.Sessions(ctx, of)
	if err != nil {
		return nil, err
	}
	rows := make([]SessionRow, 0, len(all))
	for _, x := range all {
		rows = append(rows, SessionRow{x, x.ID == principal(ctx).Session})
	}
	return short(s, rows), nil
}

type sessionsInput struct{ ListQuery }

func (s *Server) mySessions(ctx context.Context, _ *sessionsInput) (RowsFunc[SessionRow], error) {
	return s.sessionRows(ctx, principal(ctx).Account.ID)
}

func (s *Server) endMySession(ctx context.Context, in *ByID) (*struct{}, error) {
	p := principal(ctx)
	return nil, s.opt.Accounts.RevokeSession(ctx, s.client(ctx), p, p.Account.ID, in.ID)
}
