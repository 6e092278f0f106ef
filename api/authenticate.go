package api

import (
	"net/http"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// authenticate finds out who asks: by token if one is shown, else by session.
// Errors: unauthenticated.
func (s *Server) authenticate(r *http.Request) (*account.Principal, error) {
	if s.opt.Accounts == nil {
		return nil, wardround.Errorf(codeUnauthenticated, "api", "nobody can sign in here")
	}
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, secret, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") || secret == "" || len(secret) > 512 {
			return nil, wardround.Errorf(codeUnauthenticated, "api", "Authorization must be Bearer and a token")
		}
		return s.opt.Accounts.Token(r.Context(), s.clientOf(r), strings.TrimSpace(secret))
	}
	k, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil || k.Value == "" || len(k.Value) > 512 {
		return nil, wardround.Errorf(codeUnauthenticated, "api", "nobody is signed in")
	}
	return s.opt.Accounts.Session(r.Context(), s.clientOf(r), k.Value)
}
