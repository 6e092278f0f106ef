package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/notify"
)

// mask stands for a secret that is kept: it is shown in its place, and sent back it
// leaves the secret as it is.
const mask = "••••••••"

// secrets calls fn with each secret of a setting and with where it goes: whoever
// sends the mask back with another destination would have us hand the secret there.
func secrets(v any, fn func(name, destination string, secret *string)) {
	switch x := v.(type) {
	case *notify.Config:
		for i := range x.Routes {
			r := &x.Routes[i]
			fn("the secret of route "+r.Name, r.Name+" "+r.Channel.URL, &r.Channel.Secret)
			fn("the password of route "+r.Name, r.Name+" "+r.Channel.Server+" "+r.Channel.User+requires(r.Channel.Require), &r.Channel.Password)
		}
	case *notify.Orders:
		fn("the secret of the webhook", x.Webhook.URL, &x.Webhook.Secret)
	}
}

func requires(tls bool) string {
	if tls {
		return " over TLS"
	}
	return ""
}

// masked returns a copy of a setting in which no secret is to be seen.
func masked[T any](v T) T {
	out := copied(v)
	secrets(&out, func(_, _ string, s *string) {
		if *s != "" {
			*s = mask
		}
	})
	return out
}

// unmasked puts the secrets of old where next has the mask. Errors: EInvalid, where
// there is none to keep for this destination.
func unmasked[T any](old, next T) (T, error) {
	kept := map[string]string{}
	secrets(&old, func(name, destination string, s *string) { kept[name+" "+destination] = *s })
	out := copied(next)
	var err error
	secrets(&out, func(name, destination string, s *string) {
		if *s != mask {
			return
		}
		if *s = kept[name+" "+destination]; *s == "" && err == nil {
			err = wardround.Errorf(wardround.EInvalid, "api.settings", "%s goes elsewhere now, or is new: say it again", name)
		}
	})
	return out, err
}

// copied returns a copy that shares nothing, of what came from JSON.
func copied[T any](v T) T {
	var out T
	b, err := json.Marshal(v)
	if err != nil || json.Unmarshal(b, &out) != nil {
		panic("api: a setting is plain data")
	}
	return out
}

// sealedMark begins a secret as it is stored.
const sealedMark = "sealed:"

// sealed returns a copy of a setting to be stored: each secret is encrypted, for its
// destination alone. A copy of the database tells none.
func sealed[T any](s *Server, v T) (T, error) {
	out := copied(v)
	var failed error
	secrets(&out, func(name, destination string, secret *string) {
		if *secret == "" {
			return
		}
		b, err := s.opt.Accounts.Seal(*secret, name+" "+destination)
		failed = errors.Join(failed, err)
		*secret = sealedMark + base64.StdEncoding.EncodeToString(b)
	})
	return out, failed
}

// opened takes the seals off a setting as it was stored. A secret that does not open,
// because the key is another, is gone: whoever is asked for it says it again, and
// until then nothing else is held up.
func (s *Server) opened(ctx context.Context, v any) {
	secrets(v, func(name, destination string, secret *string) {
		text, ok := strings.CutPrefix(*secret, sealedMark)
		if !ok {
			return
		}
		b, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			*secret, err = s.opt.Accounts.Open(b, name+" "+destination)
		}
		if err != nil {
			*secret = ""
			s.log.ErrorContext(ctx, "a secret of the settings cannot be read and has to be set again", "secret", name, "err", err)
		}
	})
}

// openedValue is a stored setting as the program acts by it.
func (s *Server) openedValue(ctx context.Context, name string, value []byte) ([]byte, error) {
	var v any
	switch name {
	case "notifications":
		v = new(notify.Config)
	case "work-orders":
		v = new(notify.Orders)
	default:
		return value, nil
	}
	if err := json.Unmarshal(value, v); err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "api.settings", "the stored setting %s cannot be read: %w", name, err)
	}
	s.opened(ctx, v)
	return json.Marshal(v)
}
