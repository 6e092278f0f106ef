package api

import (
	"net/http"
	"time"
)

// The cookies. All are HttpOnly and for the whole host; none is for another site.
const (
	sessionCookie = "wardround"
	pendingCookie = "wardround-step"   // between password and code
	deviceCookie  = "wardround-device" // a browser that has signed in before
)

// cookieName gives a cookie the prefix that binds it to the host and to TLS (RFC
// 6265bis §4.1.3.2). Without TLS, which is loopback only, browsers differ in whether
// they keep Secure cookies at all, so there it has another name and no prefix.
func (s *Server) cookieName(name string) string {
	if s.opt.TLS {
		return "__Host-" + name
	}
	return name
}

// cookie makes one; an empty value takes it back.
func (s *Server) cookie(name, value string, expires time.Time) http.Cookie {
	c := http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: s.opt.TLS,
		SameSite: http.SameSiteLaxMode, Expires: expires,
	}
	if value == "" {
		c.MaxAge, c.Expires = -1, time.Time{}
	}
	return c
}
