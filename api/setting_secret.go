package api

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/notify"
)

// WorkOrders is how a finding becomes a work order of the house.
type WorkOrders struct {
	Link    string       `json:"link,omitempty" maxLength:"2000" doc:"Opens the house's form; {title}, {asset}, {asset_id}, {ward}, {zone}, {severity}, {finding} and {url} are filled in."`
	Webhook OrderWebhook `json:"webhook,omitzero" doc:"Told of each order that a person makes."`
}

// OrderWebhook is where work orders are sent.
type OrderWebhook struct {
	URL    string `json:"url,omitempty" maxLength:"2000"`
	Secret string `json:"secret,omitempty" maxLength:"500" doc:"Signs the body, as for notifications."`
}

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
	case *WorkOrders:
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

func validOrders(value []byte) error {
	const op = "api.settings"
	var x WorkOrders
	if err := json.Unmarshal(value, &x); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "work-orders: %w", err)
	}
	for name, s := range map[string]string{"link": x.Link, "webhook": x.Webhook.URL} {
		if s == "" {
			continue
		}
		// The fields are filled in later; in the host there are none.
		u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s))
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(before(s), "{}") {
			return wardround.Errorf(wardround.EInvalid, op, "work-orders: %s: %q is no web address; write https://HOST/…", name, s)
		}
	}
	return nil
}

// before is scheme and host of an address.
func before(s string) string {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest = strings.TrimPrefix(s, "http://")
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}
